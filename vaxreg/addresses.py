"""Addresses: absolute URLs of this site, paths that stay on it, and the client's IP address."""

import ipaddress

from django.conf import settings
from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme


def absolute(path: str) -> str:
    """Return the absolute URL of a path of this site; the path begins with a slash.

    For messages: outside a request the host is known from the settings only.
    """
    scheme = "https" if settings.HTTPS else "http"
    return f"{scheme}://{settings.SITE_DOMAIN}{path}"


def client_address(request: HttpRequest) -> str:
    """Return the client's IP address as our reverse proxies saw it; clients can forge the rest.

    For IPv6 it is the /64 network, because each client has a whole one.
    """
    parsed = _address(request)
    if parsed is None:
        return "unknown"
    if isinstance(parsed, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)


def client_ip(request: HttpRequest) -> str:
    """Return the same as one address, for IPv6 the first of its network; "0.0.0.0" when unknown."""
    return client_address(request).partition("/")[0].replace("unknown", "0.0.0.0")  # noqa: S104


def _address(request: HttpRequest) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    address = str(request.META.get("REMOTE_ADDR", ""))
    proxies: int = settings.TRUSTED_PROXIES
    if proxies:
        seen = str(request.META.get("HTTP_X_FORWARDED_FOR", "")).split(",")
        if len(seen) >= proxies:
            address = seen[-proxies].strip()
    try:
        return ipaddress.ip_address(address)
    except ValueError:
        return None


def own_path(url: str | None) -> str:
    """Return `url` if it is a path of this site, else "": prevents redirects to other sites."""
    if not url or not url.startswith("/"):
        return ""
    return url if url_has_allowed_host_and_scheme(url, allowed_hosts=None) else ""
