"""Plan the reform: what becomes of every area, organization and membership. Writes nothing.

Areas and organizations are identified by code, whether they exist or are to be created.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from organizations.areas import ListedArea
from organizations.models import Area, Membership, Organization
from organizations.reform.lists import REFORM_DAY, areas_of_2025, became, provinces_became
from vaxreg.search import search_key

Kinds = Organization.Kind


class CannotAdopt(Exception):
    """It is unknown what replaced an area in the registry, or it is too early for the reform."""


class KeptOrganization(NamedTuple):
    """An open organization that continues, with another area, name or parent."""

    code: str
    name: str
    short_name: str
    area: str
    part_of: str
    # Whether the name or the parent differs from the present one.
    is_renamed: bool
    is_moved: bool


class NewStation(NamedTuple):
    """The station of a new commune whose name none of its predecessors has."""

    code: str
    name: str
    short_name: str
    area: str
    part_of: str
    phone: str
    email: str


class LentOfficer(NamedTuple):
    """An officer who keeps access to a commune that now belongs to another centre's station."""

    user: int
    station: str


@dataclass
class ReformPlan:
    """The whole reform as lists; empty when the new areas are in force already."""

    areas: tuple[ListedArea, ...] = ()
    # By id of an old area: the code of the one that replaces it.
    replaced: dict[int, str] = field(default_factory=dict)
    split: dict[int, tuple[str, ...]] = field(default_factory=dict)
    stays: list[KeptOrganization] = field(default_factory=list)
    opens: list[NewStation] = field(default_factory=list)
    # By code of an organization that closes: the one it is merged into.
    merges: dict[str, str] = field(default_factory=dict)
    # Closed organizations below a department that closes move to the same new parent.
    parts_of_merged: dict[str, str] = field(default_factory=dict)
    lends: list[LentOfficer] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.areas)


def is_adopted() -> bool:
    """Whether the areas of July 2025 are in force."""
    return Area.objects.filter(valid_from=REFORM_DAY).exists()


def make_plan() -> ReformPlan:
    """Make the plan from the database. Raises CannotAdopt when an area is not in the lists."""
    if is_adopted():
        return ReformPlan()
    return _Drawing().plan


class _Drawing:
    """A plan in progress, with the data that it is made from."""

    def __init__(self) -> None:
        self.old = {area.pk: area for area in Area.objects.filter(valid_to=None)}
        self.new = {area.code: area for area in areas_of_2025()}
        self.open = {one.pk: one for one in Organization.objects.open().order_by("code")}
        self.codes = dict(Organization.objects.order_by().values_list("pk", "code"))
        self.seats = self._seats()
        self.plan = ReformPlan(areas=areas_of_2025())
        self._replace_areas()
        self._merge_departments()
        self._place_the_others()
        self._arrange_stations()
        self._lend_officers()

    def _communes_of(self) -> dict[int, list[Area]]:
        communes = defaultdict(list)
        for area in self.old.values():
            if area.level == Area.Level.COMMUNE and area.parent_id is not None:
                communes[area.parent_id].append(area)
        return communes

    def _main(self, area: Area) -> str:
        try:
            return became()[area.code].main
        except KeyError:
            raise CannotAdopt(f"{area.code} {area.full_name}") from None

    def _seats(self) -> dict[int, str]:
        """Return for each district the new commune with most of it, each only once if possible."""
        communes, seats = self._communes_of(), {}
        taken: set[str] = set()
        for area in sorted(self.old.values(), key=lambda one: one.code):
            if area.level != Area.Level.DISTRICT:
                continue
            heirs = Counter(self._main(one) for one in communes[area.pk]) or Counter(
                [self._main(area)]
            )
            ranked = sorted(heirs, key=lambda code: (-heirs[code], code))
            seats[area.pk] = next((code for code in ranked if code not in taken), ranked[0])
            taken.add(seats[area.pk])
        return seats

    def _replace_areas(self) -> None:
        plan = self.plan
        for area in self.old.values():
            if area.level == Area.Level.COMMUNE:
                plan.replaced[area.pk] = self._main(area)
                parts = became()[area.code].parts
                if len(parts) > 1:
                    plan.split[area.pk] = parts
            elif area.level == Area.Level.DISTRICT:
                plan.replaced[area.pk] = self.seats[area.pk]
            elif area.code in provinces_became():
                plan.replaced[area.pk] = provinces_became()[area.code]
            else:
                raise CannotAdopt(f"{area.code} {area.full_name}")

    def _merge_departments(self) -> None:
        """Plan one department for each new province: the one of the province whose name it has."""
        groups = defaultdict(list)
        for one in self._of(Kinds.PROVINCIAL_DEPARTMENT):
            groups[self._area_of(one)].append(one)
        for code, group in groups.items():
            province = self.new[code]
            heir = min(
                group, key=lambda one: (not _keeps_name(self._where(one), province), one.code)
            )
            self._stay(heir, province, self._part_of(heir))
            for one in group:
                if one is not heir:
                    self.plan.merges[one.code] = heir.code

    def _place_the_others(self) -> None:
        """Plan centres in the commune with most of their district, and sites in their new area."""
        for one in self.open.values():
            if one.kind in (Kinds.PROVINCIAL_DEPARTMENT, Kinds.COMMUNE_STATION) or not one.area_id:
                continue
            where = self._where(one)
            is_centre = one.kind == Kinds.DISTRICT_CENTRE
            area = self.new[self._area_of(one)]
            if where.level == Area.Level.DISTRICT and not is_centre and area.parent:
                # The commune is unknown for a site whose area is a district.
                area = self.new[area.parent]
            self._stay(one, area, self._part_of(one))
        closed = Organization.objects.exclude(closed_on=None)
        for code, above in closed.values_list("code", "part_of__code"):
            if above in self.plan.merges:
                self.plan.parts_of_merged[code] = self.plan.merges[above]

    def _arrange_stations(self) -> None:
        """Plan one station per new commune: the one with its name continues, or a new one opens.

        Doses name the station that gave them, so no station is renamed.
        """
        groups = defaultdict(list)
        for one in self._of(Kinds.COMMUNE_STATION):
            groups[self._area_of(one)].append(one)
        for commune in self.new.values():
            if commune.level != Area.Level.COMMUNE:
                continue
            group = groups[commune.code]
            heir = next((one for one in group if _is_called(self._where(one), commune)), None)
            if heir is not None:
                self._stay(heir, commune, self._part_of(heir))
            code = heir.code if heir else self._open(commune, group)
            for one in group:
                if one is not heir and code:
                    self.plan.merges[one.code] = code

    def _open(self, commune: ListedArea, group: list[Organization]) -> str:
        """Plan a station under the centre of most of its predecessors; "" if there is no centre."""
        centres = [self._part_of(one) for one in group] or self._centres_around(commune)
        if not centres:
            return ""
        known = next((one for one in group if one.phone or one.email), None)
        opened = NewStation(
            f"TYT-2025-{commune.code}",
            f"Trạm Y tế {commune.full_name}",
            f"TYT {commune.full_name}",
            commune.code,
            _most_common(centres),
            known.phone if known else "",
            known.email if known else "",
        )
        self.plan.opens.append(opened)
        return opened.code

    def _centres_around(self, commune: ListedArea) -> list[str]:
        """Return the centres of stations that gave a part to this commune, such as an island."""
        found = [
            self._part_of(one)
            for one in self._of(Kinds.COMMUNE_STATION)
            if commune.code in self.plan.split.get(one.area_id or 0, ())
        ]
        islands = {pk for pk, code in self.seats.items() if code == commune.code}
        found += [one.code for one in self._of(Kinds.DISTRICT_CENTRE) if one.area_id in islands]
        return found

    def _lend_officers(self) -> None:
        """Keep the access of a centre's officers to communes that move to another centre."""
        under = {one.code: one.part_of for one in self.plan.stays}
        under |= {one.code: one.part_of for one in self.plan.opens}
        lost = defaultdict(set)
        for one in self._of(Kinds.COMMUNE_STATION):
            heir = self.plan.merges.get(one.code)
            if heir is not None and under[heir] != self._part_of(one):
                lost[one.part_of_id].add(heir)
        above = {one.code: one.part_of for one in self.plan.stays}
        officers = Membership.objects.live().filter(role=Membership.Role.OFFICER)
        held = {
            (user, self.plan.merges.get(code, code))
            for user, code in officers.values_list("user", "organization__code")
        }
        self.plan.lends = sorted(
            {
                LentOfficer(user, station)
                for user, centre in officers.filter(organization__in=lost).values_list(
                    "user", "organization"
                )
                for station in lost[centre]
                if not {
                    (user, code)
                    for code in (station, under[station], above.get(under[station], ""))
                }
                & held
            }
        )

    def _stay(self, one: Organization, area: ListedArea, part_of: str) -> None:
        name, short_name = one.name, one.short_name
        if one.kind == Kinds.PROVINCIAL_DEPARTMENT:
            # Only the name of the largest city includes its rank (build.py).
            old = self._where(one)
            name = name.replace(old.name, area.name)
            short_name = short_name.replace(old.name, area.name)
        self.plan.stays.append(
            KeptOrganization(
                one.code,
                name,
                short_name,
                area.code,
                part_of,
                (name, short_name) != (one.name, one.short_name),
                part_of != self.codes.get(one.part_of_id or 0, ""),
            )
        )

    def _part_of(self, one: Organization) -> str:
        """Return the parent's code: the department, or the one into which it is merged."""
        above = self.codes.get(one.part_of_id or 0, "")
        return self.plan.merges.get(above, above)

    def _of(self, kind: str) -> Iterable[Organization]:
        return (one for one in self.open.values() if one.kind == kind)

    def _where(self, one: Organization) -> Area:
        if one.area_id not in self.old:
            raise CannotAdopt(f"{one.code} {one.name}")
        return self.old[one.area_id]

    def _area_of(self, one: Organization) -> str:
        return self.plan.replaced[self._where(one).pk]


def _keeps_name(old: Area, new: ListedArea) -> bool:
    return search_key(old.name) == search_key(new.name)


def _is_called(old: Area, new: ListedArea) -> bool:
    return old.search_name == new.search_name


def _most_common(codes: list[str]) -> str:
    counts = Counter(codes)
    return min(counts, key=lambda code: (-counts[code], code))
