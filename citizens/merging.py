"""Two records of one person: finding the other one, holding them as one, and taking them apart.

Nothing is moved and nothing is deleted: the part keeps its facts, its doses and its links, and
says of which record it is a part. Every reader asks for the whole.
"""

from datetime import date
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from citizens.actions import clean_id_number, write_revision
from citizens.models import Citizen
from organizations.models import Organization
from vaxreg.search import search_key

if TYPE_CHECKING:
    from accounts.models import User

# More than these under one name and day, or one phone, say that the question was too wide.
MOST_FOUND = 5


def find_others(
    citizen: Citizen,
    *,
    id_number: str = "",
    full_name: str = "",
    date_of_birth: date | None = None,
    phone: str = "",
) -> list[Citizen]:
    """Return other records that fit what is known of them, five at most, the best fitting first.

    The ID number decides alone when a record has it; else the full name (diacritics do not
    matter) with the date of birth, else the phone (E.164). For staff, who see them masked.
    """
    others = (
        Citizen.objects.filter(merged_into=None)
        .exclude(pk__in=Citizen.objects.whole(citizen).values("pk"))
        .order_by("pk")
    )
    number, name = clean_id_number(id_number), search_key(full_name)
    questions = [
        (bool(number), Q(id_number=number)),
        (
            bool(name and date_of_birth and phone),
            Q(search_name=name, date_of_birth=date_of_birth, phone=phone),
        ),
        (bool(name and date_of_birth), Q(search_name=name, date_of_birth=date_of_birth)),
        (bool(phone), Q(phone=phone)),
    ]
    for is_asked, question in questions:
        found = list(others.filter(question)[:MOST_FOUND]) if is_asked else []
        if found:
            return found
    return []


@transaction.atomic
def merge(
    other: Citizen,
    *,
    into: Citizen,
    by: "User | None",
    why: str,
    by_organization: Organization | None = None,
    correction_reference: str = "",
) -> Citizen:
    """Make a record a part of another one of the same person; returns the record that is kept.

    What was merged into the other record before becomes a part of the kept one too. Each says so
    in a revision of its own, so that `separate` can undo it. Raises ValidationError when both are
    one record already.
    """
    kept, part = _locked(into.kept, other.kept)
    if kept == part:
        raise ValidationError(_("These are one record already."))
    # The other one last: a part is never merged into a part (the database sees to that).
    for one in [*Citizen.objects.filter(merged_into=part).order_by("pk"), part]:
        one.merged_into = kept
        _store(one, by, by_organization, why, correction_reference)
    return kept


@transaction.atomic
def separate(
    part: Citizen,
    *,
    by: "User | None",
    why: str,
    by_organization: Organization | None = None,
    correction_reference: str = "",
) -> Citizen:
    """Make a part a record of its own again, with all that was always its own; returns it.

    Raises ValidationError when it is a record of its own.
    """
    part, *_others = _locked(part)
    if part.merged_into_id is None:
        raise ValidationError(_("This is a record of its own."))
    part.merged_into = None
    _store(part, by, by_organization, why, correction_reference)
    return part


def _locked(*citizens: Citizen) -> list[Citizen]:
    """Lock the rows, always in the same order, and return them fresh in the order asked for."""
    keys = {citizen.pk for citizen in citizens}
    rows = Citizen.objects.select_for_update(of=("self",)).filter(pk__in=keys).order_by("pk")
    fresh = {row.pk: row for row in rows}
    return [fresh[citizen.pk] for citizen in citizens]


def _store(
    citizen: Citizen,
    by: "User | None",
    by_organization: Organization | None,
    why: str,
    correction_reference: str,
) -> None:
    write_revision(
        citizen,
        by=by,
        by_organization=by_organization,
        why=why,
        correction_reference=correction_reference,
    )
