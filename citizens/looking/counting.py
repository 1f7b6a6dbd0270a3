"""How many people somebody opened outside of their cases: counted from the visits alone.

A person counts once, however often they were opened, and not at all once the same account has
opened them inside its cases within a day: a caller who then proved who they are, a case that came.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Exists, Max, Min, OuterRef, Q, QuerySet

from citizens.models import LookingStop, RecordVisit
from vaxreg import db_time

if TYPE_CHECKING:
    from accounts.models import User

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
# Grounds that make an earlier visit of the same person all right.
INSIDE = tuple(ground for ground in RecordVisit.Ground.values if ground not in RecordVisit.OUTSIDE)


@dataclass(frozen=True)
class Looked:
    """What one account opened outside: by citizen the first and the last moment within a day."""

    first: dict[int, datetime]
    last: dict[int, datetime]
    now: datetime

    def in_hour(self, besides: Iterable[int] = ()) -> int:
        """Return the number of people of the last hour, without these."""
        kept = {key for key, at in self.last.items() if at > self.now - HOUR}
        return len(kept - set(besides))

    def in_day(self, besides: Iterable[int] = ()) -> int:
        """Return the number of people of the last 24 hours, without these."""
        return len(self.last.keys() - set(besides))

    def newest(self) -> datetime | None:
        """Return when the person who came last was opened first."""
        return max(self.first.values(), default=None)

    def is_open(self, citizen: int) -> bool:
        """Whether this person was opened within the last hour already."""
        at = self.last.get(citizen)
        return at is not None and at > self.now - HOUR


def outside() -> "QuerySet[RecordVisit]":
    """Return the visits outside of one's cases that no visit inside has explained.

    At a vaccination session one nurse finds the person and another one records the dose.
    """
    by_oneself = Q(user=OuterRef("user"))
    at_session = Q(organization=OuterRef("organization"), why=RecordVisit.Why.RECORDING)
    explained = RecordVisit.objects.filter(
        by_oneself | at_session,
        citizen=OuterRef("citizen"),
        ground__in=INSIDE,
        at__gt=OuterRef("at") - DAY,
        at__lt=OuterRef("at") + DAY,
    ).exclude(seen=RecordVisit.Seen.LIST)
    return RecordVisit.objects.filter(ground__in=RecordVisit.OUTSIDE).exclude(Exists(explained))


def looked(user: "User") -> Looked:
    """Return what the account opened outside within 24 hours, or since its last stop was lifted."""
    now = db_time.now()
    lifted = LookingStop.objects.filter(user=user).aggregate(at=Max("lifted_at"))["at"]
    since = max(now - DAY, lifted) if lifted else now - DAY
    rows = outside().filter(user=user, at__gt=since).order_by().values_list("citizen")
    found = list(rows.annotate(first=Min("at"), last=Max("at")))
    return Looked(
        first={citizen: first for citizen, first, _last in found},
        last={citizen: last for citizen, _first, last in found},
        now=now,
    )


def people_by_user(users: "QuerySet[Any, Any]", since: datetime) -> dict[int, int]:
    """Return how many people each of these accounts (a query of ids) opened outside since then.

    Accounts that opened nobody are left out; the most are first.
    """
    rows = outside().filter(user__in=users, at__gt=since).order_by().values_list("user")
    return dict(rows.annotate(people=Count("citizen", distinct=True)).order_by("-people", "user"))
