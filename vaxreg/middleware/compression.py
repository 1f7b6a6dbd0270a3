"""Sends texts compressed, except where an attacker could read a secret from their length."""

from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware

# Photos and spreadsheets are compressed by themselves.
TEXTS = (
    "text/",
    "application/json",
    "application/fhir+json",
    "application/manifest+json",
    "application/vnd.oai.openapi",
)


class CompressionMiddleware(GZipMiddleware):
    """Compresses with gzip, closed against BREACH (docs/adr/0030).

    BREACH lets a page of an attacker ask for ours again and again with guesses in the address, and
    reads from the length of each answer whether a guess repeats a secret on the page. So an answer
    to a request that another site began, and that has a session, leaves as it is. All others are
    padded: gzip's header holds a file name of random length.
    """

    max_random_bytes = 100

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        if not response.headers.get("Content-Type", "").startswith(TEXTS):
            return response
        if settings.SESSION_COOKIE_NAME in request.COOKIES and is_begun_elsewhere(request):
            return response
        return super().process_response(request, response)


def is_begun_elsewhere(request: HttpRequest) -> bool:
    """Whether another site, or a neighbouring host of our own, made the browser ask.

    Browsers say so in `Sec-Fetch-Site` (since 2023 all of them, over https); older ones only name
    the page that was left.
    """
    if site := request.headers.get("Sec-Fetch-Site"):
        return site not in {"same-origin", "none"}
    left = request.headers.get("Referer", "")
    try:
        return bool(left) and urlsplit(left).netloc != request.get_host()
    except (DisallowedHost, ValueError):
        return True
