"""Queries on the tree: memberships of a user, organizations above, successors, desk of an area."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from django.db.models import F, Subquery

from organizations.models import (
    Area,
    Membership,
    MembershipQuerySet,
    Organization,
    OrganizationQuerySet,
)

if TYPE_CHECKING:
    from accounts.models import User

# The kind of organization that is responsible for a whole area.
DESK_OF: dict[str, str] = {
    Area.Level.COMMUNE: Organization.Kind.COMMUNE_STATION,
    Area.Level.DISTRICT: Organization.Kind.DISTRICT_CENTRE,
    Area.Level.PROVINCE: Organization.Kind.PROVINCIAL_DEPARTMENT,
}
AREA_DESKS = tuple(DESK_OF.values())


class WithPredecessors(Subquery):
    """Ids of the organizations that a query returns, and of all their predecessors."""

    template = """(WITH RECURSIVE line (id) AS (
        SELECT own.id FROM (%(subquery)s) own (id)
        UNION
        SELECT before.id FROM line
          JOIN organizations_organization before ON before.successor_id = line.id
        ) SELECT id FROM line)"""


def with_predecessors(organizations: Iterable[Organization]) -> OrganizationQuerySet:
    """Return these organizations and all their predecessors, direct and indirect."""
    own = Organization.objects.filter(pk__in=[one.pk for one in organizations]).order_by()
    found: OrganizationQuerySet = Organization.objects.filter(
        pk__in=WithPredecessors(own.values("pk"))
    )
    return found


def held_roles(user: "User") -> MembershipQuerySet:
    """Return the user's live memberships with organizations, the highest organization first."""
    return (
        Membership.objects.live()
        .filter(user=user)
        .select_related("organization")
        .order_by("organization__path", "role")
    )


def ancestors(organization: Organization) -> list[Organization]:
    """Return the organizations above this one, the nearest first, the ministry last."""
    above = Organization.objects.in_bulk(organization.ancestor_ids)
    return [above[pk] for pk in reversed(organization.ancestor_ids)]


class AncestorCache:
    """A cache of the organizations above many others that have the same few ancestors."""

    def __init__(self, organizations: Iterable[Organization]) -> None:
        ids = {pk for one in organizations for pk in one.ancestor_ids}
        self._known = Organization.objects.select_related("successor").in_bulk(ids)
        self.hotline = national_hotline()

    def above(self, organization: Organization) -> list[Organization]:
        """Return the same as `ancestors`; queries the database only for unknown ones."""
        if any(pk not in self._known for pk in organization.ancestor_ids):
            return ancestors(organization)
        return [self._known[pk] for pk in reversed(organization.ancestor_ids)]


def next_up(organization: Organization, ladder: AncestorCache | None = None) -> Organization | None:
    """Return the organization above in the chain of responsibility; None above the ministry.

    Product rule 2: commune, district, province, national hotline; above the hotline is the
    ministry. A closed organization is replaced by its successor, or skipped without one.
    """
    hotline = Organization.Kind.HOTLINE
    for above in ladder.above(organization) if ladder else ancestors(organization):
        standing = current_holder(above)
        if standing is None or standing.pk == organization.pk:
            continue
        if standing.kind == Organization.Kind.MINISTRY and organization.kind != hotline:
            return (ladder.hotline if ladder else national_hotline()) or standing
        return standing
    return None


def current_holder(organization: Organization) -> Organization | None:
    """Return the organization if open, else the first open successor, or None."""
    return next((one for one in line_of_succession(organization) if one.is_open), None)


def line_of_succession(organization: Organization) -> Iterator[Organization]:
    """Yield the organization, its successor, that one's successor, and so on."""
    seen: set[int] = set()
    after: Organization | None = organization
    while after is not None and after.pk not in seen:
        yield after
        seen.add(after.pk)
        after = after.successor


def national_hotline() -> Organization | None:
    """Return the open national hotline."""
    return Organization.objects.open().filter(kind=Organization.Kind.HOTLINE).first()


def for_area(area: Area | None) -> Organization:
    """Return the open desk of the smallest area around this one that has one, else the hotline.

    An area that was replaced (mergers of July 2025) counts as the area that replaced it. A
    district counts as the commune where its health centre is: the centre is responsible for it.
    A closed desk is replaced by its successor. Raises Organization.DoesNotExist while the
    organizations have not been built.
    """
    around: list[tuple[int, str]] = []
    while area is not None:
        kind = DESK_OF[area.level]
        area = area.today
        around.append((area.pk, kind))
        area = area.parent
    desks: dict[tuple[int | None, str], Organization] = {}
    places = [pk for pk, _kind in around]
    found = Organization.objects.filter(area__in=places, kind__in=AREA_DESKS)
    # The last one per area wins: an open desk, else the one that closed last.
    for desk in found.select_related("successor").order_by(F("closed_on").asc(nulls_last=True)):
        if standing := current_holder(desk):
            desks[desk.area_id, desk.kind] = standing
    for key in around:
        if key in desks:
            return desks[key]
    return Organization.objects.open().get(kind=Organization.Kind.HOTLINE)
