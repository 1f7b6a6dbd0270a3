"""What a correction may change about a person, and what leads to a second record of theirs.

Identity facts are judged by the population database (dispatch 9438/BYT-CNTT: match or no match).
Until it answers, whoever decides compares them with an identity paper and says which one it was.
"""

from datetime import date
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils.translation import gettext as _

from citizens import merging
from citizens.access import is_own_or_family
from citizens.facts import Facts, OtherField
from citizens.models import Citizen
from corrections.models import Correction

if TYPE_CHECKING:
    from accounts.models import User


def lacks(proposed: Facts) -> bool:
    """Tell whether too little is said to find the other record: a number, name and birth, phone."""
    return not (
        proposed.get(OtherField.ID_NUMBER)
        or (proposed.get(OtherField.FULL_NAME) and proposed.get(OtherField.DATE_OF_BIRTH))
        or proposed.get(OtherField.PHONE)
    )


def candidates(case: Correction) -> list[Citizen]:
    """Return the records that what the citizen said leads to, five at most."""
    said = case.proposed
    born = said.get(OtherField.DATE_OF_BIRTH)
    return merging.find_others(
        case.citizen,
        id_number=said.get(OtherField.ID_NUMBER, ""),
        full_name=said.get(OtherField.FULL_NAME, ""),
        date_of_birth=date.fromisoformat(born) if born else None,
        phone=said.get(OtherField.PHONE, ""),
    )


def other_record(case: Correction, wanted: Facts, *, by: "User | None") -> Citizen:
    """Return the record that is to become a part of the case's own.

    Without a choice the only one found is taken. Raises ValidationError keyed "other_record";
    PermissionDenied for whoever belongs to the family of that other record.
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
