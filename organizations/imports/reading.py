"""Read an import file into rows of texts, and match its sheets and columns; checks no values."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from organizations.imports import columns
from vaxreg.spreadsheets import old_fonts
from vaxreg.spreadsheets.archive import Unreadable
from vaxreg.spreadsheets.reading import (
    HEADINGS_WITHIN,
    MOST_ROWS,
    ReadCell,
    SheetContent,
    clean_code,
    read_sheets,
)

MOST_BYTES = 8 * 1024 * 1024


@dataclass(frozen=True)
class SheetRow:
    """A row with its number in Excel; `forms` says which cells were numbers, dates, or old fonts."""

    line: int
    cells: dict[str, str]
    forms: dict[str, str]
    is_hidden: bool = False

    def get(self, name: str) -> str:
        """Return a cell, or "" where the column or the value is missing."""
        return self.cells.get(name, "")


@dataclass
class Content:
    """The rows of a file per table, the sheets that were ignored, and the columns not shown."""

    tables: dict[str, list[SheetRow]] = field(default_factory=dict)
    passed_over: list[str] = field(default_factory=list)
    # The fields whose columns are hidden in Excel, by table.
    hidden_columns: dict[str, list[str]] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Return the content for ImportRun.content."""
        tables = {
            name: [[row.line, row.cells, row.forms, row.is_hidden] for row in rows]
            for name, rows in self.tables.items()
        }
        return {
            "tables": tables,
            "passed_over": self.passed_over,
            "hidden_columns": self.hidden_columns,
        }


def from_json(stored: dict[str, Any]) -> Content:
    """Return the content that `as_json` has made."""
    tables = {
        name: [SheetRow(*row) for row in rows] for name, rows in stored.get("tables", {}).items()
    }
    return Content(tables, stored.get("passed_over", []), stored.get("hidden_columns", {}))


def read(data: bytes, name: str) -> Content:
    """Read a file. Raises Unreadable with a sentence for the user."""
    if not data:
        raise Unreadable(_("The file is empty."))
    if len(data) > MOST_BYTES:
        raise Unreadable(_("The file is larger than 8 MB. Split it into smaller ones."))
    return _content(read_sheets(data, name))


def _content(sheets: list[SheetContent]) -> Content:
    content = Content()
    filled = [sheet for sheet in sheets if sheet.lines]
    if not filled:
        raise Unreadable(_("The file is empty."))
    for sheet in filled:
        found = _headings(sheet)
        if found is None:
            content.passed_over.append(sheet.name)
            continue
        table, after, places = found
        if table in content.tables:
            raise Unreadable(
                _("Two sheets hold the same table: %(table)s. Put the rows into one of them.")
                % {"table": columns.TABLE_LABELS[table]}
            )
        content.tables[table] = _rows(sheet, after, places)
        not_shown = [name for at, name in places.items() if at + 1 in sheet.hidden.columns]
        if not_shown:
            content.hidden_columns[table] = not_shown
    if not content.tables:
        raise Unreadable(_no_headings())
    if not any(content.tables.values()):
        raise Unreadable(_("There are headings, but no rows below them."))
    return content


def _headings(sheet: SheetContent) -> tuple[str, int, dict[int, str]] | None:
    """Return (table, number of the header row, {column: field}) of a sheet, or None."""
    best: tuple[str, int, dict[int, str]] | None = None
    for number, line in sheet.lines:
        if number > HEADINGS_WITHIN:
            return None
        for table in columns.HEADINGS:
            places: dict[int, str] = {}
            for place, cell in enumerate(line):
                name = _field(table, cell)
                if name and name not in places.values():
                    places[place] = name
            needed = {one.field for one in columns.HEADINGS[table] if one.needed}
            is_better = best is None or len(places) > len(best[2])
            if needed <= set(places.values()) and is_better:
                best = table, number, places
        if best is not None:
            return best
    return None


def _field(table: str, cell: ReadCell) -> str:
    """Return the field that a header names, also in an old font, or ""."""
    known = columns.titles(table)
    spellings: tuple[Callable[[str], str], ...] = (
        str,
        old_fonts.from_tcvn3,
        old_fonts.from_vni,
    )
    for spelling in spellings:
        if name := known.get(columns.word_key(spelling(cell.text).rstrip("*: "))):
            return name
    return ""


def _rows(sheet: SheetContent, after: int, places: dict[int, str]) -> list[SheetRow]:
    rows = []
    for number, line in sheet.lines:
        if number <= after:
            continue
        cells, forms = {}, {}
        for place, name in places.items():
            cell = line[place] if place < len(line) else ReadCell("")
            cells[name] = clean_code(cell.text) if name in columns.CODES else cell.text
            if cell.form:
                forms[name] = cell.form
        if any(cells.values()):
            is_hidden = sheet.hidden.is_whole or number in sheet.hidden.rows
            rows.append(SheetRow(number, cells, forms, is_hidden))
        if len(rows) > MOST_ROWS:
            raise Unreadable(_("The file has more than 20,000 rows. Split it into smaller ones."))
    return rows


def _no_headings() -> str:
    return _(
        "No sheet has the headings that are needed. For sites: %(sites)s. For staff: %(staff)s."
        " Begin with the template."
    ) % {
        name: ", ".join(columns.title(one) for one in headings if one.needed)
        for name, headings in columns.HEADINGS.items()
    }
