"""Settings of signing in: django-allauth's, the limits of trying, the lengths of sessions.

Imported at the end of `vaxreg/settings.py`.
"""

from datetime import timedelta

import environ

env = environ.Env()

# Key the hashes of attempts, codes and API tokens, and encrypt second factors (vaxreg/encryption.py),
# newest first; each of them reads. Without one the SECRET_KEY is used.
ACCOUNTS_KEYS: list[str] = env.list("ACCOUNTS_KEY", default=[])

AUTHENTICATION_BACKENDS = ["accounts.backends.EmailBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("full_name", "email", "phone")},
    },
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "accounts.passwords.SiteWordsValidator"},
]

# django-allauth. None of its addresses is mounted; its stages, adapters and second factors serve.
ACCOUNT_ADAPTER = "accounts.adapters.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
# Attempts are counted in PostgreSQL (accounts/rate_limits.py): a cache may forget.
ACCOUNT_RATE_LIMITS = False
# Seconds a half-done sign-in may take, from the password to the second factor set up.
ACCOUNT_LOGIN_TIMEOUT = 15 * 60
MFA_ADAPTER = "accounts.adapters.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Sổ Tiêm"
MFA_RECOVERY_CODE_COUNT = 10
MFA_TOTP_TOLERANCE = 1

# One-time codes by SMS.
SIGN_IN_CODE_DIGITS = 6
SIGN_IN_CODE_LIFETIME = timedelta(minutes=10)
SIGN_IN_CODE_TRIES = 5
# (times, within) per phone number; the first is also how long "send again" waits.
CODES_PER_NUMBER = [
    (1, timedelta(seconds=60)),
    (3, timedelta(hours=1)),
    (5, timedelta(days=1)),
]
# Per address of the client; many citizens share one address of a mobile network.
CODES_PER_ADDRESS = [(120, timedelta(hours=1)), (600, timedelta(days=1))]
# All codes together: what an attacker can cost us in an hour.
CODES_PER_HOUR: int = env.int("CODES_PER_HOUR", default=20_000)
# Wrong codes per number, and all together: 3,000 guesses have a chance of 0.3 % to hit once. When
# they are spent, nobody signs in by code until the hour has passed.
WRONG_CODES_PER_NUMBER = [(10, timedelta(days=1))]
WRONG_CODES_PER_HOUR: int = env.int("WRONG_CODES_PER_HOUR", default=3_000)

# Staff: wrong passwords per address of the person and of the client, wrong second factors.
WRONG_PASSWORDS_PER_PERSON = [(5, timedelta(minutes=15)), (20, timedelta(days=1))]
WRONG_PASSWORDS_PER_ADDRESS = [(50, timedelta(hours=1))]
WRONG_SECOND_FACTORS_PER_PERSON = [(5, timedelta(minutes=15)), (20, timedelta(days=1))]

# How long the link of an invitation is good for.
INVITATION_LIFETIME = timedelta(days=env.int("INVITATION_DAYS", default=7))

# (idle, absolute) length of a session, per kind.
SESSION_LENGTHS = {
    "citizen": (timedelta(minutes=30), timedelta(hours=24)),
    "staff": (timedelta(minutes=15), timedelta(hours=12)),
}
SESSION_COOKIE_AGE = 24 * 60 * 60
# Hours after which a number that asked for a code and never entered one is forgotten.
UNVERIFIED_LIFETIME = timedelta(days=1)
# Where people land after signing in.
# The landing page leads staff on by what they do: the queue or the overdue report.
SESSION_HOMES = {"citizen": "/record/", "staff": "/"}
# Staff of the demo, whose second factor is shown on a demo page.
DEMO_STAFF_DOMAIN = "demo.sotiem.vn"
# The window of the budgets "per hour".
SIGN_IN_HOUR = timedelta(hours=1)
