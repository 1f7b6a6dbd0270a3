"""What a member of staff files for somebody at the counter, and its receipt."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from citizens.models import Citizen, RecordVisit
from citizens.visits import log_visit
from corrections.actions import filing
from corrections.actions.filing import Claim, OnBehalf
from corrections.models import Correction, Filing, FilingChannel
from corrections.photos import added
from counter.offices import offices_of
from organizations.models import Organization
from organizations.queries import with_predecessors
from vaxreg import db_time
from vaxreg.photos.cleaning import Picture

if TYPE_CHECKING:
    from accounts.models import User

CONSENT = "counter-1"


@transaction.atomic
def file(
    citizen: Citizen,
    claim: Claim,
    said: Mapping[str, Any],
    *,
    photos: Sequence[Picture],
    office: Organization,
    by: "User",
) -> Filing:
    """File for the person who stands there, with photos of the paper.

    said: the values of `counter.forms.ForPersonForm`. Raises what corrections.actions.filing.file
    and corrections.photos.added.attach raise.
    """
    filed = filing.file(
        by=by,
        citizen=citizen,
        key=str(said["key"]),
        claims=[claim],
        words=said["words"],
        has_no_paper=not photos,
        consent_version=CONSENT,
        on_behalf=OnBehalf(
            told_at=db_time.now(),
            contact_phone=said["contact_phone"],
            channel=FilingChannel.COUNTER,
            office=office,
        ),
    )
    added.attach(filed, photos, by=by)
    return filed


def filings_of(user: "User") -> QuerySet[Filing]:
    """Return what the user's offices wrote down for people, closed predecessors included."""
    offices = with_predecessors(offices_of(user)).order_by().values("pk")
    return Filing.objects.filter(office__in=offices).select_related("citizen", "filed_by", "office")


def receipt_of(user: "User", public_id: UUID) -> Filing | None:
    """Return a filing of the user's offices by its public id, and log that its person was seen."""
    found = filings_of(user).filter(public_id=public_id).first()
    if found is not None:
        log_visit(
            user,
            found.citizen.kept,
            RecordVisit.Why.REVIEW,
            organization=found.office,
            ground=RecordVisit.Ground.COUNTER,
            seen=RecordVisit.Seen.REQUEST,
        )
    return found


def cases_of(filed: Filing) -> QuerySet[Correction]:
    """Return the cases of a filing, in the order in which they were filed."""
    return Correction.objects.filter(filing=filed).select_related("holder").order_by("pk")
