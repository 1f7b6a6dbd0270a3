"""Whose coverage a health officer may see: the areas of the organizations that they oversee."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from organizations.models import Area, Membership, Organization
from organizations.queries import AREA_DESKS
from uptake.places import homes

if TYPE_CHECKING:
    from collections.abc import Iterable

# Depth 2: the direct parts of a province have pages; their communes are rows on these.
DEEPEST = 2


@dataclass(frozen=True)
class CoveragePlace:
    """The country (path "" and no code), a province, a direct part of it, or a commune in that."""

    path: str
    name: str
    code: str = ""

    @property
    def has_page(self) -> bool:
        """It has sums of its own by day and age."""
        return self.depth <= DEEPEST

    @property
    def depth(self) -> int:
        """0 for the country, 1 for a province, 2 for a direct part of one, 3 for a commune in that."""
        return self.path.count("/")

    def contains(self, other: "CoveragePlace") -> bool:
        return other.path.startswith(self.path)


def country() -> CoveragePlace:
    """Return the whole country, named in the user's language."""
    return CoveragePlace("", _("The whole country"))


def overseen_places(memberships: "Iterable[Membership]") -> list[CoveragePlace]:
    """Return the places that live memberships oversee, the largest first; none inside another.

    Hospitals and other sites are in an area but are not responsible for it.
    """
    offices = [one.organization for one in memberships if one.role == Membership.Role.OFFICER]
    if any(office.kind == Organization.Kind.MINISTRY for office in offices):
        return [country()]
    desks = [office.area_id for office in offices if office.kind in AREA_DESKS]
    for centre in offices:
        if centre.kind == Organization.Kind.DISTRICT_CENTRE:
            # Since July 2025 a centre is in one commune, but responsible for those of its stations.
            stations = Organization.objects.open().filter(part_of=centre)
            desks += stations.filter(kind__in=AREA_DESKS).values_list("area", flat=True)
    paths = set(homes(area for area in desks if area is not None).values())
    found: list[CoveragePlace] = []
    for place in _named(paths):
        if not any(top.contains(place) for top in found):
            found.append(place)
    return found


def parts_of(place: CoveragePlace) -> list[CoveragePlace]:
    """Return the current parts of a place, by name; [] for a commune."""
    if place.depth > DEEPEST:
        return []
    areas = Area.objects.current().order_by("search_name", "code")
    inside = areas.filter(parent__path=place.path) if place.path else areas.filter(parent=None)
    return [_place(area) for area in inside]


def find(code: str, within: "Iterable[CoveragePlace]") -> CoveragePlace | None:
    """Return the place with this code if it is inside one of `within`, else None."""
    area = Area.objects.current().filter(code=code).first()
    place = _place(area) if area else None
    if place is None or place.depth > DEEPEST:
        return None
    return place if any(top.contains(place) for top in within) else None


def parent_of(place: CoveragePlace, within: "Iterable[CoveragePlace]") -> CoveragePlace | None:
    """Return the next larger place that the user may see, or None."""
    if not place.path:
        return None
    wider = place.path[: place.path.rstrip("/").rfind("/") + 1]
    if not any(wider.startswith(top.path) for top in within):
        return None
    return next(iter(_named({wider})), None) if wider else country()


def _named(paths: set[str]) -> list[CoveragePlace]:
    areas = Area.objects.current().filter(path__in=paths).order_by("path")
    return [_place(area) for area in areas]


def _place(area: Area) -> CoveragePlace:
    return CoveragePlace(area.path, area.full_name, area.code)
