"""Dates as people type them in Viet Nam: 20/3/2022, 20.3.22, 20032022, tháng 3 năm 2022.

The one place that reads them; `vaxreg.forms` adds what each field allows. What a program sends is
in ISO form alone: "2022-03-20", or "2022-03" and "2022" where no more is known, as in FHIR.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
import unicodedata
from dataclasses import dataclass
from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from vaxreg.search import APOSTROPHES, search_key
from vaxreg.typed.numbers import plain_digits

# Nobody alive was born earlier; the first day that a form takes.
EARLIEST = dt.date(1900, 1, 1)
_WRITTEN = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")


class Precision(models.TextChoices):
    """What is known of a date."""

    DAY = "day", _("day, month and year")
    MONTH = "month", _("month and year")
    YEAR = "year", _("year alone")


@dataclass(frozen=True)
class PartialDate:
    """A date as far as it is known; `first` is the first day that it may be."""

    first: dt.date
    precision: str = Precision.DAY.value

    @classmethod
    def fromisoformat(cls, text: str) -> Self:
        """Read "1950", "1950-04" or "1950-04-12". Raises ValueError."""
        found = _WRITTEN.fullmatch(text)
        if found is None:
            raise ValueError(text)
        year, month, day = (int(part) if part else 0 for part in found.groups())
        if not found[2]:
            return cls(dt.date(year, 1, 1), Precision.YEAR.value)
        if not found[3]:
            return cls(dt.date(year, month, 1), Precision.MONTH.value)
        return cls(dt.date(year, month, day))

    def isoformat(self) -> str:
        """Return "1950", "1950-04" or "1950-04-12"."""
        length = {Precision.YEAR: 4, Precision.MONTH: 7}
        return self.first.isoformat()[: length.get(Precision(self.precision), 10)]

    def __str__(self) -> str:
        """Show it as it is written in Viet Nam: 1950, 04/1950 or 12/04/1950."""
        return "/".join(reversed(self.isoformat().split("-")))

    @property
    def is_whole(self) -> bool:
        """Day, month and year are known."""
        return self.precision == Precision.DAY

    @property
    def year(self) -> int:
        return self.first.year

    @property
    def last(self) -> dt.date:
        """The last day that it may be."""
        if self.precision == Precision.YEAR:
            return self.first.replace(month=12, day=31)
        if self.precision == Precision.MONTH:
            days = calendar.monthrange(self.first.year, self.first.month)[1]
            return self.first.replace(day=days)
        return self.first

    def may_be(self, other: PartialDate) -> bool:
        """Whether both may be the same day: 1950 and 12/04/1950, but not 04/1950 and 05/1950."""
        return self.first <= other.last and other.first <= self.last


def age_on(born: dt.date, day: dt.date) -> int:
    """Return the age in full years on a day; somebody of 29 February is a year older on 1 March."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


class UnreadableDate(ValueError):
    """The text is no date. code: "form", "year", "month" or "day"; params: for its message."""

    def __init__(self, code: str, **params: str) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


def read(
    text: str, *, earliest: dt.date, latest: dt.date | None, today: dt.date, guess_century: bool
) -> PartialDate:
    """Return the date that was typed. Raises UnreadableDate.

    A year of two digits is that of the only century between `earliest` and `latest` (None: no
    end). If there are two: the nearest to `today`, or an error when guess_century is False.
    """
    day, month, year = _parts(text)
    if len(year) in (1, 3):
        raise UnreadableDate("year")
    if month > 12 or (day and not month):
        raise UnreadableDate("month")
    if len(year) == 4:
        return _date(int(year), month, day)
    if not month:
        raise UnreadableDate("form")
    possible = [
        one
        for century in (1900, 2000)
        if (one := _date(century + int(year), month, day)).last >= earliest
        and (latest is None or one.first <= latest)
    ]
    if len(possible) == 1:
        return possible[0]
    if not guess_century:
        raise UnreadableDate("year")
    both = possible or [_date(century + int(year), month, day) for century in (1900, 2000)]
    return min(both, key=lambda one: abs(one.first - today))


def _date(year: int, month: int, day: int) -> PartialDate:
    if not year:
        raise UnreadableDate("form")
    if not day:
        precision = Precision.MONTH if month else Precision.YEAR
        return PartialDate(dt.date(year, month or 1, 1), precision.value)
    try:
        return PartialDate(dt.date(year, month, day))
    except ValueError:
        shown = f"{month:02d}/{year}"
        raise UnreadableDate("day", day=str(day), month=shown) from None


def _parts(text: str) -> tuple[int, int, str]:
    """Return day, month (0 when not known) and the digits of the year."""
    plain = _plain(text)
    for pattern in _IN_NUMBERS:
        if match := pattern.fullmatch(plain):
            part = match.groupdict()
            return int(part.get("day") or 0), int(part.get("month") or 0), match["year"]
    for pattern in _IN_WORDS:
        if match := pattern.fullmatch(plain):
            return int(match["day"] or 0), _MONTHS[match["month"]], match["year"]
    if re.fullmatch(r"\d{6}", plain):
        return _six(plain)
    raise UnreadableDate("form")


def _plain(text: str) -> str:
    """Return the text in small letters without diacritics, with plain digits and signs."""
    text = unicodedata.normalize("NFC", plain_digits(text.strip())).casefold()
    text = _UNKNOWN.sub("00", text)
    text = re.sub(r"[\u2010-\u2015\u2212\uff0d]", "-", text).replace("\uff0f", "/")
    text = text.strip(" .,;" + APOSTROPHES)
    if any(char.isalpha() for char in text):
        text = re.sub(r"[^\W\d_]+", lambda word: search_key(word[0]), text)
        text = _BEFORE.sub("", text)
    return text


def _six(digits: str) -> tuple[int, int, str]:
    """Read 032022 as month and year, else 200322 as day, month, year."""
    if 1 <= int(digits[:2]) <= 12 and digits[2:4] in ("19", "20"):
        return 0, int(digits[:2]), digits[2:]
    return int(digits[:2]), int(digits[2:4]), digits[4:]


# Signs that stand for an unknown day or month: xx/xx/1950, ??/04/1950, --/--/1950.
_UNKNOWN = re.compile(r"(?i)(?<![0-9a-z])(?:[x?_*]{1,2}|--)(?=\s*[-/.])")
# What people put before a date: the day of the week, ngày, mùng.
_BEFORE = re.compile(
    r"^(?:(?:thu\s+(?:hai|ba|tu|nam|sau|bay|[2-7])|chu\s+nhat|(?:mon|tues|wednes|thurs|fri|satur|sun)day)"
    r"\s*,?\s*)?(?:(?:ngay|hom|mung|mong)\s+(?:mung\s+|mong\s+)?(?=\d))?"
)
_BETWEEN = r"(?:\s*[-/.,\\]\s*|\s+)"
_DAY, _MONTH = r"(?P<day>\d{1,2})", r"(?P<month>\d{1,2})"
_IN_NUMBERS = [
    re.compile(rf"(?P<year>\d{{4}}){_BETWEEN}{_MONTH}(?:{_BETWEEN}{_DAY})?"),
    re.compile(rf"{_DAY}{_BETWEEN}{_MONTH}{_BETWEEN}(?P<year>\d{{1,4}})"),
    re.compile(rf"{_MONTH}{_BETWEEN}(?P<year>\d{{4}})"),
    re.compile(r"(?P<day>\d{2})(?P<month>\d{2})(?P<year>\d{4})"),
    re.compile(r"(?P<year>\d{4})"),
]
_VIETNAMESE = (
    ("1", "mot", "gieng"),
    ("2", "hai"),
    ("3", "ba"),
    ("4", "tu", "bon"),
    ("5", "nam"),
    ("6", "sau"),
    ("7", "bay"),
    ("8", "tam"),
    ("9", "chin"),
    ("10", "muoi"),
    ("11", "muoi mot"),
    ("12", "muoi hai", "chap"),
)
_ENGLISH = (
    *("january", "february", "march", "april", "may", "june", "july", "august", "september"),
    *("october", "november", "december"),
)
_MONTHS = {name: number for number, names in enumerate(_VIETNAMESE, 1) for name in names}
_MONTHS |= {f"0{number}": number for number in range(1, 10)}
_MONTHS |= {name: number for number, name in enumerate(_ENGLISH, 1)}
_MONTHS |= {name[:3]: number for number, name in enumerate(_ENGLISH, 1)}


def _any_of(names: set[str]) -> str:
    return "|".join(sorted(names, key=len, reverse=True))


_ENGLISH_NAMES = _any_of({*_ENGLISH, *(name[:3] for name in _ENGLISH)})
_OTHER_NAMES = _any_of(set(_MONTHS) - {*_ENGLISH, *(name[:3] for name in _ENGLISH)})
_IN_WORDS = [
    # 20 tháng 3 năm 2022, tháng ba 2022, T3/2022
    re.compile(
        rf"(?:{_DAY}\s*[,/-]?\s*)?(?:thang|thg\.?|t)\s*(?P<month>{_OTHER_NAMES})"
        rf"(?:\s*[,/.-]?\s*nam\s+|{_BETWEEN})(?P<year>\d{{1,4}})"
    ),
    # 20 March 2022, Mar 2022
    re.compile(
        rf"(?:{_DAY}(?:st|nd|rd|th)?\s+)?(?P<month>{_ENGLISH_NAMES})\.?,?\s+(?P<year>\d{{1,4}})"
    ),
    # March 20, 2022
    re.compile(rf"(?P<month>{_ENGLISH_NAMES})\.?\s+{_DAY}(?:st|nd|rd|th)?,?\s+(?P<year>\d{{2,4}})"),
]
