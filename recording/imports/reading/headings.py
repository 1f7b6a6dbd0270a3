"""The columns of files: their names, the ministry's order, and which column holds what."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from django.conf import settings
from django.http import FileResponse
from django.utils.translation import gettext, override
from django.utils.translation import gettext_noop as _noop

from organizations.imports.columns import word_key
from recording.imports.reading.files import HEADINGS_WITHIN, Cell, Line, columns_of
from vaxreg.spreadsheets import old_fonts
from vaxreg.spreadsheets.writing import Sheet, xlsx_file

# So many known headers make a line the header.
ENOUGH = 3


@dataclass(frozen=True)
class ImportField:
    """What a column may hold. others: further headers that mean the same, in keys of words."""

    name: str
    title: str
    others: tuple[str, ...] = ()
    needed: bool = False


Fields = tuple[ImportField, ...]


# In the order of the list on paper (Decision 3588/QĐ-BYT of 2021, annex 4), behind the numbering.
FIELDS = (
    ImportField(
        "full_name", _noop("Full name"), ("ho ten", "ten", "ho va ten nguoi tiem", "name"), True
    ),
    ImportField(
        "born",
        _noop("Date of birth"),
        ("ngai thang nam sinh", "nam sinh", "ngai sinh", "dob", "birth date", "date of birth"),
        True,
    ),
    ImportField("sex", _noop("Sex"), ("gioi tinh", "gioi", "gender", "nam nu")),
    ImportField(
        "id_number",
        _noop("ID number"),
        (
            *("cccd", "cmnd", "cmt", "so cccd", "so cmnd", "so cmt", "cmnd cccd", "cccd cmnd"),
            *("so cmnd cccd", "so cccd cmnd", "cccd cmnd ho chieu", "so cmnd cccd ho chieu"),
            *("cmnd cccd hc", "so dinh danh", "ma dinh danh", "so dinh danh ca nhan", "so giai to"),
            *("so cccd cmnd ho chieu", "cmt cccd ho chieu", "ho chieu", "cccd hc", "id"),
        ),
    ),
    ImportField(
        "phone",
        _noop("Phone"),
        ("so dien thoai", "dien thoai", "sdt", "so dt", "dt", "so dien thoai lien he", "mobile"),
    ),
    ImportField(
        "area",
        _noop("Commune code"),
        ("ma xa", "ma phuong xa", "ma don vi hanh chinh", "ma xa phuong", "area code"),
    ),
    ImportField(
        "vaccine",
        _noop("Vaccine"),
        ("vac xin", "ten vac xin", "vacxin", "ten vacxin", "loai vac xin", "loai vacxin"),
        True,
    ),
    ImportField("lot", _noop("Lot"), ("so lo", "lo", "so lo vac xin", "lo vac xin", "lot number")),
    ImportField(
        "position",
        _noop("Which dose"),
        (
            "mui",
            "mui so",
            "mui tiem",
            "lieu",
            "lieu so",
            "lan tiem",
            "mui thu",
            "dose",
            "dose number",
        ),
        True,
    ),
    ImportField(
        "given_on",
        _noop("Date of the dose"),
        ("ngai tiem", "ngai tiem chung", "thoi gian tiem", "ngai", "given on", "date given"),
        True,
    ),
    ImportField("given_time", _noop("Time of the dose"), ("gio", "gio tiem", "time", "given at")),
    ImportField("venue", _noop("Venue"), ("diem tiem", "dia diem tiem", "noi tiem", "dia diem")),
    ImportField(
        "given_by",
        _noop("Given by"),
        ("nguoi tiem", "can bo tiem", "nhan vien tiem", "y si tiem", "vaccinator"),
    ),
)
BY_NAME = {one.name: one for one in FIELDS}
# The numbering in front ("STT") is no field.
LAST_ON_PAPER = "given_on"
MINISTRY_ORDER = (
    "",
    *(one.name for one in FIELDS[: [one.name for one in FIELDS].index(LAST_ON_PAPER) + 1]),
)


@dataclass(frozen=True)
class Header:
    """The header of a file: its line (0 without one), its texts, and the field of each column.

    mapping: {field: column, from 0}.
    """

    line: int
    texts: tuple[str, ...]
    mapping: dict[str, int]

    @property
    def signature(self) -> str:
        """By which the columns of a file are recognised when it comes again."""
        keys = "\0".join(word_key(text) for text in self.texts)
        return hashlib.sha256(keys.encode()).hexdigest()[:32]

    @property
    def missing(self) -> list[str]:
        """Fields of a dose that must have a column and have none."""
        return missing_of(self.mapping)


def missing_of(mapping: Mapping[str, int], fields: Fields = FIELDS) -> list[str]:
    """Return the fields that are needed and have no column."""
    return [one.name for one in fields if one.needed and one.name not in mapping]


def header_of(first: Sequence[Line], fields: Fields = FIELDS) -> Header:
    """Find the header among the first lines of a file.

    A file of doses without one may be in the ministry's order; in any other the clerk chooses.
    """
    best: Header | None = None
    for number, cells in first[:HEADINGS_WITHIN]:
        mapping = mapping_of([cell.text for cell in cells], fields)
        if len(mapping) >= ENOUGH and (best is None or len(mapping) > len(best.mapping)):
            best = Header(number, tuple(cell.text for cell in cells), mapping)
    if best is None and fields is not FIELDS:
        return Header(0, ("",) * columns_of(first), {})
    return best or _by_position(first)


def mapping_of(texts: Sequence[str], fields: Fields = FIELDS) -> dict[str, int]:
    """Return {field: column} for headers in either language, also in an old font."""
    found: dict[str, int] = {}
    for column, text in enumerate(texts):
        for spelling in (text, old_fonts.from_tcvn3(text), old_fonts.from_vni(text)):
            name = _titles(fields).get(word_key(spelling.strip("*: ")))
            if name and name not in found:
                found[name] = column
                break
    return found


def _by_position(first: Sequence[Line]) -> Header:
    """Return the ministry's order if the file has that many columns; nobody has to believe it."""
    columns = max((_filled(cells) for _number, cells in first), default=0)
    texts = ("",) * columns
    if columns == len(MINISTRY_ORDER):
        mapping = {name: at for at, name in enumerate(MINISTRY_ORDER) if name}
    elif columns == len(MINISTRY_ORDER) - 1:
        mapping = {name: at for at, name in enumerate(MINISTRY_ORDER[1:])}
    else:
        mapping = {}
    return Header(0, texts, mapping)


def _filled(cells: Sequence[Cell]) -> int:
    return max((at for at, cell in enumerate(cells, start=1) if cell.text), default=0)


@cache
def _titles(fields: Fields) -> dict[str, str]:
    found: dict[str, str] = {}
    for one in fields:
        for language, _name in settings.LANGUAGES:
            with override(language):
                found[word_key(gettext(one.title))] = one.name
        for other in (one.title, one.name, *one.others):
            found.setdefault(word_key(other.replace("_", " ")), one.name)
    return found


def template_file() -> FileResponse:
    """Return an empty file with the columns, in the ministry's order and the reader's language."""
    header = [gettext("No."), *(gettext(one.title) for one in FIELDS)]
    return xlsx_file("so-tiem-doses", [Sheet(gettext("Doses"), header, [])])
