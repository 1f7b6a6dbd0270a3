"""The parts of an overdue report, and how its rows are built from the daily figures."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple

from organizations.models import Area, Organization
from reporting import quantiles
from reporting.rollup import OpenState

WEEK_DAYS = 7
# Days of the chart of overdue cases: 13 midnights, and now.
TREND_DAYS = 14


@dataclass(frozen=True)
class Filters:
    """The filters of a report.

    days: length of the period, today included. kind: of corrections; empty means all. communes: of
    organizations; empty means all. by: missed deadlines count for the "holder" or the "giver".
    """

    days: int = WEEK_DAYS
    kind: str = ""
    communes: tuple[Area, ...] = ()
    by: str = "holder"


@dataclass(frozen=True)
class OpenCases:
    """Counts of open cases: all, due within 12 hours, overdue, and how late those are."""

    open: int = 0
    soon: int = 0
    overdue: int = 0
    late_a_day: int = 0
    late_three_days: int = 0
    late_longer: int = 0
    oldest_due: datetime | None = None
    oldest_received: datetime | None = None


@dataclass(frozen=True)
class Figures:
    """Counts of events in a period. in_time and missed are deadlines that were due in it.

    missed: by holder or by giver of the dose, as the filter says; held_missed: always by holder.
    """

    opened: int = 0
    decided: int = 0
    in_time: int = 0
    missed: int = 0
    held_missed: int = 0
    undone: int = 0
    median_hours: float | None = None
    p90_hours: float | None = None

    @property
    def due(self) -> int:
        """Deadlines that were due in the period: the denominator of share_in_time."""
        return self.in_time + self.held_missed

    @property
    def share_in_time(self) -> float | None:
        """The share of the deadlines of the period that was kept, 0 to 1; None without deadlines.

        Counted by deadline, for the holder at that moment: to close a late case or to pass it on
        does not change it.
        """
        return self.in_time / self.due if self.due else None

    @property
    def share_undone(self) -> float | None:
        """The share of the period's decisions that was reopened or overturned; None without any."""
        return self.undone / self.decided if self.decided else None


@dataclass(frozen=True)
class ReminderCount:
    """How many overdue cases were reminded of in the last 24 hours, and when last."""

    cases: int
    last: datetime


# Of fewer citizens no share is told of which answers helped.
FEWEST_WHO_SAID = 10


@dataclass(frozen=True)
class HelpCount:
    """How many citizens said that a decision helped, of all who said whether it did."""

    helped: int = 0
    said: int = 0

    @property
    def share(self) -> float | None:
        """The share that helped; None for few: it would tell who said what."""
        return self.helped / self.said if self.said >= FEWEST_WHO_SAID else None


@dataclass(frozen=True)
class DayFlow:
    """Cases that came and that were decided on a day, and the open ones at its end (or now)."""

    day: date
    opened: int
    decided: int
    open: int


@dataclass(frozen=True)
class ReportRow:
    """One row of the report: an organization, or with `is_part` its whole sub-tree.

    before: the previous period of the same length. overdue_before, soon_before: at the midnight one
    week before the last one; None without figures from then. trend: overdue at the last 13
    midnights, and now. weekdays: missed deadlines in the period, Monday to Sunday.
    """

    organization: Organization | None
    is_part: bool = False
    queue: OpenCases = OpenCases()
    figures: Figures = Figures()
    before: Figures = Figures()
    overdue_before: int | None = None
    soon_before: int | None = None
    trend: Sequence[int] = ()
    weekdays: Sequence[int] = ()
    reminded: ReminderCount | None = None
    help: HelpCount = HelpCount()

    @property
    def is_quiet(self) -> bool:
        """No open case, and no event in the period."""
        happened = self.figures
        return not (
            self.queue.open
            or happened.opened
            or happened.decided
            or happened.due
            or happened.missed
            or happened.undone
        )


@dataclass(frozen=True)
class Report:
    """A whole report. Sections that could not be computed are named in `failed` and are zero.

    at: the moment at which open cases were counted. as_of: the moment up to which the daily figures
    are complete. total: the sum of the rows; its organization is None when several are on top.
    has_help: whether it counts which answers helped; reports of districts do.
    """

    at: datetime
    as_of: datetime | None
    filters: Filters
    rows: list[ReportRow]
    total: ReportRow
    flow: list[DayFlow]
    failed: frozenset[str] = frozenset()
    has_help: bool = True

    @property
    def late_rows(self) -> list[ReportRow]:
        """Rows with overdue cases, the worst first."""
        return [row for row in self.rows if row.queue.overdue]

    @property
    def busy_rows(self) -> list[ReportRow]:
        """Rows with open cases or events."""
        return [row for row in self.rows if not row.is_quiet]

    @property
    def quiet_rows(self) -> list[ReportRow]:
        """Rows with no open case and no event in the period."""
        return [row for row in self.rows if row.is_quiet]


class Day(NamedTuple):
    """The figures of one organization on one day, as a report needs them."""

    opened: int = 0
    decided: int = 0
    in_time: int = 0
    missed: int = 0
    missed_given: int = 0
    undone: int = 0
    open: int | None = None
    overdue: int | None = None
    soon: int | None = None
    took: Sequence[int] = ()


Days = dict[date, Day]
OF_A_DAY = Day._fields


def a_week_ago(today: date) -> date:
    """Return the day whose end was the midnight one week before the last midnight."""
    return today - timedelta(days=WEEK_DAYS + 1)


@dataclass(frozen=True)
class Reader:
    """Builds rows of a report from daily figures."""

    filters: Filters
    today: date
    is_known: bool

    def row(
        self,
        organization: Organization | None,
        parts: Sequence[Days],
        *,
        queue: OpenCases,
        is_part: bool = False,
        reminded: ReminderCount | None = None,
        helped: HelpCount = HelpCount(),
    ) -> ReportRow:
        """Return the row of an organization: the sum of the figures in `parts`."""
        length = self.filters.days
        week_ago = a_week_ago(self.today)
        before = [days[week_ago] for days in parts if week_ago in days]
        return ReportRow(
            organization=organization,
            is_part=is_part,
            queue=queue,
            figures=self._figures(parts, length - 1, 0),
            before=self._figures(parts, 2 * length - 1, length),
            overdue_before=sum(day.overdue or 0 for day in before) if self.is_known else None,
            soon_before=sum(day.soon or 0 for day in before) if self.is_known else None,
            trend=[*self._midnights(parts), queue.overdue],
            weekdays=self._weekdays(parts),
            reminded=reminded,
            help=helped,
        )

    def flow(self, parts: Sequence[Days], open_now: int) -> Iterator[DayFlow]:
        """Yield one DayFlow for each day of the period, and for two weeks at least."""
        for back in range(max(self.filters.days, TREND_DAYS) - 1, -1, -1):
            day = self.today - timedelta(days=back)
            there = [days[day] for days in parts if day in days]
            yield DayFlow(
                day,
                opened=sum(one.opened for one in there),
                decided=sum(one.decided for one in there),
                open=sum(one.open or 0 for one in there) if back else open_now,
            )

    def _missed(self, day: Day) -> int:
        return day.missed_given if self.filters.by == "giver" else day.missed

    def _figures(self, parts: Sequence[Days], first: int, last: int) -> Figures:
        """Sum the figures of the days from `first` to `last` days ago."""
        span = [self.today - timedelta(days=back) for back in range(last, first + 1)]
        there = [days[day] for days in parts for day in span if day in days]
        median, p90 = quantiles.quantiles([(day.decided, day.took) for day in there], (0.5, 0.9))
        return Figures(
            opened=sum(day.opened for day in there),
            decided=sum(day.decided for day in there),
            in_time=sum(day.in_time for day in there),
            missed=sum(self._missed(day) for day in there),
            held_missed=sum(day.missed for day in there),
            undone=sum(day.undone for day in there),
            median_hours=hours(median),
            p90_hours=hours(p90),
        )

    def _midnights(self, parts: Sequence[Days]) -> Iterator[int]:
        for back in range(TREND_DAYS - 1, 0, -1):
            day = self.today - timedelta(days=back)
            yield sum(days[day].overdue or 0 for days in parts if day in days)

    def _weekdays(self, parts: Sequence[Days]) -> list[int]:
        missed = [0] * WEEK_DAYS
        for back in range(self.filters.days):
            day = self.today - timedelta(days=back)
            missed[day.weekday()] += sum(self._missed(days[day]) for days in parts if day in days)
        return missed


def hours(minutes: float | None) -> float | None:
    """Return minutes as hours with one decimal: the form on every page and in exports."""
    return None if minutes is None else round(minutes / 60, 1)


def sum_of_open_cases(queues: Iterable[OpenCases]) -> OpenCases:
    """Return the sum of several OpenCases."""
    total = OpenState()
    for one in queues:
        total.add(OpenState(**vars(one)))
    return OpenCases(**vars(total))
