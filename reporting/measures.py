"""Defines what counts as opened, decided, in time, missed, undone and open.

The daily figures (daily_job.py) count these rows, and the lists (case_lists.py) show them: so a
list has exactly as many rows as its number says.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import (
    Case,
    DateTimeField,
    DurationField,
    Exists,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from corrections.clocks import deadlines
from corrections.clocks.deadlines import HERE
from corrections.models import (
    CASE_CLOCKS,
    KEPT_DEADLINES,
    Breach,
    Clock,
    ClockChange,
    Holding,
    Pause,
)

NO_TIME = Value(timedelta(0), output_field=DurationField())
INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True)
class Span:
    """A half-open interval: `since` is included, `until` is not."""

    since: datetime
    until: datetime


def beginning(day: date) -> datetime:
    """Return the midnight at which a day begins in Viet Nam."""
    return datetime.combine(day, time(0), HERE)


def day_of(moment: datetime) -> date:
    """Return the date of a moment in Viet Nam."""
    return moment.astimezone(HERE).date()


def days(first: date, last: date, as_of: datetime) -> Span:
    """Return the span of these days; it ends at `as_of` at the latest."""
    end = beginning(last + timedelta(days=1))
    return Span(beginning(first), min(end, as_of + INSTANT))


def opened(span: Span) -> QuerySet[Holding]:
    """Holdings with which cases came to their first holder under a clock."""
    return Holding.objects.filter(opens=True, since__gte=span.since, since__lt=span.until)


def decided(span: Span) -> QuerySet[Clock]:
    """Clocks that a decision stopped."""
    return Clock.objects.filter(
        CASE_CLOCKS,
        stopped_how=Clock.Stop.DECIDED,
        stopped_at__gte=span.since,
        stopped_at__lt=span.until,
    )


def in_time(span: Span) -> QuerySet[Clock]:
    """Clocks that were due in the span and were kept by a decision."""
    return Clock.objects.filter(KEPT_DEADLINES, due_at__gte=span.since, due_at__lt=span.until)


def missed(span: Span) -> QuerySet[Breach]:
    """Deadlines that were due in the span and were missed, as the sweep or a verb recorded them.

    A breach that is written after the figures of its day are final counts for the day on which it
    is written (Breach.counts_at). A span that ends within a day contains what was written by then.
    """
    written = Breach.objects.filter(rung="due", counts_at__gte=span.since, counts_at__lt=span.until)
    if span.until != beginning(day_of(span.until)):
        written = written.filter(written_at__lt=span.until)
    return written.annotate(given_by=Coalesce("giver", "holder"))


def undone(span: Span) -> QuerySet[Clock]:
    """Clocks of decisions that were overturned on appeal, or reopened by the citizen."""
    return Clock.objects.filter(undone_at__gte=span.since, undone_at__lt=span.until)


def open_at(at: datetime) -> list[QuerySet[Clock]]:
    """Clocks that ran at a moment, with `desk` (the holder then) and `due_then` (due time then).

    In two querysets, for speed: clocks whose due time has not moved since, and those whose has.
    """
    here = Clock.objects.filter(
        Q(stopped_at=None) | Q(stopped_at__gte=at),
        Q(correction__holdings__until=None) | Q(correction__holdings__until__gte=at),
        CASE_CLOCKS,
        started_at__lt=at,
        correction__holdings__since__lt=at,
    ).annotate(desk=F("correction__holdings__organization"))
    pauses = Pause.objects.filter(Q(until=None) | Q(until__gt=at))
    changes = ClockChange.objects.filter(at__gte=at)
    moved = Q(pk__in=pauses.values("clock")) | Q(pk__in=changes.values("clock"))
    paused = pauses.filter(clock=OuterRef("pk"), since__lt=at)
    stood_still = pauses.filter(clock=OuterRef("pk")).exclude(until=None)
    due = ExpressionWrapper(
        F("due_at")
        - _total(stood_still, F("until") - F("since"))
        - _total(changes.filter(clock=OuterRef("pk")), F("new_due_at") - F("old_due_at")),
        output_field=DateTimeField(),
    )
    return [
        here.exclude(moved).annotate(due_then=F("due_at")),
        here.filter(moved).annotate(due_then=Case(When(~Exists(paused), then=due))),
    ]


def _total(rows: QuerySet[Any], length: Any) -> Coalesce:
    total = rows.order_by().values("clock").annotate(total=Sum(length)).values("total")
    return Coalesce(Subquery(total, output_field=DurationField()), NO_TIME)


def overdue_then(at: datetime) -> Q:
    """Of lying(): overdue. A paused clock has no due time: it is neither overdue nor due soon."""
    return Q(due_then__lt=at)


def soon_then(at: datetime) -> Q:
    """Of lying(): due within 12 hours."""
    return Q(due_then__gte=at, due_then__lt=at + deadlines.SOON)


@dataclass(frozen=True)
class CountedFact:
    """An event that is counted: its rows, the organization each counts for, and its moment."""

    rows: Callable[[Span], QuerySet[Any]]
    desk: str
    at: str


# By the name of its field in DayFigures.
FACTS: dict[str, CountedFact] = {
    "opened": CountedFact(opened, "organization", "since"),
    "decided": CountedFact(decided, "holder", "stopped_at"),
    "in_time": CountedFact(in_time, "holder", "due_at"),
    "missed": CountedFact(missed, "holder", "counts_at"),
    "missed_given": CountedFact(missed, "given_by", "counts_at"),
    "undone": CountedFact(undone, "holder", "undone_at"),
}
