"""Finds the second record of a person, for corrections of kind SPLIT_RECORD.

The population database decides facts about identity (dispatch 9438/BYT-CNTT: match or no match).
Until it is connected, the reviewer compares them with an identity paper and names that paper.
"""

from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils.translation import gettext as _

from citizens import merging
from citizens.access import is_own_or_family
from citizens.facts import Facts, OtherField
from citizens.models import Citizen
from corrections.models import Correction
from vaxreg.typed.birth_dates import BirthDate

if TYPE_CHECKING:
    from accounts.models import User


def lacks(proposed: Facts) -> bool:
    """Tell whether ID number, name with date of birth, and phone are all missing."""
    return not (
        proposed.get(OtherField.ID_NUMBER)
        or (proposed.get(OtherField.FULL_NAME) and proposed.get(OtherField.DATE_OF_BIRTH))
        or proposed.get(OtherField.PHONE)
    )


def candidates(case: Correction) -> list[Citizen]:
    """Return the records that match what the citizen proposed, five at most."""
    said = case.proposed
    born = said.get(OtherField.DATE_OF_BIRTH)
    return merging.find_others(
        case.citizen,
        id_number=said.get(OtherField.ID_NUMBER, ""),
        full_name=said.get(OtherField.FULL_NAME, ""),
        date_of_birth=BirthDate.fromisoformat(born) if born else None,
        phone=said.get(OtherField.PHONE, ""),
    )


def other_record(case: Correction, wanted: Facts, *, by: "User | None") -> Citizen:
    """Return the record that will become a part of the case's own record.

    If none was chosen, the only candidate is taken. Raises ValidationError keyed "other_record";
    PermissionDenied when `by` belongs to the family of the other record.
    """
    chosen = wanted.get(OtherField.RECORD)
    found = (
        list(Citizen.objects.filter(public_id=chosen).select_related("merged_into"))
        if chosen
        else candidates(case)
    )
    if len(found) != 1:
        words = _("Choose which record it is.") if found else _("No other record was found.")
        raise ValidationError({OtherField.RECORD.value: words})
    other = found[0].kept
    if other == case.citizen.kept:
        raise ValidationError({OtherField.RECORD.value: _("These are one record already.")})
    if by is not None and is_own_or_family(by, other):
        raise PermissionDenied
    return other
