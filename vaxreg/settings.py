"""All settings, one file. Everything that differs between machines comes from the environment.

`.env.example` lists the variables; a missing one that matters stops the start with a sentence.
"""

from datetime import timedelta
from pathlib import Path

import django_stubs_ext
import environ
from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

# Lets Django's generic classes be written with their types, as mypy --strict asks.
django_stubs_ext.monkeypatch()

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env()
if (BASE_DIR / ".env").exists():
    env.read_env(BASE_DIR / ".env")

# Demo mode: believable people and cases, codes readable on a page. Never on a real server.
DEMO: bool = env.bool("DEMO", default=False)
DEBUG: bool = env.bool("DEBUG", default=False)
# Served over https? True unless somebody says otherwise; the launcher's demo says otherwise.
HTTPS: bool = env.bool("HTTPS", default=not (DEMO or DEBUG))

SECRET_KEY: str = env.str("SECRET_KEY", default="")
if not SECRET_KEY:
    raise ImproperlyConfigured(
        "SECRET_KEY is not set. Put a long random text into the environment or .env."
    )

# Encrypt columns (vaxreg/encryption.py), newest first; each of them reads.
FIELD_KEYS: list[str] = env.list("FIELD_KEY", default=[])
if not FIELD_KEYS and (DEMO or DEBUG):
    FIELD_KEYS = [SECRET_KEY]
if not FIELD_KEYS:
    raise ImproperlyConfigured(
        "FIELD_KEY is not set. Put a long random text into the environment or .env, and keep it:"
        " what it has encrypted cannot be read without it."
    )

# The public host, used in messages and links (no scheme).
SITE_DOMAIN: str = env.str("SITE_DOMAIN", default="localhost")
ALLOWED_HOSTS: list[str] = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS: list[str] = env.list("CSRF_TRUSTED_ORIGINS", default=[])

INSTALLED_APPS = [
    # Before django.forms: its templates of form fields must win.
    "vaxreg",
    "messaging",
    "accounts",
    "organizations",
    "citizens",
    "doses",
    "corrections",
    "uptake",
    "reporting",
    "portal",
    "review",
    "administration",
    "public_statistics",
    "hotline",
    "oversight",
    "api",
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
    "django_cotton.apps.SimpleAppConfig",
    "django_htmx",
    "csp",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "drf_standardized_errors",
    "django_structlog",
]

MIDDLEWARE = [
    "vaxreg.health.HealthMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "vaxreg.middleware.headers.SafeHeadersMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "vaxreg.errors.DatabaseDownMiddleware",
    "vaxreg.middleware.public.PublicPagesMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "accounts.middleware.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.middleware.SessionLimitsMiddleware",
    "accounts.middleware.SecondFactorMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "vaxreg.errors.ImpossibleAddressMiddleware",
]

ROOT_URLCONF = "vaxreg.urls"
WSGI_APPLICATION = "vaxreg.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    [
                        "django_cotton.cotton_loader.Loader",
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

DATABASES = {
    "default": {
        **env.db("DATABASE_URL"),
        "ATOMIC_REQUESTS": False,
        "CONN_MAX_AGE": env.int("CONN_MAX_AGE", default=60),
        "CONN_HEALTH_CHECKS": True,
        "TEST": {"NAME": env.str("TEST_DATABASE_NAME", default="") or None},
    }
}
# Seconds until a connection attempt gives up; a hung database must give words, not silence.
DATABASES["default"].setdefault("OPTIONS", {})["connect_timeout"] = 5
# Milliseconds; the web process sets it so that a hung statement ends as a 503 page.
DB_STATEMENT_TIMEOUT = env.int("DB_STATEMENT_TIMEOUT", default=0)
if DB_STATEMENT_TIMEOUT:
    DATABASES["default"]["OPTIONS"]["options"] = f"-c statement_timeout={DB_STATEMENT_TIMEOUT}"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Redis carries hints, nothing that may not be lost (docs/adr/0006).
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
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        # Private: photos are streamed by a view that checks who asks, never by URL.
        "OPTIONS": {"location": env.str("PRIVATE_FILES", default=str(BASE_DIR / "var/private"))},
    },
    "staticfiles": {"BACKEND": "vaxreg.staticfiles.CompressedStorage"},
}

# Compressing is the slowest part of a first start: once per file, and not what no page loads.
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
LANGUAGE_COOKIE_NAME = f"{COOKIE_PREFIX}language"
LANGUAGE_COOKIE_SECURE = HTTPS
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_HTTPONLY = True

SECURE_SSL_REDIRECT = HTTPS
# Probes come from inside, over http.
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_HSTS_SECONDS = 63_072_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SECURE_REFERRER_POLICY = "same-origin"
SECURE_PROXY_SSL_HEADER = (
    ("HTTP_X_FORWARDED_PROTO", "https") if env.bool("BEHIND_PROXY", default=False) else None
)
# How many proxies of ours stand in front; the client's address is read that far from the right.
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
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

# Addresses that answer everybody alike, and may lie in anybody's cache (vaxreg/middleware/public.py).
PUBLIC_PAGES = ("/statistics",)

# Uploads (promises 27 and 31): bytes a request may hold in memory, and fields it may have.
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_621_440
DATA_UPLOAD_MAX_NUMBER_FIELDS = 200
DATA_UPLOAD_MAX_NUMBER_FILES = 10
FILE_UPLOAD_PERMISSIONS = 0o600

HOTLINE_DISPLAY = "1900 9095"
HOTLINE_TEL = "19009095"
HOTLINE_HOURS = "7:30–21:00"

# Messages. In demo mode e-mail goes to the console channel and SMS to the stand-in gateway.
SMS_GATEWAY_URL: str = env.str("SMS_GATEWAY_URL", default="")
SMS_GATEWAY_TOKEN: str = env.str("SMS_GATEWAY_TOKEN", default="")
# Signs what the gateway tells us of deliveries; without it nothing is believed.
SMS_RECEIPT_SECRET: str = env.str("SMS_RECEIPT_SECRET", default="")
# Seconds without a sign of life from the gateway after which a try has failed.
SMS_GATEWAY_TIMEOUT: float = env.float("SMS_GATEWAY_TIMEOUT", default=10.0)
# Vietnamese with its diacritics needs three SMS where one without them does.
SMS_WITH_DIACRITICS: bool = env.bool("SMS_WITH_DIACRITICS", default=False)
# How long a gateway may take to say that a message has arrived, before we call it unconfirmed.
SMS_RECEIPT_WITHIN = timedelta(hours=env.int("SMS_RECEIPT_HOURS", default=6))
# How long e-mails of one digest wait for each other.
MESSAGE_DIGEST_WAIT = timedelta(minutes=env.int("MESSAGE_DIGEST_MINUTES", default=10))
vars().update(env.email_url("EMAIL_URL", default="consolemail://"))
# Seconds; a mail server that hangs must not hold a worker.
EMAIL_TIMEOUT = 15
DEFAULT_FROM_EMAIL: str = env.str("DEFAULT_FROM_EMAIL", default="Sổ Tiêm <khong-tra-loi@localhost>")

# A socket has another name at Celery than at Redis' own client.
CELERY_BROKER_URL = REDIS_URL.replace("unix:", "redis+socket:", 1)
CELERY_TASK_ALWAYS_EAGER = False

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "accounts.api_auth.ApiTokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
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
    },
}

# Named checks behind /readyz, each returning a sentence when something is wrong, else "".
READINESS_CHECKS = [
    "vaxreg.health.database_trouble",
    "vaxreg.health.redis_trouble",
    "corrections.health.sweep_trouble",
    "corrections.health.outbox_trouble",
    "reporting.health.figures_trouble",
]

from vaxreg.logs import LOGGING  # noqa: E402,F401
from vaxreg.sign_in_settings import *  # noqa: E402,F403  (sign-in has many settings)
