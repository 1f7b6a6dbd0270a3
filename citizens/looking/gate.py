"""The gate of every look outside of one's cases: free at first, then asked why, slowed, stopped.

It only reads and raises; the page of the exception (review/looking/) says what to do next, and
stores a stop.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.core import signing
from django.db import connection
from django.db.models import QuerySet

from citizens.looking import rules
from citizens.looking.counting import HOUR, Looked, looked
from citizens.models import BreakGlass, LookingReason, LookingStop, RecordVisit
from vaxreg import db_time

if TYPE_CHECKING:
    from accounts.models import User

Ground = RecordVisit.Ground
# First number of the advisory locks: the looks of one account are counted one after the other.
LOCK = 0x100C
_SALT = "citizens.looking"


class CannotLook(Exception):
    """The account may not open these people now; nothing was shown and nothing was logged."""

    def __init__(self, citizens: Collection[int]) -> None:
        super().__init__()
        self.citizens = sorted(citizens)


class SayWhy(CannotLook):
    """It has opened many people outside of its cases: first it says why it looks."""


class Wait(CannotLook):
    """It has opened too many: the next one opens at `retry_at`."""

    def __init__(self, citizens: Collection[int], retry_at: datetime) -> None:
        super().__init__(citizens)
        self.retry_at = retry_at


class Stopped(CannotLook):
    """It opens nobody outside of its cases, until a supervisor lifts it. Counts of people."""

    def __init__(self, citizens: Collection[int], in_hour: int, in_day: int) -> None:
        super().__init__(citizens)
        self.in_hour, self.in_day = in_hour, in_day


def pass_gate(user: "User", citizens: Collection[int], ground: str) -> tuple[str, str]:
    """Return the ground and the reason for the rows of this look, or raise CannotLook.

    In a transaction: it locks the account until the rows are written. Whoever has opened one of the
    people in an emergency looks on that ground.
    """
    if ground not in RecordVisit.OUTSIDE and ground != Ground.BREAK_GLASS:
        return ground, ""
    wanted = set(citizens)
    broken = running(user).filter(citizen__in=wanted)
    opened = {glass.citizen_id: glass for glass in broken}
    if wanted and wanted <= opened.keys():
        return Ground.BREAK_GLASS, next(iter(opened.values())).reason
    if ground == Ground.BREAK_GLASS:
        # It has ended meanwhile.
        ground = Ground.ELSEWHERE
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LOCK, user.pk])
    seen = looked(user)
    stop = LookingStop.objects.filter(user=user, lifted_at=None).first()
    if stop is not None:
        raise Stopped(wanted, stop.in_hour, stop.in_day)
    reason = _reason(user, wanted, seen.now)
    if not all(seen.is_open(one) for one in wanted):
        _compare(seen, wanted, reason)
    return ground, reason


def say_why(user: "User", citizens: Collection[int], reason: str) -> None:
    """Store why the account wants to open these people; it opens them within an hour."""
    now = db_time.now()
    LookingReason.objects.bulk_create(
        LookingReason(user=user, citizen_id=one, reason=reason, at=now) for one in citizens
    )


def running(user: "User") -> QuerySet[BreakGlass]:
    """Return the emergencies of the account that have not ended."""
    now = db_time.now()
    return BreakGlass.objects.filter(user=user, at__lte=now, ends_at__gt=now)


def token_of(user: "User", citizens: Collection[int]) -> str:
    """Return a text for a form that names these people to this account alone, without telling who."""
    return signing.dumps([user.pk, *citizens], salt=_SALT)


def citizens_of(user: "User", token: str) -> list[int]:
    """Return the people that a token of the last hour names; none for any other text."""
    try:
        owner, *citizens = signing.loads(token, salt=_SALT, max_age=HOUR)
    except (signing.BadSignature, ValueError):
        return []
    return citizens if owner == user.pk else []


def _reason(user: "User", citizens: Collection[int], now: datetime) -> str:
    """Return what was typed for these people within the last hour; "" unless for all of them."""
    found = dict(
        LookingReason.objects.filter(user=user, citizen__in=citizens, at__gt=now - HOUR)
        .order_by("at", "pk")
        .values_list("citizen", "reason")
    )
    return found[max(found)] if found and set(citizens) <= found.keys() else ""


def _compare(seen: Looked, wanted: Collection[int], reason: str) -> None:
    """Raise what the limits say about one more look."""
    rule = rules.in_force()
    hour, day = seen.in_hour(wanted), seen.in_day(wanted)
    if hour >= rule.stop_hour or day >= rule.stop_day:
        raise Stopped(wanted, hour, day)
    if (hour >= rule.ask_hour or day >= rule.ask_day) and not reason:
        raise SayWhy(wanted)
    newest = seen.newest()
    if newest is not None and (hour >= rule.wait_hour or day >= rule.wait_day):
        retry_at = newest + timedelta(minutes=rule.wait_minutes)
        if retry_at > seen.now:
            raise Wait(wanted, retry_at)
