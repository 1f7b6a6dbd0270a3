"""Settings of sign-in: django-allauth, rate limits, session lengths, partner apps.

Imported at the end of `vaxreg/settings.py`.
"""

from datetime import timedelta

import environ
from django.core.exceptions import ImproperlyConfigured

env = environ.Env()

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

# django-allauth. None of its URLs is used; only its stages, adapters and second factors are.
ACCOUNT_ADAPTER = "accounts.adapters.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
# Attempts are counted in PostgreSQL (accounts/rate_limits.py): a cache may lose entries.
ACCOUNT_RATE_LIMITS = False
# Seconds from the password until the second factor is verified or set up.
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
# Digits of a code while too many wrong ones are typed in the country: a hundred times harder to guess.
LONG_CODE_DIGITS = 8
# (count, period) per phone number; the first one is also the waiting time of "send again".
CODES_PER_NUMBER = [
    (1, timedelta(seconds=60)),
    (3, timedelta(hours=1)),
    (5, timedelta(days=1)),
]
# Per IP address of the client; many citizens share one address of a mobile network.
CODES_PER_ADDRESS = [(120, timedelta(hours=1)), (600, timedelta(days=1))]
# All codes together: limits what an attacker can make us pay in an hour.
CODES_PER_HOUR: int = env.int("CODES_PER_HOUR", default=20_000)
# Wrong codes per number and for all numbers: 3,000 guesses hit with a chance of 0.3 %. When the
# limit for all is reached, browsers that never signed in need a longer code until the hour has passed.
WRONG_CODES_PER_NUMBER = [(10, timedelta(days=1))]
WRONG_CODES_PER_HOUR: int = env.int("WRONG_CODES_PER_HOUR", default=3_000)

# Browsers that signed in before have the limits per number and person for themselves, and no other.
# Staff: wrong passwords per e-mail address and per IP address, wrong second factors.
WRONG_PASSWORDS_PER_PERSON = [(5, timedelta(minutes=15)), (20, timedelta(days=1))]
WRONG_PASSWORDS_PER_ADDRESS = [(50, timedelta(hours=1))]
WRONG_SECOND_FACTORS_PER_PERSON = [(5, timedelta(minutes=15)), (20, timedelta(days=1))]

# How long an invitation link is valid.
INVITATION_LIFETIME = timedelta(days=env.int("INVITATION_DAYS", default=7))

# Maximum (idle, total) length of a session, per kind.
SESSION_LENGTHS = {
    "citizen": (timedelta(minutes=30), timedelta(hours=24)),
    "staff": (timedelta(minutes=15), timedelta(hours=12)),
}
SESSION_COOKIE_AGE = 24 * 60 * 60
# Age at which an account that asked for a code and never entered one is deleted.
UNVERIFIED_LIFETIME = timedelta(days=1)
# Where users land after signing in. The landing page sends staff on to the queue or to the
# overdue report, by their role.
SESSION_HOMES = {"citizen": "/record/", "staff": "/"}
# E-mail domain of the demo's staff, whose second factor is shown on a demo page.
DEMO_STAFF_DOMAIN = "demo.sotiem.vn"
# Who of them signs in how, for the page of the staff sign-in; called in demo mode only.
DEMO_SIGN_INS = "demo.people.sign_ins"
# The period of the limits "per hour".
SIGN_IN_HOUR = timedelta(hours=1)

# VNeID, by OpenID Connect (docs/adr/0034-vneid.md). Without an issuer nobody signs in with it.
SOCIALACCOUNT_ADAPTER = "identity.vneid.allauth.VneidAdapter"
SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": {"provider_class": "identity.vneid.allauth.VneidProvider"}
}
VNEID_ISSUER: str = env.str("VNEID_ISSUER", default="")
VNEID_CLIENT_ID: str = env.str("VNEID_CLIENT_ID", default="")
VNEID_CLIENT_SECRET: str = env.str("VNEID_CLIENT_SECRET", default="")
# Where VNeID's claims have names of its own: full_name=…,date_of_birth=…,id_number=…
VNEID_CLAIMS: dict[str, str] = env.dict("VNEID_CLAIMS", default={})
VNEID_LEVELS: list[str] = env.list("VNEID_LEVELS", default=[])
VNEID_MAX_AGE: int = env.int("VNEID_MAX_AGE", default=15 * 60)
VNEID_TIMEOUT: float = env.float("VNEID_TIMEOUT", default=5.0)
if VNEID_ISSUER and not (VNEID_CLIENT_ID and VNEID_CLIENT_SECRET):
    raise ImproperlyConfigured(
        "VNEID_ISSUER is set, but not VNEID_CLIENT_ID and VNEID_CLIENT_SECRET: the name and the secret"
        " that VNeID gave to this site. Set both, or leave all three out."
    )
if not set(VNEID_CLAIMS) <= {"full_name", "date_of_birth", "id_number"}:
    raise ImproperlyConfigured(
        "VNEID_CLAIMS names a fact that is not known. Known are full_name, date_of_birth and"
        " id_number, as in: full_name=name,date_of_birth=birthdate,id_number=citizen_id"
    )
# Per IP address of the client: each one is a call to VNeID.
VNEID_PER_ADDRESS = [(120, timedelta(hours=1)), (600, timedelta(days=1))]
# What the sign-in page offers beside the phone number: each returns a template and what it shows,
# or None. Apps above accounts/ add them.
SIGN_IN_WAYS = ["identity.views.sign_in_way"]

# OAuth 2.0 for partner apps (partners/). All of RFC 9700: PKCE by S256 alone, no implicit grant and
# no passwords, tokens stored as checksums, one refresh token after the other.
OAUTH2_PROVIDER_APPLICATION_MODEL = "partners.PartnerApp"
OAUTH2_PROVIDER_ACCESS_TOKEN_MODEL = "partners.AccessToken"  # noqa: S105
OAUTH2_PROVIDER_REFRESH_TOKEN_MODEL = "partners.RefreshToken"  # noqa: S105
OAUTH2_PROVIDER_GRANT_MODEL = "partners.Grant"
OAUTH2_PROVIDER_ID_TOKEN_MODEL = "partners.IDToken"  # noqa: S105
OAUTH2_PROVIDER_DEVICE_GRANT_MODEL = "partners.DeviceGrant"
# All of its tables are ours: its own migrations would do nothing, in a quarter of the time of all.
MIGRATION_MODULES = {"oauth2_provider": None}
OAUTH2_PROVIDER = {
    "SCOPES_BACKEND_CLASS": "partners.scopes.Scopes",
    "OAUTH2_VALIDATOR_CLASS": "partners.validating.Validator",
    "ACCESS_TOKEN_EXPIRE_SECONDS": 3600,
    "REFRESH_TOKEN_EXPIRE_SECONDS": 90 * 86400,
    "REFRESH_TOKEN_REUSE_PROTECTION": True,
    # An app in ./run has no certificate.
    "ALLOWED_REDIRECT_URI_SCHEMES": ["http", "https"]
    if env.bool("DEMO", default=False)
    else ["https"],
    "COMPLIANT_BCP_RFC9700_IMPLICIT_GRANT": True,
    "COMPLIANT_BCP_RFC9700_PASSWORD_GRANT": True,
    "COMPLIANT_BCP_RFC9700_PKCE_METHOD": True,
    "COMPLIANT_BCP_RFC9700_ACCESS_TOKEN_TRANSPORT": True,
    "COMPLIANT_BCP_RFC9700_AUTHZ_RESPONSE_ISS": True,
    "COMPLIANT_BCP_RFC9700_TOKEN_STORAGE": True,
    "COMPLIANT_BCP_RFC9700_REFRESH_TOKEN": True,
    "COMPLIANT_BCP_RFC9700_REDIRECT_URI_MATCHING": True,
    "COMPLIANT_BCP_RFC9700_PKCE_REQUIRED": True,
}
