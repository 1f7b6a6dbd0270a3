"""Settings of the place of private files: a folder, or a bucket of an object store that speaks S3.

Imported at the end of `vaxreg/settings.py`.
"""

from pathlib import Path
from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured

env = environ.Env()

BASE_DIR = Path(__file__).resolve().parent.parent.parent
# The folder; beside an object store what was not moved yet is still read there.
PRIVATE_FILES: str = env.str("PRIVATE_FILES", default=str(BASE_DIR / "var/private"))

# The address of the store, "" for none; its bucket, and key and secret of a user of that bucket alone.
PRIVATE_FILES_S3_URL: str = env.str("PRIVATE_FILES_S3_URL", default="")
PRIVATE_FILES_S3_BUCKET: str = env.str("PRIVATE_FILES_S3_BUCKET", default="")
PRIVATE_FILES_S3_KEY: str = env.str("PRIVATE_FILES_S3_KEY", default="")
PRIVATE_FILES_S3_SECRET: str = env.str("PRIVATE_FILES_S3_SECRET", default="")
PRIVATE_FILES_S3_REGION: str = env.str("PRIVATE_FILES_S3_REGION", default="us-east-1")
# How the store encrypts each file: AES256 with a key of its own, aws:kms with one of its key service.
PRIVATE_FILES_S3_ENCRYPTION: str = env.str("PRIVATE_FILES_S3_ENCRYPTION", default="AES256")
# Whether its address may begin with http://, in a network that nobody else is in.
PRIVATE_FILES_S3_HTTP: bool = env.bool("PRIVATE_FILES_S3_HTTP", default=False)

PRIVATE_FOLDER: dict[str, Any] = {
    "BACKEND": "django.core.files.storage.FileSystemStorage",
    # Private: a view that checks access sends the photos; they have no URL of their own.
    "OPTIONS": {"location": PRIVATE_FILES},
}
# The store by itself, for `manage.py move_files`; None without one.
PRIVATE_STORE: dict[str, Any] | None = None

if PRIVATE_FILES_S3_URL:
    missing = [
        name
        for name in ("PRIVATE_FILES_S3_BUCKET", "PRIVATE_FILES_S3_KEY", "PRIVATE_FILES_S3_SECRET")
        if not globals()[name]
    ]
    if missing:
        raise ImproperlyConfigured(
            f"PRIVATE_FILES_S3_URL is set, and {', '.join(missing)} not: no photo could be kept."
            " Set them, or take the address away to keep photos in a folder."
        )
    if PRIVATE_FILES_S3_ENCRYPTION not in ("AES256", "aws:kms"):
        raise ImproperlyConfigured(
            "PRIVATE_FILES_S3_ENCRYPTION is neither AES256 nor aws:kms. Photos of papers are not"
            " kept readable on disks of a store."
        )
    if not PRIVATE_FILES_S3_URL.startswith("https://") and not PRIVATE_FILES_S3_HTTP:
        raise ImproperlyConfigured(
            "PRIVATE_FILES_S3_URL does not begin with https://. Without it anybody on the way could"
            " read photos. In a network that nobody else is in, set PRIVATE_FILES_S3_HTTP=1."
        )
    PRIVATE_STORE = {
        "BACKEND": "vaxreg.private_files.object_store.ObjectStore",
        "OPTIONS": {
            "endpoint_url": PRIVATE_FILES_S3_URL,
            "bucket_name": PRIVATE_FILES_S3_BUCKET,
            "access_key": PRIVATE_FILES_S3_KEY,
            "secret_key": PRIVATE_FILES_S3_SECRET,
            "region_name": PRIVATE_FILES_S3_REGION,
            "encryption": PRIVATE_FILES_S3_ENCRYPTION,
        },
    }

# Where files go that come now.
PRIVATE_STORAGE = PRIVATE_FOLDER
if PRIVATE_STORE is not None:
    beside = {**PRIVATE_STORE["OPTIONS"], "earlier": PRIVATE_FILES}
    PRIVATE_STORAGE = {**PRIVATE_STORE, "OPTIONS": beside}
