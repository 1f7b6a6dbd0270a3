"""How static files are kept: under names that change with them, compressed once at set-up."""

from typing import Any

from django.conf import settings
from whitenoise.compress import Compressor
from whitenoise.storage import CompressedManifestStaticFilesStorage


class CompressedStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Brotli takes ten seconds for what gzip does in one: servers have them, a first look not."""

    def create_compressor(self, **options: Any) -> Compressor:
        return Compressor(use_brotli=not settings.DEMO, **options)
