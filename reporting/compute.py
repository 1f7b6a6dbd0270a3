"""Computes the overdue report; page, exports, e-mail and API all use it.

At a district or below, open cases are counted now, over the partial index of open corrections. For
a province or the ministry, the counts of the last minute are read. Events are read from the daily
figures (daily_job.py), never from all old cases.
"""

import logging
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any, TypeVar

from django.db import transaction
from django.db.models import (
    Count,
    DurationField,
    Exists,
    Func,
    IntegerField,
    Max,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
)
from django.db.models.functions import TruncDate

from corrections.clocks import lateness
from corrections.clocks.deadlines import HERE
from corrections.models import Correction, CorrectionQuerySet, Heartbeat, HelpAnswer
from organizations.models import Organization, Place
from organizations.scope import Scope
from reporting import daily_job, measures, quantiles
from reporting.measures import FACTS, Span
from reporting.models import CurrentFigures, DayFigures, ReportDay
from reporting.report import (
    OF_A_DAY,
    TREND_DAYS,
    WEEK_DAYS,
    Day,
    DayFlow,
    Days,
    Figures,
    Filters,
    HelpCount,
    OpenCases,
    Reader,
    ReminderCount,
    Report,
    ReportRow,
    a_week_ago,
    sum_of_open_cases,
)
from vaxreg import db_time

__all__ = [
    "PERIODS",
    "DayFlow",
    "Figures",
    "Filters",
    "OpenCases",
    "ReminderCount",
    "Report",
    "ReportRow",
    "last_missed",
    "number_of",
    "number_overdue",
    "open_cases",
    "period",
    "report",
    "rows_of_figure",
    "week_median",
]

log = logging.getLogger(__name__)

T = TypeVar("T")

# Possible lengths of a period, in days, today included.
PERIODS = (7, 14, 28)
# Filters of a report when none are chosen.
THE_WEEK = Filters()
# Older counts are not used, because their job has stopped: open cases are counted now.
STALE = timedelta(minutes=3)


SECTIONS = ("queue", "figures", "reminded", "helped")


@dataclass
class _Sections:
    """Runs the sections of a report; when one fails, the others are still shown."""

    failed: set[str] = field(default_factory=set)

    def run(self, name: str, section: Callable[[], T], otherwise: T) -> T:
        try:
            with transaction.atomic():
                return section()
        except Exception:
            log.exception("a section of the overdue report failed: %s", name)
            self.failed.add(name)
            return otherwise


def report(scope: Scope, filters: Filters = THE_WEEK) -> Report:
    """Compute the whole report; the number of queries does not depend on the data."""
    now = db_time.now()
    scope = scope.in_communes(filters.communes)
    as_of = daily_job.as_of()
    sections = _Sections()
    nothing: tuple[datetime, dict[int, OpenCases]] = now, {}
    at, queue = sections.run("queue", lambda: _queue(scope, filters, now, as_of), nothing)
    found = sections.run("figures", lambda: _days(scope, filters, now), _DailyFigures())
    reminded: dict[int, ReminderCount] = sections.run(
        "reminded", lambda: {} if scope.is_high else _reminded(scope, now), {}
    )
    helped: dict[int, HelpCount] = sections.run(
        "helped", lambda: {} if scope.is_high else _helped(scope, filters, now), {}
    )
    reader = Reader(filters, measures.day_of(now), found.is_known)
    organizations, with_parts = _organizations(scope, {*queue, *found.of})
    rows = [
        reader.row(
            organization,
            [found.of.get(organization.pk, {})],
            is_part=organization.pk in with_parts,
            queue=queue.get(organization.pk, OpenCases()),
            reminded=reminded.get(organization.pk),
            helped=helped.get(organization.pk, HelpCount()),
        )
        for organization in organizations
    ]
    everything = list(found.of.values())
    total = reader.row(
        scope.tops[0] if len(scope.tops) == 1 else None,
        everything,
        queue=sum_of_open_cases(queue.values()),
        helped=HelpCount(
            sum(one.helped for one in helped.values()), sum(one.said for one in helped.values())
        ),
    )
    return Report(
        at=at,
        as_of=as_of,
        filters=filters,
        rows=sorted(rows, key=_worst_first(now)),
        total=total,
        flow=list(reader.flow(everything, total.queue.open)),
        failed=frozenset(sections.failed),
        has_help=not scope.is_high,
    )


def last_missed(scope: Scope) -> date | None:
    """Return the last day on which a deadline was missed in this scope."""
    tops = [top.pk for top in scope.tops]
    part = Q(is_desk=True) if scope.alone else Q(is_whole=True)
    rows = DayFigures.objects.filter(part, organization__in=tops, kind="", missed__gt=0)
    last: date | None = rows.aggregate(last=Max("day"))["last"]
    return last


def period(filters: Filters, now: datetime, as_of: datetime | None) -> Span:
    """Return the period of a report: whole days, the last one up to `as_of`."""
    today = measures.day_of(now)
    first = today - timedelta(days=filters.days - 1)
    return measures.days(first, today, as_of or measures.beginning(today))


def rows_of_figure(fact: str, scope: Scope, filters: Filters, span: Span) -> "QuerySet[Any]":
    """Return the rows that a daily figure counts, each with its `.correction`.

    fact: a key of measures.FACTS. The number of rows equals the figure for the same span.
    """
    what = FACTS[fact]
    rows, pieces = what.rows(span), _spans_between_moves(span)
    if len(pieces) == 1:
        rows = rows.filter(**{f"{what.desk}__in": scope.desks(span.until)})
    else:
        # One query for all pieces.
        here = Q(pk__in=[])
        for one in pieces:
            here |= Q(
                **{
                    f"{what.at}__gte": one.since,
                    f"{what.at}__lt": one.until,
                    f"{what.desk}__in": scope.organizations(one.until),
                }
            )
        rows = rows.filter(here)
    return rows.filter(correction__kind=filters.kind) if filters.kind else rows


def _spans_between_moves(span: Span) -> list[Span]:
    """Split the span at the beginning of each day on which organizations moved in the tree.

    The figures of a day follow the tree at the end of that day.
    """
    before = Place.objects.filter(organization=OuterRef("organization"), pk__lt=OuterRef("pk"))
    moves = Place.objects.filter(Exists(before), since__gte=span.since, since__lt=span.until)
    days = moves.order_by().annotate(day=TruncDate("since", tzinfo=HERE))
    cuts = {measures.beginning(day) for day in days.values_list("day", flat=True).distinct()}
    edges = [span.since, *sorted(cut for cut in cuts if cut > span.since), span.until]
    return [Span(since, until) for since, until in pairwise(edges)]


def week_median(desks: Sequence[Organization]) -> timedelta | None:
    """Return the median time to a decision of these desks in the last 7 days; None without one."""
    since = measures.day_of(db_time.now()) - timedelta(days=WEEK_DAYS)
    rows = DayFigures.objects.filter(
        organization__in=desks, is_desk=True, kind="", day__gt=since
    ).values_list("decided", "took")
    minutes = quantiles.quantile(rows, 0.5)
    return None if minutes is None else timedelta(minutes=round(minutes))


def open_cases(scope: Scope, filters: Filters) -> CorrectionQuerySet:
    """Return the open corrections of a scope."""
    cases = Correction.objects.open().filter(scope.holders())
    return cases.filter(kind=filters.kind) if filters.kind else cases


def number_overdue(scope: Scope) -> Subquery:
    """Return how many cases of a scope are overdue, for use inside a query.

    The same number as in the report: counted now for a district or below, of the last minute for a
    province or the ministry. NULL when those counts are old; the report then counts all cases.
    """
    if not scope.is_high:
        late = lateness.overdue(db_time.sql_now())
        return number_of(open_cases(scope, THE_WEEK).filter(late))
    oldest = db_time.sql_now() - Value(STALE, output_field=DurationField())
    fresh = Heartbeat.objects.filter(name=daily_job.HEARTBEAT, at__gte=oldest)
    mine = Q(pk__in=[])
    for part in _parts_of(scope):
        mine |= part
    rows = CurrentFigures.objects.filter(mine, Exists(fresh), kind="").order_by()
    return Subquery(
        rows.values(number=Func("overdue", function="SUM", output_field=IntegerField()))
    )


def number_of(cases: CorrectionQuerySet) -> Subquery:
    """Return the number of these cases, for use inside a query."""
    counted = cases.order_by().values(
        number=Func("pk", function="COUNT", output_field=IntegerField())
    )
    return Subquery(counted)


def _worst_first(now: datetime) -> Callable[[ReportRow], tuple[Any, ...]]:
    def key(row: ReportRow) -> tuple[Any, ...]:
        name = row.organization
        return (
            -row.queue.overdue,
            row.queue.oldest_due or now + timedelta(days=365),
            -row.queue.soon,
            -row.queue.open,
            -row.figures.missed,
            name.search_name if name else "",
            name.pk if name else 0,
        )

    return key


def _organizations(scope: Scope, counted: Iterable[int]) -> tuple[list[Organization], set[int]]:
    """Return the organizations with a row, and the ids of those whose row includes the sub-tree."""
    wanted = Q(pk__in=[*counted, *(top.pk for top in scope.tops)])
    if not scope.alone:
        wanted |= Q(part_of__in=[top.pk for top in scope.tops], closed_on=None)
    found = list(Organization.objects.filter(wanted))
    if scope.alone:
        return found, set()
    tops = {top.pk for top in scope.tops}
    parts = Organization.objects.filter(part_of__in=found).order_by()
    above = set(parts.values_list("part_of_id", flat=True).distinct())
    return found, {one.pk for one in found if one.pk in above} - tops


def _queue(
    scope: Scope, filters: Filters, now: datetime, as_of: datetime | None
) -> tuple[datetime, dict[int, OpenCases]]:
    """Return the moment of the counts, and the open cases by id of the row's organization."""
    if scope.is_high and as_of is not None and now - as_of <= STALE:
        return as_of, _standing(scope, filters)
    names = tuple(OpenCases.__dataclass_fields__)
    rows = (
        open_cases(scope, filters)
        .order_by()
        .annotate(unit=scope.unit())
        .values("unit")
        .annotate(**lateness.counts(now))
        .values_list("unit", *names)
    )
    return now, {int(unit): OpenCases(*counts) for unit, *counts in rows}


def _standing(scope: Scope, filters: Filters) -> dict[int, OpenCases]:
    columns = ("organization", *OpenCases.__dataclass_fields__)
    rows = [
        row
        for part in _parts_of(scope)
        for row in CurrentFigures.objects.filter(part, kind=filters.kind).values_list(*columns)
    ]
    return {organization: OpenCases(*state) for organization, *state in rows}


def _parts_of(scope: Scope) -> list[Q]:
    """Return one condition per index: which rows of the figures tables belong to the report."""
    tops = [top.pk for top in scope.tops]
    desks = Q(organization__in=tops, is_desk=True)
    return [desks] if scope.alone else [desks, Q(above__in=tops, is_whole=True)]


@dataclass(frozen=True)
class _DailyFigures:
    """Figures by organization and day; is_known: whether there are any from a week ago."""

    of: dict[int, Days] = field(default_factory=dict)
    is_known: bool = False


def _days(scope: Scope, filters: Filters, now: datetime) -> _DailyFigures:
    today = measures.day_of(now)
    first = today - timedelta(days=max(2 * filters.days, TREND_DAYS) - 1)
    figures_of = DayFigures.objects.filter(kind=filters.kind, day__gte=first, day__lte=today)
    found: dict[int, Days] = defaultdict(dict)
    # One query for each index: a single one would read all rows of these days.
    for part in _parts_of(scope):
        rows = figures_of.filter(part).values_list("organization", "day", *OF_A_DAY)
        for organization, day, *values in rows:
            found[organization][day] = Day(*values)
    return _DailyFigures(found, ReportDay.objects.filter(day=a_week_ago(today)).exists())


def _reminded(scope: Scope, now: datetime) -> dict[int, ReminderCount]:
    rows = (
        Correction.objects.open()
        .filter(lateness.overdue(now), scope.holders(), lateness.reminded(now))
        .order_by()
        .annotate(unit=scope.unit())
        .values("unit")
        .annotate(cases=Count("pk"), last=Max("reminded_at"))
    )
    return {int(row["unit"]): ReminderCount(row["cases"], row["last"]) for row in rows}


def _helped(scope: Scope, filters: Filters, now: datetime) -> dict[int, HelpCount]:
    """Return what citizens said in the period of the decisions of each row.

    Read now and not from the daily figures: what was said may be changed later, a closed day not.
    """
    first = measures.day_of(now) - timedelta(days=filters.days - 1)
    said = HelpAnswer.objects.newest().filter(scope.holders(), at__gte=measures.beginning(first))
    if filters.kind:
        said = said.filter(correction__kind=filters.kind)
    rows = (
        said.order_by()
        .annotate(unit=scope.unit())
        .values("unit")
        .annotate(yes=Count("pk", filter=Q(helped=True)), said=Count("pk"))
    )
    return {int(row["unit"]): HelpCount(row["yes"], row["said"]) for row in rows}
