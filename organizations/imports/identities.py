"""Check who the people in a file of staff are: ID number, date of birth, private phone."""

from dataclasses import dataclass, field

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User, VerifiedIdentity
from organizations.imports.reading import SheetRow
from organizations.imports.verdicts import JudgedRow, RowVerdict
from vaxreg.forms import BirthDateField, IdNumberField, PhoneField
from vaxreg.id_numbers import number_hashes, with_lost_zeros
from vaxreg.spreadsheets.reading import NUMBER
from vaxreg.typed.birth_dates import BirthDate

FIELDS: dict[str, tuple[object, forms.Field]] = {
    "id_number": (gettext_lazy("ID number"), IdNumberField(required=False)),
    "born": (gettext_lazy("Date of birth"), BirthDateField(required=False)),
    "phone": (gettext_lazy("Phone"), PhoneField(required=False)),
}


@dataclass
class Identities:
    """The verified identities that a file refers to, and the numbers that its rows have given."""

    of_users: dict[int, VerifiedIdentity]
    # The account (e-mail address in small letters) that has a number, on record or in the file.
    owners: dict[str, str] = field(default_factory=dict)
    # What an earlier row of the file says of the same account: number and date of birth.
    said: dict[str, tuple[object, BirthDate]] = field(default_factory=dict)


def identities_of(rows: list[SheetRow], users: list[User]) -> Identities:
    """Read the identities of the users, and who has the numbers in the file, in two queries."""
    live = VerifiedIdentity.objects.filter(ended_at=None)
    known = {one.user_id: one for one in live.filter(user__in=[user.pk for user in users])}
    numbers = {number for row in rows if (number := _whole(row)).isalnum()}
    hashes = [digits for number in numbers for digits in number_hashes(number)]
    owners = live.filter(number_hash__in=hashes).values_list("id_number", "user__email")
    return Identities(known, {number: str(email or "") for number, email in owners})


def judge(row: SheetRow, judged: JudgedRow, user: User | None, found: Identities) -> None:
    """Add the identity to the plan of a row, or refuse the row; the number is in no message."""
    number, born, phone = (_clean(name, row, judged) for name in FIELDS)
    known = found.of_users.get(user.pk) if user else None
    if judged.is_refused:
        return
    if not number and not born:
        if known is None:
            judged.says.append(
                _("Without ID number and date of birth this person may not decide yet.")
            )
        return
    if not number or not isinstance(born, BirthDate):
        judged.refuse(_("Give the ID number and the date of birth together, or none of them."))
        return
    if known is not None:
        if known.id_number != number or not known.born.may_be(born):
            judged.refuse(
                _(
                    "Another ID number or date of birth is verified for this account. It is changed"
                    " on the page of the person."
                )
            )
        return
    if found.owners.setdefault(str(number), judged.key) != judged.key:
        judged.refuse(_("Another account has this ID number, and one person has one account."))
        return
    if found.said.setdefault(judged.key, (number, born)) != (number, born):
        judged.refuse(_("An earlier row has another ID number or date of birth for this address."))
        return
    judged.plan["identity"] = [number, born.isoformat(), phone]
    if judged.verdict == RowVerdict.SAME:
        judged.verdict = RowVerdict.CHANGED
    judged.says.append(_("The identity is verified by this file."))


def _clean(name: str, row: SheetRow, judged: JudgedRow) -> object:
    label, reader = FIELDS[name]
    try:
        return reader.clean(_whole(row) if name == "id_number" else row.get(name))
    except ValidationError as problem:
        judged.refuse(f"{label}: {problem.messages[0]}")
        return ""


def _whole(row: SheetRow) -> str:
    """Return the ID number with the zeros that Excel has dropped."""
    typed = row.get("id_number")
    if row.forms.get("id_number") == NUMBER:
        return with_lost_zeros(typed)
    return typed
