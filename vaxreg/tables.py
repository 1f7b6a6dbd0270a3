"""The numbers of a part of a report as a table: the same cells on the page and in the files."""

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
    """A heading. Codes and the counts of a share stand in files only; buttons nowhere.

    sort: address of the page sorted by this column; sorted: how it is sorted now, as aria-sort
    says it.
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
    """A value for the files, in words for the page, and the list behind it.

    note: what it stands on, in smaller print. kind: over (red), weak (not to be compared). acts:
    what was done about it.
    """

    value: writing.Cell
    text: str
    href: str = ""
    note: str = ""
    kind: str = ""
    acts: Sequence[CellNote] = ()


@dataclass(frozen=True)
class Table:
    """Columns, rows, and the row that they add up to."""

    columns: Sequence[TableColumn]
    rows: Sequence[Sequence[TableCell]]
    total: Sequence[TableCell] = ()

    @property
    def head(self) -> list[TableColumn]:
        """The columns that the page shows."""
        return [column for column in self.columns if column.in_page]

    @property
    def lines(self) -> list[list[tuple[TableColumn, TableCell]]]:
        """The rows that the page shows, each cell with its column."""
        return [self._line(row) for row in self.rows]

    @property
    def foot(self) -> list[tuple[TableColumn, TableCell]]:
        """The last row of the page; empty where there is nothing to add up."""
        return self._line(self.total) if self.total else []

    def sheet(self, title: str) -> Sheet:
        """Return the table for a file. The sum is left to the reader: sorting would move it."""
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


def text(value: str, href: str = "", note: str = "") -> TableCell:
    """Return a name."""
    return TableCell(value, value, href, note)


def count(value: int | None, href: str = "", kind: str = "") -> TableCell:
    """Return a number of cases; nought leads nowhere, and what is not known is a dash."""
    if value is None:
        return TableCell(None, "–")
    return TableCell(value, ui.number(value), href if value else "", kind=kind if value else "")


def hours(value: float | None, href: str = "", kind: str = "") -> TableCell:
    """Return a number of hours."""
    if value is None:
        return TableCell(None, "–")
    return TableCell(value, ui.number(value, 1), href, kind=kind)


def share(part: int, base: int, href: str = "", least: int = 0) -> TableCell:
    """Return a share with the counts that it stands on, marked where they are fewer than `least`."""
    if not base:
        return TableCell(None, "–")
    note = _("%(part)s of %(base)s") % {"part": ui.number(part), "base": ui.number(base)}
    return TableCell(
        part / base, ui.percent(part / base), href, note, "weak" if base < least else ""
    )


def moment(value: datetime | None) -> TableCell:
    """Return a point in time."""
    return TableCell(value, "–" if value is None else ui.minute(value))


def numbers(title: str, *, in_page: bool = True, sort: str = "", ordered: str = "") -> TableColumn:
    """Return a column of counts."""
    return TableColumn(title, in_page=in_page, sort=sort, sorted=ordered)


def names(title: str, *, in_page: bool = True, sort: str = "", ordered: str = "") -> TableColumn:
    """Return a column of words."""
    return TableColumn(title, is_number=False, in_page=in_page, sort=sort, sorted=ordered)


def shares(title: str, *, sort: str = "", ordered: str = "") -> TableColumn:
    """Return a column of percentages."""
    return TableColumn(title, PERCENT, sort=sort, sorted=ordered)


def lengths(title: str, *, sort: str = "", ordered: str = "") -> TableColumn:
    """Return a column of hours."""
    return TableColumn(title, HOURS, sort=sort, sorted=ordered)
