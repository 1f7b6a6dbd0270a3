"""Staff prove an old card or a passport at the counter: it stands beside the number in use."""

from datetime import date
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.identity import is_verified
from citizens import actions, documents
from citizens.access import is_number_of, is_own_or_family
from citizens.link_messages import everybody
from citizens.models import Citizen, IdentityCheck, IdentityDocument, kind_of
from messaging.actions import send_to_citizen
from organizations.models import Organization
from vaxreg import ui
from vaxreg.addresses import absolute

if TYPE_CHECKING:
    from accounts.models import User

PROVEN = "record.paper_seen"
Paper, Kind = IdentityCheck.Paper, IdentityDocument.Kind
# A new card changes the number in use: that is a proposal about the identity.
KIND_OF_PAPER = {Paper.CMND: Kind.CMND, Paper.PASSPORT: Kind.PASSPORT}


@transaction.atomic
def prove(
    citizen: Citizen,
    number: str,
    *,
    paper: str,
    by: "User",
    by_organization: Organization,
    country: str = "",
    valid_from: date | None = None,
    valid_until: date | None = None,
) -> IdentityDocument:
    """Add the number of a paper that the person shows, as proven; the number in use stays.

    Leaves an IdentityCheck: which paper, who saw it, for whom. Everybody who opens the record is
    told. Raises PermissionDenied for one's own family or an account that is not verified, and
    ValidationError keyed by field: another form of number, the number in use, or one that is proven
    to be another record's.
    """
    may = is_verified(by) and not is_number_of(by, number)
    if not may or is_own_or_family(by, citizen):
        raise PermissionDenied
    if KIND_OF_PAPER.get(Paper(paper)) != kind_of(number):
        raise ValidationError({"number": _("This paper has a number of another form.")})
    added = documents.add(
        citizen,
        number,
        by=by,
        source=documents.Source.STAFF,
        country=country,
        valid_from=valid_from,
        valid_until=valid_until,
    )
    if added.is_current:
        raise ValidationError({"number": _("This is the number in use on the record already.")})
    if not added.is_proven:
        added.is_proven, added.source = True, documents.Source.STAFF
        try:
            with transaction.atomic():
                added.save(update_fields=["is_proven", "source"])
        except IntegrityError:
            raise ValidationError(
                {
                    "number": _(
                        "This number is proven to be on another record. Is it the same person? Look under"
                        " “Two records of one person?”."
                    )
                }
            ) from None
    check = actions.check_identity(
        citizen,
        paper=paper,
        matches=True,
        by=by,
        by_organization=by_organization,
        document=added,
    )
    _tell(check)
    return added


def _tell(check: IdentityCheck) -> None:
    for to in everybody(check.citizen, but=check.by):
        texts = ui.in_each_language(lambda: _words(check))
        with translation.override(to.language):
            send_to_citizen(
                purpose=PROVEN,
                phone=to.phone,
                text=texts[to.language],
                texts=texts,
                user_id=to.account,
                may_wait=True,
                dedupe_key=f"{PROVEN}:{check.pk}:{to.phone or to.account}",
            )


def _words(check: IdentityCheck) -> str:
    return _(
        "So Tiem: health staff have seen an identity paper and added its number to a vaccination record"
        " of this phone: %(page)s Not right? Call %(hotline)s."
    ) % {"page": absolute(reverse("record-documents")), "hotline": ui.hotline().display}
