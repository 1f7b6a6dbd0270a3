"""The list of cases for each number of a report: as many rows as the number says, page by page.

Lists of open cases show the present state. Lists of events come from the same rows as the daily
figures: a case with two missed deadlines has two rows, because it counts twice.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from corrections import facts, parties
from corrections.clocks import lateness
from corrections.models import Correction
from organizations.scope import Scope
from reporting import compute, measures
from reporting.measures import FACTS
from reporting.report import TREND_DAYS, Filters, Report
from vaxreg import db_time, paging

if TYPE_CHECKING:
    from accounts.models import User

PAGE = 25
# Age groups of overdue cases, and the fields of OpenCases that count them.
AGES = {"late-1": "late_a_day", "late-2": "late_three_days", "late-3": "late_longer"}
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class CaseList:
    """One list: its tab, the number of the report that it belongs to, and its section.

    lies: True for the state now or at the end of a day; False for events in a period.
    """

    label: Promise
    number: Callable[[Report], int]
    section: str
    lies: bool = False
    is_bad: bool = False


LISTINGS: dict[str, CaseList] = {
    "overdue": CaseList(
        _("Overdue"), attrgetter("total.queue.overdue"), "queue", lies=True, is_bad=True
    ),
    "soon": CaseList(_("Due within 12 hours"), attrgetter("total.queue.soon"), "queue", lies=True),
    "open": CaseList(_("All open"), attrgetter("total.queue.open"), "queue", lies=True),
    "missed": CaseList(_("Deadline missed"), attrgetter("total.figures.missed"), "figures"),
    "missed_given": CaseList(
        _("Deadline missed, dose given here"), attrgetter("total.figures.missed"), "figures"
    ),
    "in_time": CaseList(_("Answered in time"), attrgetter("total.figures.in_time"), "figures"),
    "decided": CaseList(_("Decided"), attrgetter("total.figures.decided"), "figures"),
    "opened": CaseList(_("Received"), attrgetter("total.figures.opened"), "figures"),
    "undone": CaseList(_("Overturned or reopened"), attrgetter("total.figures.undone"), "figures"),
}


@dataclass(frozen=True)
class ListQuery:
    """Which list to show: tab, scope, filters, and a part of it.

    day: events of that day, or the state at its end. weekday: events on that day of the week, 0 for
    Monday. age: a key of AGES.
    """

    tab: str
    scope: Scope
    filters: Filters
    day: date | None = None
    weekday: int | None = None
    age: str = ""

    @property
    def listing(self) -> CaseList:
        return LISTINGS[self.tab]

    @property
    def is_picked(self) -> bool:
        """Only a part of the list is asked for."""
        return self.day is not None or self.weekday is not None or bool(self.age)


def exists(asked: ListQuery) -> bool:
    """Tell whether this list exists for this day, weekday or age."""
    if asked.age:
        return asked.tab == "overdue" and asked.day is None and asked.weekday is None
    if asked.weekday is not None:
        return not asked.listing.lies and asked.day is None
    return asked.day is None or asked.tab in {*FACTS, "open", "overdue"}


def number(asked: ListQuery, report: Report) -> int | None:
    """Return the number that the list belongs to, from the report of its scope; None if unknown."""
    if asked.listing.section in report.failed:
        return None
    if asked.age:
        late: int = getattr(report.total.queue, AGES[asked.age])
        return late
    if asked.weekday is not None:
        return report.total.weekdays[asked.weekday]
    if asked.day is not None:
        return _number_of_day(asked, asked.day, report)
    return asked.listing.number(report)


def _number_of_day(asked: ListQuery, day: date, report: Report) -> int | None:
    if asked.tab in {"opened", "decided", "open"}:
        found = [getattr(one, asked.tab) for one in report.flow if one.day == day]
        return found[0] if found else None
    back = (measures.day_of(report.at) - day).days
    if asked.tab == "overdue" and 0 < back < TREND_DAYS:
        return report.total.trend[-1 - back]
    return None


@dataclass(frozen=True)
class _Source:
    """Rows of one model, ordered by the column `at`; `case`: the lookup of their correction."""

    rows: "QuerySet[Any]"
    at: str
    case: str = "correction"

    @property
    def key(self) -> str:
        return "pk" if not self.case else f"{self.case}_id"


def _sources(asked: ListQuery, now: datetime, as_of: datetime | None) -> list[_Source]:
    scope, filters = asked.scope.in_communes(asked.filters.communes), asked.filters
    if asked.listing.lies and asked.day is not None:
        return _lay_there(asked.tab, scope, filters, asked.day)
    if asked.listing.lies:
        cases = compute.open_cases(scope, filters).filter(_state(asked, now))
        return [_Source(cases, "due_at", "")]
    span = compute.period(filters, now, as_of)
    if asked.day is not None:
        span = measures.days(asked.day, asked.day, as_of or now)
    at = FACTS[asked.tab].at
    rows = compute.rows_of_figure(asked.tab, scope, filters, span)
    if asked.weekday is not None:
        rows = rows.filter(**{f"{at}__iso_week_day": asked.weekday + 1})
    return [_Source(rows, at)]


def _state(asked: ListQuery, now: datetime) -> Q:
    if asked.tab == "soon":
        return lateness.soon(now)
    if asked.tab == "open":
        return Q()
    day, three_days = now - timedelta(days=1), now - timedelta(days=3)
    ages = {
        "": Q(),
        "late-1": Q(due_at__gte=day),
        "late-2": Q(due_at__lt=day, due_at__gte=three_days),
        "late-3": Q(due_at__lt=three_days),
    }
    return lateness.overdue(now) & ages[asked.age]


def _lay_there(tab: str, scope: Scope, filters: Filters, day: date) -> list[_Source]:
    end = measures.beginning(day + timedelta(days=1))
    state = {
        "overdue": measures.overdue_then(end),
        "soon": measures.soon_then(end),
        "open": Q(),
    }[tab]
    if filters.kind:
        state &= Q(correction__kind=filters.kind)
    lay: list[QuerySet[Any]] = [*measures.open_at(end)]
    desks = scope.organizations(end)
    return [_Source(rows.filter(state, desk__in=desks), "started_at") for rows in lay]


@dataclass(frozen=True)
class CaseRow:
    """One row of a list. may_open: False when the case has left the officer's reach."""

    case: Correction
    headline: str
    may_open: bool
    reminded_at: datetime | None


@dataclass(frozen=True)
class CaseListPage:
    """Rows of one page, and the marker of the next page."""

    lines: list[CaseRow]
    after: str = ""
    is_first: bool = True


def page(
    asked: ListQuery, user: "User", after: str = "", *, now: datetime, as_of: datetime | None
) -> CaseListPage:
    """Return the rows that follow the marker `after`; an invalid marker gives the first page.

    now, as_of: the moments of the report that shows the number.
    """
    mark = _read(after)
    # Events: the latest first. States: what is due first.
    falls = not asked.listing.lies
    found = [
        row for source in _sources(asked, now, as_of) for row in _next(source, mark, falls=falls)
    ]
    found.sort(reverse=falls)
    shown = found[:PAGE]
    cases = _cases(key for _at, key in shown)
    lines = _lines([cases[key] for _at, key in shown], user)
    more = len(found) > PAGE
    return CaseListPage(lines, _mark(*shown[-1], cases) if more else "", mark is None)


def _next(
    source: _Source, mark: tuple[datetime, int] | None, *, falls: bool
) -> list[tuple[datetime, int]]:
    """Return (moment, id of the correction) of one page after the marker, and one row more."""
    order = (source.at, source.key)
    rows = paging.following(source.rows, paging.opposite(order) if falls else order, mark)
    return list(rows.values_list(*order)[: PAGE + 1])


def _mark(moment: datetime, key: int, cases: Mapping[int, Correction]) -> str:
    # Microseconds and the reference, because a case may be in a list more than once.
    micros = (moment - EPOCH) // timedelta(microseconds=1)
    return f"{cases[key].reference}.{micros}"


def _read(mark: str) -> tuple[datetime, int] | None:
    reference, _dot, micros = mark.partition(".")
    if not (micros.isascii() and micros.isdigit()) or len(micros) > 17:
        return None
    pk = Correction.objects.filter(reference=reference).values_list("pk", flat=True).first()
    return None if pk is None else (EPOCH + timedelta(microseconds=int(micros)), pk)


def _cases(keys: Iterable[int]) -> dict[int, Correction]:
    return Correction.objects.select_related("citizen", "holder__successor").in_bulk(set(keys))


def _lines(cases: list[Correction], user: "User") -> list[CaseRow]:
    visible = parties.overseen_among(user, cases)
    now = db_time.now()
    return [
        CaseRow(
            case,
            facts.headline(case),
            case.pk in visible,
            case.reminded_at if case.reminded_lately(now) else None,
        )
        for case in cases
    ]
