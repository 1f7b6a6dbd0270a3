"""Which corrections a user may see; parties.py says what they may do with one."""

from collections.abc import Collection
from typing import TYPE_CHECKING

from django.apps import apps
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

# Agents of the hotline read masked data only, on pages of their own (app hotline).
READING_ROLES = tuple(role for role in DESK_ROLES if role != Membership.Role.HOTLINE)


def of_own_records(user: "User") -> Q:
    """Return the corrections of records that the user owns or is guardian of."""
    return Q(citizen__in=parts_of_records_of(user).values("pk"))


def on_desks_of(user: "User") -> Q:
    """Return corrections held by an organization in which the user works, not by those below it.

    Includes what its predecessors decided: organizations that closed and were merged into it.
    """
    desks = Membership.objects.live().filter(user=user, role__in=READING_ROLES)
    return Q(holder__in=WithPredecessors(desks.order_by().values("organization")))


def overseen_by(user: "User") -> Q:
    """Return corrections held anywhere in the sub-trees for which the user is a health officer.

    Includes what the predecessors of these organizations decided, wherever those were in the tree.
    """
    reach = Organization.objects.within_reach(user, Membership.Role.OFFICER)
    return Q(holder__in=WithPredecessors(reach.order_by().values("pk")))


def in_pools_of(user: "User", hotlines: Collection[int] | None = None) -> Q:
    """Return the corrections for which the user may look for a site.

    Those are cases without a site in the user's organizations and below them. An agent of the
    hotline may route every case that the hotline holds. hotlines: ids of those whose phone the user
    answers, if they are known; else they are read.
    """
    desks = Membership.objects.live().filter(user=user, role__in=READING_ROLES)
    reach = Organization.objects.within_reach(user, Membership.Role.OFFICER)
    places = desks.order_by().values("organization").union(reach.order_by().values("pk"))
    unknown = Q(triage_due_at__isnull=False, holder__in=WithPredecessors(places))
    if hotlines is None:
        hotlines = list(_hotlines_of(user).values_list("organization", flat=True))
    if not hotlines:
        return unknown
    # A union and no OR: each half has an index, and both together have none.
    cases = apps.get_model("corrections.Correction").objects.order_by()
    held = cases.open().filter(holder__in=hotlines)
    return Q(pk__in=cases.filter(unknown).values("pk").union(held.values("pk")))


def for_hotline_agent(user: "User") -> Q:
    """Return the corrections that an agent of the hotline may look up: all, or none for others.

    Callers check first that the agent asked who is calling (`hotline.search.call_of`), and show
    masked data only.
    """
    return Q(Exists(_hotlines_of(user)))


def hotline_of(user: "User") -> Organization | None:
    """Return the hotline whose phone the user answers; None for anybody else."""
    membership = _hotlines_of(user).select_related("organization").first()
    return membership.organization if membership else None


def offices_of(user: "User") -> QuerySet[Organization]:
    """Return the open sites and health offices in which the user works: they write down filings."""
    desks = Membership.objects.live().filter(user=user, role__in=READING_ROLES)
    return Organization.objects.open().filter(pk__in=desks.order_by().values("organization"))


def _hotlines_of(user: "User") -> QuerySet[Membership]:
    return Membership.objects.live().filter(
        user=user, role=Membership.Role.HOTLINE, organization__kind=Organization.Kind.HOTLINE
    )


def visible_to(user: "User") -> Q:
    """Return all corrections that the user may see: own records, own organizations, own sub-trees.

    Built from sub-queries only: joins would return a correction twice.
    """
    return of_own_records(user) | on_desks_of(user) | overseen_by(user)


def is_hotline(membership: Membership) -> bool:
    """Tell whether the member is an agent of the national hotline."""
    return (
        membership.role == Membership.Role.HOTLINE
        and membership.organization.kind == Organization.Kind.HOTLINE
    )
