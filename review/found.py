"""What the page of a missing dose shows of doses under other names; who saw whom is logged."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from citizens.models import RecordVisit
from citizens.visits import log_once_a_day
from corrections.decisions import found_doses
from corrections.decisions.found_doses import FoundDose
from corrections.models import Correction

if TYPE_CHECKING:
    from accounts.models import User


def shown(case: Correction, user: "User") -> list[FoundDose]:
    """Return the doses of the site that may be the missing one, and log whose they are."""
    found = found_doses.search(case, user)
    _log(case, user, (one.owner.pk for one in found))
    return found


def chosen(case: Correction, user: "User", public_id: str) -> FoundDose | None:
    """Return the one of them with this public id; None for any other."""
    found = found_doses.search(case, user)
    one = next((one for one in found if str(one.dose.public_id) == public_id), None)
    if one is not None:
        _log(case, user, [one.owner.pk])
    return one


def pending(case: Correction, user: "User") -> FoundDose | None:
    """Return the dose that a waiting decision would move, for whoever confirms it."""
    dose = found_doses.pending_dose(case)
    if dose is None:
        return None
    _log(case, user, [dose.citizen.kept.pk])
    return found_doses.of(case, dose)


def _log(case: Correction, user: "User", owners: Iterable[int]) -> None:
    log_once_a_day(
        user,
        owners,
        RecordVisit.Why.REVIEW,
        organization=case.holder,
        ground=RecordVisit.Ground.DESK,
        seen=RecordVisit.Seen.PAIR,
        reference=case.reference,
    )
