"""How far a new date lies from what is known: the recorded date, or the days of the site.

A day on which a dose is recorded at a site counts as a day on which the site vaccinated. Doses that
a proposal added, or that are self-declared, prove no such day.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from corrections.models import Correction
from doses.facts import Facts, Field, known_day
from doses.models import Dose, DoseQuerySet
from vaxreg import ui

PROVES_NO_DAY = (Dose.Provenance.CORRECTION, Dose.Provenance.SELF_DECLARED)


class Basis(StrEnum):
    """What a new date is compared with."""

    RECORDED = "recorded"
    LOT = "lot"
    VACCINE = "vaccine"
    # Nothing to compare it with: no dose of this vaccine or lot is recorded at the site.
    NOTHING = "nothing"


WORDS: dict[Basis, Promise] = {
    Basis.RECORDED: _(
        "The new date (%(day)s) is %(days)s days away from the date on record (%(nearest)s)"
    ),
    Basis.LOT: _(
        "The new date (%(day)s) is %(days)s days away from the nearest day on which the site gave "
        "doses of this lot (%(nearest)s)"
    ),
    Basis.VACCINE: _(
        "The new date (%(day)s) is %(days)s days away from the nearest day on which the site gave "
        "doses of this vaccine (%(nearest)s)"
    ),
    Basis.NOTHING: _(
        "No dose of this vaccine is on record at the site: nothing shows that it vaccinated on "
        "%(day)s"
    ),
}


@dataclass(frozen=True)
class DateDistance:
    """A new date, and the known date that is nearest to it; None: there is none."""

    basis: Basis
    day: date
    nearest: date | None = None

    @property
    def days(self) -> int | None:
        """The days between the two, whichever is first; None when nothing is known."""
        return abs((self.day - self.nearest).days) if self.nearest else None

    def exceeds(self, most_days: int) -> bool:
        """Tell whether it is far; a date with which nothing can be compared is."""
        return self.days is None or self.days > most_days

    @property
    def words(self) -> str:
        """The distance as text, with its figures."""
        return str(WORDS[self.basis]) % {
            "day": ui.day(self.day),
            "days": ui.number(self.days or 0),
            "nearest": ui.day(self.nearest) if self.nearest else "",
        }

    def stored(self) -> dict[str, str]:
        """Return it as events and pending decisions keep it; `from_stored` reads it."""
        nearest = {"nearest": self.nearest.isoformat()} if self.nearest else {}
        return {"basis": self.basis.value, "day": self.day.isoformat(), **nearest}


def from_stored(stored: Mapping[str, Any]) -> DateDistance:
    nearest = stored.get("nearest")
    return DateDistance(
        Basis(stored["basis"]),
        date.fromisoformat(stored["day"]),
        date.fromisoformat(nearest) if nearest else None,
    )


def distance(case: Correction, wanted: Facts) -> DateDistance | None:
    """Return how far the day in `wanted` is from what is known; None if it gives no new day.

    Compared with the date on record; for a missing dose with the days on which its site gave the
    same lot or, where the lot is not known there, the same vaccine.
    """
    day = known_day(wanted)
    if day is None:
        return None
    if case.dose is None:
        return _from_the_site(wanted, day)
    return DateDistance(Basis.RECORDED, day, case.dose.given_on)


def _from_the_site(wanted: Facts, day: date) -> DateDistance:
    there = (
        Dose.objects.completed()
        .filter(organization__public_id=wanted[Field.ORGANIZATION])
        .exclude(provenance__in=PROVES_NO_DAY)
    )
    lot = wanted.get(Field.LOT, "")
    if lot and (nearest := _nearest(there.filter(lot=lot), day)):
        return DateDistance(Basis.LOT, day, nearest)
    if nearest := _nearest(there.filter(vaccine__code=wanted[Field.VACCINE]), day):
        return DateDistance(Basis.VACCINE, day, nearest)
    return DateDistance(Basis.NOTHING, day)


def _nearest(doses: DoseQuerySet, day: date) -> date | None:
    """Return the date of these doses that is nearest; in two steps along the index of the site."""
    days = doses.values_list("given_on", flat=True)
    before = days.filter(given_on__lte=day).order_by("-given_on").first()
    after = days.filter(given_on__gt=day).order_by("given_on").first()
    found = [one for one in (before, after) if one is not None]
    return min(found, key=lambda one: abs((one - day).days), default=None)
