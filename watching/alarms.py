"""Tells people when something is wrong: once for each trouble, and again when it is over.

The process that shows metrics looks every half minute (`manage.py watch`): it lives when workers are
dead. What was told is stored, so that a restart tells nothing twice; while PostgreSQL is down it is
only remembered.
"""

import logging
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import httpx
from django.conf import settings
from django.core.mail import send_mail
from django.db import DatabaseError, connection, transaction
from django.utils import timezone
from django.utils.module_loading import import_string

from watching.models import Alarm

log = logging.getLogger(__name__)

# A trouble is told when it was there for so long, and over when it was gone for so long: what comes
# and goes rings once.
TOLD_AFTER = timedelta(seconds=50)
OVER_AFTER = timedelta(minutes=5)
# The most that is told in an hour; the log has the rest.
MOST_AN_HOUR = 20
# Key of a PostgreSQL advisory lock: two watchers look one after the other.
LOCK = 945811
TIMEOUT = 5.0


def troubles() -> dict[str, str]:
    """Return what each check of `/readyz` and of the alarms finds, by its name; empty when well."""
    found: dict[str, str] = {}
    notices = {path.split(".")[0]: path for path in settings.READINESS_NOTICES}
    checks = [*settings.READINESS_CHECKS, *settings.ALARM_CHECKS]
    named = {path.rsplit(".", 1)[-1].removesuffix("_trouble"): path for path in checks}
    for name, path in {**notices, **named}.items():
        try:
            said = import_string(path)()
        except DatabaseError:
            # The check of the database says so, and nothing is known of the rest.
            continue
        if said:
            found[name] = said
    return found


@dataclass
class Bell:
    """The open alarms, and what was told in the last hour."""

    alarms: dict[str, Alarm] = field(default_factory=dict)
    told: list[datetime] = field(default_factory=list)

    def look(self, found: dict[str, str], now: datetime | None = None) -> None:
        """Compare what is found with the open alarms; tell what is new and what is over."""
        at = now or timezone.now()
        try:
            with transaction.atomic():
                with connection.cursor() as cursor:
                    cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
                kept = {one.name: one for one in Alarm.objects.filter(over_at=None)}
                # What began while PostgreSQL was down is not stored yet.
                unsaved = {name: one for name, one in self.alarms.items() if one.pk is None}
                self.alarms = {**unsaved, **kept}
                for one in self._step(found, at):
                    one.save()
        except DatabaseError:
            log.warning("alarms are not stored: PostgreSQL does not answer")
            self._step(found, at)
        self.alarms = {name: one for name, one in self.alarms.items() if one.over_at is None}

    def _step(self, found: dict[str, str], at: datetime) -> list[Alarm]:
        """Change the alarms, and tell; return those that changed."""
        for name, said in found.items():
            if (one := self.alarms.get(name)) is None:
                one = self.alarms[name] = Alarm(name=name, since=at)
            one.said, one.quiet_since = said, None
            if (
                one.told_at is None
                and at - one.since >= TOLD_AFTER
                and self._tell(one, "wrong", at)
            ):
                one.told_at = at
        # Of the database alone nothing else is known: no other trouble is over.
        gone = [] if "database" in found else [n for n in self.alarms if n not in found]
        for name in gone:
            one = self.alarms[name]
            one.quiet_since = one.quiet_since or at
            # What nobody was told of ends without a word.
            is_over = at - one.quiet_since >= OVER_AFTER or one.told_at is None
            if is_over and (one.told_at is None or self._tell(one, "over", at)):
                one.over_at = at
        return list(self.alarms.values())

    def _tell(self, one: Alarm, state: str, at: datetime) -> bool:
        """Tell everybody; False when nobody could be reached, and it is tried again."""
        self.told = [told for told in self.told if at - told < timedelta(hours=1)]
        if len(self.told) >= MOST_AN_HOUR:
            log.critical("alarm_not_told", extra={"alarm": one.name, "state": state})
            return True
        if state == "wrong":
            log.critical("alarm", extra={"alarm": one.name, "said": one.said})
        since = timezone.localtime(one.since)
        words = "is over" if state == "over" else "needs you"
        subject = f"[{settings.SITE_DOMAIN}] {one.name} {words}"
        text = f"{one.said}\n\nSince {since:%d.%m.%Y %H:%M}, {state}. https://{settings.SITE_DOMAIN}/status/"
        reached = [_mail(subject, text), _call(one, state, f"{subject}: {one.said}")]
        tried = [was for was in reached if was is not None]
        if tried and not any(tried):
            return False
        self.told.append(at)
        return True


def _mail(subject: str, text: str) -> bool | None:
    """Send it by e-mail; None where nobody is to get one."""
    if not settings.ALARM_EMAILS:
        return None
    try:
        send_mail(subject, text, settings.DEFAULT_FROM_EMAIL, settings.ALARM_EMAILS)
    except OSError as error:
        log.error("alarm not sent by e-mail: %s", type(error).__name__)
        return False
    return True


def _call(one: Alarm, state: str, text: str) -> bool | None:
    """Post it to the webhook, with the field `text` that chat programs show; None without one."""
    if not settings.ALARM_WEBHOOK:
        return None
    body = {"alarm": one.name, "state": state, "text": text, "since": one.since.isoformat()}
    try:
        answer = httpx.post(settings.ALARM_WEBHOOK, json=body, timeout=TIMEOUT)
        answer.raise_for_status()
    except httpx.HTTPError as error:
        log.error("alarm not sent to the webhook: %s", type(error).__name__)
        return False
    return True
