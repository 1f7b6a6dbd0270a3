"""Files as officers send them, written by a library of its own kind: real numbers, odd cells."""

import csv
import io
import zipfile
from collections.abc import Sequence
from typing import Any

import xlsxwriter

SITES = (
    "Mã",
    "Tên",
    "Loại",
    "Mã cấp trên",
    "Mã đơn vị hành chính",
    "Điện thoại",
    "Thư điện tử",
)
STAFF = ("Họ và tên", "Thư điện tử", "Mã đơn vị", "Vai trò")
ENGLISH_SITES = ("Code", "Name", "Kind", "Code of the level above", "Area code", "Phone", "E-mail")
ENGLISH_STAFF = ("Full name", "E-mail", "Code of the organization", "Role")
ENGLISH_IDENTITY = ("ID number", "Date of birth", "Phone")


def xlsx(sites: Sequence[Sequence[Any]] = (), staff: Sequence[Sequence[Any]] = ()) -> bytes:
    """A workbook with one sheet per table that has rows; numbers stay numbers."""
    sheets = {}
    if sites:
        sheets["Sites"] = [ENGLISH_SITES, *sites]
    if staff:
        says_who = any(len(line) > len(ENGLISH_STAFF) for line in staff)
        sheets["Staff"] = [ENGLISH_STAFF + (ENGLISH_IDENTITY if says_who else ()), *staff]
    return book(sheets)


def book(sheets: dict[str, Sequence[Sequence[Any]]]) -> bytes:
    """A workbook with these sheets; texts that begin with = become formulas."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as made:
        for name, lines in sheets.items():
            page = made.add_worksheet(name)
            for at, line in enumerate(lines):
                page.write_row(at, 0, line)
    return file.getvalue()


def hiding(*, rows: Sequence[int] = (), column: int | None = None, sheet: bool = False) -> bytes:
    """A sheet of five people in which Excel does not show these rows, this column, or anything."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as made:
        shown = made.add_worksheet("Ghi chú")
        shown.activate()
        page = made.add_worksheet("Staff")
        page.write_row(0, 0, ENGLISH_STAFF)
        for number in range(1, 6):
            page.write_row(
                number, 0, ["Vũ Thị Mới", f"a{number}@example.vn", "TYT-00109", "Reviewer"]
            )
        for row in rows:
            page.set_row(row - 1, None, None, {"hidden": True})
        if column is not None:
            page.set_column(column, column, None, None, {"hidden": True})
        if sheet:
            page.hide()
    return file.getvalue()


def csv_bytes(lines: Sequence[Sequence[Any]], *, encoding: str = "utf-8", by: str = ",") -> bytes:
    """The same as a CSV file."""
    text = io.StringIO()
    csv.writer(text, delimiter=by).writerows(lines)
    return text.getvalue().encode(encoding)


def with_part(data: bytes, name: str, content: bytes) -> bytes:
    """The archive with one part replaced, or added."""
    fresh = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as old,
        zipfile.ZipFile(fresh, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for entry in old.infolist():
            if entry.filename != name:
                new.writestr(entry.filename, old.read(entry))
        new.writestr(name, content)
    return fresh.getvalue()


def part(data: bytes, name: str) -> bytes:
    """One part of the archive."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return archive.read(name)
