"""Security headers for every response, error pages and files included."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

PERMISSIONS = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"
# For a page that scans; a file input that takes a photo needs no permission.
PERMISSIONS_TO_SCAN = PERMISSIONS.replace("camera=()", "camera=(self)")


class SafeHeadersMiddleware:
    """Sets Permissions-Policy, Cross-Origin-Resource-Policy and, outside /static/, no-store."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        if not request.path.startswith("/static/"):
            # Personal pages must not be shown from a cache, nor by the Back button.
            response.headers.setdefault("Cache-Control", "no-store")
        return response
