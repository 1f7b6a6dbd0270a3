"""Read the cells of an .xlsx or .csv file as plain values, without guessing what they mean."""

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from django.utils.translation import gettext as _
from python_calamine import CalamineError, CalamineWorkbook

from vaxreg.spreadsheets import old_fonts
from vaxreg.spreadsheets.archive import CheckedBook, Hidden, Unreadable, sanitize
from vaxreg.typed.invisible import clean_line

MOST_ROWS = 20_000
LONGEST_CELL = 500
# More digits than any number of a file has; Python refuses to convert thousands of them.
LONGEST_NUMBER = 30
# The header row is among the first lines; a title may come before it.
HEADINGS_WITHIN = 10
# Type of a cell that was not text: Excel has made a number or a date of it and may have cut zeros.
NUMBER, DATE = "n", "d"
# Type of a text that was typed in a font of before Unicode; it is returned converted.
OLD_FONT = "f"

# The hyphens of Unicode, also the one at which no line breaks.
_HYPHENS = re.compile("[\u2010\u2011\u2043\ufe63\uff0d]")
_DASHES = re.compile("[\u2012-\u2015\u2212\ufe58]")

Value = str | int | float | bool | datetime | date | time | timedelta | None


@dataclass(frozen=True)
class ReadCell:
    """A cell as clean text; form: NUMBER, DATE, OLD_FONT, or "" for a text."""

    text: str
    form: str = ""


@dataclass(frozen=True)
class SheetContent:
    """The lines of a sheet that are not empty: (number in Excel, cells); and what is hidden."""

    name: str
    lines: list[tuple[int, list[ReadCell]]]
    hidden: Hidden = field(default_factory=Hidden)


def read_sheets(data: bytes, name: str) -> list[SheetContent]:
    """Read every sheet of a file. Raises Unreadable with a sentence for the user.

    A line without a text or number is empty, whatever format its cells have.
    """
    ending = name.lower().rsplit(".", 1)[-1]
    if ending == "csv":
        return [SheetContent(name, _filled(_csv_lines(data)))]
    if ending == "xlsx" or data.startswith(b"PK") or ending == "xls":
        return _xlsx_sheets(data)
    raise Unreadable(_("This is no .xlsx or .csv file. Save it from Excel as .xlsx."))


def clean_cell(typed: str) -> str:
    """Return a text of a file in one line, without what nobody sees, and with plain hyphens."""
    return _HYPHENS.sub("-", unicodedata.normalize("NFC", clean_line(typed)))


def clean_code(typed: str) -> str:
    """Return a code, number or address of a file: plain digits, letters and hyphens."""
    return _DASHES.sub("-", unicodedata.normalize("NFKC", clean_cell(typed)))


def cell_of(value: Value) -> ReadCell:
    """Return a value of a file as a cell; one place for all files that are read."""
    if value is None:
        return ReadCell("")
    if isinstance(value, str):
        # Before cleaning: in TCVN3, the soft hyphen is the letter ư.
        old = old_fonts.recognize(value[: 2 * LONGEST_CELL])
        text = clean_cell(old.text if old else value)[: LONGEST_CELL + 1]
        return ReadCell(text, OLD_FONT if old else "")
    if isinstance(value, bool):
        return ReadCell(str(value).upper())
    if isinstance(value, int | float):
        whole = isinstance(value, int) or value.is_integer()
        return ReadCell(str(int(value)) if whole else repr(value), NUMBER)
    if isinstance(value, timedelta):
        return ReadCell(str(value), DATE)
    return ReadCell(value.isoformat(), DATE)


def _xlsx_sheets(data: bytes) -> list[SheetContent]:
    checked = sanitize(data)
    return [
        SheetContent(name, _filled(lines), checked.hidden.get(name, Hidden()))
        for name, lines in values_of(checked)
    ]


def values_of(book: CheckedBook) -> Iterator[tuple[str, Iterator[tuple[int, Sequence[Value]]]]]:
    """Yield each sheet of a workbook: its name, and its lines as (number in Excel, values).

    Raises Unreadable.
    """
    try:
        opened = CalamineWorkbook.from_filelike(io.BytesIO(book.data))
        for name in opened.sheet_names:
            lines = opened.get_sheet_by_name(name).to_python(skip_empty_area=False)
            yield name, iter(enumerate(lines, start=1))
    except (CalamineError, ValueError, OSError):
        raise Unreadable(_("The file is damaged, or is no .xlsx file.")) from None


def _filled(lines: Iterable[tuple[int, Sequence[Value]]]) -> list[tuple[int, list[ReadCell]]]:
    """Return the lines that hold something. Raises Unreadable when there are too many."""
    found = []
    for number, values in lines:
        cells = [cell_of(value) for value in values]
        if any(cell.text for cell in cells):
            found.append((number, cells))
        if len(found) > MOST_ROWS + HEADINGS_WITHIN:
            raise Unreadable(_("The file has more than 20,000 rows. Split it into smaller ones."))
    return found


def _csv_lines(data: bytes) -> Iterator[tuple[int, list[Value]]]:
    text = _decoded(data)
    if "\0" in text:
        raise Unreadable(_("The file is damaged, or is no .csv file."))
    first = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(",;\t", key=first.count)
    try:
        lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        for number, line in enumerate(lines, start=1):
            yield number, [_number_of(cell) for cell in line]
    except csv.Error:
        raise Unreadable(_("The file is damaged, or is no .csv file.")) from None


def _decoded(data: bytes) -> str:
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        text = data.decode("latin-1")
    # Excel writes a sheet in TCVN3 or VNI with one byte for a letter: its rows are told one by one.
    cells = [cell for cell in re.split(r'[,;\t\r\n"]+', text) if not cell.isascii()]
    if not all(old_fonts.recognize(cell) for cell in cells):
        raise Unreadable(
            _("The letters of the file cannot be read. Save it as “CSV UTF-8” or as .xlsx.")
        )
    return text


def _number_of(cell: str) -> Value:
    """Return an int for digits only; saving a CSV in Excel may have cut the zeros in front."""
    bare = clean_line(cell)
    is_number = bare.isascii() and bare.isdigit() and not bare.startswith("0")
    return int(bare) if is_number and len(bare) <= LONGEST_NUMBER else cell
