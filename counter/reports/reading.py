"""One line of a file of reports: the person, what they told the office and when, what is wrong."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.utils import timezone

from citizens.facts import IdentityField
from corrections.models import Kind
from counter.reports.columns import BETWEEN, CHANNELS, KINDS, fact_words
from doses import sites
from doses.facts import Field
from doses.models import Vaccine
from organizations.imports.columns import word_key
from organizations.models import Organization
from recording.imports.reading import numbers, words
from recording.imports.reading.dates import read as read_date
from recording.imports.reading.dates import time_of
from recording.imports.reading.files import Cell
from recording.imports.reading.rows import (
    LONGEST_LOT,
    TOLD_FROM,
    PersonReader,
    ReadRow,
    RowReading,
    lot_of,
)
from vaxreg.spreadsheets import old_fonts
from vaxreg.typed.birth_dates import BirthDate
from vaxreg.typed.dates import PartialDate, Precision, UnreadableDate
from vaxreg.typed.invisible import clean_line
from vaxreg.typed.names import checked_name

IDENTITY = frozenset(IdentityField)
LONGEST_SITE = 200


class NotRead(Exception):
    """A right value that cannot be read; its code stands in `args`."""


@dataclass(slots=True)
class ReadReport(ReadRow):
    """What one line says. proposed: the right facts, as corrections store them."""

    channel: str = ""
    told_at: dt.datetime | None = None
    what: str = ""
    position: str = ""
    # Of a missing dose: the month may be all that the person knows.
    missing_on: str = ""
    facts: list[str] = field(default_factory=list)
    right: list[Cell] = field(default_factory=list)
    proposed: dict[str, str] = field(default_factory=dict)
    site: Organization | None = None
    site_text: str = ""
    words: str = ""


class ReportReader(PersonReader[ReadReport]):
    """Reads the lines of one file of reports."""

    row = ReadReport

    def __init__(self, how: RowReading) -> None:
        super().__init__(how)
        self._codes = dict(Vaccine.objects.values_list("pk", "code"))
        self._sites: dict[str, list[Organization]] = {}
        self._now = timezone.now()
        self._steps = (
            *self._steps,
            ("channel", self._channel),
            ("told_on", self._told_on),
            ("told_time", self._told_time),
            ("what", self._what),
            ("position", self._position),
            ("given_on", self._given_on),
            ("vaccine", self._vaccine),
            ("field", self._facts),
            ("right", self._right),
            ("site", self._site),
            ("words", self._words_of_person),
        )
        self._values: dict[str, Callable[[ReadReport, Cell], str]] = {
            Field.VACCINE: lambda row, cell: self._vaccine_code(cell),
            Field.GIVEN_ON: lambda row, cell: self._day(cell, "given_on").isoformat(),
            Field.LOT: lambda row, cell: _lot(cell.text),
            Field.POSITION: lambda row, cell: _or_not_read(
                words.position_of(cell.text), "no_position"
            ),
            Field.ORGANIZATION: self._right_site,
            IdentityField.FULL_NAME: lambda row, cell: _name(cell.text),
            IdentityField.DATE_OF_BIRTH: lambda row, cell: self._birth(cell),
            IdentityField.SEX: lambda row, cell: _sex(cell.text),
            IdentityField.ID_NUMBER: lambda row, cell: _or_not_read(
                numbers.read_id_number(cell.text).number, "no_number"
            ),
            IdentityField.PHONE: lambda row, cell: _or_not_read(
                numbers.read_phone(cell.text).number, "no_phone_right"
            ),
        }

    def _channel(self, row: ReadReport, cell: Cell) -> None:
        row.channel = CHANNELS.get(word_key(cell.text), "")
        if not row.channel:
            row.errors.append(f"channel|{'no_channel' if cell.text else 'missing'}|")

    def _told_on(self, row: ReadReport, cell: Cell) -> None:
        day = self._date(row, cell, "told_on", self._how.told_on)
        if day is None:
            return
        if not day.is_whole:
            row.errors.append("told_on|no_day|")
        elif day.first < TOLD_FROM:
            row.errors.append("told_on|before_start|")
        else:
            at = time_of(cell.text) if ":" in cell.text else None
            self._set_told(row, day.first, at or dt.time())

    def _told_time(self, row: ReadReport, cell: Cell) -> None:
        if not cell.text or row.told_at is None:
            return
        at = time_of(cell.text)
        if at is None:
            row.warnings.append("told_time|no_time|")
        else:
            self._set_told(row, timezone.localdate(row.told_at), at)

    def _set_told(self, row: ReadReport, day: dt.date, at: dt.time) -> None:
        row.told_at = timezone.make_aware(dt.datetime.combine(day, at))
        if row.told_at > self._now and "told_on|future|" not in row.errors:
            row.errors.append("told_on|future|")

    def _what(self, row: ReadReport, cell: Cell) -> None:
        row.what = KINDS.get(word_key(cell.text), "")
        if cell.text and not row.what:
            row.errors.append("what|no_kind|")

    def _position(self, row: ReadReport, cell: Cell) -> None:
        if not cell.text:
            return
        row.position = words.position_of(cell.text) or ""
        if not row.position:
            row.errors.append("position|no_position|")

    def _given_on(self, row: ReadReport, cell: Cell) -> None:
        if not cell.text:
            return
        day = self._date(row, cell, "given_on", self._how.given_on)
        if day is None:
            return
        if day.first > self._how.today:
            row.errors.append("given_on|future|")
        elif day.precision == Precision.YEAR:
            row.errors.append("given_on|no_month|")
        else:
            row.missing_on = day.isoformat()
            row.given_on = day.first if day.is_whole else None

    def _vaccine(self, row: ReadReport, cell: Cell) -> None:
        if not cell.text:
            return
        try:
            row.proposed[Field.VACCINE] = self._vaccine_code(cell)
        except NotRead as problem:
            row.errors.append(f"vaccine|{problem.args[0]}|")

    def _facts(self, row: ReadReport, cell: Cell) -> None:
        if not cell.text:
            return
        for word in cell.text.split(BETWEEN):
            fact = fact_words().get(word_key(word), "")
            if not fact:
                row.errors.append(f"field|no_fact|{word.strip()[:40]}")
            row.facts.append(fact)

    def _right(self, row: ReadReport, cell: Cell) -> None:
        if cell.text:
            parts = cell.text.split(BETWEEN)
            row.right = [Cell(part.strip(), cell.form) for part in parts]

    def _site(self, row: ReadReport, cell: Cell) -> None:
        if not cell.text:
            return
        found = self._named(cell.text)
        if len(found) == 1:
            row.site = found[0]
        else:
            row.site_text = clean_line(cell.text)[:LONGEST_SITE]
            row.warnings.append(f"site|{'several_sites' if found else 'no_site'}|")

    def _words_of_person(self, row: ReadReport, cell: Cell) -> None:
        if cell.text:
            row.words = clean_line(self._converted(row, cell.text, "words"))

    def _together(self, row: ReadReport) -> None:
        super()._together(row)
        if row.what == "" and (row.facts or row.right):
            row.what = Kind.WRONG_FIELDS.value
        if row.what == Kind.MISSING_DOSE:
            self._missing(row)
        elif row.what:
            self._wrong(row)
        elif not any(one.startswith("what|") for one in row.errors):
            row.errors.append("what|missing|")

    def _missing(self, row: ReadReport) -> None:
        if row.position:
            row.proposed[Field.POSITION] = row.position
        if row.missing_on:
            row.proposed[Field.GIVEN_ON] = row.missing_on
        if row.site:
            row.proposed[Field.ORGANIZATION] = str(row.site.public_id)
        unreadable = any(one.startswith(("position|", "given_on|")) for one in row.errors)
        if not (row.position or row.missing_on or unreadable):
            row.errors.append("position|no_dose_named|")
        if row.facts or row.right:
            row.warnings.append("field|not_needed|")

    def _wrong(self, row: ReadReport) -> None:
        """Take the vaccine, the place and the number of a recorded dose for what finds it."""
        row.proposed = {}
        about_person = [fact in IDENTITY for fact in row.facts if fact]
        if not row.facts:
            row.errors.append("field|missing|")
        elif len(row.facts) != len(row.right):
            row.errors.append(f"right|{'not_as_many' if row.right else 'missing'}|")
        elif any(about_person) and not all(about_person):
            row.errors.append("field|both|")
        elif all(row.facts):
            for fact, cell in zip(row.facts, row.right, strict=True):
                self._take(row, fact, cell)
        if any(about_person):
            row.what = Kind.IDENTITY.value
        elif not (row.position or row.given_on) and not row.errors:
            row.errors.append("position|which_dose|")

    def _take(self, row: ReadReport, fact: str, cell: Cell) -> None:
        try:
            value = self._values[fact](row, cell)
        except NotRead as problem:
            row.errors.append(f"right|{problem.args[0]}|")
        else:
            if value:
                row.proposed[fact] = value

    def _vaccine_code(self, cell: Cell) -> str:
        old = old_fonts.recognize(cell.text)
        found = words.vaccine_of(old.text if old else cell.text, self._how.vaccines)
        return _or_not_read(self._codes.get(found or 0), "no_vaccine")

    def _day(self, cell: Cell, column: str) -> PartialDate:
        how = self._how.born if column == "born" else self._how.given_on
        try:
            return read_date(cell.text, cell.form, how, self._spans[column])
        except (UnreadableDate, OverflowError):
            raise NotRead("no_date") from None

    def _birth(self, cell: Cell) -> str:
        born = self._day(cell, "born")
        return BirthDate(born.first, born.precision).isoformat()

    def _right_site(self, row: ReadReport, cell: Cell) -> str:
        found = self._named(cell.text)
        if len(found) == 1:
            return str(found[0].public_id)
        row.site_text = clean_line(cell.text)[:LONGEST_SITE]
        row.warnings.append(f"right|{'several_sites' if found else 'no_site'}|")
        return ""

    def _named(self, text: str) -> list[Organization]:
        if text not in self._sites:
            self._sites[text] = sites.named(text)
        return self._sites[text]


def _or_not_read(value: str | None, code: str) -> str:
    if not value:
        raise NotRead(code)
    return value


def _lot(text: str) -> str:
    lot = lot_of(text).upper()
    if len(lot) > LONGEST_LOT:
        raise NotRead("long")
    return _or_not_read(lot, "missing")


def _name(text: str) -> str:
    try:
        return checked_name(text)
    except ValidationError as wrong:
        raise NotRead(f"name_{wrong.code}") from None


def _sex(text: str) -> str:
    sex = words.sex_of(text)
    return _or_not_read(None if sex == "unknown" else sex, "no_sex_right")
