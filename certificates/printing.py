"""The paper of a certificate: for the one who holds it, and printed by a site for its person."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction

from certificates import card
from certificates.card import Held
from certificates.models import Certificate, CertificatePrint
from certificates.paper import a4, wallet
from certificates.paper.content import Paper, paper_of
from citizens.models import Citizen
from organizations.models import Organization
from recording.access import refuse_own_or_unverified, sites_of
from vaxreg import db_time

if TYPE_CHECKING:
    from accounts.models import User

Form = CertificatePrint.Form
DRAWN: Mapping[str, Callable[[Paper], bytes]] = {Form.A4: a4.drawn, Form.WALLET: wallet.drawn}
# Prints that a card shows; all are kept.
MOST_SHOWN = 5


@dataclass(frozen=True)
class Printed:
    """How often a certificate was printed, and where and when the last time."""

    times: int
    at: datetime
    place: str


def as_pdf(held: Held, form: str, *, place: str = "") -> bytes:
    """Return the PDF of a certificate in this form (CertificatePrint.Form)."""
    return DRAWN[form](paper_of(held, at=db_time.now(), place=place))


@transaction.atomic
def print_for(
    person: Citizen, public_id: UUID, form: str, *, site: Organization, by: "User"
) -> bytes | None:
    """Return the PDF that a site prints for the person who stands there, and store that it did.

    None for another person's certificate, or one that counts no more. Raises PermissionDenied for
    one's own or the family's, and for who does not work at the site.
    """
    refuse_own_or_unverified(by, person)
    if not sites_of(by).filter(pk=site.pk).exists():
        raise PermissionDenied
    held = card.held_of(person, public_id)
    if held is None:
        return None
    CertificatePrint.objects.create(
        certificate=held.certificate, form=form, organization=site, by=by, at=db_time.now()
    )
    return as_pdf(held, form, place=site.name)


def printed(certificates: Sequence[Certificate]) -> dict[int, Printed]:
    """Return, by the id of the certificate, how often sites printed it. One query."""
    found: dict[int, Printed] = {}
    rows = CertificatePrint.objects.filter(certificate__in=certificates)
    for one in rows.select_related("organization").order_by("at", "pk"):
        before = found.get(one.certificate_id)
        found[one.certificate_id] = Printed(
            times=before.times + 1 if before else 1,
            at=one.at,
            place=one.organization.name,
        )
    return found


def prints_of(person: Citizen) -> list[CertificatePrint]:
    """Return the last prints of a person's certificates, the newest first."""
    rows = CertificatePrint.objects.filter(certificate__in=Certificate.objects.of(person))
    return list(rows.select_related("organization", "certificate")[:MOST_SHOWN])
