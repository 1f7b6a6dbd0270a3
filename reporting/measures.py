"""What counts as opened, decided, in time, missed, undone, lying there: said here, once.

The figures of a day (daily_job.py) count these rows, and the lists behind the numbers show them: a
list has exactly as many rows as its number said.
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
    KEPT,
    TIMELY,
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
    """From a moment, included, to another, not included."""

    since: datetime
    until: datetime


def beginning(day: date) -> datetime:
    """Return the midnight with which a day begins in Viet Nam."""
    return datetime.combine(day, time(0), HERE)


def day_of(moment: datetime) -> date:
    """Return the day that a moment belongs to in Viet Nam."""
    return moment.astimezone(HERE).date()


def days(first: date, last: date, as_of: datetime) -> Span:
    """Return these days as a span, the last of them as far as it is known."""
    end = beginning(last + timedelta(days=1))
    return Span(beginning(first), min(end, as_of + INSTANT))


def opened(span: Span) -> QuerySet[Holding]:
    """Cases that came to a desk, the first one since their clock started."""
    return Holding.objects.filter(opens=True, since__gte=span.since, since__lt=span.until)


def decided(span: Span) -> QuerySet[Clock]:
    """Clocks that a decision stopped."""
    return Clock.objects.filter(
        TIMELY,
        stopped_how=Clock.Stop.DECIDED,
        stopped_at__gte=span.since,
        stopped_at__lt=span.until,
    )


def in_time(span: Span) -> QuerySet[Clock]:
    """Deadlines that fell into the span and had been kept by a decision."""
    return Clock.objects.filter(KEPT, due_at__gte=span.since, due_at__lt=span.until)


def missed(span: Span) -> QuerySet[Breach]:
    """Deadlines that fell into the span and were missed, as the sweep or a verb wrote them down.

    One that is written down when the figures of its day are final counts for the day on which it
    is written (Breach.counts_at). A span that ends within a day ends with what was written by then.
    """
    written = Breach.objects.filter(rung="due", counts_at__gte=span.since, counts_at__lt=span.until)
    if span.until != beginning(day_of(span.until)):
        written = written.filter(written_at__lt=span.until)
    return written.annotate(given_by=Coalesce("giver", "holder"))


def undone(span: Span) -> QuerySet[Clock]:
    """Decisions that were overturned on appeal, or reopened because the record was still wrong."""
    return Clock.objects.filter(undone_at__gte=span.since, undone_at__lt=span.until)


def lying(at: datetime) -> list[QuerySet[Clock]]:
    """Clocks that ran at a moment, with who held the case then, and when it was due as of then.

    As two sets, for speed: those whose due time has moved since, and all others.
    """
    here = Clock.objects.filter(
        Q(stopped_at=None) | Q(stopped_at__gte=at),
        Q(correction__holdings__until=None) | Q(correction__holdings__until__gte=at),
        TIMELY,
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
    """Of what lay there at the moment: late. Without a due time (paused) it is neither."""
    return Q(due_then__lt=at)


def soon_then(at: datetime) -> Q:
    """Of what lay there at the moment: due within twelve hours."""
    return Q(due_then__gte=at, due_then__lt=at + deadlines.SOON)


@dataclass(frozen=True)
class CountedFact:
    """Something that happens and is counted: its rows, whom each counts for, and when it was."""

    rows: Callable[[Span], QuerySet[Any]]
    desk: str
    at: str


# By the field of DayFigures that holds their number.
FACTS: dict[str, CountedFact] = {
    "opened": CountedFact(opened, "organization", "since"),
    "decided": CountedFact(decided, "holder", "stopped_at"),
    "in_time": CountedFact(in_time, "holder", "due_at"),
    "missed": CountedFact(missed, "holder", "counts_at"),
    "missed_given": CountedFact(missed, "given_by", "counts_at"),
    "undone": CountedFact(undone, "holder", "undone_at"),
}
