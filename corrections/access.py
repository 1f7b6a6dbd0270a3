"""Who may see a correction, and in which capacity they act on it. Said here and nowhere else."""

from typing import TYPE_CHECKING

from django.db.models import Exists, Q, QuerySet

from citizens.access import parts_of_records_of
from organizations.models import Membership, Organization
from organizations.queries import WithPredecessors

if TYPE_CHECKING:
    from accounts.models import User

DESK_ROLES = (
    Membership.Role.REVIEWER,
    Membership.Role.LEAD,
    Membership.Role.OFFICER,
    Membership.Role.HOTLINE,
)

# Agents of the hotline are at a desk, but read masked data only, on pages of their own.
READING_ROLES = tuple(role for role in DESK_ROLES if role != Membership.Role.HOTLINE)


def of_own_records(user: "User") -> Q:
    """Corrections about records that the user holds as a citizen or as a guardian."""
    return Q(citizen__in=parts_of_records_of(user).values("pk"))


def on_desks_of(user: "User") -> Q:
    """Corrections held by an organization in which the user works (not by those below it).

    What was decided by one that it took over from is history of its own.
    """
    desks = Membership.objects.live().filter(user=user, role__in=READING_ROLES)
    return Q(holder__in=WithPredecessors(desks.order_by().values("organization")))


def overseen_by(user: "User") -> Q:
    """Corrections held anywhere in the sub-trees for which the user is a health officer.

    With what was decided by those that somebody there took over from, wherever they stood.
    """
    reach = Organization.objects.within_reach(user, Membership.Role.OFFICER)
    return Q(holder__in=WithPredecessors(reach.order_by().values("pk")))


def in_pools_of(user: "User") -> Q:
    """Corrections for which the user may look for a site: without one, on own desks or below them.

    The hotline judges nothing: whatever lies there is to be sent to where it belongs.
    """
    unknown = Q(triage_due_at__isnull=False) & (on_desks_of(user) | overseen_by(user))
    return unknown | Q(holder__in=_hotlines_of(user).values("organization"))


def heard_of(user: "User") -> Q:
    """Corrections that the user may look up for a caller, masked: all of them, or none.

    Only with `hotline.call_of`: the caller was asked who they are first.
    """
    return Q(Exists(_hotlines_of(user)))


def hotline_of(user: "User") -> Organization | None:
    """Return the hotline whose phone the user answers; None for anybody else."""
    membership = _hotlines_of(user).select_related("organization").first()
    return membership.organization if membership else None


def _hotlines_of(user: "User") -> QuerySet[Membership]:
    return Membership.objects.live().filter(
        user=user, role=Membership.Role.HOTLINE, organization__kind=Organization.Kind.HOTLINE
    )


def visible_to(user: "User") -> Q:
    """Everything the user may see: own records, own desks, own sub-trees. Sub-queries only."""
    return of_own_records(user) | on_desks_of(user) | overseen_by(user)


def is_hotline(membership: Membership) -> bool:
    """Tell whether somebody answers the national hotline's phone in this role."""
    return (
        membership.role == Membership.Role.HOTLINE
        and membership.organization.kind == Organization.Kind.HOTLINE
    )
