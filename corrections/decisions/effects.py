"""Applies an accepted correction to the record, through the verbs of doses and citizens."""

from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from citizens import actions as citizen_actions
from citizens import facts as identity_facts
from citizens import merging
from citizens.facts import IdentityField
from corrections.decisions import other_record
from corrections.facts import Removal
from corrections.models import Correction, Kind
from corrections.models.case import REMOVING_KINDS
from doses import actions as dose_actions
from doses import facts as dose_facts
from doses.facts import Facts
from doses.models import Dose

if TYPE_CHECKING:
    from accounts.models import User


def changes_of(case: Correction, wanted: Facts) -> Facts:
    """Return the facts that differ from the record now.

    For a split record these include the ID number of the other record.
    """
    if case.kind == Kind.IDENTITY:
        return identity_facts.differing(case.citizen.kept, wanted)
    if case.kind == Kind.SPLIT_RECORD:
        number = other_record.other_record(case, wanted, by=None).id_number
        return {**wanted, IdentityField.ID_NUMBER: number} if number else wanted
    if case.dose is None or case.kind in REMOVING_KINDS:
        return wanted
    return dose_facts.differing(case.dose, wanted)


def apply(case: Correction, wanted: Facts, *, by: "User | None", why: str) -> None:
    """Change the record as decided. Sets `case.dose` to the dose that was missing.

    Raises ValidationError keyed by column when the facts are impossible; PermissionDenied when `by`
    belongs to the family of the other record.
    """
    trace: dict[str, Any] = {
        "by": by,
        # What a database decides is no act of the organization that holds the case.
        "by_organization": None if by is None else case.holder,
        "why": why,
        "correction_reference": case.reference,
    }
    if case.kind == Kind.IDENTITY:
        _revise_identity(case, wanted, trace)
    elif case.kind == Kind.SPLIT_RECORD:
        other = other_record.other_record(case, wanted, by=by)
        merging.merge(other, into=case.citizen, **trace)
    elif case.kind in REMOVING_KINDS:
        _remove_dose(case, wanted, trace)
    elif case.kind == Kind.MISSING_DOSE and case.dose is None:
        case.dose = _add_dose(case, wanted, trace)
    else:
        _revise_dose(case, wanted, trace)


def _revise_identity(case: Correction, wanted: Facts, trace: dict[str, Any]) -> None:
    citizen = case.citizen.kept
    changes = identity_facts.differing(citizen, wanted)
    identity_facts.refuse_taken_number(citizen, changes)
    citizen_actions.revise_identity(citizen, changes=identity_facts.as_values(changes), **trace)


def _remove_dose(case: Correction, wanted: Facts, trace: dict[str, Any]) -> None:
    """Mark the dose as entered in error; as a duplicate only while the other dose still counts."""
    other = wanted.get(Removal.DUPLICATE_OF)
    if other and not Dose.objects.completed().filter(public_id=other).exists():
        raise ValidationError(
            {Removal.DUPLICATE_OF.value: _("The dose that it repeats is no longer on the record.")}
        )
    dose_actions.mark_entered_in_error(_named(case), **trace)


def _add_dose(case: Correction, wanted: Facts, trace: dict[str, Any]) -> Dose:
    """Record the dose; one that stands on the record with all these facts is the dose."""
    if standing := _standing(case, wanted):
        return standing
    return dose_actions.record(
        # Not the kept record: if the records are separated again, the dose stays with its person.
        citizen=case.citizen,
        provenance=Dose.Provenance.CORRECTION,
        **trace,
        **dose_facts.as_values(wanted),
    )


def _standing(case: Correction, wanted: Facts) -> Dose | None:
    values = dose_facts.as_values(wanted)
    same = Dose.objects.of(case.citizen).completed()
    same = same.filter(**{name: values[name] for name in ("vaccine", "given_on", "organization")})
    found = same.select_for_update(of=("self",)).order_by("pk").first()
    return None if found is None or dose_facts.differing(found, wanted) else found


def _revise_dose(case: Correction, wanted: Facts, trace: dict[str, Any]) -> None:
    dose = _named(case)
    changes = dose_facts.as_values(dose_facts.differing(dose, wanted))
    if changes:
        dose_actions.revise(dose, changes=changes, **trace)


def _named(case: Correction) -> Dose:
    if case.dose is None:
        raise ValueError("a correction of a recorded dose names it; the database sees to that")
    return case.dose
