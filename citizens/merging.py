"""Two records of one person: find the other one, merge them, separate them again.

Nothing is moved or deleted: the part keeps its facts, doses and links, and refers to the kept
record. All queries include the parts of a record (`Citizen.objects.whole`).
"""

from datetime import date
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from citizens.actions import write_revision
from citizens.announcements import records_joined
from citizens.models import Citizen
from organizations.models import Organization
from vaxreg.id_numbers import clean_id_number
from vaxreg.search import search_key
from vaxreg.typed.birth_dates import BirthDate, may_be

if TYPE_CHECKING:
    from accounts.models import User

# More matches than these for one name and date, or one phone: the search is too unspecific.
MOST_FOUND = 5


def find_others(
    citizen: Citizen,
    *,
    id_number: str = "",
    full_name: str = "",
    date_of_birth: date | BirthDate | None = None,
    phone: str = "",
) -> list[Citizen]:
    """Return other records that match, five at most, the best match first.

    A match of the ID number decides alone; else full name (ignoring diacritics) with date of
    birth, else the phone (E.164). For staff, who see them masked.
    """
    others = (
        Citizen.objects.filter(merged_into=None)
        .exclude(pk__in=Citizen.objects.whole(citizen).values("pk"))
        .order_by("pk")
    )
    number, name = clean_id_number(id_number), search_key(full_name)
    birth = may_be(BirthDate.of(date_of_birth)) if date_of_birth else Q()
    questions = [
        (bool(number), Q(pk__in=Citizen.objects.numbered(number).values("pk"))),
        (
            bool(name and date_of_birth and phone),
            Q(birth, search_name=name, phone=phone),
        ),
        (bool(name and date_of_birth), Q(birth, search_name=name)),
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
    """Merge a record into another one of the same person; return the kept record.

    Parts of the other record become parts of the kept one too. Each gets its own revision, so
    that `separate` can undo it. Raises ValidationError when both are one record already.
    """
    kept, part = _locked(into.kept, other.kept)
    if kept == part:
        raise ValidationError(_("These are one record already."))
    # The other record last: a trigger refuses to merge a record into a part.
    for one in [*Citizen.objects.filter(merged_into=part).order_by("pk"), part]:
        one.merged_into = kept
        _store(one, by, by_organization, why, correction_reference)
    records_joined.send(sender=Citizen, citizens={kept.pk})
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
    """Make a part an independent record again, with its own doses and links; return it.

    Raises ValidationError when it is not a part.
    """
    part, *_others = _locked(part)
    if part.merged_into_id is None:
        raise ValidationError(_("This is a record of its own."))
    kept = part.merged_into_id
    part.merged_into = None
    _store(part, by, by_organization, why, correction_reference)
    records_joined.send(sender=Citizen, citizens={part.pk, kept})
    return part


def _locked(*citizens: Citizen) -> list[Citizen]:
    """Lock the rows in a fixed order (against deadlocks); return them in the order of the call."""
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
