"""One line of a file as the facts of a person and a dose, with what is wrong in it."""

import datetime as dt
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any, Generic, TypeVar

from django.core.exceptions import ValidationError

from doses.actions import clean_lot
from matching.blinding import signed
from recording.imports.reading import numbers, words
from recording.imports.reading.dates import DateReading, Span, time_of
from recording.imports.reading.dates import read as read_date
from recording.imports.reading.files import EMPTY, LONGEST_CELL, Cell
from vaxreg.search import exact_key, is_without_marks
from vaxreg.spreadsheets import old_fonts
from vaxreg.typed.dates import PartialDate, UnreadableDate
from vaxreg.typed.invisible import clean_line
from vaxreg.typed.names import checked_name

BORN_FROM = dt.date(1900, 1, 1)
# No dose of a list is older; it tells which century a year of two digits is of.
GIVEN_FROM = dt.date(1960, 1, 1)
# Before the first vaccine against COVID-19 nobody told anybody of a wrong dose of it.
TOLD_FROM = dt.date(2021, 3, 8)
LONGEST_LOT, LONGEST_WORDS = 64, 120
# As `matching.features` cuts it.
LONGEST_MARKED = 400
MOST_DAYS_KEPT = 100_000


@dataclass(frozen=True)
class RowReading:
    """How the lines of one file are read.

    mapping: {field: column}. vaccines, areas: {key or code: id}. first_days: {vaccine: the day of
    the first dose of its group in Viet Nam}. converts: old fonts are converted; else such a text is
    an error.
    """

    mapping: Mapping[str, int]
    today: dt.date
    vaccines: Mapping[str, int]
    areas: Mapping[str, int] = field(default_factory=dict)
    first_days: Mapping[int, dt.date] = field(default_factory=dict)
    born: DateReading = field(default_factory=DateReading)
    given_on: DateReading = field(default_factory=DateReading)
    told_on: DateReading = field(default_factory=DateReading)
    converts: bool = True


def spans(today: dt.date) -> dict[str, Span]:
    """Return the days that each date column may hold."""
    return {
        "born": Span(BORN_FROM, today),
        "given_on": Span(GIVEN_FROM, today),
        "told_on": Span(TOLD_FROM, today),
    }


@dataclass(slots=True)
class ReadRow:
    """What one line says. errors, warnings: "column|code|value"; with an error it is left out."""

    line: int
    errors: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    full_name: str = ""
    name_marked: str = ""
    is_bare: bool = True
    born: PartialDate | None = None
    sex: str = ""
    number: str = ""
    phone: str = ""
    area: int | None = None
    vaccine: int | None = None
    given_on: dt.date | None = None
    lot: str = ""
    kind: str = ""
    ordinal: int | None = None
    venue: str = ""
    given_time: dt.time | None = None
    given_by: str = ""

    @property
    def person_key(self) -> int:
        """A hash that rows of one person share: of the name, date of birth, and number or phone."""
        born = f"{self.born.first}{self.born.precision}" if self.born else ""
        facts = f"{self.name_marked}\0{born}\0{self.number or f'{self.phone}/{self.sex}'}"
        return signed(hashlib.blake2b(facts.encode(), digest_size=8).hexdigest())


R = TypeVar("R", bound=ReadRow)
# The steps of a reader take the rows of its kind of file.
Steps = tuple[tuple[str, Callable[[Any, Cell], None]], ...]


@lru_cache(maxsize=4096)
def lot_of(text: str) -> str:
    return clean_lot(clean_line(text))


class PersonReader(Generic[R]):
    """Reads the person of each line of one file; what else stands there, a kind of file adds."""

    row: type[R]

    def __init__(self, how: RowReading) -> None:
        self._how = how
        self._spans = spans(how.today)
        # A file has few days: their cells are read once.
        self._days: dict[str, dict[Cell, PartialDate | None]] = {name: {} for name in self._spans}
        self._steps: Steps = (
            ("full_name", self._name),
            ("born", self._born),
            ("sex", self._sex),
            ("id_number", self._number),
            ("phone", self._phone),
        )

    @cached_property
    def _placed(self) -> list[tuple[str, Callable[[Any, Cell], None], int]]:
        """Return the steps with the column of each, -1 for none."""
        return [(name, step, self._how.mapping.get(name, -1)) for name, step in self._steps]

    def read(self, line: int, cells: list[Cell]) -> R:
        """Return what a line says."""
        row = self.row(line)
        number = len(cells)
        for name, step, at in self._placed:
            cell = cells[at] if 0 <= at < number else EMPTY
            text = cell[0]
            if text and (text[0] == "=" or len(text) > LONGEST_CELL):
                code = "formula" if text[0] == "=" else "long"
                row.errors.append(f"{name}|{code}|")
            else:
                step(row, cell)
        self._together(row)
        return row

    def _name(self, row: ReadRow, cell: Cell) -> None:
        text = self._converted(row, cell.text, "full_name")
        if not text:
            if not cell.text:
                row.errors.append("full_name|missing|")
            return
        try:
            row.full_name = checked_name(text)
        except ValidationError as wrong:
            row.errors.append(f"full_name|name_{wrong.code}|")
            return
        row.name_marked = exact_key(row.full_name)[:LONGEST_MARKED]
        row.is_bare = is_without_marks(row.name_marked)

    def _converted(self, row: ReadRow, text: str, column: str) -> str:
        """Return a text in Unicode; without the clerk's yes an old font is an error, and ""."""
        old = old_fonts.recognize(text)
        if old is None:
            return text
        if not self._how.converts:
            row.errors.append(f"{column}|old_font|")
            return ""
        row.warnings.append(f"{column}|converted|")
        return old.text

    def _born(self, row: ReadRow, cell: Cell) -> None:
        row.born = self._date(row, cell, "born", self._how.born)
        if row.born and row.born.first > self._how.today:
            row.errors.append("born|future|")
        elif row.born and row.born.first < BORN_FROM:
            row.errors.append("born|too_early|")

    def _date(self, row: ReadRow, cell: Cell, column: str, how: DateReading) -> PartialDate | None:
        if not cell.text:
            row.errors.append(f"{column}|missing|")
            return None
        days = self._days[column]
        if cell not in days:
            if len(days) > MOST_DAYS_KEPT:
                days.clear()
            try:
                days[cell] = read_date(cell.text, cell.form, how, self._spans[column])
            except (UnreadableDate, OverflowError):
                days[cell] = None
        found = days[cell]
        if found is None:
            row.errors.append(f"{column}|no_date|")
        return found

    def _sex(self, row: ReadRow, cell: Cell) -> None:
        sex = words.sex_of(cell.text)
        row.sex = sex or "unknown"
        if sex is None:
            row.warnings.append("sex|no_sex|")

    def _number(self, row: ReadRow, cell: Cell) -> None:
        self._read_number(row, "id_number", numbers.read_id_number(cell.text))

    def _phone(self, row: ReadRow, cell: Cell) -> None:
        self._read_number(row, "phone", numbers.read_phone(cell.text))

    def _read_number(self, row: ReadRow, column: str, found: numbers.ReadNumber) -> None:
        if column == "phone":
            row.phone = found.number
        else:
            row.number = found.number
        if found.error:
            row.errors.append(f"{column}|{found.error}|")
        if found.warning:
            row.warnings.append(f"{column}|{found.warning}|")

    def _words(self, row: ReadRow, cell: Cell, column: str) -> str:
        if not cell.text:
            return ""
        text = clean_line(self._converted(row, cell.text, column))
        if len(text) > LONGEST_WORDS:
            row.errors.append(f"{column}|long|")
            return ""
        return text

    def _together(self, row: R) -> None:
        """Compare the cells with each other."""
        if row.born is None:
            return
        if row.given_on and row.given_on < row.born.first:
            row.errors.append("given_on|before_birth|")
        if row.number and not numbers.fits(row.number, year=row.born.year, sex=row.sex):
            row.warnings.append("id_number|other_year_or_sex|")


class RowReader(PersonReader[ReadRow]):
    """Reads the lines of one file of doses."""

    row = ReadRow

    def __init__(self, how: RowReading) -> None:
        super().__init__(how)
        self._vaccines: dict[str, int | None] = {}
        self._steps = (
            *self._steps,
            ("area", self._area),
            ("vaccine", self._vaccine),
            ("lot", self._lot),
            ("position", self._position),
            ("given_on", self._given_on),
            ("given_time", self._given_time),
            ("venue", self._venue),
            ("given_by", self._given_by),
        )

    def _area(self, row: ReadRow, cell: Cell) -> None:
        if not cell.text:
            return
        row.area = self._how.areas.get(cell.text.zfill(5))
        if row.area is None:
            row.warnings.append("area|no_area|")

    def _vaccine(self, row: ReadRow, cell: Cell) -> None:
        if not cell.text:
            row.errors.append("vaccine|missing|")
            return
        if cell.text not in self._vaccines:
            old = old_fonts.recognize(cell.text)
            text = old.text if old else cell.text
            self._vaccines[cell.text] = words.vaccine_of(text, self._how.vaccines)
        row.vaccine = self._vaccines[cell.text]
        if row.vaccine is None:
            row.errors.append("vaccine|no_vaccine|")

    def _lot(self, row: ReadRow, cell: Cell) -> None:
        row.lot = lot_of(cell.text)
        if len(row.lot) > LONGEST_LOT:
            row.lot = ""
            row.errors.append("lot|long|")

    def _position(self, row: ReadRow, cell: Cell) -> None:
        position = words.position_of(cell.text) if cell.text else None
        if position is None:
            row.errors.append(f"position|{'no_position' if cell.text else 'missing'}|")
            return
        kind, _dash, ordinal = position.rpartition("-")
        row.kind, row.ordinal = kind, int(ordinal)

    def _given_on(self, row: ReadRow, cell: Cell) -> None:
        day = self._date(row, cell, "given_on", self._how.given_on)
        if day is None:
            return
        if ":" in cell.text:
            # Excel writes midnight behind a day without a time.
            at = time_of(cell.text)
            row.given_time = at if at != dt.time() else None
        if not day.is_whole:
            row.errors.append("given_on|no_day|")
        elif day.first > self._how.today:
            row.errors.append("given_on|future|")
        elif day.first < GIVEN_FROM:
            row.errors.append("given_on|no_date|")
        else:
            row.given_on = day.first

    def _given_time(self, row: ReadRow, cell: Cell) -> None:
        """The time of a cell of its own comes before the one behind the day."""
        if not cell.text:
            return
        row.given_time = time_of(cell.text)
        if row.given_time is None:
            row.warnings.append("given_time|no_time|")

    def _venue(self, row: ReadRow, cell: Cell) -> None:
        row.venue = self._words(row, cell, "venue")

    def _given_by(self, row: ReadRow, cell: Cell) -> None:
        row.given_by = self._words(row, cell, "given_by")

    def _together(self, row: ReadRow) -> None:
        first = self._how.first_days.get(row.vaccine or 0)
        if first and row.given_on and row.given_on < first:
            row.errors.append(f"given_on|before_first|{first:%d/%m/%Y}")
        super()._together(row)
