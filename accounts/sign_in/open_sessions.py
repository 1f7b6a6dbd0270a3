"""The sessions of a user on all devices, as the account page lists and ends them."""

from dataclasses import dataclass
from datetime import UTC, datetime

from allauth.usersessions.models import UserSession
from django.contrib.auth import HASH_SESSION_KEY
from django.contrib.sessions.models import Session
from django.http import HttpRequest
from ua_parser import parse

from accounts import sessions
from accounts.models import SessionKind, User
from vaxreg import db_time, ui
from vaxreg.uuids import with_id


@dataclass(frozen=True)
class OpenSession:
    """A session that still lasts; `browser` and `system` are empty when they tell nothing.

    address: where it began, masked.
    """

    pk: int
    kind: SessionKind
    browser: str
    system: str
    address: str
    started_at: datetime
    seen_at: datetime
    is_this: bool


def of(request: HttpRequest, user: User) -> list[OpenSession]:
    """Return the sessions of this user that still last, the one of this request first."""
    rows = {row.session_key: row for row in UserSession.objects.filter(user=user)}
    stored = Session.objects.filter(session_key__in=rows, expire_date__gt=db_time.now())
    found = [_read(request, user, rows[one.session_key], one) for one in stored]
    lasting = [one for one in found if one is not None]
    return sorted(lasting, key=lambda one: (not one.is_this, -one.seen_at.timestamp()))


def end(request: HttpRequest, user: User, key: str) -> bool:
    """End another session of this user, with this id, as a form sends it; False when there is none."""
    others = UserSession.objects.filter(user=user).exclude(session_key=request.session.session_key)
    row = with_id(others, key).first()
    if row is not None:
        row.end()
    return row is not None


def end_others(request: HttpRequest, user: User) -> int:
    """End all sessions of this user but this one; return how many lasted."""
    lasting = [one for one in of(request, user) if not one.is_this]
    others = UserSession.objects.filter(user=user).exclude(session_key=request.session.session_key)
    for row in others:
        row.end()
    return len(lasting)


def browser_of(request: HttpRequest) -> str:
    """Return the browser of this request in words, such as "Firefox · Windows"; "" if unknown."""
    return " · ".join(name for name in _names(request.headers.get("User-Agent", "")) if name)


def _names(user_agent: str) -> tuple[str, str]:
    """Return the names of browser and system, "" for what it does not tell."""
    agent = parse(user_agent)
    browser = agent.user_agent.family if agent.user_agent else ""
    return browser, agent.os.family if agent.os else ""


def _read(
    request: HttpRequest, user: User, row: UserSession, stored: Session
) -> OpenSession | None:
    data = stored.get_decoded()
    kind = data.get(sessions.KIND)
    if kind not in SessionKind.values or data.get(HASH_SESSION_KEY) not in _hashes(user):
        return None
    if sessions.limit_of(data, SessionKind(kind), db_time.now()) is not None:
        return None
    browser, system = _names(row.user_agent)
    return OpenSession(
        pk=row.pk,
        kind=SessionKind(kind),
        browser=browser,
        system=system,
        address=ui.masked_address(row.ip),
        started_at=datetime.fromtimestamp(data[sessions.STARTED_AT], UTC),
        seen_at=datetime.fromtimestamp(data[sessions.SEEN_AT], UTC),
        is_this=row.session_key == request.session.session_key,
    )


def _hashes(user: User) -> set[str]:
    return {user.get_session_auth_hash(), *user.get_session_auth_fallback_hash()}
