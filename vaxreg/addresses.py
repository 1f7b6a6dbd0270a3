"""Absolute URLs for messages; outside a request the host is known from the settings only."""

from django.conf import settings


def absolute(path: str) -> str:
    """Return the absolute URL of a path of this site; the path begins with a slash."""
    scheme = "https" if settings.HTTPS else "http"
    return f"{scheme}://{settings.SITE_DOMAIN}{path}"
