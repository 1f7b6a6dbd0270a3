"""All settings in one file. What differs between machines comes from environment variables.

`.env.example` lists them; a missing one that is required stops the start with a message.
"""

from datetime import timedelta
from pathlib import Path

import django_stubs_ext
import environ
from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from vaxreg.database.connecting import databases

# Lets Django's generic classes take type arguments, as mypy --strict requires.
django_stubs_ext.monkeypatch()

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env()
if (BASE_DIR / ".env").exists():
    env.read_env(BASE_DIR / ".env")

# Demo mode: invented people and cases; a page shows the codes. Never on a production server.
DEMO: bool = env.bool("DEMO", default=False)
DEBUG: bool = env.bool("DEBUG", default=False)
# Whether the site is served over https; the launcher's demo sets it to false.
HTTPS: bool = env.bool("HTTPS", default=not (DEMO or DEBUG))

if DEMO and HTTPS:
    raise ImproperlyConfigured(
        "DEMO=1 shows the codes of everybody and belongs on no server with https. Set DEMO=0, or"
        " HTTPS=0 on your own machine."
    )

# Bytes of a key, at least: a shorter one can be guessed.
SHORTEST_KEY = 32


def keys_from_environment(name: str, what: str) -> list[str]:
    """Return the keys of a variable, newest first; one in demo and debug mode may be missing."""
    keys: list[str] = env.list(name, default=[])
    if not keys and (DEMO or DEBUG):
        return [SECRET_KEY]
    if not keys:
        raise ImproperlyConfigured(
            f"{name} is not set. Put a long random text into the environment or .env, and keep it:"
            f" {what} cannot be read without it."
        )
    for key in keys:
        refuse_short(name, key)
    return keys


def refuse_short(name: str, key: str) -> None:
    """Raise ImproperlyConfigured for a key that can be guessed."""
    if len(key.encode()) < SHORTEST_KEY:
        raise ImproperlyConfigured(
            f"{name} has a key of {len(key.encode())} bytes and needs {SHORTEST_KEY}, e.g. from:"
            ' python3 -c "import secrets; print(secrets.token_urlsafe(50))"'
        )


SECRET_KEY: str = env.str("SECRET_KEY", default="")
if not SECRET_KEY:
    raise ImproperlyConfigured(
        "SECRET_KEY is not set. Put a long random text into the environment or .env."
    )
# Earlier ones: what they signed (sessions, links in messages) stays good until it ends by itself.
SECRET_KEY_FALLBACKS: list[str] = env.list("SECRET_KEY_FALLBACKS", default=[])
for one in (SECRET_KEY, *SECRET_KEY_FALLBACKS):
    refuse_short("SECRET_KEY", one)

# Keys of encrypted columns, and keys of sign-in: hashes of attempts, codes and API tokens, and
# second factors (vaxreg/encryption.py), newest first; each of them can decrypt.
FIELD_KEYS = keys_from_environment("FIELD_KEY", "what it has encrypted")
ACCOUNTS_KEYS = keys_from_environment("ACCOUNTS_KEY", "the second factors of staff")

# The public host name without scheme, for links in messages.
SITE_DOMAIN: str = env.str("SITE_DOMAIN", default="localhost")
ALLOWED_HOSTS: list[str] = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS: list[str] = env.list("CSRF_TRUSTED_ORIGINS", default=[])

INSTALLED_APPS = [
    # Before django.forms, so that its form field templates are found first.
    "vaxreg",
    "watching",
    "background",
    "messaging",
    "accounts",
    "organizations",
    "citizens",
    "identity",
    "doses",
    "matching",
    "recording",
    "corrections",
    "uptake",
    "audit",
    "reporting",
    "certificates",
    "partners",
    "portal",
    "own_data",
    "review",
    "administration",
    "public_statistics",
    "help",
    "hotline",
    "counter",
    "oversight",
    "api",
    "fhir_api",
    *(["demo"] if DEMO else []),
    "bench",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "django_cotton.apps.SimpleAppConfig",
    "django_htmx",
    "csp",
    "oauth2_provider",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "drf_standardized_errors",
    "django_structlog",
]

MIDDLEWARE = [
    "vaxreg.health.HealthMiddleware",
    "vaxreg.middleware.counted.CountedMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "vaxreg.middleware.headers.SafeHeadersMiddleware",
    "vaxreg.middleware.uploads.UploadMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "vaxreg.middleware.compression.CompressionMiddleware",
    "vaxreg.errors.DatabaseDownMiddleware",
    "vaxreg.middleware.public.PublicPagesMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "accounts.middleware.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "vaxreg.middleware.requests.RequestLogMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.middleware.SessionLimitsMiddleware",
    "accounts.middleware.SecondFactorMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "review.looking.LookingMiddleware",
    "vaxreg.errors.ImpossibleAddressMiddleware",
    "vaxreg.middleware.typed.TypedMiddleware",
]

ROOT_URLCONF = "vaxreg.urls"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    [
                        "vaxreg.templating.loader.Loader",
                        "django.template.loaders.filesystem.Loader",
                        "django.template.loaders.app_directories.Loader",
                    ],
                )
            ],
            "builtins": ["django_cotton.templatetags.cotton", "vaxreg.templatetags.ui"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "csp.context_processors.nonce",
                "vaxreg.ui.context",
            ],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
COTTON_DIR = "cotton"

DATABASES = databases(env)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Redis holds only what may be lost: the tasks that Celery was asked to run (docs/adr/0006).
REDIS_URL: str = env.str("REDIS_URL")
SESSION_ENGINE = "django.contrib.sessions.backends.db"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
LOGIN_URL = "/sign-in/"
LOGIN_REDIRECT_URL = "/record/"

LANGUAGE_CODE = "vi"
LANGUAGES = [("vi", _("Vietnamese")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = ["vaxreg.formats"]
TIME_ZONE = "Asia/Ho_Chi_Minh"
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "var" / "static"
FONTS_DIR = BASE_DIR / "var" / "fonts"
STATICFILES_DIRS = [BASE_DIR / "static", ("fonts", FONTS_DIR)]
STORAGES = {
    # "default", of private files: vaxreg/private_files/settings.py.
    "staticfiles": {"BACKEND": "vaxreg.staticfiles.CompressedStorage"},
}

# Compression is the slowest part of a first start: one copy per file, and only files in use.
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = ["png", "jpg", "webp", "woff", "woff2", "gz", "br", "map"]

COOKIE_PREFIX = "__Host-" if HTTPS else ""
SESSION_COOKIE_NAME = f"{COOKIE_PREFIX}session"
SESSION_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_NAME = f"{COOKIE_PREFIX}csrf"
CSRF_COOKIE_SECURE = HTTPS
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "vaxreg.errors.csrf_failure"
# Browsers that signed in before (accounts/sign_in/devices.py); seconds.
DEVICE_COOKIE_NAME = f"{COOKIE_PREFIX}device"
DEVICE_COOKIE_AGE = 365 * 24 * 60 * 60
LANGUAGE_COOKIE_NAME = f"{COOKIE_PREFIX}language"
LANGUAGE_COOKIE_SECURE = HTTPS
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_HTTPONLY = True

SECURE_SSL_REDIRECT = HTTPS
# Health probes come from the internal network, over http.
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_HSTS_SECONDS = 63_072_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SECURE_REFERRER_POLICY = "same-origin"
SECURE_PROXY_SSL_HEADER = (
    ("HTTP_X_FORWARDED_PROTO", "https") if env.bool("BEHIND_PROXY", default=False) else None
)
# Number of our own reverse proxies; the client's IP is that many entries from the right.
TRUSTED_PROXIES: int = env.int("TRUSTED_PROXIES", default=0)
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "manifest-src": [SELF],
        "worker-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

# URLs with the same answer for everybody, so that shared caches may store those that allow it
# (vaxreg/middleware/public.py).
PUBLIC_PAGES = ("/statistics", "/rights/", "/check/", "/shared/", "/status/")

# Threads of a web process that run Django, each with its own database connection.
WEB_THREADS: int = env.int("WEB_THREADS", default=4)

# Uploads (promises 27 and 31): bytes a request may hold in memory, and fields it may have.
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_621_440
# Bytes of a whole request for the addresses that take files: more than may be kept, so that the
# page itself can say beside the field what was too much. All others take the bytes above.
BODY_LIMITS = [
    (r"/(photos|answer|add-photo)/$|^/upload/", 64 * 1024 * 1024),
    (r"^/organizations/import/|^/ui/", 16 * 1024 * 1024),
    (r"^/(recording/imports|counter/reports)/", 32 * 1024 * 1024),
]
DATA_UPLOAD_MAX_NUMBER_FIELDS = 200
DATA_UPLOAD_MAX_NUMBER_FILES = 10
FILE_UPLOAD_PERMISSIONS = 0o600

HOTLINE_DISPLAY = "1900 9095"
HOTLINE_TEL = "19009095"
HOTLINE_HOURS = "7:30–21:00"

# Messages. In demo mode e-mail goes to the console channel and SMS to the stand-in gateway.
SMS_GATEWAY_URL: str = env.str("SMS_GATEWAY_URL", default="")
SMS_GATEWAY_TOKEN: str = env.str("SMS_GATEWAY_TOKEN", default="")
# Secret for the signature of delivery receipts; without it no receipt is accepted.
SMS_RECEIPT_SECRET: str = env.str("SMS_RECEIPT_SECRET", default="")
# Seconds without an answer from the gateway after which an attempt has failed.
SMS_GATEWAY_TIMEOUT: float = env.float("SMS_GATEWAY_TIMEOUT", default=10.0)
# With diacritics a Vietnamese text needs three SMS where it needs one without them.
SMS_WITH_DIACRITICS: bool = env.bool("SMS_WITH_DIACRITICS", default=False)
# The most SMS that one phone gets in 24 hours, codes apart (messaging/daily_limit.py).
SMS_PER_PHONE_A_DAY: int = env.int("SMS_PER_PHONE_A_DAY", default=20)
# Time for the gateway to confirm delivery; after it a message counts as unconfirmed.
SMS_RECEIPT_WITHIN = timedelta(hours=env.int("SMS_RECEIPT_HOURS", default=6))
# How long the e-mails of one digest wait for each other.
MESSAGE_DIGEST_WAIT = timedelta(minutes=env.int("MESSAGE_DIGEST_MINUTES", default=10))

# The four-field check of the National Population Database (docs/adr/0039); "": nobody is asked.
POPULATION_URL: str = env.str("POPULATION_URL", default="")
POPULATION_TOKEN: str = env.str("POPULATION_TOKEN", default="")
# Questions in a second, over all workers; seconds to wait for a connection, and for an answer.
POPULATION_PER_SECOND: float = env.float("POPULATION_PER_SECOND", default=50.0)
POPULATION_CONNECT_TIMEOUT: float = env.float("POPULATION_CONNECT_TIMEOUT", default=3.0)
POPULATION_TIMEOUT: float = env.float("POPULATION_TIMEOUT", default=10.0)
if POPULATION_URL and not POPULATION_TOKEN:
    raise ImproperlyConfigured(
        "POPULATION_URL is set and POPULATION_TOKEN is not: the population database would refuse"
        " every question. Set the token, or take the address away."
    )
if POPULATION_URL and not POPULATION_URL.startswith("https://") and not (DEMO or DEBUG):
    raise ImproperlyConfigured(
        "POPULATION_URL does not begin with https://. Without it anybody on the way could read"
        " names and ID numbers, and answer in the database's place."
    )
if POPULATION_PER_SECOND <= 0 or min(POPULATION_CONNECT_TIMEOUT, POPULATION_TIMEOUT) <= 0:
    raise ImproperlyConfigured(
        "POPULATION_PER_SECOND, POPULATION_CONNECT_TIMEOUT and POPULATION_TIMEOUT must be above 0."
    )
# Addresses inside, as "127.0.0.1:8123", to which webhooks may be sent all the same, by http too: the
# sandbox app of a demo. Whoever runs an app can choose what is posted there and how often.
WEBHOOK_INSIDE_HOSTS: list[str] = env.list("WEBHOOK_INSIDE_HOSTS", default=[])
# The police's public key (a file in PEM: Ed25519 or RSA), by which their lists are believed.
# A demo has one of its own: `manage.py demo_cleansing_list` makes it.
POLICE_LIST_KEY: str = env.str(
    "POLICE_LIST_KEY", default=str(BASE_DIR / "var/demo_police/key.pem") if DEMO else ""
)

# The example of a partner app beside a demo, and its secret; the launcher starts it.
DEMO_PARTNER_ADDRESS: str = env.str("DEMO_PARTNER_ADDRESS", default="")
DEMO_PARTNER_SECRET: str = env.str("DEMO_PARTNER_SECRET", default="")

# Keys that sign certificates (certificates/keys/private.py): a folder of PEM files, or one PEM for each
# role. Without them nothing is signed, and certificates wait.
CERTIFICATE_KEYS: str = env.str(
    "CERTIFICATE_KEYS", default=str(BASE_DIR / "var/certificate_keys") if DEMO else ""
)
CERTIFICATE_KEY_TEXTS: dict[str, str] = {
    "site": env.str("CERTIFICATE_SITE_KEY", default=""),
    "centre": env.str("CERTIFICATE_CENTRE_KEY", default=""),
    "lists": env.str("CERTIFICATE_LISTS_KEY", default=""),
}

EMAIL_URL: str = env.str("EMAIL_URL", default="consolemail://" if DEMO or DEBUG else "")
if not EMAIL_URL or (EMAIL_URL.startswith("consolemail:") and not (DEMO or DEBUG)):
    raise ImproperlyConfigured(
        "EMAIL_URL is not set, or prints e-mails to the log, invitations and new passwords of staff"
        " among them. Set it to your mail server: smtp+tls://user:password@mail.example.vn:587"
    )
vars().update(env.email_url_config(EMAIL_URL))
# Seconds; a mail server that hangs must not block a worker.
EMAIL_TIMEOUT = 15
DEFAULT_FROM_EMAIL: str = env.str("DEFAULT_FROM_EMAIL", default="Sổ Tiêm <khong-tra-loi@localhost>")

# Celery and the Redis client use different URL schemes for a Unix socket.
CELERY_BROKER_URL = REDIS_URL.replace("unix:", "redis+socket:", 1)
CELERY_TASK_ALWAYS_EAGER = False
# For how many days after a case was closed its photos are kept (corrections/photos/retention.py).
PHOTOS_KEPT_DAYS: int = env.int("PHOTOS_KEPT_DAYS", default=365)
if PHOTOS_KEPT_DAYS < 60:
    raise ImproperlyConfigured(
        "PHOTOS_KEPT_DAYS is below 60. A closed case may be appealed for 30 days, and opened again."
    )
# For how long a decision may be taken back by its author before anybody is told; 0: not at all.
TAKE_BACK_SECONDS: int = env.int("TAKE_BACK_SECONDS", default=30)
if not 0 <= TAKE_BACK_SECONDS <= 60:
    raise ImproperlyConfigured(
        "TAKE_BACK_SECONDS is not between 0 and 60. A citizen waits that long for each decision."
    )
# Tesseract, which reads what stands on photos (docs/adr/0033): a name or path; "": `tesseract`, where
# PATH has it. What names no program switches the reading off.
OCR_COMMAND: str = env.str("OCR_COMMAND", default="")
# What DuckDB may use while it finds two records of one person, and where it writes meanwhile ("": the
# system's folder for temporary files). It needs about 10 GB of disk for 50 million people.
MATCHING_MEMORY: str = env.str("MATCHING_MEMORY", default="2GB")
MATCHING_FOLDER: str = env.str("MATCHING_FOLDER", default="")
# After how many deaths of its process a piece of background work is set aside (docs/adr/0006).
WORK_TRIES: int = env.int("WORK_TRIES", default=3)
if WORK_TRIES < 2:
    raise ImproperlyConfigured(
        "WORK_TRIES is below 2: a worker that was killed once, by a restart for example, would leave"
        " its work undone for good. Leave it out (3), or set 2 or more."
    )

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "accounts.api_auth.ApiTokenAuthentication",
        "partners.tokens.PartnerToken",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["api.parsing.TypedJSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_PAGINATION_CLASS": None,
    "EXCEPTION_HANDLER": "drf_standardized_errors.handler.exception_handler",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
DRF_STANDARDIZED_ERRORS = {"EXCEPTION_HANDLER_CLASS": "api.errors.ErrorHandler"}
SPECTACULAR_SETTINGS = {
    "TITLE": "VaxReg API",
    "VERSION": "1.0.0",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "COMPONENT_SPLIT_REQUEST": True,
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "api.schema.add_error_answers",
    ],
    "ENUM_NAME_OVERRIDES": {
        "DoseKindEnum": "doses.models.DoseFacts.Kind",
        "CorrectionKindEnum": "corrections.models.Kind",
        "OrganizationKindEnum": "organizations.models.Organization.Kind",
        "WebhookEventEnum": "partners.models.EventType",
    },
}

# Parts of the account page that apps above accounts/ add: each returns its template with what it
# shows, or None.
ACCOUNT_SECTIONS = [
    "identity.views.account_section",
    "citizens.link_views.account_section",
    "partners.views.own_apps.account_section",
    "own_data.views.my_data.account_section",
]

from vaxreg.logs import LOGGING  # noqa: E402,F401
from vaxreg.more_settings.watching import *  # noqa: E402,F403
from vaxreg.private_files.settings import *  # noqa: E402,F403
from vaxreg.private_files.settings import PRIVATE_STORAGE  # noqa: E402
from vaxreg.sign_in_settings import *  # noqa: E402,F403  (sign-in has many settings)
from vaxreg.sign_in_settings import VNEID_ISSUER  # noqa: E402

STORAGES["default"] = PRIVATE_STORAGE
if VNEID_ISSUER and not VNEID_ISSUER.startswith("https://") and not (DEMO or DEBUG):
    raise ImproperlyConfigured(
        "VNEID_ISSUER does not begin with https://. Without it anybody on the way could sign in as"
        " anybody."
    )
