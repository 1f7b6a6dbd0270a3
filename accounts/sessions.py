"""Sessions: their kind, how they begin and end, and how long they last."""

from datetime import datetime, timedelta
from typing import Any

from allauth.account.internal.flows.login import get_authentication_records
from django.conf import settings
from django.contrib.auth import logout
from django.contrib.sessions.backends.base import SessionBase
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.utils import timezone

from accounts.models import ApiToken, SessionKind, User

KIND = "accounts.kind"
STARTED_AT = "accounts.started_at"
SEEN_AT = "accounts.seen_at"
LANGUAGE = "accounts.language"

# How long a second factor that was proven stands for changing the second factors themselves.
FRESH_FOR = timedelta(minutes=10)
# The time of the last use is stored at most this often.
SEEN_EVERY = timedelta(seconds=30)


def begin(request: HttpRequest, user: User, kind: SessionKind) -> None:
    """Mark the new session as one of this kind.

    Raises PermissionDenied for a staff session without both factors.
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
    """Whether password and second factor were both proven in this session."""
    methods = {record["method"] for record in get_authentication_records(request, user)}
    return {"password", "mfa"} <= methods


def is_fresh(request: HttpRequest, user: User) -> bool:
    """Whether the second factor was proven in the last minutes (FRESH_FOR)."""
    since = (timezone.now() - FRESH_FOR).timestamp()
    records = get_authentication_records(request, user)
    return any(record["method"] == "mfa" and record["at"] > since for record in records)


def kind_of(request: HttpRequest) -> SessionKind | None:
    """Return the kind of the session; None if nobody is signed in."""
    if not request.user.is_authenticated:
        return None
    kind = request.session.get(KIND)
    return SessionKind(kind) if kind in SessionKind.values else None


def limit_reached(request: HttpRequest, kind: SessionKind, now: datetime) -> timedelta | None:
    """Return the limit (idle or total) that the session has reached, or None."""
    return limit_of(request.session, kind, now)


def limit_of(
    data: SessionBase | dict[str, Any], kind: SessionKind, now: datetime
) -> timedelta | None:
    """The same for a session by what is stored in it."""
    idle, absolute = settings.SESSION_LENGTHS[kind.value]
    started = float(data.get(STARTED_AT, 0))
    seen = float(data.get(SEEN_AT, 0))
    if now.timestamp() - started >= absolute.total_seconds():
        return absolute
    if now.timestamp() - seen >= idle.total_seconds():
        return idle
    return None


def note_use(request: HttpRequest, now: datetime) -> None:
    """Store the time of use, at most every SEEN_EVERY."""
    if now.timestamp() - float(request.session[SEEN_AT]) >= SEEN_EVERY.total_seconds():
        request.session[SEEN_AT] = now.timestamp()


def end_all(user: User) -> None:
    """End all sessions of this user, on every device, and the tokens of their programs."""
    user.sessions_ended_at = timezone.now()
    user.save(update_fields=["sessions_ended_at"])
    ApiToken.objects.filter(user=user, revoked_at=None).update(revoked_at=timezone.now())
