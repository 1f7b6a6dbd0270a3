"""Queries of the pages of supervisors: who looked at how many people outside of their cases."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from citizens.looking import counting, supervisors
from citizens.looking.supervisors import KEPT
from citizens.masking import mask_name
from citizens.models import BreakGlass, LookingReview, LookingStop, RecordVisit
from organizations.models import Membership
from vaxreg import db_time

MOST_PEOPLE = 100
MOST_ROWS = 200


@dataclass(frozen=True)
class LookingLine:
    """One account in the list: people opened outside of its cases, and what is to be known besides."""

    user: User
    works: list[Membership]
    today: int
    month: int
    stop: LookingStop | None
    emergencies: int
    reviewed: LookingReview | None


@dataclass(frozen=True)
class LookingRow:
    """One visit behind a number, with the person masked."""

    visit: RecordVisit
    name: str

    @property
    def what(self) -> str:
        """What was seen, with the reference of a case."""
        if self.visit.reference and self.visit.seen != RecordVisit.Seen.PAIR:
            return _("case %(reference)s") % {"reference": self.visit.reference}
        return self.visit.get_seen_display()


@dataclass(frozen=True)
class LookingFile:
    """Everything about one account; `has_more`: older rows of the 30 days are not shown."""

    line: LookingLine
    rows: list[LookingRow]
    has_more: bool
    emergencies: list[tuple[BreakGlass, str]]
    reviews: list[LookingReview]
    stops: list[LookingStop]

    @property
    def citizens(self) -> set[int]:
        """Ids of the people whose rows the page shows."""
        return {row.visit.citizen_id for row in self.rows} | {
            glass.citizen_id for glass, _name in self.emergencies
        }


def lines(supervisor: User) -> list[LookingLine]:
    """Return those with something to look at: stopped ones first, then by people in 30 days."""
    mine = supervisors.supervised_by(supervisor).order_by().values("user")
    since = db_time.now() - KEPT
    counts = counting.people_by_user(mine, since)
    stopped = LookingStop.objects.filter(user__in=mine, lifted_at=None)
    opened = BreakGlass.objects.filter(user__in=mine, at__gt=since)
    wanted = [
        *stopped.values_list("user", flat=True),
        *counts,
        *opened.order_by().values_list("user", flat=True).distinct(),
    ]
    found = _lines(supervisor, list(dict.fromkeys(wanted))[:MOST_PEOPLE])
    return sorted(found, key=lambda one: (one.stop is None, -one.month, -one.emergencies))


def supervised(supervisor: User, public_id: UUID) -> User | None:
    """Return somebody whom the supervisor supervises; None for anybody else, and for oneself."""
    mine = supervisors.supervised_by(supervisor).order_by().values("user")
    person = User.objects.filter(pk__in=mine, public_id=public_id).first()
    return person if person and supervisors.supervises(supervisor, person) else None


def file_of(person: User, supervisor: User, *, today_only: bool = False) -> LookingFile:
    """Return the page of one account; the caller has checked that it is supervised."""
    since = _start_of_day() if today_only else db_time.now() - KEPT
    seen = counting.outside().filter(user=person, at__gt=since)
    rows = list(
        seen.select_related("citizen", "organization").order_by("-at", "-pk")[: MOST_ROWS + 1]
    )
    glasses = BreakGlass.objects.filter(user=person, at__gt=db_time.now() - KEPT)
    return LookingFile(
        line=_lines(supervisor, [person.pk])[0],
        rows=[LookingRow(one, mask_name(one.citizen.full_name)) for one in rows[:MOST_ROWS]],
        has_more=len(rows) > MOST_ROWS,
        emergencies=[
            (one, mask_name(one.citizen.full_name))
            for one in glasses.select_related("citizen", "organization")
        ],
        reviews=list(LookingReview.objects.filter(user=person).select_related("by")[:20]),
        stops=list(LookingStop.objects.filter(user=person).select_related("lifted_by")[:20]),
    )


def _lines(supervisor: User, users: Sequence[int]) -> list[LookingLine]:
    """Return the lines of these accounts, in their order; the number of queries is constant."""
    ids: QuerySet[Any, Any] = User.objects.filter(pk__in=users).order_by().values("pk")
    since = db_time.now() - KEPT
    month = counting.people_by_user(ids, since)
    today = counting.people_by_user(ids, _start_of_day())
    works: dict[int, list[Membership]] = {one: [] for one in users}
    held = supervisors.supervised_by(supervisor).filter(user__in=ids)
    for one in held.select_related("organization").order_by("organization__path", "role"):
        works[one.user_id].append(one)
    stopped = {one.user_id: one for one in LookingStop.objects.filter(user__in=ids, lifted_at=None)}
    glasses = BreakGlass.objects.filter(user__in=ids, at__gt=since).values_list("user", flat=True)
    emergencies = list(glasses)
    newest = LookingReview.objects.filter(user__in=ids).order_by("user", "-at", "-pk")
    reviewed = {one.user_id: one for one in newest.select_related("by").distinct("user")}
    known = User.objects.in_bulk(users)
    return [
        LookingLine(
            user=known[one],
            works=works[one],
            today=today.get(one, 0),
            month=month.get(one, 0),
            stop=stopped.get(one),
            emergencies=emergencies.count(one),
            reviewed=reviewed.get(one),
        )
        for one in users
    ]


def _start_of_day() -> datetime:
    """Return the last midnight in Viet Nam."""
    now = timezone.localtime(db_time.now())
    return now.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(microseconds=1)
