"""Write CSV and XLSX files: Vietnamese text as UTF-8, numbers as numbers, no formulas.

In a CSV file, a cell that begins with = + - @ may be run as a formula (promise 33), also after
spaces, after a control character, or in its full-width form: such a text gets an apostrophe in
front. In an XLSX file each cell has a type, so a text is written unchanged.
"""

import csv
import io
import re
import tempfile
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import chain, islice
from typing import IO, Any

import xlsxwriter
from django.http import FileResponse, HttpResponse
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from vaxreg import ui


@dataclass(frozen=True)
class MarkedCell:
    """A text in a colour that says what is wrong with it: an error, or a warning."""

    text: str
    is_error: bool


Cell = str | int | float | date | datetime | MarkedCell | None

STARTS_A_FORMULA = frozenset("=+-@")
# Excel recognizes UTF-8 only if the file begins with this mark.
BYTE_ORDER_MARK = "\ufeff"

XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# Excel's number formats; Excel shows the separators of the user's language.
WHOLE = "#,##0"
HOURS = "#,##0.0"
PERCENT = "0.0%"
DAY = "dd/mm/yyyy"
MINUTE = "dd/mm/yyyy hh:mm"

# Excel's limits: data rows of a sheet (one more is the header), characters of a cell and a name.
MOST_ROWS = 1_048_576 - 1
MOST_CHARACTERS = 32_767
LONGEST_SHEET_NAME = 31
NOT_IN_A_SHEET_NAME = re.compile(r"[\[\]:*?/\\]")
# Excel's calendar begins in this year; earlier dates are written as text.
FIRST_YEAR = 1900

NARROWEST, WIDEST = 8, 60
# Width of the filter button and of the cell's padding, in characters.
FILTER_BUTTON, EDGES = 3, 2
A4 = 9


@dataclass(frozen=True)
class SheetColumn:
    """A header, and the number format of its column where the type does not give it.

    PERCENT shows a share between 0 and 1 as a percentage.
    """

    title: str
    number_format: str = ""


@dataclass(frozen=True)
class Sheet:
    """One table; `title` is the name of its tab. `rows` may be a generator: it is read once."""

    title: str
    header: Sequence[SheetColumn | str]
    rows: Iterable[Sequence[Cell]]


def csv_file(
    name: str, header: Sequence[SheetColumn | str], rows: Iterable[Sequence[Cell]]
) -> HttpResponse:
    """Return the rows as a CSV download; `name` is the file name (ASCII, without extension)."""
    columns = _columns(header)
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    writer.writerow([as_text(column.title) for column in columns])
    writer.writerows(
        [_written(cell, column) for cell, column in zip(row, columns, strict=True)] for row in rows
    )
    return HttpResponse(
        BYTE_ORDER_MARK + buffer.getvalue(),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}.csv"'},
    )


def xlsx_file(name: str, sheets: Sequence[Sheet]) -> FileResponse:
    """Return the tables as an Excel download; `name` is the file name (ASCII, without extension).

    Rows are written one by one to a file on disk, so that memory does not grow with the table. A
    table longer than Excel's limit continues on the next sheet.
    """
    # The response closes the file after sending it.
    file = tempfile.TemporaryFile()  # noqa: SIM115
    try:
        _fill(file, sheets)
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=f"{name}.xlsx", content_type=XLSX_TYPE)


def as_text(value: str) -> str:
    """Return a text that no spreadsheet runs as a formula; line breaks and tabs become spaces."""
    flat = in_one_line(value)
    begins = unicodedata.normalize("NFKC", flat)[:1]
    return f"'{flat}" if begins in STARTS_A_FORMULA and begins else flat


def in_one_line(value: str) -> str:
    """Return the text on one line: line breaks, tabs and control characters become spaces."""
    if value.isprintable():
        return value.strip()
    return "".join(" " if unicodedata.category(char)[0] in "CZ" else char for char in value).strip()


def sheet_name(title: str, taken: set[str]) -> str:
    """Return a sheet name that Excel accepts and that is not in `taken`, and add it to `taken`."""
    clean = NOT_IN_A_SHEET_NAME.sub(" ", unicodedata.normalize("NFC", in_one_line(title)))
    clean = " ".join(clean.split()).strip("' ") or _("Table")
    number, name = 1, _shortened(clean, "")
    # Excel reserves the name "History" and ignores letter case.
    while name.casefold() in taken | {"history"}:
        number += 1
        name = _shortened(clean, f" ({number})")
    taken.add(name.casefold())
    return name


def _fill(file: IO[bytes], sheets: Sequence[Sheet]) -> None:
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_numbers": False,
        "strings_to_urls": False,
    }
    with xlsxwriter.Workbook(file, options) as book:
        looks = CellFormats(book)
        names: set[str] = set()
        for sheet in sheets:
            for part in _parts(sheet):
                _write(book, looks, part, sheet_name(part.title, names))


def _shortened(title: str, ending: str) -> str:
    """Cut to Excel's limit, counted in UTF-16 code units, without splitting a character."""
    room = (LONGEST_SHEET_NAME - len(ending)) * 2
    short = title.encode("utf-16-le")[:room].decode("utf-16-le", errors="ignore")
    return short.strip("' ") + ending


def _columns(header: Sequence[SheetColumn | str]) -> list[SheetColumn]:
    return [SheetColumn(item) if isinstance(item, str) else item for item in header]


def _written(cell: Cell, column: SheetColumn) -> str | int:
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return timezone.localtime(cell).strftime("%Y-%m-%d %H:%M")
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, MarkedCell):
        cell = cell.text
    if isinstance(cell, str):
        return as_text(cell)
    # With the decimal separator of the user's language: Excel would read 21.4 as 21 April.
    if column.number_format == PERCENT:
        return formats.number_format(cell * 100, 1, use_l10n=True) + "%"
    return formats.number_format(cell, 1, use_l10n=True) if isinstance(cell, float) else cell


class CellFormats:
    """The cell formats of a workbook; each is created once."""

    def __init__(self, book: xlsxwriter.Workbook) -> None:
        self.heading: Any = book.add_format(
            {"bold": True, "text_wrap": True, "valign": "top", "bottom": 1, "bg_color": "#E8EEF4"}
        )
        self.text: Any = book.add_format({"valign": "top", "num_format": "@"})
        self.error: Any = book.add_format(
            {"valign": "top", "num_format": "@", "bg_color": "#F8C9C4", "border": 1}
        )
        self.warning: Any = book.add_format(
            {"valign": "top", "num_format": "@", "bg_color": "#FCE8B2", "border": 1}
        )
        self._book = book
        self._numbers: dict[str, Any] = {}

    def number(self, number_format: str) -> Any:
        """Return the cell format for one of Excel's number formats."""
        if number_format not in self._numbers:
            self._numbers[number_format] = self._book.add_format(
                {"valign": "top", "num_format": number_format}
            )
        return self._numbers[number_format]


def _parts(sheet: Sheet) -> Iterator[Sheet]:
    """Split a table at Excel's row limit; a table without rows still gives its header."""
    rows = iter(sheet.rows)
    yield Sheet(sheet.title, sheet.header, islice(rows, MOST_ROWS))
    for first in rows:
        yield Sheet(sheet.title, sheet.header, chain([first], islice(rows, MOST_ROWS - 1)))


def _write(book: xlsxwriter.Workbook, looks: CellFormats, sheet: Sheet, name: str) -> None:
    page = book.add_worksheet(name)
    columns = _columns(sheet.header)
    widths: dict[int, int] = defaultdict(int)
    for place, column in enumerate(columns):
        page.write_string(0, place, _without_rich_text(column.title), looks.heading)
        widths[place] = _heading_width(column.title)
    last = 0
    for last, row in enumerate(sheet.rows, start=1):
        for place, (cell, column) in enumerate(zip(row, columns, strict=True)):
            shown = _write_cell(page, last, place, cell, column, looks)
            widths[place] = max(widths[place], len(shown) + EDGES)
    for place, width in widths.items():
        page.set_column(place, place, min(max(width, NARROWEST), WIDEST))
    page.freeze_panes(1, 0)
    page.autofilter(0, 0, last, len(columns) - 1)
    page.set_landscape()
    page.set_paper(A4)
    page.fit_to_pages(1, 0)
    page.repeat_rows(0)
    page.set_footer("&R&P / &N")


def _heading_width(title: str) -> int:
    """Return the width of a header in characters: it may take two lines, but no word is split."""
    words = title.split()
    longest = max((len(word) for word in words), default=0)
    return max(longest, len(title) // 2 + 1) + FILTER_BUTTON


def _write_cell(
    page: Any, line: int, place: int, cell: Cell, column: SheetColumn, looks: CellFormats
) -> str:
    """Write one cell by its type; return roughly the text that Excel will show."""
    if cell is None:
        return ""
    if isinstance(cell, MarkedCell):
        text = _without_rich_text(cell.text)
        # An empty cell is marked as well: what is missing should be seen.
        write = page.write_string if text else page.write_blank
        write(line, place, text, looks.error if cell.is_error else looks.warning)
        return text
    if isinstance(cell, date) and cell.year < FIRST_YEAR:
        cell = ui.day(cell)
    if isinstance(cell, str):
        text = _without_rich_text(cell)
        page.write_string(line, place, text, looks.text)
        return text
    if isinstance(cell, datetime):
        # Excel cells have no time zone: write the local time of Vietnam.
        page.write_datetime(line, place, timezone.make_naive(cell), looks.number(MINUTE))
        return MINUTE
    if isinstance(cell, date):
        page.write_datetime(line, place, cell, looks.number(DAY))
        return DAY
    notation = column.number_format or (HOURS if isinstance(cell, float) else WHOLE)
    page.write_number(line, place, cell, looks.number(notation))
    return f"{cell * 100:.1f}%" if notation == PERCENT else f"{cell:,.1f}"


def _without_rich_text(value: str) -> str:
    """Prevent XlsxWriter from reading a text as its own rich-text markup.

    XlsxWriter copies a text between <r> and </r> into the sheet as raw XML, so that a text could
    insert cells of any kind. A leading space prevents that.
    """
    text = in_one_line(value)[:MOST_CHARACTERS]
    return f" {text}" if text.startswith("<r>") and text.endswith("</r>") else text
