"""Check an .xlsx file before it is read: unpack it within limits, check its XML, pack it again.

An .xlsx file is a ZIP archive of XML. The sizes that it declares are not trusted: its parts are
unpacked here up to a limit, and the reader gets a new archive of the checked parts. One cell in
the last row and column would make the reader allocate 17 billion cells.
"""

import io
import re
import zipfile
import zlib
from xml.parsers import expat

from django.utils.translation import gettext as _

MOST_UNPACKED = 60 * 1024 * 1024
MOST_PARTS = 200
MOST_COLUMNS = 60
MOST_LINES = 20_100
SHEET = re.compile(r"^xl/worksheets/[^/]+\.xml$", re.IGNORECASE)
CELL = re.compile(r"^\$?([A-Za-z]{1,3})\$?([0-9]{1,7})$")
CHUNK = 1024 * 1024
OLD_EXCEL = b"\xd0\xcf\x11\xe0"


class Unreadable(Exception):
    """The file cannot be read; the message tells the user why and what to do."""


def sanitize(data: bytes) -> bytes:
    """Return the workbook as a new archive of checked parts. Raises Unreadable."""
    if data.startswith(OLD_EXCEL):
        raise Unreadable(
            _("The file is an old .xls or has a password. Save it as .xlsx without a password.")
        )
    try:
        parts = _unpacked(data)
        for name, part in parts.items():
            if SHEET.match(name):
                _check(part)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError):
        raise Unreadable(_("The file is damaged, or is no .xlsx file.")) from None
    except expat.ExpatError:
        raise Unreadable(_("The file is damaged, or is no .xlsx file.")) from None
    if "[Content_Types].xml" not in parts or "xl/workbook.xml" not in parts:
        raise Unreadable(_("The file is no .xlsx file. Save it from Excel as .xlsx."))
    return _packed(parts)


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


def _check(sheet: bytes) -> None:
    """Raise Unreadable, with the cell, for formulas, cells outside the limits and XML entities."""
    parser = expat.ParserCreate()
    here = ""

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal here
        tag = name.rsplit(":", 1)[-1]
        if tag == "c":
            here = attributes.get("r", "")
            if here:
                _check_place(here)
        elif tag == "row":
            line = attributes.get("r", "")
            if line and (not line.isascii() or not line.isdigit() or int(line) > MOST_LINES):
                raise Unreadable(_too_far())
        elif tag == "f":
            raise Unreadable(
                _(
                    "Cell %(cell)s holds a formula. Copy the cells and paste them as values, then"
                    " send the file again."
                )
                % {"cell": here or "?"}
            )

    def refuse(*_arguments: object) -> None:
        raise Unreadable(_("The file is damaged, or is no .xlsx file."))

    parser.StartElementHandler = start
    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    parser.Parse(sheet, True)


def _check_place(cell: str) -> None:
    match = CELL.match(cell)
    if match is None:
        raise Unreadable(_("The file is damaged, or is no .xlsx file."))
    column = 0
    for letter in match[1].upper():
        column = column * 26 + ord(letter) - 64
    if column > MOST_COLUMNS or int(match[2]) > MOST_LINES:
        raise Unreadable(_too_far())


def _too_far() -> str:
    return _(
        "The file has more rows or columns than fit: 20,000 rows and 60 columns at most. Something"
        " may stand far below or far to the right by mistake."
    )
