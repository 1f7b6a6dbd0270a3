"""The language of answers to programs: the one that they ask for."""

from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import translation
from django.utils.cache import patch_vary_headers

GetResponse = Callable[[HttpRequest], HttpResponseBase]


class ProgramLanguageMiddleware:
    """Follows `Accept-Language` for requests with a token; without it they answer in Vietnamese.

    A program says what its own user reads. The header of a browser says nothing of the kind: see
    accounts.middleware.LanguageMiddleware.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if "Authorization" not in request.headers or "Accept-Language" not in request.headers:
            return self.get_response(request)
        language = translation.get_language_from_request(request)
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        patch_vary_headers(response, ["Accept-Language"])
        return response
