"""Identity documents beside the number on the record: added by citizens, seen by staff, withdrawn.

The number on the record is changed by `actions.revise_identity` alone.
"""

from datetime import date
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Prefetch
from django.utils.translation import gettext as _

from citizens.announcements import citizen_written
from citizens.models import Citizen, IdentityCheck, IdentityDocument, kind_of
from citizens.models.documents import IdentityDocumentQuerySet
from vaxreg import db_time
from vaxreg.id_numbers import clean_id_number, is_id_number
from vaxreg.typed.countries import VIET_NAM

if TYPE_CHECKING:
    from accounts.models import User

# A person has an old card, a new one and some passports; more are a mistake or an attempt.
MOST_OF_ONE_PERSON = 12
Kind, Source = IdentityDocument.Kind, IdentityDocument.Source


def rows_of(citizen: Citizen) -> IdentityDocumentQuerySet:
    """Return the documents of the whole record, withdrawn ones too."""
    return IdentityDocument.objects.filter(citizen__in=Citizen.objects.whole(citizen))


def documents_of(citizen: Citizen) -> list[IdentityDocument]:
    """Return the documents of the whole record: the current ones first, withdrawn ones last."""
    return sorted(
        rows_of(citizen)
        .select_related("added_by")
        .prefetch_related(
            Prefetch("checks", IdentityCheck.objects.select_related("by_organization"))
        ),
        key=lambda one: (one.withdrawn_at is not None, not one.is_current, one.pk),
    )


@transaction.atomic
def add(
    citizen: Citizen,
    number: str,
    *,
    by: "User | None",
    source: IdentityDocument.Source,
    kind: str = "",
    country: str = "",
    valid_from: date | None = None,
    valid_until: date | None = None,
) -> IdentityDocument:
    """Add a document that proves nothing yet; one with the same number is returned as it is.

    kind: told by the form of the number if it is not given. country: ISO 3166-1 alpha-2; Viet Nam
    for the cards of Viet Nam. Raises ValidationError keyed by field.
    """
    cleaned = clean_id_number(number) or ""
    if not is_id_number(cleaned):
        raise ValidationError({"number": _("This is not the number of a card or passport.")})
    Citizen.objects.select_for_update(of=("self",)).get(pk=citizen.pk)
    held = rows_of(citizen).standing()
    known = held.numbered(cleaned).first()
    if known is not None:
        return known
    if held.count() >= MOST_OF_ONE_PERSON:
        raise ValidationError({"number": _("There are too many documents on this record.")})
    kind = kind or kind_of(cleaned)
    document = IdentityDocument(
        citizen=citizen,
        kind=kind,
        country=country if kind == Kind.PASSPORT else VIET_NAM,
        number=cleaned,
        valid_from=valid_from,
        valid_until=valid_until,
        source=source,
        added_at=db_time.now(),
        added_by=by,
    )
    document.full_clean(exclude=["number_hash", "ending_hash"])
    document.save(force_insert=True)
    citizen_written.send(sender=Citizen, citizen=citizen)
    return document


@transaction.atomic
def withdraw(document: IdentityDocument, *, by: "User") -> None:
    """Take back a document that somebody has added by mistake; the row is kept.

    Raises PermissionDenied for one that is proven or the number on the record: a correction of the
    identity changes those.
    """
    held = IdentityDocument.objects.select_for_update(of=("self",)).get(pk=document.pk)
    if held.is_proven or held.is_current:
        raise PermissionDenied
    if held.withdrawn_at is None:
        held.withdrawn_at = db_time.now()
        held.save(update_fields=["withdrawn_at"])
        citizen_written.send(sender=Citizen, citizen=held.citizen)
