"""The comparison table of provinces or districts; each share is shown with its counts."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from oversight.report.address import Address, organization_of
from reporting.report import Report, ReportRow
from vaxreg import tables
from vaxreg.tables import Table, TableCell, TableColumn

# A share of fewer cases than these depends more on chance than on the work.
FEWEST_DEADLINES = 10

# Returns the sort value of a row; None is last in both directions.
Key = Callable[[ReportRow], float | str | None]
KEYS: dict[str, Key] = {
    "name": lambda row: organization_of(row).search_name,
    "overdue": lambda row: row.queue.overdue,
    "decided": lambda row: row.figures.decided,
    "in_time": lambda row: row.figures.share_in_time if is_comparable(row) else None,
    "median": lambda row: (
        row.figures.median_hours if row.figures.decided >= FEWEST_DEADLINES else None
    ),
    "p90": lambda row: row.figures.p90_hours if row.figures.decided >= FEWEST_DEADLINES else None,
    "undone": lambda row: (
        row.figures.share_undone if row.figures.decided >= FEWEST_DEADLINES else None
    ),
}
# Sorted by the lowest share in time.
DEFAULT = "in_time"
# The first press on these columns sorts in descending order.
DESCENDING_FIRST = frozenset({"overdue", "decided", "median", "p90", "undone"})


@dataclass(frozen=True)
class Order:
    """A column and a direction."""

    column: str
    is_falling: bool

    @classmethod
    def read(cls, sort: str) -> "Order | None":
        """Return the order that ?sort= asks for; None for an unknown column."""
        name = sort.removeprefix("-") or DEFAULT
        return cls(name, sort.startswith("-")) if name in KEYS else None


def is_comparable(row: ReportRow) -> bool:
    """Enough deadlines were due in the period for a meaningful share."""
    return row.figures.due >= FEWEST_DEADLINES


def ranked(rows: Sequence[ReportRow], order: Order) -> list[ReportRow]:
    """Return the sorted rows; those with too few deadlines to compare come last."""
    key = KEYS[order.column]
    known = [row for row in rows if key(row) is not None]
    unknown = [row for row in rows if key(row) is None]
    known.sort(key=lambda row: organization_of(row).search_name)
    known.sort(key=lambda row: key(row), reverse=order.is_falling)  # type: ignore[arg-type, return-value]
    return known + sorted(unknown, key=lambda row: organization_of(row).search_name)


def table(report: Report, address: Address) -> Table:
    """Return the table in the order that the address asks for."""
    order = Order.read(address.sort) or Order(DEFAULT, False)

    def column(make: Callable[..., TableColumn], name: str, title: str) -> TableColumn:
        is_current = name == order.column
        falls = not order.is_falling if is_current else name in DESCENDING_FIRST
        return make(
            title,
            sort=address.but(sort=("-" if falls else "") + name).part("league"),
            ordered=("descending" if order.is_falling else "ascending") if is_current else "",
        )

    return Table(
        [
            tables.text_column(_("Code"), in_page=False),
            column(tables.text_column, "name", _("Organization")),
            column(tables.percent_column, "in_time", _("Answered in time")),
            *([tables.percent_column(_("Answer helped"))] if report.has_help else ()),
            tables.number_column(_("Deadlines kept"), in_page=False),
            tables.number_column(_("Deadlines missed"), in_page=False),
            column(tables.hours_column, "median", _("Median hours")),
            column(tables.hours_column, "p90", _("9 of 10 within, hours")),
            column(tables.percent_column, "undone", _("Overturned or reopened")),
            tables.number_column(_("Overturned or reopened, cases"), in_page=False),
            column(tables.number_column, "decided", _("Decided")),
            column(tables.number_column, "overdue", _("Overdue now")),
        ],
        [
            [
                tables.text_cell(organization_of(row).code),
                tables.text_cell(organization_of(row).label, address.page_of(row)),
                *_line(row, row, report, address),
            ]
            for row in ranked(report.busy_rows, order)
        ],
        [
            tables.text_cell(""),
            tables.text_cell(_("Total")),
            *_line(report.total, None, report, address),
        ],
    )


def _line(
    row: ReportRow, of_row: ReportRow | None, report: Report, address: Address
) -> list[TableCell]:
    figures = row.figures
    weak = "weak" if figures.decided < FEWEST_DEADLINES else ""
    return [
        tables.percent_cell(
            figures.in_time, figures.due, address.cases("in_time", of_row), FEWEST_DEADLINES
        ),
        *([_help_cell(row)] if report.has_help else ()),
        tables.count_cell(figures.in_time, address.cases("in_time", of_row)),
        tables.count_cell(figures.held_missed, address.cases("missed", of_row)),
        tables.hours_cell(figures.median_hours, address.cases("decided", of_row), weak),
        tables.hours_cell(figures.p90_hours, address.cases("decided", of_row), weak),
        tables.percent_cell(
            figures.undone, figures.decided, address.cases("undone", of_row), FEWEST_DEADLINES
        ),
        tables.count_cell(figures.undone, address.cases("undone", of_row)),
        tables.count_cell(figures.decided, address.cases("decided", of_row)),
        tables.count_cell(
            None if "queue" in report.failed else row.queue.overdue,
            address.cases("overdue", of_row),
            "over",
        ),
    ]


def _help_cell(row: ReportRow) -> TableCell:
    if row.help.share is None:
        return TableCell(None, "–")
    return tables.percent_cell(row.help.helped, row.help.said)
