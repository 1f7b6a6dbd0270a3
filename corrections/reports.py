"""The overdue figures, each computed here once: page, CSV and lists all take them from here.

Everything is judged by the database's clock at one moment, whether or not the sweep runs. What is
open is counted over the partial index of open corrections, what was decided over that of the last
days: the cost follows what is in hand, not what lies in the archive.
"""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.db import transaction
from django.db.models import (
    Aggregate,
    Count,
    DurationField,
    Exists,
    ExpressionWrapper,
    F,
    Max,
    Min,
    OuterRef,
    Q,
    QuerySet,
)

from corrections import deadlines, lateness, policies
from corrections.lifecycle import Party
from corrections.models import Breach, Clock, Correction, CorrectionEvent, CorrectionQuerySet
from corrections.scope import Scope
from organizations.models import Organization
from vaxreg import clock

log = logging.getLogger(__name__)

T = TypeVar("T")

# "This week" is the last seven days, to the second: it has no quiet Monday mornings.
WEEK = timedelta(days=7)
# A case can be reminded of again after this long (actions.remind).
REMIND_PAUSE = timedelta(days=1)


class Median(Aggregate):
    """The middle value, of durations too."""

    template = "percentile_cont(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = DurationField()


@dataclass(frozen=True)
class Queue:
    """What is open: in hand, due within 12 hours, overdue, and how late that is."""

    open: int = 0
    soon: int = 0
    overdue: int = 0
    late_a_day: int = 0
    late_three_days: int = 0
    late_longer: int = 0
    oldest_due: datetime | None = None
    oldest_received: datetime | None = None


@dataclass(frozen=True)
class Decided:
    """What was decided in the last seven days, and the median time from filing to decision.

    in_time counts by deadline: those due in these days that were answered before.
    """

    decided: int = 0
    in_time: int = 0
    median: timedelta | None = None

    @property
    def median_hours(self) -> float | None:
        """The median in hours, to one decimal: the number on every page and export."""
        return None if self.median is None else round(self.median / timedelta(hours=1), 1)


@dataclass(frozen=True)
class Reminded:
    """How many of the overdue cases were reminded of in the last day, and when last."""

    cases: int
    last: datetime


@dataclass(frozen=True)
class Row:
    """One line of the report: an organization, or with `is_part` everything under it."""

    organization: Organization
    is_part: bool
    queue: Queue
    decided: Decided
    missed: int
    reminded: Reminded | None

    @property
    def is_quiet(self) -> bool:
        """Nothing in hand and nothing this week."""
        return not (self.queue.open or self.decided.decided or self.decided.in_time or self.missed)


@dataclass(frozen=True)
class Report:
    """A whole report. A section that could not be computed stands in `failed` and is zero."""

    at: datetime
    rows: list[Row]
    queue: Queue
    decided: Decided
    missed: int
    failed: frozenset[str] = frozenset()

    @property
    def share_in_time(self) -> float | None:
        """Of all deadlines of the last seven days, the share that was kept; None if there was none.

        Counted by deadline and by whoever held the case then, so that closing a late case, or
        handing it on, changes nothing about it.
        """
        due = self.decided.in_time + self.missed
        return self.decided.in_time / due if due else None

    @property
    def late_rows(self) -> list[Row]:
        """Rows with something overdue, the worst first."""
        return [row for row in self.rows if row.queue.overdue]

    @property
    def busy_rows(self) -> list[Row]:
        """Rows with anything to tell."""
        return [row for row in self.rows if not row.is_quiet]

    @property
    def quiet_rows(self) -> list[Row]:
        """Rows with nothing in hand and nothing this week."""
        return [row for row in self.rows if row.is_quiet]


@dataclass
class _Sections:
    """Runs the parts of a report so that one that fails leaves the others standing."""

    failed: set[str] = field(default_factory=set)

    def run(self, name: str, section: Callable[[], T], otherwise: T) -> T:
        try:
            with transaction.atomic():
                return section()
        except Exception:
            log.exception("a section of the overdue report failed: %s", name)
            self.failed.add(name)
            return otherwise


def report(scope: Scope) -> Report:
    """Compute the whole report in a number of queries that does not depend on the data."""
    now = clock.now()
    sections = _Sections()
    queue: dict[int, Queue] = sections.run("queue", lambda: _queue(scope, now), {})
    decided: dict[int, Decided] = sections.run("decided", lambda: _decided(scope, now), {})
    all_decided = sections.run("decided", lambda: _all_decided(scope, now), Decided())
    missed: dict[int, int] = sections.run("missed", lambda: _missed(scope, now), {})
    reminded: dict[int, Reminded] = sections.run("reminded", lambda: _reminded(scope, now), {})
    rows = [
        Row(
            organization=organization,
            is_part=scope.is_part(organization),
            queue=queue.get(organization.pk, Queue()),
            decided=decided.get(organization.pk, Decided()),
            missed=missed.get(organization.pk, 0),
            reminded=reminded.get(organization.pk),
        )
        for organization in _organizations(scope, {*queue, *decided, *missed})
    ]
    return Report(
        at=now,
        rows=sorted(rows, key=_worst_first(now)),
        queue=_sum(queue.values()),
        decided=all_decided,
        missed=sum(missed.values()),
        failed=frozenset(sections.failed),
    )


def last_missed(scope: Scope) -> datetime | None:
    """Return when a deadline was last missed here."""
    last: datetime | None = Breach.objects.filter(scope.holders()).aggregate(at=Max("at"))["at"]
    return last


def _worst_first(now: datetime) -> Callable[[Row], tuple[Any, ...]]:
    return lambda row: (
        -row.queue.overdue,
        row.queue.oldest_due or now + timedelta(days=365),
        -row.queue.soon,
        -row.queue.open,
        row.organization.search_name,
        row.organization.pk,
    )


def _organizations(scope: Scope, counted: Iterable[int]) -> list[Organization]:
    """Return the organizations that have a row: all that are open, and all that were counted."""
    wanted = Q(pk__in=[*counted, *(top.pk for top in scope.tops)])
    for top in scope.tops:
        if scope.lists_parts_of(top):
            wanted |= Q(part_of=top, closed_on=None)
        elif not scope.alone:
            wanted |= Q(path__startswith=top.path, closed_on=None)
    return list(Organization.objects.filter(wanted))


def _queue(scope: Scope, now: datetime) -> dict[int, Queue]:
    day, three_days = now - timedelta(days=1), now - timedelta(days=3)
    # While an answer of the citizen is awaited, nothing is late and nothing is due.
    late = lateness.overdue(now)
    rows = (
        Correction.objects.open()
        .filter(scope.holders())
        .order_by()
        .annotate(unit=scope.unit())
        .values("unit")
        .annotate(
            open=Count("pk"),
            soon=Count("pk", filter=lateness.soon(now)),
            overdue=Count("pk", filter=late),
            late_a_day=Count("pk", filter=late & Q(due_at__gte=day)),
            late_three_days=Count("pk", filter=late & Q(due_at__lt=day, due_at__gte=three_days)),
            late_longer=Count("pk", filter=late & Q(due_at__lt=three_days)),
            oldest_due=Min("due_at", filter=lateness.RUNNING),
            oldest_received=Min("received_at", filter=lateness.RUNNING),
        )
    )
    return _by_unit(rows, Queue)


def _by_unit(rows: Iterable[Any], figures: Callable[..., T]) -> dict[int, T]:
    return {
        int(row["unit"]): figures(**{name: row[name] for name in row if name != "unit"})
        for row in rows
    }


def _sum(queues: Iterable[Queue]) -> Queue:
    total = Queue()
    for one in queues:
        total = Queue(
            open=total.open + one.open,
            soon=total.soon + one.soon,
            overdue=total.overdue + one.overdue,
            late_a_day=total.late_a_day + one.late_a_day,
            late_three_days=total.late_three_days + one.late_three_days,
            late_longer=total.late_longer + one.late_longer,
            oldest_due=min(filter(None, (total.oldest_due, one.oldest_due)), default=None),
            oldest_received=min(
                filter(None, (total.oldest_received, one.oldest_received)), default=None
            ),
        )
    return total


def decided_lately(scope: Scope, now: datetime) -> CorrectionQuerySet:
    """Decided in the last seven days, or early enough before that its deadline fell into them."""
    since = now - WEEK - policies.longest()
    return Correction.objects.filter(scope.holders(), decided_at__gt=since).order_by()


def in_time(now: datetime) -> Q:
    """The deadline fell into the last seven days and was kept."""
    return Q(due_at__gt=now - WEEK, due_at__lte=now, decided_at__lte=F("due_at"))


def _figures_of_decided(now: datetime) -> dict[str, Aggregate]:
    this_week = Q(decided_at__gt=now - WEEK)
    took = ExpressionWrapper(F("decided_at") - F("received_at"), output_field=DurationField())
    return {
        "decided": Count("pk", filter=this_week),
        "in_time": Count("pk", filter=in_time(now)),
        "median": Median(took, filter=this_week),
    }


def _decided(scope: Scope, now: datetime) -> dict[int, Decided]:
    rows = (
        decided_lately(scope, now)
        .annotate(unit=scope.unit())
        .values("unit")
        .annotate(**_figures_of_decided(now))
    )
    return _by_unit(rows, Decided)


def _all_decided(scope: Scope, now: datetime) -> Decided:
    # The median of all is not to be had from the medians of the rows.
    return Decided(**decided_lately(scope, now).aggregate(**_figures_of_decided(now)))


def breaches(scope: Scope, now: datetime) -> QuerySet[Breach]:
    """Deadlines missed in the last seven days, as the sweep wrote them down."""
    return Breach.objects.filter(scope.holders(), rung="due", at__gt=now - WEEK, at__lt=now)


def missed_unwritten(scope: Scope, now: datetime) -> CorrectionQuerySet:
    """Deadlines missed of which the sweep has written nothing yet; the verbs write theirs."""
    not_swept = Clock.objects.filter(
        correction=OuterRef("pk"),
        stopped_at=None,
        marks_passed__lt=deadlines.MARKS_UNTIL_DUE,
    ).exclude(kind=Clock.Kind.STATUTORY)
    return (
        Correction.objects.open()
        .filter(lateness.overdue(now), scope.holders(), Exists(not_swept), due_at__gt=now - WEEK)
        .order_by()
    )


def _missed(scope: Scope, now: datetime) -> dict[int, int]:
    """Deadlines missed in the last seven days, by who held the case then."""
    counts: dict[int, int] = {}
    for source in (breaches(scope, now).order_by(), missed_unwritten(scope, now)):
        rows = source.annotate(unit=scope.unit()).values("unit").annotate(cases=Count("pk"))
        for row in rows:
            unit = int(row["unit"])
            counts[unit] = counts.get(unit, 0) + row["cases"]
    return counts


def reminders(now: datetime) -> QuerySet[CorrectionEvent]:
    """Reminders by health officers that still count: no second one goes out within a day."""
    return CorrectionEvent.objects.filter(
        step="remind", party=Party.OVERSEER, at__gt=now - REMIND_PAUSE
    )


def _reminded(scope: Scope, now: datetime) -> dict[int, Reminded]:
    late = Correction.objects.open().filter(lateness.overdue(now), scope.holders())
    rows = (
        reminders(now)
        .filter(correction__in=late.values("pk"))
        .order_by()
        .annotate(unit=scope.unit("correction__holder"))
        .values("unit")
        .annotate(cases=Count("correction", distinct=True), last=Max("at"))
    )
    return _by_unit(rows, Reminded)
