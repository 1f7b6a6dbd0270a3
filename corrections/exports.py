"""Files for spreadsheets: Vietnamese as it is written, numbers as numbers, nothing that runs.

A cell that begins with = + - @ may be taken for a formula (promise 33), also after blanks, after a
control character, or in its full-width form. Such a text gets an apostrophe in front.
"""

import csv
import io
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import datetime

from django.http import HttpResponse
from django.utils import formats, timezone

Cell = str | int | float | datetime | None

STARTS_A_FORMULA = frozenset("=+-@")
# Excel reads UTF-8 only when a file begins with this mark.
BYTE_ORDER_MARK = "\ufeff"


def csv_file(name: str, header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> HttpResponse:
    """Return the rows as a CSV file to be saved under this name (plain ASCII, without ending)."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    writer.writerow([as_text(title) for title in header])
    writer.writerows([_written(cell) for cell in row] for row in rows)
    return HttpResponse(
        BYTE_ORDER_MARK + buffer.getvalue(),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}.csv"'},
    )


def as_text(value: str) -> str:
    """Return a text that no spreadsheet takes for a formula; line breaks and tabs become blanks."""
    flat = "".join(" " if unicodedata.category(char)[0] in "CZ" else char for char in value).strip()
    begins = unicodedata.normalize("NFKC", flat)[:1]
    return f"'{flat}" if begins in STARTS_A_FORMULA and begins else flat


def _written(cell: Cell) -> str | int:
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return timezone.localtime(cell).strftime("%Y-%m-%d %H:%M")
    if isinstance(cell, float):
        # With the decimal sign of the reader's language: 21.4 would open as 21 April in Viet Nam.
        return formats.number_format(cell, 1, use_l10n=True)
    return as_text(cell) if isinstance(cell, str) else cell
