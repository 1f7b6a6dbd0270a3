"""Which dose of a course comes next for a person."""

from collections.abc import Iterable

from doses.facts import Position
from doses.models import Dose, Vaccine
from doses.plausibility.checks import DoseLine


def next_position(vaccine: Vaccine, lines: Iterable[DoseLine]) -> str:
    """Return the position that a dose of this vaccine has after those on record: "primary-2".

    After the primary course come boosters; an additional dose is chosen by hand (Decision
    43/QĐ-BYT of 07/01/2022: for people whose defences are weak). The last booster stays the last.
    """
    same = [
        line.position
        for line in lines
        if line.vaccine is None or line.vaccine.group_id == vaccine.group_id
    ]
    primary = _highest(Dose.Kind.PRIMARY, same)
    booster = _highest(Dose.Kind.BOOSTER, same)
    if primary < vaccine.primary_doses and not booster:
        return f"{Dose.Kind.PRIMARY}-{primary + 1}"
    return min(f"{Dose.Kind.BOOSTER}-{booster + 1}", Position.BOOSTER_3.value)


def _highest(kind: str, positions: Iterable[str]) -> int:
    ordinals = [
        int(position.rsplit("-", 1)[1]) for position in positions if position.startswith(kind)
    ]
    return max(ordinals, default=0)
