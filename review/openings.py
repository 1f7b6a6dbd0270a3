"""People at the counter who have asked to open their record by what is printed on their card."""

from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from citizens import actions, links
from citizens.models import RecordLink, RecordLinkQuerySet, RecordVisit
from citizens.visits import log_visit
from doses.models import Dose
from organizations.queries import with_predecessors
from review.queue import desks_of

if TYPE_CHECKING:
    from accounts.models import User


def confirmable_at_desks_of(user: "User") -> RecordLinkQuerySet:
    """Return the links that wait or were stopped, of records with a dose given by one of the user's desks."""
    desks = with_predecessors(desks_of(user)).order_by()
    given_here = Dose.objects.filter(
        Q(citizen=OuterRef("citizen")) | Q(citizen__merged_into=OuterRef("citizen")),
        organization__in=desks.values("pk"),
    )
    return (
        RecordLink.objects.confirmable()
        .filter(Exists(given_here))
        .select_related("user", "citizen")
        .order_by("asked_at", "pk")
    )


@transaction.atomic
def confirm(link: RecordLink, *, paper: str, by: "User") -> None:
    """Open the record: the person stands at the counter, and this paper (IdentityCheck.Paper) is
    theirs.

    Raises PermissionDenied, links.NotWaiting, links.HasOwnRecord, and ValidationError keyed "paper".
    """
    links.confirm(link, by=by)
    desk = desks_of(by)[0]
    actions.check_identity(link.citizen, paper=paper, matches=True, by=by, by_organization=desk)
    log_visit(by, link.citizen, RecordVisit.Why.REVIEW, organization=desk)
