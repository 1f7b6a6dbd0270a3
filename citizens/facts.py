"""Identity facts of a person: check, show, mask and compare them.

Facts are passed as texts by field name (`Facts`). The population database decides on identity
facts (dispatch 9438/BYT-CNTT: match or no match).
"""

from collections.abc import Callable
from datetime import date
from enum import StrEnum
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from citizens.masking import mask_date_of_birth, mask_id, mask_name, mask_phone
from citizens.models import Citizen, Sex
from vaxreg import ui
from vaxreg.forms import IdNumberField, PhoneField
from vaxreg.typed.birth_dates import BirthDate
from vaxreg.typed.dates import EARLIEST
from vaxreg.typed.names import checked_name
from vaxreg.uuids import with_public_id

Facts = dict[str, str]


class IdentityField(StrEnum):
    FULL_NAME = "full_name"
    DATE_OF_BIRTH = "date_of_birth"
    SEX = "sex"
    ID_NUMBER = "id_number"
    PHONE = "phone"


# Shown in full only where they are in dispute.
NUMBERS = frozenset({IdentityField.ID_NUMBER, IdentityField.PHONE})


class OtherField(StrEnum):
    """Facts that the citizen knows of another record of the same person."""

    ID_NUMBER = "other_id_number"
    FULL_NAME = "other_full_name"
    DATE_OF_BIRTH = "other_date_of_birth"
    PHONE = "other_phone"
    # The other record, as found by the reviewer.
    RECORD = "other_record"


LABELS: dict[str, Promise] = {
    IdentityField.FULL_NAME: gettext_lazy("Full name"),
    IdentityField.DATE_OF_BIRTH: gettext_lazy("Date of birth"),
    IdentityField.SEX: gettext_lazy("Sex"),
    IdentityField.ID_NUMBER: gettext_lazy("ID number"),
    IdentityField.PHONE: gettext_lazy("Phone number"),
    OtherField.ID_NUMBER: gettext_lazy("ID number on the other record"),
    OtherField.FULL_NAME: gettext_lazy("Name on the other record"),
    OtherField.DATE_OF_BIRTH: gettext_lazy("Date of birth on the other record"),
    OtherField.PHONE: gettext_lazy("Phone number on the other record"),
    OtherField.RECORD: gettext_lazy("The other record"),
}


def checked(name: str, value: str, today: date) -> str:
    """Return a fact as it is stored. Raises ValueError with a message for the user."""
    try:
        return _CHECKS[name](value, today)
    except ValidationError as wrong:
        raise ValueError(wrong.messages[0]) from None


def _name(value: str, today: date) -> str:
    return checked_name(value)


def _born(value: str, today: date) -> str:
    try:
        born = BirthDate.fromisoformat(value)
    except ValueError:
        raise ValueError(_("Enter the date as day/month/year, for example 27/03/2022.")) from None
    if born.last < EARLIEST or born.first > today:
        raise ValueError(_("A date of birth lies in the past, after 1900."))
    return born.isoformat()


def _sex(value: str, today: date) -> str:
    if value not in (Sex.MALE, Sex.FEMALE):
        raise ValueError(_("Choose an answer."))
    return value


def _id_number(value: str, today: date) -> str:
    return IdNumberField().clean(value)


def _phone(value: str, today: date) -> str:
    return PhoneField().clean(value)


def _record(value: str, today: date) -> str:
    if not with_public_id(Citizen.objects.all(), value).exists():
        raise ValueError(_("Choose which record it is."))
    return value


_CHECKS: dict[str, Callable[[str, date], str]] = {
    IdentityField.FULL_NAME: _name,
    IdentityField.DATE_OF_BIRTH: _born,
    IdentityField.SEX: _sex,
    IdentityField.ID_NUMBER: _id_number,
    IdentityField.PHONE: _phone,
    OtherField.FULL_NAME: _name,
    OtherField.DATE_OF_BIRTH: _born,
    OtherField.ID_NUMBER: _id_number,
    OtherField.PHONE: _phone,
    OtherField.RECORD: _record,
}


def show(name: str, value: str) -> str | None:
    """Return an identity fact in words for the user; None for an unknown field name."""
    if name in (IdentityField.DATE_OF_BIRTH, OtherField.DATE_OF_BIRTH):
        return str(BirthDate.fromisoformat(value))
    if name == IdentityField.SEX:
        return str(Sex(value).label)
    if name in (IdentityField.PHONE, OtherField.PHONE):
        return ui.phone(value)
    return value if name in LABELS else None


def masked(name: str, value: str) -> str:
    """Return the same, masked for users who need not see all of it."""
    if name in (IdentityField.ID_NUMBER, OtherField.ID_NUMBER):
        return mask_id(value)
    if name in (IdentityField.PHONE, OtherField.PHONE):
        return mask_phone(value)
    if name in (IdentityField.FULL_NAME, OtherField.FULL_NAME):
        return mask_name(value)
    if name in (IdentityField.DATE_OF_BIRTH, OtherField.DATE_OF_BIRTH):
        return mask_date_of_birth(BirthDate.fromisoformat(value).first)
    return show(name, value) or value


def facts_of(citizen: Citizen) -> Facts:
    """Return a person's facts in the form in which corrections store them."""
    return {
        IdentityField.FULL_NAME.value: citizen.full_name,
        IdentityField.DATE_OF_BIRTH.value: citizen.born.isoformat(),
        IdentityField.SEX.value: citizen.sex,
        IdentityField.ID_NUMBER.value: citizen.id_number or "",
        IdentityField.PHONE.value: citizen.phone,
    }


def differing(citizen: Citizen, facts: Facts) -> Facts:
    """Return only those facts that differ from the citizen's record."""
    recorded = facts_of(citizen)
    return {name: value for name, value in facts.items() if recorded.get(name) != value}


def as_values(facts: Facts) -> dict[str, Any]:
    """Return facts as `revise_identity` takes them."""
    return {
        name: BirthDate.fromisoformat(value) if name == IdentityField.DATE_OF_BIRTH else value
        for name, value in facts.items()
    }


def masked_record(citizen: Citizen) -> str:
    """Return a record in one line, masked: L. V. Tuấn · **/**/1990 · ******123456."""
    parts = [
        mask_name(citizen.full_name),
        mask_date_of_birth(citizen.date_of_birth),
        mask_id(citizen.id_number),
        mask_phone(citizen.phone),
    ]
    return " · ".join(part for part in parts if part)


def refuse_taken_number(citizen: Citizen, facts: Facts) -> None:
    """Raise ValidationError keyed "id_number" when it is proven for another person's record."""
    number = facts.get(IdentityField.ID_NUMBER)
    if not number:
        return
    own = Citizen.objects.whole(citizen).values("pk")
    others = Citizen.objects.proven_by_number(number)
    if others.exclude(pk__in=own).exists():
        raise ValidationError(
            {
                IdentityField.ID_NUMBER.value: _(
                    "This ID number stands on another record. If both are of one person, they"
                    " must become one record first."
                )
            }
        )
