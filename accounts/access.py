"""Which pages a user may open, by the kind of session (citizen or staff); not by role."""

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import urlencode

from accounts import sessions
from accounts.models import SessionKind
from accounts.programs import program_of
from vaxreg.addresses import own_path

SIGN_IN_PAGES = {
    SessionKind.CITIZEN: "accounts:sign_in",
    SessionKind.STAFF: "accounts:staff_sign_in",
}


def session_kind(request: HttpRequest) -> SessionKind | None:
    """Return the kind of the session, or of the program, of this request."""
    program = program_of(request)
    return program.kind if program else sessions.kind_of(request)


def is_staff_session(request: HttpRequest) -> bool:
    """Whether the session proved password and second factor; a phone code alone never does."""
    return session_kind(request) == SessionKind.STAFF


def is_citizen_session(request: HttpRequest) -> bool:
    """Whether the session proved a phone number by a code."""
    return session_kind(request) == SessionKind.CITIZEN


def sign_in_url(request: HttpRequest, kind: SessionKind) -> str:
    """Return the sign-in page for this kind, with the page to return to.

    A form that was being sent cannot be repeated by GET: the user returns to the form's page.
    """
    url, back = reverse(SIGN_IN_PAGES[kind]), page_of(request)
    return f"{url}?{urlencode({'next': back})}" if back else url


def page_of(request: HttpRequest) -> str:
    """Return the page that the user sees: of this request, or that with the form; "" if unknown."""
    back = request.get_full_path()
    if request.method not in ("GET", "HEAD") or request.headers.get("HX-Request"):
        origin = f"{request.scheme}://{request.get_host()}"
        page = request.headers.get("HX-Current-URL") or request.headers.get("Referer", "")
        back = page.removeprefix(origin) if page.startswith(f"{origin}/") else ""
    return own_path(back)


def home_url(kind: SessionKind) -> str:
    """Return the page after signing in when no other page was asked for."""
    return str(settings.SESSION_HOMES[kind.value])
