"""What the registry itself knows about the facts of a correction: soft hints, never a verdict.

Each is a sentence that is true and can be checked; a reviewer who holds the paper knows better.
"""

from collections import defaultdict
from datetime import date
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from citizens.models import Citizen
from corrections.facts import Facts, Field
from doses.models import Dose, Vaccine
from vaxreg import ui

Hints = dict[Field, list[str]]


def about(facts: Facts, citizen: Citizen, *, dose: Dose | None = None) -> Hints:
    """Return hints by field for a dose as it would stand on the record; in four queries at most.

    dose is the recorded one that the facts would change, left out of all comparisons.
    """
    hints: Hints = defaultdict(list)
    day = _day(facts.get(Field.GIVEN_ON, ""))
    vaccine = Vaccine.objects.filter(code=facts.get(Field.VACCINE, "")).first()
    others = Dose.objects.completed()
    if dose is not None:
        others = others.exclude(pk=dose.pk)
    if day is not None:
        _of_the_person(hints, day, vaccine, others.of(citizen), citizen)
        _of_the_vaccine(hints, day, vaccine)
        _of_the_site(hints, facts, day, vaccine, others)
    return dict(hints)


def _of_the_person(
    hints: Hints, day: date, vaccine: Vaccine | None, own: Any, citizen: Citizen
) -> None:
    if day < citizen.date_of_birth:
        hints[Field.GIVEN_ON].append(_("This is before the date of birth."))
    for other in own.select_related("vaccine").order_by("given_on"):
        apart = abs((day - other.given_on).days)
        values = {"vaccine": other.vaccine.name, "day": ui.day(other.given_on), "days": apart}
        shortest = vaccine.interval_min_days if vaccine else None
        if apart == 0:
            hints[Field.GIVEN_ON].append(
                _("A dose of %(vaccine)s of this very day is on record already.") % values
            )
        elif vaccine == other.vaccine and shortest and apart < shortest:
            hints[Field.GIVEN_ON].append(
                ngettext(
                    "Only %(days)d day apart from the dose of %(day)s; usual are %(shortest)d or more.",
                    "Only %(days)d days apart from the dose of %(day)s; usual are %(shortest)d or more.",
                    apart,
                )
                % {**values, "shortest": shortest}
            )


def _of_the_vaccine(hints: Hints, day: date, vaccine: Vaccine | None) -> None:
    if vaccine is not None and vaccine.approved_on and day < vaccine.approved_on:
        hints[Field.VACCINE].append(
            _("%(vaccine)s was approved in Viet Nam on %(day)s, after the date given.")
            % {"vaccine": vaccine.name, "day": ui.day(vaccine.approved_on)}
        )


def _of_the_site(
    hints: Hints, facts: Facts, day: date, vaccine: Vaccine | None, others: Any
) -> None:
    """What else is on record from that site and day."""
    site = _site(facts.get(Field.ORGANIZATION, ""))
    if site is None:
        return
    there = list(
        others.filter(organization__public_id=site, given_on=day).values_list("vaccine", "lot")[
            :500
        ]
    )
    lot = facts.get(Field.LOT, "").upper()
    same_lot = sum(1 for _vaccine, used in there if lot and used == lot)
    if same_lot:
        hints[Field.LOT].append(
            ngettext(
                "%(count)d other dose of this lot is on record from this site and day.",
                "%(count)d other doses of this lot are on record from this site and day.",
                same_lot,
            )
            % {"count": same_lot}
        )
    same_vaccine = sum(1 for pk, _lot in there if vaccine and pk == vaccine.pk)
    if same_vaccine:
        hints[Field.VACCINE].append(
            ngettext(
                "%(count)d other dose of this vaccine is on record from this site and day.",
                "%(count)d other doses of this vaccine are on record from this site and day.",
                same_vaccine,
            )
            % {"count": same_vaccine}
        )
    elif there and vaccine:
        hints[Field.VACCINE].append(
            _("Doses are on record from this site and day, but none of this vaccine.")
        )


def _day(value: str) -> date | None:
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None


def _site(value: str) -> UUID | None:
    try:
        return UUID(value)
    except ValueError:
        return None
