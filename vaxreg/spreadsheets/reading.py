"""Read the cells of an .xlsx or .csv file as plain values, without guessing what they mean."""

import csv
import io
from datetime import date, datetime, time, timedelta

from django.utils.translation import gettext as _
from python_calamine import CalamineError, CalamineWorkbook

from vaxreg.spreadsheets.archive import Unreadable
from vaxreg.typed.invisible import clean_line

MOST_ROWS = 20_000


LONGEST_CELL = 500


# The header row is among the first lines; a title may come before it.
HEADINGS_WITHIN = 10


# Type of a cell that was not text: Excel has made a number or a date of it and may have cut zeros.
NUMBER, DATE = "n", "d"


Value = str | int | float | bool | datetime | date | time | timedelta | None


def _xlsx_lines(data: bytes) -> list[tuple[str, list[list[Value]]]]:
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        found: list[tuple[str, list[list[Value]]]] = []
        for name in book.sheet_names:
            lines = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
            found.append((name, [list(line) for line in lines]))
        return found
    except (CalamineError, ValueError, OSError):
        raise Unreadable(_("The file is damaged, or is no .xlsx file.")) from None


def _csv_lines(data: bytes) -> list[list[Value]]:
    text = _decoded(data)
    if "\0" in text:
        raise Unreadable(_("The file is damaged, or is no .csv file."))
    first = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(",;\t", key=first.count)
    lines: list[list[Value]] = []
    try:
        for line in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            if len(lines) > MOST_ROWS + HEADINGS_WITHIN:
                break
            lines.append([_number_of(cell) for cell in line])
    except csv.Error:
        raise Unreadable(_("The file is damaged, or is no .csv file.")) from None
    return lines


def _decoded(data: bytes) -> str:
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        raise Unreadable(
            _("The letters of the file cannot be read. Save it as “CSV UTF-8” or as .xlsx.")
        ) from None


def _number_of(cell: str) -> Value:
    """Return an int for digits only; saving a CSV in Excel may have cut the zeros in front."""
    bare = clean_line(cell)
    return int(bare) if bare.isascii() and bare.isdigit() and not bare.startswith("0") else cell


def _text(value: Value) -> tuple[str, str]:
    """Return a cell as text, and its original type: NUMBER, DATE or "" for text."""
    if value is None:
        return "", ""
    if isinstance(value, str):
        return clean_line(value)[: LONGEST_CELL + 1], ""
    if isinstance(value, bool):
        return str(value).upper(), ""
    if isinstance(value, int | float):
        whole = isinstance(value, int) or value.is_integer()
        return (str(int(value)) if whole else repr(value)), NUMBER
    if isinstance(value, timedelta):
        return str(value), DATE
    return value.isoformat(), DATE
