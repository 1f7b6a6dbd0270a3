"""Tables of a report: the same cells for the page and for the downloads."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from django.utils.translation import gettext as _

from vaxreg import ui
from vaxreg.spreadsheets import writing
from vaxreg.spreadsheets.writing import HOURS, PERCENT, Sheet


@dataclass(frozen=True)
class TableColumn:
    """A column header. Codes and the counts of a share are for files only; buttons for pages only.

    sort: URL of the page sorted by this column. sorted: the current order, as aria-sort gives it.
    """

    title: str
    number_format: str = ""
    is_number: bool = True
    in_page: bool = True
    in_file: bool = True
    sort: str = ""
    sorted: str = ""


class CellNote(Protocol):
    """A short line below a value, with its icon."""

    @property
    def icon(self) -> str: ...
    @property
    def text(self) -> str: ...


@dataclass(frozen=True)
class TableCell:
    """A value for files, its text for the page, and a link to the list behind it.

    note: the base of the value, in smaller print. kind: over (red), weak (too few cases to
    compare). acts: what was done about it.
    """

    value: writing.Cell
    text: str
    href: str = ""
    note: str = ""
    kind: str = ""
    acts: Sequence[CellNote] = ()


@dataclass(frozen=True)
class Table:
    """Columns, rows and a row of totals."""

    columns: Sequence[TableColumn]
    rows: Sequence[Sequence[TableCell]]
    total: Sequence[TableCell] = ()

    @property
    def head(self) -> list[TableColumn]:
        """The columns shown on the page."""
        return [column for column in self.columns if column.in_page]

    @property
    def lines(self) -> list[list[tuple[TableColumn, TableCell]]]:
        """The rows shown on the page, each cell with its column."""
        return [self._line(row) for row in self.rows]

    @property
    def foot(self) -> list[tuple[TableColumn, TableCell]]:
        """The row of totals on the page; empty if there is none."""
        return self._line(self.total) if self.total else []

    def sheet(self, title: str) -> Sheet:
        """Return the table for a file, without totals: sorting in Excel would move them."""
        kept = [place for place, column in enumerate(self.columns) if column.in_file]
        return Sheet(
            title,
            [
                writing.SheetColumn(self.columns[place].title, self.columns[place].number_format)
                for place in kept
            ],
            [[row[place].value for place in kept] for row in self.rows],
        )

    def _line(self, row: Sequence[TableCell]) -> list[tuple[TableColumn, TableCell]]:
        return [
            (column, cell) for column, cell in zip(self.columns, row, strict=True) if column.in_page
        ]


def text_cell(value: str, href: str = "", note: str = "") -> TableCell:
    return TableCell(value, value, href, note)


def count_cell(value: int | None, href: str = "", kind: str = "") -> TableCell:
    """Return a cell with a number of cases; 0 has no link, None is shown as a dash."""
    if value is None:
        return TableCell(None, "–")
    return TableCell(value, ui.number(value), href if value else "", kind=kind if value else "")


def hours_cell(value: float | None, href: str = "", kind: str = "") -> TableCell:
    """Return a cell with a number of hours, one decimal; None is shown as a dash."""
    if value is None:
        return TableCell(None, "–")
    return TableCell(value, ui.number(value, 1), href, kind=kind)


def percent_cell(part: int, base: int, href: str = "", least: int = 0) -> TableCell:
    """Return a percentage with its counts, marked "weak" if `base` is smaller than `least`."""
    if not base:
        return TableCell(None, "–")
    note = _("%(part)s of %(base)s") % {"part": ui.number(part), "base": ui.number(base)}
    return TableCell(
        part / base, ui.percent(part / base), href, note, "weak" if base < least else ""
    )


def time_cell(value: datetime | None) -> TableCell:
    return TableCell(value, "–" if value is None else ui.minute(value))


def number_column(
    title: str, *, in_page: bool = True, sort: str = "", ordered: str = ""
) -> TableColumn:
    """Return a column of counts."""
    return TableColumn(title, in_page=in_page, sort=sort, sorted=ordered)


def text_column(
    title: str, *, in_page: bool = True, sort: str = "", ordered: str = ""
) -> TableColumn:
    """Return a column of words."""
    return TableColumn(title, is_number=False, in_page=in_page, sort=sort, sorted=ordered)


def percent_column(title: str, *, sort: str = "", ordered: str = "") -> TableColumn:
    """Return a column of percentages."""
    return TableColumn(title, PERCENT, sort=sort, sorted=ordered)


def hours_column(title: str, *, sort: str = "", ordered: str = "") -> TableColumn:
    """Return a column of hours."""
    return TableColumn(title, HOURS, sort=sort, sorted=ordered)
