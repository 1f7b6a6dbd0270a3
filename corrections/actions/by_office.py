"""An office takes back what it wrote down for people by mistake, while nobody works on it."""

from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from citizens.access import is_own_or_family
from corrections import access
from corrections.actions.filing import party_of_office
from corrections.actions.turn import begin, finish, lock
from corrections.lifecycle import Party, Status
from corrections.models import Correction, CorrectionEvent, OutboxRow
from organizations.queries import with_predecessors

if TYPE_CHECKING:
    from accounts.models import User

BY_OFFICE = "by_office"
UNTOUCHED = (Status.RECEIVED, Status.QUEUED)


class WorkBegun(Exception):
    """Somebody has begun to work on the case, or has answered it."""


def untouched() -> QuerySet[Correction]:
    """Return the cases with which nobody but the system has done anything since they were filed."""
    events = CorrectionEvent.objects.filter(correction=OuterRef("pk"))
    by_people = events.exclude(step="file").exclude(party=Party.SYSTEM)
    return Correction.objects.filter(~Exists(by_people), status__in=UNTOUCHED)


@transaction.atomic
def take_back_filed(
    correction: Correction, *, by: "User", why: str, data: dict[str, Any]
) -> Correction:
    """Withdraw a case in the name of the office that filed it; the person is told.

    Breaches that happened before stay on record. Raises PermissionDenied for who does not work at
    that office or belongs to the person's family, WorkBegun.
    """
    case = lock(correction)
    office = case.filing.office
    own = with_predecessors(access.offices_of(by))
    if office is None or not own.filter(pk=office.pk).exists():
        raise PermissionDenied
    if is_own_or_family(by, case.citizen):
        raise PermissionDenied
    if not untouched().filter(pk=case.pk).exists():
        raise WorkBegun
    # As with filing, the office speaks for the person, and the event says who spoke.
    turn = begin("withdraw", case, by=by, proven=Party.CITIZEN)
    turn.party = party_of_office(office)
    return finish(
        turn,
        "withdraw",
        remark=why,
        data={**data, "basis": BY_OFFICE},
        organization=office,
        follow=OutboxRow.Errand.TELL,
    )
