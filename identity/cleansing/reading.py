"""Reads the rows of a list: what the registry had sent, the verdict, and what is right."""

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from citizens.facts import LABELS, IdentityField
from citizens.models import Sex
from identity.population.facts import FOUR
from vaxreg.forms import BirthDateField
from vaxreg.id_numbers import clean_id_number
from vaxreg.search import search_key
from vaxreg.typed.birth_dates import BirthDate
from vaxreg.typed.names import clean_name

VERDICT = "verdict"
RIGHT = "right_"
# The header of each column, in both languages; letters without marks and in lower case.
HEADERS = {
    "id_number": ("id_number", "so dinh danh"),
    "full_name": ("full_name", "ho va ten"),
    "date_of_birth": ("date_of_birth", "ngay sinh"),
    "sex": ("sex", "gioi tinh"),
    VERDICT: (VERDICT, "ket qua"),
    "right_id_number": ("right_id_number", "so dinh danh dung"),
    "right_full_name": ("right_full_name", "ho va ten dung"),
    "right_date_of_birth": ("right_date_of_birth", "ngay sinh dung"),
    "right_sex": ("right_sex", "gioi tinh dung"),
}
SEXES = {"male": Sex.MALE, "nam": Sex.MALE, "female": Sex.FEMALE, "nu": Sex.FEMALE}
LONGEST_CELL = 500


class Verdict(StrEnum):
    """What the police say about the four facts."""

    RIGHT = "right"
    WRONG = "wrong"
    NOT_FOUND = "not_found"


VERDICTS = {
    **{verdict.value: verdict for verdict in Verdict},
    "dung": Verdict.RIGHT,
    "sai": Verdict.WRONG,
    "khong tim thay": Verdict.NOT_FOUND,
}


class Unreadable(Exception):
    """The file as a whole cannot be read; the message says why."""


@dataclass(frozen=True)
class ListRow:
    """One row. said: the four facts as the registry sent them, "" for what it did not know.

    right: those that the police give. wrong: why the row cannot be read; "" when it can.
    """

    line: int
    said: Mapping[str, str]
    right: Mapping[str, str]
    verdict: Verdict | None = None
    wrong: str = ""


def read(content: bytes) -> list[ListRow]:
    """Return the rows of a CSV file in UTF-8. Raises Unreadable."""
    try:
        text = content.decode("utf-8-sig")
        first = text.split("\n", 1)[0]
        lines = list(
            csv.reader(
                io.StringIO(text, newline=""), delimiter=max(",;\t", key=first.count), strict=True
            )
        )
    except UnicodeDecodeError:
        raise Unreadable(_("The file is not UTF-8.")) from None
    except csv.Error:
        raise Unreadable(_("The file is damaged, or is no .csv file.")) from None
    if not lines:
        raise Unreadable(_("The file is empty."))
    columns = _columns(lines[0])
    return list(_rows(lines[1:], columns))


def _columns(header: list[str]) -> list[str]:
    names = [_plain(cell) for cell in header]
    known = {word: column for column, words in HEADERS.items() for word in map(_plain, words)}
    columns = [known.get(name, "") for name in names]
    if missing := [words[0] for column, words in HEADERS.items() if column not in columns]:
        raise Unreadable(_("Columns are missing: %(names)s") % {"names": ", ".join(missing)})
    if len([one for one in columns if one]) > len(HEADERS):
        raise Unreadable(_("A column stands twice."))
    return columns


def _plain(text: str) -> str:
    return search_key(text.replace("_", " ").strip())


def _rows(lines: list[list[str]], columns: list[str]) -> Iterator[ListRow]:
    for number, line in enumerate(lines, start=2):
        if not any(cell.strip() for cell in line):
            continue
        if len(line) != len(columns):
            yield ListRow(number, {}, {}, wrong=_("It has not as many cells as the header."))
            continue
        cells = {name: cell.strip() for name, cell in zip(columns, line, strict=True) if name}
        yield _row(number, cells)


def _row(line: int, cells: Mapping[str, str]) -> ListRow:
    if any(len(cell) > LONGEST_CELL for cell in cells.values()):
        return ListRow(line, {}, {}, wrong=_("A cell is too long."))
    verdict = VERDICTS.get(cells[VERDICT].lower()) or VERDICTS.get(_plain(cells[VERDICT]))
    if verdict is None:
        return ListRow(line, {}, {}, wrong=_("The verdict is none of: right, wrong, not_found."))
    said, right = {}, {}
    for name in FOUR:
        try:
            said[name.value] = _value(name, cells[name])
            if text := cells[RIGHT + name]:
                right[name.value] = _value(name, text)
        except ValueError as wrong:
            return ListRow(line, {}, {}, wrong=f"{LABELS[name]}: {wrong}")
    return ListRow(line, said, right, verdict)


def _value(name: IdentityField, text: str) -> str:
    """Return a cell as facts are stored. Raises ValueError with a message."""
    if name == IdentityField.ID_NUMBER:
        return clean_id_number(text) or ""
    if name == IdentityField.FULL_NAME:
        return clean_name(text)
    if name == IdentityField.SEX:
        if not text:
            return Sex.UNKNOWN.value
        if (sex := SEXES.get(_plain(text))) is None:
            raise ValueError(_("It is neither male nor female."))
        return sex.value
    return _born(text).isoformat()


def _born(text: str) -> BirthDate:
    try:
        return BirthDate.fromisoformat(text)
    except ValueError:
        pass
    try:
        born: BirthDate = BirthDateField().clean(text)
    except ValidationError as wrong:
        raise ValueError(wrong.messages[0]) from None
    return born
