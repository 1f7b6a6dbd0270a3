"""Check an .xlsx file before it is read: unpack it within limits, check its XML, pack it again.

An .xlsx file is a ZIP archive of XML. The sizes that it declares are not trusted: its parts are
unpacked here up to a limit, and the reader gets a new archive of the checked parts. One cell in
the last row and column would make the reader allocate 17 billion cells.
"""

import io
import re
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from posixpath import join, normpath
from xml.parsers import expat

from django.utils.translation import gettext as _

from vaxreg import ui

MOST_UNPACKED = 60 * 1024 * 1024
MOST_PARTS = 200
MOST_COLUMNS = 60
MOST_LINES = 20_100
BOOK = "xl/workbook.xml"
LINKS = "xl/_rels/workbook.xml.rels"
SHEET = re.compile(r"^xl/worksheets/[^/]+\.xml$", re.IGNORECASE)
CELL = re.compile(r"^\$?([A-Za-z]{1,3})\$?([0-9]{1,7})$")
CHUNK = 1024 * 1024
OLD_EXCEL = b"\xd0\xcf\x11\xe0"


class Unreadable(Exception):
    """The file cannot be read; the message tells the user why and what to do."""


@dataclass
class Hidden:
    """What Excel does not show of a sheet: numbers of rows and of columns, from 1."""

    rows: set[int] = field(default_factory=set)
    columns: set[int] = field(default_factory=set)
    is_whole: bool = False


@dataclass(frozen=True)
class CheckedBook:
    """A workbook as a new archive of checked parts, and what is hidden in it, by sheet name."""

    data: bytes
    hidden: dict[str, Hidden]
    # Its numbers of days count from 1904, as Excel for Mac had it.
    is_from_1904: bool = False


def sanitize(data: bytes, *, most_lines: int = MOST_LINES) -> CheckedBook:
    """Check a workbook and pack it again. Raises Unreadable."""
    if data.startswith(OLD_EXCEL):
        raise Unreadable(
            _("The file is an old .xls or has a password. Save it as .xlsx without a password.")
        )
    try:
        parts = _unpacked(data)
        hidden = {
            name: _check(part, most_lines) for name, part in parts.items() if SHEET.match(name)
        }
        names = _sheet_names(parts)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError):
        raise Unreadable(_("The file is damaged, or is no .xlsx file.")) from None
    except expat.ExpatError:
        raise Unreadable(_("The file is damaged, or is no .xlsx file.")) from None
    if "[Content_Types].xml" not in parts or BOOK not in parts:
        raise Unreadable(_("The file is no .xlsx file. Save it from Excel as .xlsx."))
    found = {}
    for name, (part, is_shown) in names.items():
        found[name] = hidden.get(part, Hidden())
        found[name].is_whole = not is_shown
    return CheckedBook(_packed(parts), found, _is_from_1904(parts))


def _is_from_1904(parts: dict[str, bytes]) -> bool:
    said = []

    def start(name: str, attributes: dict[str, str]) -> None:
        if name.rsplit(":", 1)[-1] == "workbookPr":
            said.append(_is_on(attributes.get("date1904")))

    _parse(parts[BOOK], start)
    return any(said)


def _sheet_names(parts: dict[str, bytes]) -> dict[str, tuple[str, bool]]:
    """Return {sheet name: (part of the archive, whether its tab is shown)}."""
    targets: dict[str, str] = {}
    names: dict[str, tuple[str, bool]] = {}

    def link(name: str, attributes: dict[str, str]) -> None:
        if name.rsplit(":", 1)[-1] == "Relationship":
            # A target is relative to xl/, or begins with a slash.
            target = normpath(join("/xl", attributes.get("Target", ""))).lstrip("/")
            targets[attributes.get("Id", "")] = target

    def sheet(name: str, attributes: dict[str, str]) -> None:
        if name.rsplit(":", 1)[-1] == "sheet":
            ids = [value for key, value in attributes.items() if key.rsplit(":", 1)[-1] == "id"]
            is_shown = attributes.get("state", "visible") == "visible"
            names[attributes.get("name", "")] = (targets.get("".join(ids[:1]), ""), is_shown)

    _parse(parts.get(LINKS, b"<x/>"), link)
    _parse(parts.get(BOOK, b"<x/>"), sheet)
    return names


def _unpacked(data: bytes) -> dict[str, bytes]:
    parts: dict[str, bytes] = {}
    left = MOST_UNPACKED
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        entries = archive.infolist()
        if len(entries) > MOST_PARTS:
            raise Unreadable(_("The file has too many parts. Copy the rows into the template."))
        for entry in entries:
            name = entry.filename.replace("\\", "/")
            if "vbaproject" in name.lower():
                raise Unreadable(_("The file holds macros. Save it as .xlsx without macros."))
            if not name.lower().endswith((".xml", ".rels")):
                # Pictures and other parts that the reader does not use.
                continue
            with archive.open(entry) as part:
                content = io.BytesIO()
                while chunk := part.read(CHUNK):
                    left -= len(chunk)
                    if left < 0:
                        raise Unreadable(
                            _("The file is too large when unpacked. Split it into smaller ones.")
                        )
                    content.write(chunk)
            parts[name] = content.getvalue()
    return parts


def _packed(parts: dict[str, bytes]) -> bytes:
    fresh = io.BytesIO()
    with zipfile.ZipFile(fresh, "w", zipfile.ZIP_STORED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return fresh.getvalue()


def _check(sheet: bytes, most_lines: int) -> Hidden:
    """Return what is hidden in a sheet.

    Raises Unreadable, with the cell, for formulas, values outside the limits and XML entities. A
    cell or row that has only a format is empty, wherever it stands.
    """
    hidden = Hidden()
    row = column = 0
    here = ""

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal row, column, here
        tag = name.rsplit(":", 1)[-1]
        if tag == "col" and _is_on(attributes.get("hidden")):
            first, last = (attributes.get(one, "") for one in ("min", "max"))
            if (first + last).isascii() and first.isdigit() and last.isdigit():
                hidden.columns.update(range(int(first), min(int(last), MOST_COLUMNS) + 1))
        elif tag == "row":
            number = attributes.get("r", "")
            if number and not (number.isascii() and number.isdigit()):
                raise Unreadable(_too_far(most_lines))
            row, column = int(number) if number else row + 1, 0
            if _is_on(attributes.get("hidden")) and row <= most_lines:
                hidden.rows.add(row)
        elif tag == "c":
            column, here = column + 1, attributes.get("r", "")
        elif tag in ("v", "is"):
            if column > MOST_COLUMNS or row > most_lines:
                raise Unreadable(_too_far(most_lines))
            if here:
                _check_place(here, most_lines)
        elif tag == "f":
            raise Unreadable(
                _(
                    "Cell %(cell)s holds a formula. Copy the cells and paste them as values, then"
                    " send the file again."
                )
                % {"cell": here or "?"}
            )

    _parse(sheet, start)
    return hidden


def _parse(part: bytes, start: Callable[[str, dict[str, str]], None]) -> None:
    """Call `start` for each element. Raises Unreadable for entities, ExpatError."""

    def refuse(*_arguments: object) -> None:
        raise Unreadable(_("The file is damaged, or is no .xlsx file."))

    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    parser.Parse(part, True)


def _is_on(value: str | None) -> bool:
    return value in ("1", "true", "on")


def _check_place(cell: str, most_lines: int) -> None:
    match = CELL.match(cell)
    if match is None:
        raise Unreadable(_("The file is damaged, or is no .xlsx file."))
    column = 0
    for letter in match[1].upper():
        column = column * 26 + ord(letter) - 64
    if column > MOST_COLUMNS or int(match[2]) > most_lines:
        raise Unreadable(_too_far(most_lines))


def _too_far(most_lines: int) -> str:
    return _(
        "The file has more rows or columns than fit: %(rows)s rows and 60 columns at most. Something"
        " may stand far below or far to the right by mistake."
    ) % {"rows": ui.number(most_lines // 1000 * 1000)}
