"""Whole addresses, for messages: outside of a request nobody knows the host but the settings."""

from django.conf import settings


def absolute(path: str) -> str:
    """Return the address of a path of ours (with its leading slash) as one that mail can carry."""
    scheme = "https" if settings.HTTPS else "http"
    return f"{scheme}://{settings.SITE_DOMAIN}{path}"
