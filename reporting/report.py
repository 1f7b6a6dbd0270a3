"""What a report consists of: its filters, its lines, and how a line is made of the figures of days."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple

from organizations.models import Area, Organization
from reporting import quantiles
from reporting.rollup import OpenState

WEEK_DAYS = 7
# Of so many days the report shows what was overdue: thirteen midnights, and now.
TREND_DAYS = 14


@dataclass(frozen=True)
class Filters:
    """What a report is narrowed down to.

    days: the length of the period, today included. kind: of the corrections; empty, all. communes:
    of the organizations; none, all. by: missed deadlines count for the "holder" or the "giver".
    """

    days: int = WEEK_DAYS
    kind: str = ""
    communes: tuple[Area, ...] = ()
    by: str = "holder"


@dataclass(frozen=True)
class OpenCases:
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
class Figures:
    """What happened in a period. in_time and missed are deadlines that fell into it.

    missed: as the report is asked for, by who held the case or by who gave the dose; held_missed:
    by who held it, whatever is asked.
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
        """Deadlines of the period: what the share in time stands on."""
        return self.in_time + self.held_missed

    @property
    def share_in_time(self) -> float | None:
        """Of the deadlines of the period, the share that was kept; None if there was none.

        Counted by deadline and by whoever held the case then, so that closing a late case, or
        handing it on, changes nothing about it.
        """
        return self.in_time / self.due if self.due else None

    @property
    def share_undone(self) -> float | None:
        """Of the decisions of the period, the share reopened or overturned in it; None if none."""
        return self.undone / self.decided if self.decided else None


@dataclass(frozen=True)
class ReminderCount:
    """How many of the overdue cases were reminded of in the last day, and when last."""

    cases: int
    last: datetime


@dataclass(frozen=True)
class DayFlow:
    """What came and went on a day, and what was left; the last day as far as it has come."""

    day: date
    opened: int
    decided: int
    open: int


@dataclass(frozen=True)
class ReportRow:
    """One line of the report: an organization, or with `is_part` everything under it.

    before: the period of the same length before. overdue_before, soon_before: at the midnight a
    week before last midnight; None where the registry does not reach back so far. trend: overdue
    at the last thirteen midnights, and now. weekdays: missed in the period, Monday to Sunday.
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

    @property
    def is_quiet(self) -> bool:
        """Nothing in hand and nothing in the period."""
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
    """A whole report. A section that could not be computed stands in `failed` and is zero.

    at: when what is open was counted; as_of: up to when the figures of the days are known. The
    rows add up to `total`; its organization is the one above them, None when there are several.
    """

    at: datetime
    as_of: datetime | None
    filters: Filters
    rows: list[ReportRow]
    total: ReportRow
    flow: list[DayFlow]
    failed: frozenset[str] = frozenset()

    @property
    def late_rows(self) -> list[ReportRow]:
        """Rows with something overdue, the worst first."""
        return [row for row in self.rows if row.queue.overdue]

    @property
    def busy_rows(self) -> list[ReportRow]:
        """Rows with anything to tell."""
        return [row for row in self.rows if not row.is_quiet]

    @property
    def quiet_rows(self) -> list[ReportRow]:
        """Rows with nothing in hand and nothing in the period."""
        return [row for row in self.rows if row.is_quiet]


class Day(NamedTuple):
    """The figures of one organization on one day, as far as a report asks for them."""

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
    """Return the day that ended with the midnight a week before last midnight."""
    return today - timedelta(days=WEEK_DAYS + 1)


@dataclass(frozen=True)
class Reader:
    """Makes lines of the figures of days."""

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
    ) -> ReportRow:
        """Return the line of an organization, whose figures are those of these parts together."""
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
        )

    def flow(self, parts: Sequence[Days], open_now: int) -> Iterator[DayFlow]:
        """Yield what came and went, day by day, of two weeks at least."""
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
        """Add up the days from `first` to `last` days ago."""
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
    """Return minutes as hours to one decimal: the number on every page and export."""
    return None if minutes is None else round(minutes / 60, 1)


def added(queues: Iterable[OpenCases]) -> OpenCases:
    """Return what is open at several desks together."""
    total = OpenState()
    for one in queues:
        total.add(OpenState(**vars(one)))
    return OpenCases(**vars(total))
