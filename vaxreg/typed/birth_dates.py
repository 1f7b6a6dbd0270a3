"""A date of birth, of which some people know the year alone, or month and year.

Until 1999 identity cards gave the year alone for those who knew no more. As in FHIR's partial dates
it is written "1950", "1950-04" or "1950-04-12". In the database it is the first day that it may be,
beside its precision: Vietnamese law takes 1 January of a year that is known alone, and the first of
a month.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext_lazy as _

_WRITTEN = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")


class BirthPrecision(models.TextChoices):
    """What is known of a date of birth."""

    DAY = "day", _("day, month and year")
    MONTH = "month", _("month and year")
    YEAR = "year", _("year alone")


# For the database: a year or month that is known alone is stored as its first day.
FIRST_DAY_STORED = (
    models.Q(birth_precision=BirthPrecision.DAY)
    | models.Q(birth_precision=BirthPrecision.MONTH, date_of_birth__day=1)
    | models.Q(birth_precision=BirthPrecision.YEAR, date_of_birth__day=1, date_of_birth__month=1)
)


@dataclass(frozen=True)
class BirthDate:
    """A date of birth; `first` is the first day that it may be."""

    first: dt.date
    precision: str = BirthPrecision.DAY.value

    @classmethod
    def of(cls, value: dt.date | BirthDate) -> BirthDate:
        """Return a date as one of which day, month and year are known."""
        return value if isinstance(value, BirthDate) else cls(value)

    @classmethod
    def fromisoformat(cls, text: str) -> BirthDate:
        """Read "1950", "1950-04" or "1950-04-12". Raises ValueError."""
        found = _WRITTEN.fullmatch(text)
        if found is None:
            raise ValueError(text)
        year, month, day = (int(part) if part else 0 for part in found.groups())
        if not found[2]:
            return cls(dt.date(year, 1, 1), BirthPrecision.YEAR.value)
        if not found[3]:
            return cls(dt.date(year, month, 1), BirthPrecision.MONTH.value)
        return cls(dt.date(year, month, day))

    def isoformat(self) -> str:
        """Return "1950", "1950-04" or "1950-04-12"."""
        length = {BirthPrecision.YEAR: 4, BirthPrecision.MONTH: 7}
        return self.first.isoformat()[: length.get(BirthPrecision(self.precision), 10)]

    def __str__(self) -> str:
        """Show it as it is written in Viet Nam: 1950, 04/1950 or 12/04/1950."""
        return "/".join(reversed(self.isoformat().split("-")))

    @property
    def year(self) -> int:
        return self.first.year

    @property
    def last(self) -> dt.date:
        """The last day that it may be."""
        if self.precision == BirthPrecision.YEAR:
            return self.first.replace(month=12, day=31)
        if self.precision == BirthPrecision.MONTH:
            days = calendar.monthrange(self.first.year, self.first.month)[1]
            return self.first.replace(day=days)
        return self.first

    @property
    def columns(self) -> dict[str, dt.date | str]:
        """The values of the two columns of a model."""
        return {"date_of_birth": self.first, "birth_precision": self.precision}

    def may_be(self, other: BirthDate) -> bool:
        """Whether both may be of one person: 1950 and 12/04/1950, but not 04/1950 and 05/1950."""
        return self.first <= other.last and other.first <= self.last

    def is_met_by(self, said: BirthDate) -> bool:
        """Whether somebody who says so knows this one: as much as is on record, or more.

        1950 is met by 12/04/1950, and not the other way round. A year alone was often recorded as
        1 January, so 01/01/1950 is met by 1950.
        """
        return said.first == self.first or (self.first <= said.first and said.last <= self.last)


def met_by(said: BirthDate, *, prefix: str = "") -> models.Q:
    """Return a condition for rows with both columns: their date `is_met_by` this one."""
    return (
        _is(prefix, said.first)
        | _is(prefix, said.first.replace(day=1), BirthPrecision.MONTH)
        | _is(prefix, said.first.replace(month=1, day=1), BirthPrecision.YEAR)
    )


def may_be(said: BirthDate, *, prefix: str = "") -> models.Q:
    """Return a condition for rows with both columns: their date `may_be` this one."""
    span = models.Q(**{f"{prefix}date_of_birth__range": (said.first, said.last)})
    return span | met_by(said, prefix=prefix)


def _is(prefix: str, first: dt.date, precision: str = "") -> models.Q:
    known = models.Q(**{f"{prefix}date_of_birth": first})
    return known & models.Q(**{f"{prefix}birth_precision": precision}) if precision else known
