"""Sessions: of which kind they are, how long they last, how they begin and end."""

from datetime import datetime, timedelta

from allauth.account.internal.flows.login import get_authentication_records
from django.conf import settings
from django.contrib.auth import logout
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.utils import timezone

from accounts.models import SessionKind, User

KIND = "accounts.kind"
STARTED_AT = "accounts.started_at"
SEEN_AT = "accounts.seen_at"
LANGUAGE = "accounts.language"

# A session is written back at most this often to note that it is in use.
SEEN_EVERY = timedelta(seconds=30)


def begin(request: HttpRequest, user: User, kind: SessionKind) -> None:
    """Mark the fresh session as one of this kind.

    Raises PermissionDenied for a staff session without both factors, whoever asks for it.
    """
    if kind == SessionKind.STAFF and not has_second_factor(request, user):
        logout(request)
        raise PermissionDenied
    now = timezone.now().timestamp()
    request.session[KIND] = kind.value
    request.session[STARTED_AT] = now
    request.session[SEEN_AT] = now
    request.session[LANGUAGE] = user.language


def has_second_factor(request: HttpRequest, user: User) -> bool:
    """Whether password and second factor were both proven in this very session."""
    methods = {record["method"] for record in get_authentication_records(request, user)}
    return {"password", "mfa"} <= methods


def kind_of(request: HttpRequest) -> SessionKind | None:
    """Through which door the sender came in; None when nobody is signed in."""
    if not request.user.is_authenticated:
        return None
    kind = request.session.get(KIND)
    return SessionKind(kind) if kind in SessionKind.values else None


def limit_reached(request: HttpRequest, kind: SessionKind, now: datetime) -> timedelta | None:
    """The limit (idle or absolute) that the session has run into, if any."""
    idle, absolute = settings.SESSION_LENGTHS[kind.value]
    started = float(request.session.get(STARTED_AT, 0))
    seen = float(request.session.get(SEEN_AT, 0))
    if now.timestamp() - started >= absolute.total_seconds():
        return absolute
    if now.timestamp() - seen >= idle.total_seconds():
        return idle
    return None


def note_use(request: HttpRequest, now: datetime) -> None:
    """Remember that the session was used, now and then."""
    if now.timestamp() - float(request.session[SEEN_AT]) >= SEEN_EVERY.total_seconds():
        request.session[SEEN_AT] = now.timestamp()


def end_all(user: User) -> None:
    """End every session of this user, on every device, from the next request on."""
    user.sessions_ended_at = timezone.now()
    user.save(update_fields=["sessions_ended_at"])
