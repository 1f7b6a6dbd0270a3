"""Public pages: the same for everybody, so that shared caches may store them."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse


class PublicPagesMiddleware:
    """Removes the cookies from requests for `PUBLIC_PAGES`, so that no answer can depend on them.

    An answer depends on the URL alone, its language included; it neither varies by cookie nor
    sets one.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path.startswith(settings.PUBLIC_PAGES):
            return self.get_response(request)
        request.META.pop("HTTP_COOKIE", None)
        request.COOKIES = {}
        response = self.get_response(request)
        response.cookies.clear()
        varies = [name.strip() for name in response.headers.get("Vary", "").split(",")]
        del response.headers["Vary"]
        if others := [name for name in varies if name and name.lower() != "cookie"]:
            response.headers["Vary"] = ", ".join(others)
        return response
