"""Storage of static files: hashed file names, compressed once at set-up."""

from typing import Any

from django.conf import settings
from whitenoise.compress import Compressor
from whitenoise.storage import CompressedManifestStaticFilesStorage


class CompressedStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Compresses with gzip; with Brotli (ten times slower) only outside demo mode."""

    def create_compressor(self, **options: Any) -> Compressor:
        return Compressor(use_brotli=not settings.DEMO, **options)
