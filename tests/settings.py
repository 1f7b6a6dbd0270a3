"""Settings under test: the real ones, minus what only costs time, plus strictness."""

import os

os.environ.setdefault("SECRET_KEY", "only-under-test-and-never-on-a-server")
os.environ.setdefault("DATABASE_URL", "postgres:///vaxreg")
os.environ.setdefault("REDIS_URL", "redis://127.0.0.1:6379/0")
os.environ["DEMO"] = "1"
os.environ["DEBUG"] = "0"
os.environ["HTTPS"] = "0"

from vaxreg.settings import *  # noqa: F403
from vaxreg.settings import DATABASES, INSTALLED_APPS, MIDDLEWARE, STORAGES

# Judges of migrations: one line of them in each app, none that stops a release that still runs.
INSTALLED_APPS = [*INSTALLED_APPS, "django_linear_migrations", "django_migration_linter"]
ALLOWED_HOSTS = ["*"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    **STORAGES,
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
MIDDLEWARE = [m for m in MIDDLEWARE if "whitenoise" not in m]
# A hint runs its task at once, in the same process: what Celery would do, without waiting.
CELERY_TASK_ALWAYS_EAGER = True
CELERY_TASK_EAGER_PROPAGATES = True
# No photo is read, whatever this machine has installed; tests of reading set a program.
OCR_COMMAND = "off"
# Nothing signs certificates; tests of them make keys of their own.
CERTIFICATE_KEYS = ""
# Decisions count at once, as they do when their deadline is near; tests of taking back set 30.
TAKE_BACK_SECONDS = 0
# `./test` without arguments migrates one database, of which those of its workers are copies.
DATABASES["default"]["TEST"]["TEMPLATE"] = os.environ.get("TEST_TEMPLATE")
# Who waits for a lock that nobody will let go of is told where.
DATABASES["default"]["OPTIONS"]["options"] = "-c lock_timeout=60s"
