"""Settings of how the service is seen from outside: checks, metrics, alarms, reports of errors.

Imported at the end of `vaxreg/settings.py`.
"""

import environ
from django.core.exceptions import ImproperlyConfigured

env = environ.Env()

_IS_OPEN = env.bool("DEMO", default=False) or env.bool("DEBUG", default=False)

# The checks of /readyz; each returns a sentence when something is wrong, else "".
READINESS_CHECKS = [
    "vaxreg.health.database_trouble",
    "vaxreg.health.redis_trouble",
    "corrections.health.sweep_trouble",
    "corrections.health.outbox_trouble",
    "reporting.health.figures_trouble",
]
# What somebody must see to although the system works: sentences that /readyz shows with its 200.
READINESS_NOTICES = [
    "background.set_aside.notice",
    "identity.population.health.notice",
    "matching.runs.notice",
    "certificates.health.notice",
    "partners.webhooks.health.notice",
    "corrections.health.notice",
]
if not env.bool("DEMO", default=False):
    READINESS_NOTICES += ["vaxreg.database.roles.notice"]

# Where the process that shows metrics (`manage.py watch`) listens. Never reachable from outside.
METRICS_ADDRESS: str = env.str("METRICS_ADDRESS", default="127.0.0.1")
METRICS_PORT: int = env.int("METRICS_PORT", default=9108)
# What it shows besides requests; each yields figures (watching/figures.py).
WATCHED_FIGURES = [
    "watching.house.figures",
    "background.set_aside.figures",
    "messaging.health.figures",
    "accounts.health.figures",
    "recording.health.figures",
    "corrections.health.figures",
    "reporting.health.figures",
]
# A file that a backup touches when it has ended well: its time of change is the age of the backup.
BACKUP_STAMP: str = env.str("BACKUP_STAMP", default="")
# Hours after which a backup is too old.
BACKUP_HOURS: float = env.float("BACKUP_HOURS", default=26)
# The least share of the disk of photos and files that must be free.
DISK_FREE: float = env.float("DISK_FREE", default=0.1)

# Who is told when something is wrong, once for each trouble and again when it is over.
ALARM_EMAILS: list[str] = env.list("ALARM_EMAILS", default=[])
ALARM_WEBHOOK: str = env.str("ALARM_WEBHOOK", default="")
# An address that each good pass of the sweep calls: whoever listens there misses it when it is silent.
SWEEP_PING: str = env.str("SWEEP_PING", default="")
# Of the sign-in codes of ten minutes, the least share that must be typed in, from so many codes on.
# Whoever has codes sent to make money with the SMS never types them.
CODES_USED: float = env.float("CODES_USED", default=0.3)
CODES_USED_FROM = 100
# Besides the checks of /readyz and its notices.
ALARM_CHECKS = [
    "watching.checks.disk_trouble",
    "watching.checks.backup_trouble",
    "accounts.health.codes_trouble",
    "messaging.health.lost_trouble",
]

# What `/status/` says of the last minutes: how many, by minutes.
FILED_LATELY = "corrections.health.filed_lately"
CODES_SENT_LATELY = "messaging.health.codes_sent_lately"

# Reports of errors (Sentry, GlitchTip, …), without personal data (watching/error_reports.py).
SENTRY_DSN: str = env.str("SENTRY_DSN", default="")

if not 0 <= CODES_USED < 1 or not 0 <= DISK_FREE < 1:
    raise ImproperlyConfigured(
        "CODES_USED and DISK_FREE are shares: set 0 or more and less than 1, as 0.3 for 30 %."
    )
for _name, _address in (("ALARM_WEBHOOK", ALARM_WEBHOOK), ("SWEEP_PING", SWEEP_PING)):
    if _address and not _address.startswith("https://" if not _IS_OPEN else "http"):
        raise ImproperlyConfigured(
            f"{_name} does not begin with https://. Its address lets whoever knows it answer in our"
            " name; set an https address, or leave it out."
        )
