"""Which pages somebody reaches, by the door they came in through; nothing about roles."""

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import urlencode

from accounts import sessions
from accounts.addresses import own_path
from accounts.models import ApiToken, SessionKind

SIGN_IN_PAGES = {
    SessionKind.CITIZEN: "accounts:sign_in",
    SessionKind.STAFF: "accounts:staff_sign_in",
}


def session_kind(request: HttpRequest) -> SessionKind | None:
    """The kind of the session, or of the API token, that this request came with."""
    token = getattr(request, "auth", None)
    if isinstance(token, ApiToken):
        return SessionKind(token.kind)
    return sessions.kind_of(request)


def is_staff_session(request: HttpRequest) -> bool:
    """Whether both factors stand behind this request. A phone code alone never does."""
    return session_kind(request) == SessionKind.STAFF


def is_citizen_session(request: HttpRequest) -> bool:
    """Whether somebody stands behind this request who proved a phone number."""
    return session_kind(request) == SessionKind.CITIZEN


def sign_in_url(request: HttpRequest, kind: SessionKind) -> str:
    """The right sign-in page, which leads back to where the sender is.

    A form that was being sent cannot be asked for again by GET: it leads back to its page.
    """
    back = request.get_full_path()
    if request.method not in ("GET", "HEAD") or request.headers.get("HX-Request"):
        origin = f"{request.scheme}://{request.get_host()}"
        page = request.headers.get("HX-Current-URL") or request.headers.get("Referer", "")
        back = page.removeprefix(origin) if page.startswith(f"{origin}/") else ""
    url = reverse(SIGN_IN_PAGES[kind])
    back = own_path(back)
    return f"{url}?{urlencode({'next': back})}" if back else url


def home_url(kind: SessionKind) -> str:
    """Where somebody lands after signing in when they came from nowhere in particular."""
    return str(settings.SESSION_HOMES[kind.value])
