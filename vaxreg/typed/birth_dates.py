"""A date of birth, of which some people know the year alone, or month and year.

Until 1999 identity cards gave the year alone for those who knew no more. As in FHIR's partial dates
it is written "1950", "1950-04" or "1950-04-12". In the database it is the first day that it may be,
beside its precision: Vietnamese law takes 1 January of a year that is known alone, and the first of
a month.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import models

from vaxreg.typed.dates import PartialDate, Precision

# For the database: a year or month that is known alone is stored as its first day.
FIRST_DAY_STORED = (
    models.Q(birth_precision=Precision.DAY)
    | models.Q(birth_precision=Precision.MONTH, date_of_birth__day=1)
    | models.Q(birth_precision=Precision.YEAR, date_of_birth__day=1, date_of_birth__month=1)
)


@dataclass(frozen=True)
class BirthDate(PartialDate):
    """A date of birth; `first` is the first day that it may be."""

    @classmethod
    def of(cls, value: dt.date | BirthDate) -> BirthDate:
        """Return a date as one of which day, month and year are known."""
        return value if isinstance(value, BirthDate) else cls(value)

    @property
    def columns(self) -> dict[str, dt.date | str]:
        """The values of the two columns of a model."""
        return {"date_of_birth": self.first, "birth_precision": self.precision}

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
        | _is(prefix, said.first.replace(day=1), Precision.MONTH)
        | _is(prefix, said.first.replace(month=1, day=1), Precision.YEAR)
    )


def may_be(said: BirthDate, *, prefix: str = "") -> models.Q:
    """Return a condition for rows with both columns: their date `may_be` this one."""
    span = models.Q(**{f"{prefix}date_of_birth__range": (said.first, said.last)})
    return span | met_by(said, prefix=prefix)


def _is(prefix: str, first: dt.date, precision: str = "") -> models.Q:
    known = models.Q(**{f"{prefix}date_of_birth": first})
    return known & models.Q(**{f"{prefix}birth_precision": precision}) if precision else known
