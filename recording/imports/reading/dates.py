"""Dates in files: what Excel has made of them, and which of day and month comes first.

A cell may be a day of Excel's calendar, the number of such a day (counted from 1900, or from 1904
on old Macs), or a text in one of several forms. Of 05/09/2021 nobody can tell by itself whether it
is September or May: the column tells, or the clerk is asked.
"""

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from recording.imports.reading.files import Cell
from vaxreg.spreadsheets.reading import DATE
from vaxreg.typed.dates import PartialDate, UnreadableDate
from vaxreg.typed.dates import read as read_typed

DAY_FIRST, MONTH_FIRST = "dmy", "mdy"
FROM_1900, FROM_1904 = "1900", "1904"
# Excel counts 29 February 1900, which never was; dates before March 1900 are not met here.
_DAY_0 = {FROM_1900: dt.date(1899, 12, 30), FROM_1904: dt.date(1904, 1, 1)}
_MOST_MONTHS = 12
_SERIAL = re.compile(r"\d{5}(?:\.\d+)?")
_IN_ORDER = re.compile(r"(\d{1,2})\s*[-/.\s]\s*(\d{1,2})\s*[-/.\s]\s*(\d{4}|\d{2})")
_TIME = re.compile(r"[ T]+(\d{1,2}):(\d{2})(?::\d{2}(?:\.\d+)?)?(?: ?([AP]M))?$", re.IGNORECASE)
_LOST_ZERO = re.compile(r"[1-9]\d{6}")
MOST_SAMPLES = 5


@dataclass(frozen=True)
class DateReading:
    """How the dates of one column are read.

    order: DAY_FIRST or MONTH_FIRST. epoch: FROM_1900 or FROM_1904. is_swapped: Excel has taken the
    day for the month where it could, and left the other cells as text.
    """

    order: str = DAY_FIRST
    epoch: str = FROM_1900
    is_swapped: bool = False


@dataclass(frozen=True)
class Span:
    """The days that a column may hold."""

    earliest: dt.date
    latest: dt.date


def read(text: str, form: str, how: DateReading, span: Span) -> PartialDate:
    """Return the date in a cell. Raises UnreadableDate."""
    text = _TIME.sub("", text.strip())
    if form == DATE:
        return _of_excel(text, how)
    if _SERIAL.fullmatch(text):
        return PartialDate(_of_serial(text, how.epoch))
    if found := _IN_ORDER.fullmatch(text):
        first, second = int(found[1]), int(found[2])
        # Where only one of the two orders is possible, it is the one.
        is_month_first = how.order == MONTH_FIRST and first <= _MOST_MONTHS
        if is_month_first or second > _MOST_MONTHS:
            text = f"{second}/{first}/{found[3]}"
    elif _LOST_ZERO.fullmatch(text):
        text = f"0{text}"
    return read_typed(
        text, earliest=span.earliest, latest=span.latest, today=span.latest, guess_century=False
    )


def time_of(text: str) -> dt.time | None:
    """Return the time that stands behind a date, or alone ("8:30", "0.354166" of a day)."""
    if found := _TIME.search(f" {text.strip()}"):
        hour, minute = int(found[1]), int(found[2])
        if (found[3] or "").upper() == "PM" and hour < _MOST_MONTHS:
            hour += _MOST_MONTHS
        return dt.time(hour, minute) if hour < 24 and minute < 60 else None
    try:
        share = float(text)
    except ValueError:
        return None
    minutes = round(share * 24 * 60)
    return dt.time(minutes // 60, minutes % 60) if 0 < share < 1 and minutes < 24 * 60 else None


def _of_excel(text: str, how: DateReading) -> PartialDate:
    try:
        day = dt.date.fromisoformat(text[:10])
    except ValueError:
        raise UnreadableDate("form") from None
    if how.is_swapped and day.day <= _MOST_MONTHS:
        day = day.replace(month=day.day, day=day.month)
    return PartialDate(day)


def day_of(number: int, epoch: str) -> str:
    """Return in ISO form the day that a number means in this calendar."""
    return _of_serial(str(number), epoch).isoformat()


def _of_serial(text: str, epoch: str) -> dt.date:
    return _DAY_0[epoch] + dt.timedelta(days=int(float(text)))


@dataclass
class DateColumn:
    """What the cells of a date column have shown so far; see `questions_of`."""

    counts: Counter[str] = field(default_factory=Counter)
    # Days that Excel knows: whether each could be swapped; numbers of days, the least and largest.
    samples: list[str] = field(default_factory=list)
    least: int = 0
    largest: int = 0

    def add(self, cell: Cell) -> None:
        """Look at one cell."""
        text = _TIME.sub("", cell.text)
        if not text:
            return
        if cell.form == DATE:
            could = text[8:10].isdecimal() and int(text[8:10]) <= _MOST_MONTHS
            self.counts["swappable" if could else "not_swappable"] += 1
        elif _SERIAL.fullmatch(text):
            number = int(float(text))
            self.least = min(self.least or number, number)
            self.largest = max(self.largest, number)
            self.counts["serial"] += 1
        elif found := _IN_ORDER.fullmatch(text):
            self._add_in_order(text, int(found[1]), int(found[2]))
        else:
            self.counts["other"] += 1

    def _add_in_order(self, text: str, first: int, second: int) -> None:
        if first > _MOST_MONTHS >= second:
            self.counts["day_first"] += 1
        elif second > _MOST_MONTHS >= first:
            self.counts["month_first"] += 1
        elif first == second:
            self.counts["either"] += 1
        else:
            self.counts["unclear"] += 1
            if len(self.samples) < MOST_SAMPLES and text not in self.samples:
                self.samples.append(text)

    @property
    def order(self) -> str:
        """The order that the column shows: DAY_FIRST, MONTH_FIRST, or "" when it shows neither."""
        if self.counts["day_first"] and not self.counts["month_first"]:
            return DAY_FIRST
        if self.counts["month_first"] and not self.counts["day_first"]:
            return MONTH_FIRST
        return "" if self.counts["unclear"] else DAY_FIRST

    @property
    def may_be_swapped(self) -> bool:
        """Whether Excel seems to have read days as months: it kept as text what has no such month.

        A computer that expects the month first makes a date of 05/09/2021 and a text of 25/09/2021.
        """
        return bool(
            self.counts["swappable"]
            and not self.counts["not_swappable"]
            and self.counts["day_first"]
        )

    def epochs(self, span: Span) -> list[str]:
        """Return the calendars by which all numbers of days lie within the span; [] without any."""
        if not self.counts["serial"]:
            return []
        return [
            epoch
            for epoch in (FROM_1900, FROM_1904)
            if all(
                span.earliest <= _of_serial(str(number), epoch) <= span.latest
                for number in (self.least, self.largest)
            )
        ]


def column_of(cells: Iterable[Cell]) -> DateColumn:
    """Return what a column of cells shows."""
    column = DateColumn()
    for cell in cells:
        column.add(cell)
    return column
