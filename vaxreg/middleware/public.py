"""Public pages: the same for everybody, so that shared caches may store them."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse


class PublicPagesMiddleware:
    """Removes cookies and language from requests for `PUBLIC_PAGES`: no answer can depend on them.

    An answer depends on the URL alone, its language included; it neither varies by header nor
    sets a cookie.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path.startswith(settings.PUBLIC_PAGES):
            return self.get_response(request)
        request.META.pop("HTTP_COOKIE", None)
        request.META.pop("HTTP_ACCEPT_LANGUAGE", None)
        request.COOKIES = {}
        response = self.get_response(request)
        response.cookies.clear()
        del response.headers["Vary"]
        return response
