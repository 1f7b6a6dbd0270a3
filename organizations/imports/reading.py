"""Read an import file into rows of texts, and match its sheets and columns; checks no values."""

from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from organizations.imports import columns
from vaxreg.search import search_key
from vaxreg.spreadsheets.archive import Unreadable, sanitize
from vaxreg.spreadsheets.reading import (
    HEADINGS_WITHIN,
    MOST_ROWS,
    Value,
    _csv_lines,
    _text,
    _xlsx_lines,
)

MOST_BYTES = 8 * 1024 * 1024


@dataclass(frozen=True)
class SheetRow:
    """A row with its number in Excel; `forms` says which cells were numbers or dates."""

    line: int
    cells: dict[str, str]
    forms: dict[str, str]

    def get(self, name: str) -> str:
        """Return a cell, or "" where the column or the value is missing."""
        return self.cells.get(name, "")


@dataclass
class Content:
    """The rows of a file per table, and the sheets and columns that were ignored."""

    tables: dict[str, list[SheetRow]] = field(default_factory=dict)
    passed_over: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """Return the content for ImportRun.content."""
        tables = {
            name: [[row.line, row.cells, row.forms] for row in rows]
            for name, rows in self.tables.items()
        }
        return {"tables": tables, "passed_over": self.passed_over}


def from_json(stored: dict[str, Any]) -> Content:
    """Return the content that `as_json` has made."""
    tables = {
        name: [SheetRow(line, cells, forms) for line, cells, forms in rows]
        for name, rows in stored.get("tables", {}).items()
    }
    return Content(tables, stored.get("passed_over", []))


def read(data: bytes, name: str) -> Content:
    """Read a file. Raises Unreadable with a sentence for the user."""
    if not data:
        raise Unreadable(_("The file is empty."))
    if len(data) > MOST_BYTES:
        raise Unreadable(_("The file is larger than 8 MB. Split it into smaller ones."))
    ending = name.lower().rsplit(".", 1)[-1]
    if ending == "csv":
        sheets = [(name, _csv_lines(data))]
    elif ending == "xlsx" or data.startswith(b"PK") or ending == "xls":
        sheets = _xlsx_lines(sanitize(data))
    else:
        raise Unreadable(_("This is no .xlsx or .csv file. Save it from Excel as .xlsx."))
    return _content(sheets)


def _content(sheets: list[tuple[str, list[list[Value]]]]) -> Content:
    content = Content()
    seen_any = False
    for name, lines in sheets:
        if not any(_text(cell)[0] for line in lines for cell in line):
            continue
        seen_any = True
        found = _headings(lines)
        if found is None:
            content.passed_over.append(name)
            continue
        table, at, places = found
        if table in content.tables:
            raise Unreadable(
                _("Two sheets hold the same table: %(table)s. Put the rows into one of them.")
                % {"table": columns.TABLE_LABELS[table]}
            )
        content.tables[table] = _rows(lines, at, places)
    if not seen_any:
        raise Unreadable(_("The file is empty."))
    if not content.tables:
        raise Unreadable(_no_headings())
    if not any(content.tables.values()):
        raise Unreadable(_("There are headings, but no rows below them."))
    return content


def _headings(lines: list[list[Value]]) -> tuple[str, int, dict[int, str]] | None:
    """Return (table, row of the headers, {column: field}) of a sheet, or None."""
    best: tuple[str, int, dict[int, str]] | None = None
    for at, line in enumerate(lines[:HEADINGS_WITHIN]):
        for table in columns.HEADINGS:
            known = columns.titles(table)
            places: dict[int, str] = {}
            for place, cell in enumerate(line):
                name = known.get(search_key(_text(cell)[0].rstrip("*: ")))
                if name and name not in places.values():
                    places[place] = name
            needed = {one.field for one in columns.HEADINGS[table] if one.needed}
            is_better = best is None or len(places) > len(best[2])
            if needed <= set(places.values()) and is_better:
                best = table, at, places
        if best is not None:
            return best
    return None


def _rows(lines: list[list[Value]], at: int, places: dict[int, str]) -> list[SheetRow]:
    rows = []
    for line, values in enumerate(lines[at + 1 :], start=at + 2):
        cells, forms = {}, {}
        for place, name in places.items():
            text, form = _text(values[place]) if place < len(values) else ("", "")
            cells[name] = text
            if form:
                forms[name] = form
        if any(cells.values()):
            rows.append(SheetRow(line, cells, forms))
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
