"""What an accepted correction does to the record: through the verbs of doses and citizens."""

from typing import TYPE_CHECKING

from corrections import facts
from corrections.facts import Facts
from corrections.models import Correction, Kind
from doses import actions as dose_actions
from doses.models import Dose

if TYPE_CHECKING:
    from accounts.models import User


def changes_of(case: Correction, wanted: Facts) -> Facts:
    """Return what would be recorded that is not so now."""
    if case.dose is None:
        return wanted
    return facts.differing(case.dose, wanted)


def apply(case: Correction, wanted: Facts, *, by: "User | None", why: str) -> None:
    """Change the record as decided; a dose that was missing is named by the case from then on.

    Raises ValidationError keyed by column when the facts cannot be.
    """
    if case.kind == Kind.MISSING_DOSE and case.dose is None:
        case.dose = _add_dose(case, wanted, by, why)
    else:
        _revise_dose(case, wanted, by, why)


def _add_dose(case: Correction, wanted: Facts, by: "User | None", why: str) -> Dose:
    return dose_actions.record(
        citizen=case.citizen,
        provenance=Dose.Provenance.CORRECTION,
        by=by,
        by_organization=case.holder,
        why=why,
        correction_reference=case.reference,
        **facts.as_values(wanted),
    )


def _revise_dose(case: Correction, wanted: Facts, by: "User | None", why: str) -> None:
    if case.dose is None:
        raise ValueError("a correction of a recorded dose names it; the database sees to that")
    changes = facts.as_values(facts.differing(case.dose, wanted))
    if changes:
        dose_actions.revise(
            case.dose,
            changes=changes,
            by=by,
            by_organization=case.holder,
            why=why,
            correction_reference=case.reference,
        )
