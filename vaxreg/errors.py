"""Error pages and API errors: what went wrong, the next step and a phone number."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template import loader
from django.utils.translation import gettext as _

from vaxreg import ui
from vaxreg.private_files.outage import StoreDown

logger = logging.getLogger(__name__)

DATABASE_DOWN = (OperationalError, InterfaceError)
RETRY_SECONDS = 30
# The header of these pages has its links, but counts nothing: strangers may ask for many of them.
QUIET = {"counts_nothing": True}
# Codes of FHIR for what is answered outside of its own views.
FHIR_CODES = {
    403: "forbidden",
    404: "not-found",
    408: "timeout",
    413: "too-long",
    500: "exception",
    503: "transient",
}


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403: within the user's scope, but not allowed. Shows the exception's message, if any."""
    reason = str(exception or "")
    if _is_api(request.path):
        return _api_error(request.path, "client_error", "permission_denied", reason, 403)
    return render(request, "403.html", {"reason": reason, **QUIET}, status=403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404: no such page, or not for this user; both answers are the same."""
    if _is_api(request.path):
        return _api_error(
            request.path, "client_error", "not_found", _("There is nothing here."), 404
        )
    return render(request, "404.html", {**QUIET}, status=404)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 for a form that was open too long or came from another site; nothing was changed."""
    if _is_api(request.path):
        return _api_error(request.path, "client_error", "csrf", reason, 403)
    return render(request, "403_csrf.html", {"again": request.get_full_path(), **QUIET}, status=403)


def conflict(
    request: HttpRequest, *, headline: str, text: str, href: str, link: str
) -> HttpResponse:
    """409: somebody else acted first, or it is too late. `text` says who and when; `href`: next."""
    context = {"headline": headline, "text": text, "href": href, "link": link, **QUIET}
    return render(request, "409.html", context, status=409)


def server_error(request: HttpRequest) -> HttpResponse:
    """500, or 503 when the database is unreachable. Uses neither database nor session."""
    status = 503 if isinstance(sys.exc_info()[1], DATABASE_DOWN) else 500
    return without_database(status, request.path)


# By status: the page in both languages, and code and words of the API.
WITHOUT_DATABASE = {
    408: (
        "408.html",
        "too_slow",
        "The request did not arrive in time. Please send it again.",
    ),
    413: (
        "413.html",
        "too_large",
        "The request has more bytes than this address takes.",
    ),
    500: ("500.html", "error", "Something went wrong on our side."),
    503: (
        "503.html",
        "unavailable",
        "The registry is not reachable just now. Please try again in a minute.",
    ),
}


def without_database(status: int, path: str) -> HttpResponse:
    """Return a page in both languages, or an API error, made without database and session.

    status: one of `WITHOUT_DATABASE`; 408 and 503 say with Retry-After when to try again.
    """
    template, code, words = WITHOUT_DATABASE[status]
    if _is_api(path):
        kind = "server_error" if status >= 500 else "client_error"
        response: HttpResponse = _api_error(path, kind, code, words, status)
    else:
        page = loader.get_template(template).render({"hotline": ui.hotline()})
        response = HttpResponse(page, status=status)
    if status in {408, 503}:
        response.headers["Retry-After"] = str(RETRY_SECONDS)
    return response


def photos_not_kept() -> str:
    """Return what stands beside the field of photos that could not be kept, and what to do."""
    return _(
        "Photos cannot be kept just now, and nothing was sent. What you typed still stands here."
        " Choose the photos again and send it in a few minutes. If it is urgent, call %(number)s."
    ) % {"number": ui.hotline().display}


def out_of_order(page: HttpResponse) -> HttpResponse:
    """Make a page that was rendered the answer to a request that works again later: 503."""
    page.status_code = 503
    page.headers["Retry-After"] = str(RETRY_SECONDS)
    return page


def _store_down(request: HttpRequest) -> HttpResponse:
    """503: photos can be neither kept nor shown now; in the reader's language, as all else works."""
    if _is_api(request.path):
        words = _("Photos can be neither kept nor shown just now. Try again in a few minutes.")
        answer: HttpResponse = _api_error(
            request.path, "server_error", "unavailable", words, status=503
        )
        return out_of_order(answer)
    again = request.get_full_path() if request.method in ("GET", "HEAD") else ""
    return out_of_order(render(request, "503_photos.html", {"again": again, **QUIET}))


class ImpossibleAddressMiddleware:
    """Answers 404 to an address with a NUL character: PostgreSQL cannot store one in a text."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "\0" in request.path or "%00" in request.META.get("QUERY_STRING", ""):
            return not_found(request)
        return self.get_response(request)


class DatabaseDownMiddleware:
    """Turns a lost database connection or store of photos inside a view into its 503 page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Log the error as well: Django logs nothing when a middleware answers."""
        if isinstance(exception, StoreDown):
            logger.error("private_files_unavailable: %s", exception)
            return _store_down(request)
        if not isinstance(exception, DATABASE_DOWN):
            return None
        logger.error("database_unavailable", exc_info=exception)
        return without_database(503, request.path)


def _is_api(path: str) -> bool:
    return path.startswith(("/api/", "/fhir/"))


def _api_error(path: str, kind: str, code: str, detail: str, status: int) -> JsonResponse:
    """Return an error in the format of every other error of the interface, by its address."""
    if path.startswith("/fhir/"):
        issue = {"severity": "error", "code": FHIR_CODES[status], "details": {"text": detail}}
        body = {"resourceType": "OperationOutcome", "issue": [issue]}
        return JsonResponse(body, status=status, content_type="application/fhir+json")
    errors = [{"code": code, "detail": detail, "attr": None}]
    return JsonResponse({"type": kind, "errors": errors}, status=status)
