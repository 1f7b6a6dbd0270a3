"""Questions about the tree: who holds what, who stands above whom, whose desk an area has."""

from typing import TYPE_CHECKING

from organizations.models import Area, Membership, MembershipQuerySet, Organization

if TYPE_CHECKING:
    from accounts.models import User

# Bodies that answer for a whole area.
AREA_DESKS = (
    Organization.Kind.COMMUNE_STATION,
    Organization.Kind.DISTRICT_CENTRE,
    Organization.Kind.PROVINCIAL_DEPARTMENT,
)


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


def next_up(organization: Organization) -> Organization | None:
    """Who stands above in the ladder of responsibility; None above the ministry.

    Product rule 2: commune, district, province, national hotline; the hotline answers to the
    ministry. Closed bodies give way to their successor, or are passed over.
    """
    hotline = Organization.Kind.HOTLINE
    for above in ancestors(organization):
        standing = current_holder(above)
        if standing is None or standing.pk == organization.pk:
            continue
        if standing.kind == Organization.Kind.MINISTRY and organization.kind != hotline:
            return national_hotline() or standing
        return standing
    return None


def current_holder(organization: Organization) -> Organization | None:
    """The organization itself, or the open one that succeeded it; None if nobody did."""
    seen = {organization.pk}
    while not organization.is_open:
        if organization.successor is None or organization.successor.pk in seen:
            return None
        organization = organization.successor
        seen.add(organization.pk)
    return organization


def national_hotline() -> Organization | None:
    """The one open hotline of the country."""
    return Organization.objects.open().filter(kind=Organization.Kind.HOTLINE).first()


def for_area(area: Area | None) -> Organization:
    """The open desk of the smallest area around this one that has a desk, else the hotline.

    An area that was replaced (mergers of July 2025) counts as the one that replaced it. Raises
    Organization.DoesNotExist while the organizations have not been built.
    """
    around = []
    while area is not None:
        while area.replaced_by is not None:
            area = area.replaced_by
        around.append(area.pk)
        area = area.parent
    desks = {
        desk.area_id: desk
        for desk in Organization.objects.open().filter(area__in=around, kind__in=AREA_DESKS)
    }
    for pk in around:
        if pk in desks:
            return desks[pk]
    return Organization.objects.open().get(kind=Organization.Kind.HOTLINE)
