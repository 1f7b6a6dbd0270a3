"""Which records a user may open, and on which citizens they must not decide."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.contrib.auth import get_user_model
from django.db.models.expressions import RawSQL

from accounts.identity import identity_of
from accounts.programs import Program
from citizens.models import Citizen, CitizenQuerySet
from vaxreg.id_numbers import clean_id_number

if TYPE_CHECKING:
    from accounts.models import User


def records_of(user: "User") -> CitizenQuerySet:
    """Return the citizens whose record the user may open: their own and their wards'."""
    return Citizen.objects.linked_to(user)


def parts_of_records_of(user: "User") -> CitizenQuerySet:
    """Return the same records with all parts merged into them: rows may refer to either."""
    return Citizen.objects.parts_linked_to(user)


def readable_records(user: "User", program: Program | None) -> CitizenQuerySet:
    """Return the records that the caller of an interface may open; to a program, none restricted.

    An app that the user let in opens those that the consent names, and no other.

    The person asked that partner programs do not use it (own_data/requests.py); on the pages, where
    a session asks, it opens as before.
    """
    found = records_of(user)
    if program is None:
        return found
    found = found.without_restricted()
    return found if program.people is None else found.filter(pk__in=program.people)


def is_restricted(citizen: Citizen) -> bool:
    """Whether its person asked that the record is used for less (own_data/requests.py)."""
    return Citizen.objects.restricted().filter(pk=citizen.pk).exists()


def is_own_or_family(user: "User", citizen: Citizen) -> bool:
    """Whether the citizen is the user, or somebody of the user's family.

    A user who matches never reviews a correction of that record, in any role. The same person is
    recognised by the verified ID number, the phone, name with date of birth, and the records that
    their own sign-ins hold or held; family are their wards, their guardians, and the other
    guardians of their wards. A merged record is one person: a match with any part of it counts for
    the whole. The rule is a function of the database (migration 0003), which refuses by it too.
    """
    return bool(own_or_family_among(user, [citizen.pk]))


def is_number_of(user: "User", id_number: str) -> bool:
    """Whether an ID number that somebody typed is the verified one of the user."""
    typed = clean_id_number(id_number)
    return typed is not None and typed == getattr(identity_of(user), "id_number", None)


def own_or_family_among(user: "User", citizens: Iterable[int]) -> set[int]:
    """Return which of these citizens (ids) are the user or family, in one query."""
    rows = Citizen.objects.filter(pk__in=set(citizens)).filter(pk__in=own_or_family_of(user))
    return set(rows.values_list("pk", flat=True))


def own_or_family_of(user: "User") -> RawSQL:
    """Return the ids of all citizens who are the user or family, for `…__in`."""
    return RawSQL("SELECT citizens_own_or_family(%s)", [user.pk])


def accounts_of_person(user: "User") -> RawSQL:
    """Return the ids of all accounts of the person behind this account, for `…__in`."""
    return RawSQL("SELECT citizens_accounts_of_person(%s)", [user.pk])


def account_ids_of_person(user: "User") -> set[int]:
    """Return the same ids, read now."""
    rows = get_user_model().objects.filter(pk__in=accounts_of_person(user))
    return set(rows.values_list("pk", flat=True))


def is_same_person(user: "User", account: int | None) -> bool:
    """Whether the account with this id belongs to the person behind the user; False for None."""
    if account is None or account == user.pk:
        return account is not None
    return account in account_ids_of_person(user)
