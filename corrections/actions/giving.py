"""The verb by which a missing dose that stood under another name comes to the person who asked."""

from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from corrections.actions.deciding import second_person_reasons, step_for
from corrections.actions.turn import begin, finish
from corrections.decisions import found_doses
from corrections.models import Correction, Kind, OutboxRow
from doses import facts

if TYPE_CHECKING:
    from accounts.models import User


@transaction.atomic
def give(
    correction: Correction,
    *,
    by: "User",
    dose: str,
    revision: int,
    remark: str = "",
    version: int | None = None,
) -> Correction:
    """Move a dose (its public id, as it stood at `revision`) to the person of a missing-dose case.

    It closes the case as accepted; in part, where the dose differs from what was proposed. Nothing
    moves before a second person has seen it, when it is on a known person's record or the rules say
    so. Raises ValidationError, and PermissionDenied for a dose of another site or the family's.
    """
    name = step_for("accept", correction)
    turn = begin(name, correction, by=by, version=version)
    case = turn.case
    if case.kind != Kind.MISSING_DOSE or case.dose_id is not None:
        raise ValidationError(_("This case is not about a missing dose."))
    found = found_doses.required(case, dose, revision, by=by)
    wanted = facts.facts_of(found)
    step = name if not facts.differing(found, case.proposed) else f"{name}_in_part"
    why = second_person_reasons(case, wanted, own_papers=True)
    two = [reason.value for reason in found_doses.reasons_for_two(found)]
    basis = {"own_papers": True}
    if why or two:
        data = {**basis, **why, "reasons": [*two, *why.get("reasons", [])]}
        case.first_by = turn.by
        case.pending = {
            "step": step,
            "values": wanted,
            "remark": remark,
            "found": {"dose": dose, "revision": revision},
            **data,
        }
        # As it would be: what cannot be moved is refused now, not when the second person confirms.
        with transaction.atomic():
            found_doses.move(case, found, by=by, revision=revision)
            transaction.set_rollback(True)
        case.dose = None
        return finish(turn, "put_forward", data=data, follow=OutboxRow.Errand.TELL)
    found_doses.move(case, found, by=by, revision=revision)
    case.decided, case.remark = wanted, remark
    return finish(
        turn,
        step,
        remark=remark,
        data={**basis, "decision": step, "basis": found_doses.MOVED},
        follow=OutboxRow.Errand.TELL,
    )
