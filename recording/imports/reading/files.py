"""The lines of a file of doses as plain cells, read in a stream: a million rows need no memory."""

import csv
import io
import json
import re
from codecs import getincrementaldecoder
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from django.utils.translation import gettext as _

from vaxreg import ui
from vaxreg.spreadsheets import old_fonts
from vaxreg.spreadsheets.archive import OLD_EXCEL, Unreadable, sanitize
from vaxreg.spreadsheets.reading import DATE, NUMBER, Value, values_of

# Promise 34: what a page takes. A file is stored in parts of so many bytes.
MOST_ROWS = 100_000
MOST_BYTES = 16 * 1024 * 1024
PART_BYTES = 1024 * 1024
# Titles and notes stand above the header.
HEADINGS_WITHIN = 10
MOST_COLUMNS = 60
LONGEST_CELL = 500
CSV, XLSX = "csv", "xlsx"
# Excel keeps zeros in a CSV file when a cell is written as ="001".
_AS_TEXT = re.compile(r'^="([^"]*)"$')
_OF_A_CSV = re.compile(r'[,;\t\r\n"]+')


class Cell(NamedTuple):
    """A cell as text; form: NUMBER or DATE where the file says so, else ""."""

    text: str
    form: str = ""


EMPTY = Cell("")
Line = tuple[int, list[Cell]]


@dataclass(frozen=True)
class FileForm:
    """How a file is read: CSV with encoding and delimiter, or XLSX with its calendar."""

    kind: str
    encoding: str = ""
    delimiter: str = ""
    is_from_1904: bool = False


class _Parts(io.RawIOBase):
    """Parts of a file, read as one."""

    def __init__(self, parts: Iterable[bytes]) -> None:
        self._parts = iter(parts)
        self._left = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "memoryview | bytearray") -> int:  # type: ignore[override]
        while not self._left:
            part = next(self._parts, None)
            if part is None:
                return 0
            self._left = part
        size = min(len(buffer), len(self._left))
        buffer[:size] = self._left[:size]
        self._left = self._left[size:]
        return size


def is_workbook(name: str, first: bytes) -> bool:
    """Whether a file that begins so is to be read as a workbook."""
    return name.lower().endswith(".xlsx") or first.startswith((b"PK", OLD_EXCEL))


def form_of(name: str, parts: Iterable[bytes]) -> FileForm:
    """Find out how a file is to be read; `parts` is read to the end. Raises Unreadable."""
    ending = name.lower().rsplit(".", 1)[-1]
    parts = iter(parts)
    first = next(parts, b"")
    if not first:
        raise Unreadable(_("The file is empty."))
    if is_workbook(name, first):
        book = sanitize(first + b"".join(parts), most_lines=MOST_ROWS + HEADINGS_WITHIN)
        return FileForm(XLSX, is_from_1904=book.is_from_1904)
    if ending not in ("csv", "txt"):
        raise Unreadable(_("This is no .xlsx or .csv file. Save it from Excel as .xlsx."))
    encoding = _encoding(first, parts)
    text = first.decode(encoding, errors="ignore")
    if "\0" in text:
        raise Unreadable(_("The file is damaged, or is no .csv file."))
    line = next((one for one in text.splitlines() if one.strip()), "")
    return FileForm(CSV, encoding, max(",;\t|", key=line.count))


def _encoding(first: bytes, rest: Iterable[bytes]) -> str:
    if first[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "utf-16"
    decoder = getincrementaldecoder("utf-8-sig")()
    try:
        decoder.decode(first)
        for part in rest:
            decoder.decode(part)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        # Excel writes a sheet in TCVN3 or VNI with one byte for a letter.
        cells = [one for one in _OF_A_CSV.split(first.decode("latin-1")) if not one.isascii()]
        if not cells or sum(old_fonts.recognize(one) is not None for one in cells) * 2 < len(cells):
            raise Unreadable(
                _("The letters of the file cannot be read. Save it as “CSV UTF-8” or as .xlsx.")
            ) from None
        return "latin-1"
    return "utf-8-sig"


def as_stored(form: FileForm, parts: Iterable[bytes]) -> Iterator[bytes]:
    """Yield a file as it is kept and read from then on: CSV as it came, a workbook as lines of JSON.

    So a workbook is unpacked once. Raises Unreadable.
    """
    if form.kind == CSV:
        yield from parts
        return
    for number, cells in _xlsx_lines(parts):
        kept = [cell if cell.form else cell.text for cell in cells]
        yield json.dumps([number, kept], ensure_ascii=False).encode() + b"\n"


def lines_of(form: FileForm, stored: Iterable[bytes]) -> Iterator[Line]:
    """Yield the lines that hold something, with their numbers in Excel. Raises Unreadable.

    stored: what `as_stored` has given, in parts of any size.
    """
    lines = _csv_lines(form, stored) if form.kind == CSV else _stored_lines(stored)
    for number, cells in lines:
        # The first cell of most lines says it already.
        if (cells and cells[0].text) or any(cell.text for cell in cells):
            yield number, cells


def _stored_lines(stored: Iterable[bytes]) -> Iterator[Line]:
    for line in io.BufferedReader(_Parts(stored), PART_BYTES):
        number, kept = json.loads(line)
        yield number, [Cell(cell) if isinstance(cell, str) else Cell(*cell) for cell in kept]


def too_many_rows(most: int) -> Unreadable:
    """Return the refusal of a file with more rows than a page takes."""
    return Unreadable(
        _("The file has more than %(rows)s rows. Split it into smaller ones.")
        % {"rows": ui.number(most)}
    )


def _csv_lines(form: FileForm, parts: Iterable[bytes]) -> Iterator[Line]:
    raw = io.BufferedReader(_Parts(parts), PART_BYTES)
    text = io.TextIOWrapper(raw, encoding=form.encoding, newline="")
    try:
        for number, line in enumerate(csv.reader(text, delimiter=form.delimiter), start=1):
            yield number, [_of_text(cell) for cell in line[:MOST_COLUMNS]]
    except (csv.Error, UnicodeDecodeError):
        raise Unreadable(_("The file is damaged, or is no .csv file.")) from None


def _of_text(typed: str) -> Cell:
    text = typed.strip()
    if not text:
        return EMPTY
    if text[0] == "=":
        text = _AS_TEXT.sub(r"\1", text)
    return Cell(text[: LONGEST_CELL + 1]) if text else EMPTY


def _xlsx_lines(parts: Iterable[bytes]) -> Iterator[Line]:
    """Yield the lines of the first sheet that holds anything."""
    book = sanitize(b"".join(parts), most_lines=MOST_ROWS + HEADINGS_WITHIN)
    for _name, lines in values_of(book):
        is_filled = False
        for number, values in lines:
            cells = [_of_value(value) for value in values]
            is_filled |= any(cell.text for cell in cells)
            yield number, cells
        if is_filled:
            return


def _of_value(value: Value) -> Cell:
    if value is None or value == "":
        return EMPTY
    if isinstance(value, str):
        return _of_text(value)
    if isinstance(value, bool):
        return Cell(str(value).upper())
    if isinstance(value, int | float):
        is_whole = isinstance(value, int) or value.is_integer()
        return Cell(str(int(value)) if is_whole else repr(value), NUMBER)
    if isinstance(value, datetime):
        return Cell(value.isoformat(" ", "minutes"), DATE)
    return Cell(str(value), DATE)


def in_parts(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the same bytes in parts of PART_BYTES."""
    waiting = bytearray()
    for chunk in chunks:
        waiting += chunk
        while len(waiting) >= PART_BYTES:
            yield bytes(waiting[:PART_BYTES])
            del waiting[:PART_BYTES]
    if waiting:
        yield bytes(waiting)


def columns_of(lines: Sequence[Line]) -> int:
    """Return how many columns these lines have."""
    return max((len(cells) for _number, cells in lines), default=0)
