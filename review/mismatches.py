"""People with a dose from one's own desk whose record the population database does not confirm."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Q, QuerySet

from citizens.looking import gate
from citizens.models import Citizen
from corrections.models import Correction
from doses.models import Dose
from identity.models import PopulationAnswer
from identity.population.client import Outcome
from identity.population.facts import FourFacts, named
from organizations.queries import with_predecessors
from review.queue import desks_of

if TYPE_CHECKING:
    from accounts.models import User

MOST = 100
TO_MEND = (Outcome.MISMATCH, Outcome.NOT_FOUND, Outcome.BAD_FORMAT)


@dataclass(frozen=True)
class Mismatch:
    """One person: what does not match, in words, and the open case about them, if the desk has one.

    people: the token that names the person to the page of a paper at the counter.
    """

    citizen: Citizen
    answer: PopulationAnswer
    facts: str
    case: Correction | None
    people: str


def visible_to(user: "User") -> QuerySet[PopulationAnswer]:
    """Return the newest answers of sweeps that are no match, about people of the user's desks."""
    desks = with_predecessors(desks_of(user)).order_by().values("pk")
    same = Q(citizen=OuterRef("citizen")) | Q(citizen__merged_into=OuterRef("citizen"))
    given = Dose.objects.filter(same, organization__in=desks)
    newer = PopulationAnswer.objects.filter(citizen=OuterRef("citizen"), pk__gt=OuterRef("pk"))
    return PopulationAnswer.objects.filter(
        Exists(given),
        ~Exists(newer),
        correction_reference="",
        outcome__in=TO_MEND,
        citizen__merged_into=None,
    )


def of_desks(user: "User") -> list[Mismatch]:
    """Return the people whose facts still are those that did not match, the newest answer first."""
    found = visible_to(user).select_related("citizen__area").order_by("-at", "-pk")[:MOST]
    still = [one for one in found if FourFacts.of(one.citizen).is_same_as(one.fingerprint)]
    cases = _open_cases(user, [one.citizen_id for one in still])
    return [
        Mismatch(
            citizen=one.citizen,
            answer=one,
            facts=named(one.fields),
            case=cases.get(one.citizen_id),
            people=gate.token_of(user, [one.citizen_id]),
        )
        for one in still
    ]


def _open_cases(user: "User", citizens: Sequence[int]) -> dict[int, Correction]:
    """Return the open case of each person on the user's desks, the oldest one."""
    cases = Correction.objects.visible_to(user).on_desks_of(user).open()
    found = cases.filter(citizen__in=citizens).order_by("-received_at", "-pk")
    return {case.citizen_id: case for case in found}
