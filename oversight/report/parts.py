"""The parts of a report with their numbers as tables, for the page, CSV and Excel."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property

from django.utils import timezone
from django.utils.translation import gettext as _

from oversight.report import comparison, words
from oversight.report.address import Address, organization_of
from oversight.report.officer_actions import OfficerAct
from reporting.report import Report, ReportRow
from vaxreg import tables, ui
from vaxreg.tables import Table, TableCell

Acts = Mapping[int, Sequence[OfficerAct]]


# Rows and cells of a table on one page: the whole country would make a page too heavy for a phone.
PAGE = 25
CELLS = 180


@dataclass(frozen=True)
class ReportPart:
    """One part of a report: a chart or an error, one page of its table, files; with all URLs.

    page: of the table, from 1. url: the page of this part. again_url: the page that showed it.
    """

    name: str
    title: str
    make: Callable[[], Table]
    has_failed: bool
    page: int
    page_url: Callable[[int], str]
    csv: str
    xlsx: str

    @cached_property
    def table(self) -> Table:
        """All numbers as a table; computed lazily, because the first page shows few tables."""
        return self.make()

    @property
    def url(self) -> str:
        return self.page_url(1)

    @property
    def shown(self) -> Table:
        """The rows of this page, with the total of all."""
        first = (self.page - 1) * self._rows
        return replace(self.table, rows=self.table.rows[first : first + self._rows])

    @property
    def pages(self) -> int:
        """Number of pages of the table."""
        return -(-len(self.table.rows) // self._rows) or 1

    @property
    def _rows(self) -> int:
        return min(PAGE, CELLS // len(self.table.head))

    @property
    def newer(self) -> str:
        """The URL of the page before, or ""."""
        return self.page_url(self.page - 1) if self.page > 1 else ""

    @property
    def older(self) -> str:
        """The URL of the next page, or ""."""
        return self.page_url(self.page + 1) if self.page < self.pages else ""


def all_parts(report: Report, address: Address, acts: Acts) -> dict[str, ReportPart]:
    """Return all parts of a report by name."""
    return {name: one_part(name, report, address, acts) for name in PART_BUILDERS}


def one_part(name: str, report: Report, address: Address, acts: Acts, page: int = 1) -> ReportPart:
    """Return one part. acts: what officers did lately, by id (officer_actions.done_at).

    Raises KeyError for an unknown name.
    """
    maker = PART_BUILDERS[name]
    return ReportPart(
        name=name,
        title=maker.title(),
        make=lambda: maker.table(report, address, acts),
        has_failed=bool(maker.needs & report.failed),
        page=page,
        page_url=lambda number: address.part(name, number),
        csv=address.file(name, "csv"),
        xlsx=address.file(name, "xlsx"),
    )


@dataclass(frozen=True)
class _PartBuilder:
    """How to build the table of a part, and which sections of the report it needs."""

    title: Callable[[], str]
    table: Callable[[Report, Address, Acts], Table]
    needs: frozenset[str]


def _name(row: ReportRow, address: Address) -> TableCell:
    return tables.text_cell(organization_of(row).label, address.page_of(row))


def _code(row: ReportRow) -> TableCell:
    return tables.text_cell(organization_of(row).code)


def overdue(report: Report, address: Address, _acts: Acts) -> Table:
    """Return overdue cases by organization and by how late they are; the worst first."""

    def line(row: ReportRow | None) -> list[TableCell]:
        queue = (row or report.total).queue
        ages = words.late(row or report.total)
        return [
            tables.count_cell(queue.overdue, address.cases("overdue", row), kind="over"),
            *(
                tables.count_cell(number, address.cases("overdue", row, age=tone))
                for (tone, _words), number in zip(words.ages(), ages, strict=True)
            ),
        ]

    return Table(
        [
            tables.text_column(_("Code"), in_page=False),
            tables.text_column(_("Organization")),
            tables.number_column(_("Overdue")),
            *(tables.number_column(age) for _tone, age in words.ages()),
        ],
        [[_code(row), _name(row, address), *line(row)] for row in report.late_rows],
        [tables.text_cell(""), tables.text_cell(_("Total")), *line(None)],
    )


def days(report: Report, address: Address, _acts: Acts) -> Table:
    """Return overdue cases now, and at the last midnights, the latest first: a phone shows these."""
    midnights = trend_days(report)
    return Table(
        [
            tables.text_column(_("Code"), in_page=False),
            tables.text_column(_("Organization")),
            tables.number_column(_("Now")),
            *(tables.number_column(f"{day:%d/%m}") for day in midnights),
        ],
        [
            [_code(row), _name(row, address), *_trend(row, row, midnights, address)]
            for row in report.rows
            if any(row.trend)
        ],
        [
            tables.text_cell(""),
            tables.text_cell(_("Total")),
            *_trend(report.total, None, midnights, address),
        ],
    )


def _trend(
    row: ReportRow, of: ReportRow | None, midnights: list[date], address: Address
) -> list[TableCell]:
    *before, now = row.trend
    return [
        tables.count_cell(now, address.cases("overdue", of), kind="over"),
        *(
            tables.count_cell(number, address.cases("overdue", of, day=day))
            for day, number in zip(midnights, reversed(before), strict=True)
        ),
    ]


def trend_days(report: Report) -> list[date]:
    """Return the days of a row's trend without today, the latest first."""
    today = timezone.localdate(report.at)
    back = len(report.total.trend) - 1
    return [today - timedelta(days=ago) for ago in range(1, back + 1)]


def missed(report: Report, address: Address, _acts: Acts) -> Table:
    """Return missed deadlines by organization and day of the week."""
    tab = missed_tab(report)

    def line(row: ReportRow | None) -> list[TableCell]:
        counted = row or report.total
        return [
            *(
                tables.count_cell(number, address.cases(tab, row, weekday=weekday))
                for weekday, number in enumerate(counted.weekdays)
            ),
            tables.count_cell(counted.figures.missed, address.cases(tab, row), kind="over"),
        ]

    return Table(
        [
            tables.text_column(_("Code"), in_page=False),
            tables.text_column(_("Organization")),
            *(tables.number_column(short) for short, _long in words.weekdays()),
            tables.number_column(_("Together")),
        ],
        [[_code(row), _name(row, address), *line(row)] for row in missed_rows(report)],
        [tables.text_cell(""), tables.text_cell(_("Total")), *line(None)],
    )


def missed_rows(report: Report) -> list[ReportRow]:
    """Return the rows that missed deadlines in the period, those with most of them first."""
    rows = [row for row in report.rows if row.figures.missed]
    return sorted(rows, key=lambda row: -row.figures.missed)


def missed_tab(report: Report) -> str:
    """Return the name of the list of missed deadlines: by holder, or by who gave the dose."""
    return "missed_given" if report.filters.by == "giver" else "missed"


def flow(report: Report, address: Address, _acts: Acts) -> Table:
    """Return received, decided and open cases by day; the latest first."""
    today = timezone.localdate(report.at)
    rows = []
    for one in reversed(report.flow):
        is_over = one.day < today
        rows.append(
            [
                TableCell(one.day, ui.day(one.day) if is_over else _("Today so far")),
                tables.count_cell(one.opened, address.cases("opened", day=one.day)),
                tables.count_cell(one.decided, address.cases("decided", day=one.day)),
                tables.count_cell(
                    one.open, address.cases("open", day=one.day if is_over else None)
                ),
            ]
        )
    return Table(
        [
            tables.text_column(_("Day")),
            tables.number_column(_("Received")),
            tables.number_column(_("Decided")),
            tables.number_column(_("Open at the end of the day")),
        ],
        rows,
    )


def organizations(report: Report, address: Address, acts: Acts) -> Table:
    """Return all figures of each organization, the worst first."""

    def line(row: ReportRow | None) -> list[TableCell]:
        one = row or report.total
        queue, figures = one.queue, one.figures
        return [
            tables.count_cell(queue.overdue, address.cases("overdue", row), kind="over"),
            *(tables.count_cell(number) for number in words.late(one)),
            tables.count_cell(queue.soon, address.cases("soon", row)),
            tables.count_cell(queue.open, address.cases("open", row)),
            tables.time_cell(queue.oldest_due),
            tables.count_cell(figures.opened, address.cases("opened", row)),
            tables.count_cell(figures.decided, address.cases("decided", row)),
            tables.hours_cell(figures.median_hours, address.cases("decided", row)),
            tables.count_cell(figures.missed, address.cases(missed_tab(report), row)),
        ]

    return Table(
        [
            tables.text_column(_("Code"), in_page=False),
            tables.text_column(_("Organization")),
            tables.number_column(_("Overdue")),
            *(
                tables.number_column(_("Overdue: %(age)s") % {"age": age}, in_page=False)
                for _tone, age in words.ages()
            ),
            tables.number_column(_("Due within 12 hours")),
            tables.number_column(_("Open")),
            tables.text_column(_("Earliest deadline")),
            tables.number_column(_("Received")),
            tables.number_column(_("Decided")),
            tables.hours_column(_("Median hours")),
            tables.number_column(_("Deadlines missed")),
            tables.text_column(_("Done in the last 24 hours"), in_page=False),
        ],
        [
            [
                _code(row),
                replace(_name(row, address), acts=acts.get(organization_of(row).pk, ())),
                *line(row),
                tables.text_cell(
                    "; ".join(act.text for act in acts.get(organization_of(row).pk, ()))
                ),
            ]
            for row in report.busy_rows
        ],
        [tables.text_cell(""), tables.text_cell(_("Total")), *line(None), tables.text_cell("")],
    )


BOTH = frozenset({"queue", "figures"})
PART_BUILDERS: dict[str, _PartBuilder] = {
    "overdue": _PartBuilder(lambda: _("Overdue by organization"), overdue, frozenset({"queue"})),
    "days": _PartBuilder(lambda: _("Overdue in the last 14 days"), days, BOTH),
    "missed": _PartBuilder(
        lambda: _("Deadlines missed, by day of the week"),
        missed,
        frozenset({"figures"}),
    ),
    "flow": _PartBuilder(lambda: _("Received, decided, left, day by day"), flow, BOTH),
    "organizations": _PartBuilder(
        lambda: _("All organizations, the worst first"),
        organizations,
        BOTH,
    ),
    "league": _PartBuilder(
        lambda: _("Compared"),
        lambda report, address, _acts: comparison.table(report, address),
        frozenset({"figures"}),
    ),
}
