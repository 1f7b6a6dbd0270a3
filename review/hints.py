"""Hints about the facts of a correction, from data of the registry; they never block a decision.

Each is a true sentence that can be checked; a reviewer who has the paper knows better.
"""

from collections import defaultdict
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from citizens.models import Citizen
from corrections.prechecks import doses, person
from doses.facts import Facts, Field, known_day
from doses.models import Dose, Vaccine
from vaxreg.uuids import uuid_or_none

Hints = dict[Field, list[str]]


def hints_about(facts: Facts, citizen: Citizen, *, dose: Dose | None = None) -> Hints:
    """Return hints by field for a dose as it would be on the record; at most four queries.

    dose: the recorded dose that the facts would change, left out of all comparisons. Includes the
    warnings of corrections/prechecks.
    """
    hints: Hints = defaultdict(list)
    for warning in doses.about_dose(facts, citizen, dose=dose):
        hints[Field(warning.field)].append(warning.sentence)
    day = known_day(facts)
    if day is not None:
        others = Dose.objects.completed()
        if dose is not None:
            others = others.exclude(pk=dose.pk)
        vaccine = Vaccine.objects.filter(code=facts.get(Field.VACCINE, "")).first()
        _of_the_site(hints, facts, day, vaccine, others)
    return dict(hints)


def about_person(proposed: Facts, citizen: Citizen) -> dict[str, list[str]]:
    """Return hints by field for proposed facts about a person."""
    hints: dict[str, list[str]] = defaultdict(list)
    for warning in person.warnings_about_person(proposed, citizen):
        hints[warning.field].append(warning.sentence)
    return dict(hints)


def _of_the_site(
    hints: Hints, facts: Facts, day: date, vaccine: Vaccine | None, others: Any
) -> None:
    """Add hints from other doses of that site and day."""
    site = uuid_or_none(facts.get(Field.ORGANIZATION, ""))
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
