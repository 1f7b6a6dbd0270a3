"""Doses given on a day, and what they add up to."""

from datetime import date, timedelta

from citizens.models import Citizen
from doses.models import Dose, Vaccine
from tests import world as worlds
from tests.world import World
from uptake.models import Uptake

DAY = date(2021, 8, 1)


def on(number: int | None) -> date | None:
    return None if number is None else DAY + timedelta(days=number)


def give(world: World, person: Citizen, what: str, after: int, **facts: object) -> Dose:
    """Record a dose: "PF" is a primary one, "PF+" an additional one, "PF!" a booster."""
    kind = {"+": "additional", "!": "booster"}.get(what[2:], "primary")
    return worlds.dose(
        world,
        citizen=person,
        vaccine=Vaccine.objects.get(code=what[:2]),
        given_on=on(after),
        kind=kind,
        **facts,
    )


def total(measure: str, place: str = "") -> int:
    """Return how many people a place counts, over all days and bands."""
    rows = Uptake.objects.filter(place=place, measure=measure, is_month=False)
    return sum(rows.values_list("people", flat=True))
