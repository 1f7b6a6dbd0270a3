"""Questions about the tree: who holds what, who stands above whom, whose desk an area has."""

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

# Bodies that answer for a whole area.
DESK_OF: dict[str, str] = {
    Area.Level.COMMUNE: Organization.Kind.COMMUNE_STATION,
    Area.Level.DISTRICT: Organization.Kind.DISTRICT_CENTRE,
    Area.Level.PROVINCE: Organization.Kind.PROVINCIAL_DEPARTMENT,
}
AREA_DESKS = tuple(DESK_OF.values())


class WithPredecessors(Subquery):
    """Ids of the organizations that a query returns, and of all those that they took over from."""

    template = """(WITH RECURSIVE line (id) AS (
        SELECT own.id FROM (%(subquery)s) own (id)
        UNION
        SELECT before.id FROM line
          JOIN organizations_organization before ON before.successor_id = line.id
        ) SELECT id FROM line)"""


def with_predecessors(organizations: Iterable[Organization]) -> OrganizationQuerySet:
    """These, and all that they took over from, directly or through one that has closed since."""
    own = Organization.objects.filter(pk__in=[one.pk for one in organizations]).order_by()
    found: OrganizationQuerySet = Organization.objects.filter(
        pk__in=WithPredecessors(own.values("pk"))
    )
    return found


def held_roles(user: "User") -> MembershipQuerySet:
    """Live memberships of the user with their organizations, the highest organization first."""
    return (
        Membership.objects.live()
        .filter(user=user)
        .select_related("organization")
        .order_by("organization__path", "role")
    )


def ancestors(organization: Organization) -> list[Organization]:
    """Organizations above this one, the nearest first, the ministry last."""
    above = Organization.objects.in_bulk(organization.ancestor_ids)
    return [above[pk] for pk in reversed(organization.ancestor_ids)]


class Ladder:
    """Remembers who stands above whom: read at once for many that lie under the same few."""

    def __init__(self, organizations: Iterable[Organization]) -> None:
        ids = {pk for one in organizations for pk in one.ancestor_ids}
        self._known = Organization.objects.select_related("successor").in_bulk(ids)
        self.hotline = national_hotline()

    def above(self, organization: Organization) -> list[Organization]:
        """What `ancestors` returns; asks the database only for what was not read."""
        if any(pk not in self._known for pk in organization.ancestor_ids):
            return ancestors(organization)
        return [self._known[pk] for pk in reversed(organization.ancestor_ids)]


def next_up(organization: Organization, ladder: Ladder | None = None) -> Organization | None:
    """Who stands above in the ladder of responsibility; None above the ministry.

    Product rule 2: commune, district, province, national hotline; the hotline answers to the
    ministry. Closed bodies give way to their successor, or are passed over.
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
    """The organization itself, or the open one that succeeded it; None if nobody did."""
    return next((one for one in line_of_succession(organization) if one.is_open), None)


def line_of_succession(organization: Organization) -> Iterator[Organization]:
    """Yield the organization, who took over from it, who from that one, and so on."""
    seen: set[int] = set()
    after: Organization | None = organization
    while after is not None and after.pk not in seen:
        yield after
        seen.add(after.pk)
        after = after.successor


def national_hotline() -> Organization | None:
    """The one open hotline of the country."""
    return Organization.objects.open().filter(kind=Organization.Kind.HOTLINE).first()


def for_area(area: Area | None) -> Organization:
    """The open desk of the smallest area around this one that has a desk, else the hotline.

    An area that was replaced (mergers of July 2025) counts as the one that replaced it, and a
    district as the commune in which its health centre sits: the centre answers for it. A desk
    that has closed as the one that took over from it. Raises Organization.DoesNotExist while the
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
    # An open desk comes last, and stays; of closed ones the one that closed last.
    for desk in found.select_related("successor").order_by(F("closed_on").asc(nulls_last=True)):
        if standing := current_holder(desk):
            desks[desk.area_id, desk.kind] = standing
    for key in around:
        if key in desks:
            return desks[key]
    return Organization.objects.open().get(kind=Organization.Kind.HOTLINE)
