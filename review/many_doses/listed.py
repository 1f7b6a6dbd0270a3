"""Reads a list of people or doses: pasted lines, or the lines of a file, one number in each."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from citizens.masking import cut_numbers
from recording.imports.reading.files import as_stored, form_of, lines_of
from vaxreg import ui
from vaxreg.id_numbers import clean_id_number, is_id_number, with_lost_zeros
from vaxreg.spreadsheets.archive import Unreadable
from vaxreg.spreadsheets.reading import NUMBER
from vaxreg.uuids import uuid_or_none

MOST_LINES = 5_000
MOST_BYTES = 4 * 1024 * 1024
_CELLS = re.compile(r"[\t;|]")
_DATE = re.compile(r"\s*\d{1,2}[/.\-]\d{1,2}[/.\-]\d{2,4}\s*")
_PERSONAL = 12


@dataclass(frozen=True)
class Listed:
    """One line: an ID number, or the public id of a record or dose; neither where none can be read.

    shown: what a page may say of the line.
    """

    line: int
    number: str = ""
    public_id: UUID | None = None
    shown: str = ""


def of_text(text: str) -> list[Listed]:
    """Read pasted lines. Raises Unreadable when there are too many."""
    lines = enumerate(text.splitlines(), start=1)
    return _read((number, _CELLS.split(line)) for number, line in lines if line.strip())


def of_file(file: Any) -> list[Listed]:
    """Read an uploaded .xlsx, .csv or .txt. Raises Unreadable."""
    parts = list(file.chunks())
    form = form_of(file.name or "", parts)
    lines = (
        (
            number,
            [with_lost_zeros(cell.text) if cell.form == NUMBER else cell.text for cell in cells],
        )
        for number, cells in lines_of(form, as_stored(form, parts))
    )
    return _read(lines)


def _read(lines: Iterable[tuple[int, list[str]]]) -> list[Listed]:
    """Return the lines from the first with a number on: what stands above is a heading."""
    found: list[Listed] = []
    for number, cells in lines:
        one = _listed(number, cells)
        if found or one.number or one.public_id:
            found.append(one)
        if len(found) > MOST_LINES:
            raise Unreadable(
                _("The list has more than %(lines)s lines. Split it into smaller ones.")
                % {"lines": ui.number(MOST_LINES)}
            )
    return found


def _listed(line: int, cells: list[str]) -> Listed:
    for cell in cells:
        public_id = uuid_or_none(cell.strip())
        if public_id is not None:
            return Listed(line, public_id=public_id, shown=str(public_id))
    numbers = sorted(_numbers_in(cells), key=lambda one: len(one) != _PERSONAL)
    if numbers:
        return Listed(line, number=numbers[0], shown=f"…{numbers[0][-4:]}")
    return Listed(line, shown=cut_numbers(" ".join(cells).strip())[:40])


def _numbers_in(cells: Iterable[str]) -> Iterator[str]:
    for cell in cells:
        number = clean_id_number(cell) or ""
        if not _DATE.fullmatch(cell) and is_id_number(number):
            yield number
