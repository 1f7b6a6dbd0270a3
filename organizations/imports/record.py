"""The database rows that an import file refers to, read in a fixed number of queries."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import CharField, F, Func, Q, Value
from django.db.models.functions import Coalesce

from accounts.models import User
from organizations.imports import columns
from organizations.imports.reading import Content
from organizations.imports.verdicts import bare
from organizations.models import Area, Membership, Organization
from organizations.queries import AREA_DESKS

AREA_LENGTHS = (2, 3, 5)


@dataclass
class Record:
    """Database rows that a file may change or refer to, keyed by what the file calls them."""

    by: User
    # Paths of the sub-trees in which the user is an officer.
    tops: list[str]
    organizations: dict[str, Organization]
    # Numeric codes by their form without leading zeros.
    bare_codes: dict[str, list[str]]
    areas: dict[str, Area]
    # Ids of the open desk of an area, by (area id, kind).
    desks: dict[tuple[int, str], int]
    users: dict[str, User]
    works: dict[tuple[int, int], list[Membership]] = field(default_factory=dict)

    # By organization id: parent's code, area path of the parent, path and name of its own area.
    around: dict[int, tuple[str, str, str, str]] = field(default_factory=dict)

    def code_above(self, organization: Organization) -> str:
        """The code of the parent; "" for the ministry."""
        return self.around[organization.pk][0]

    def path_above(self, organization: Organization) -> str:
        """The path of the parent's area, or of its own area if the parent has none."""
        _code, above, own, _name = self.around[organization.pk]
        return above or own

    def path_of_area(self, organization: Organization) -> str:
        """The path of its own area, or ""."""
        return self.around[organization.pk][2]

    def area_name(self, organization: Organization) -> str:
        """The name of its own area, or ""."""
        return self.around[organization.pk][3]

    def reaches(self, organization: Organization) -> bool:
        """Whether the user is an officer of this organization or of one above it."""
        return any(organization.path.startswith(top) for top in self.tops)


def record_of(content: Content, by: User) -> Record:
    """Read from the database what the content of a file refers to."""
    sites = content.tables.get(columns.SITES, [])
    staff = content.tables.get(columns.STAFF, [])
    codes = {row.get(name) for row in sites for name in ("code", "parent")}
    codes |= {row.get("organization") for row in staff}
    organizations, around = _organizations(codes)
    areas = _areas({row.get("area") for row in sites})
    users = {
        str(user.email): user
        for user in User.objects.filter(email__in={row.get("email").lower() for row in staff})
    }
    return Record(
        by=by,
        tops=list(
            Membership.objects.live()
            .of(by)
            .in_roles([Membership.Role.OFFICER])
            .order_by("organization__path")
            .values_list("organization__path", flat=True)
        ),
        organizations=organizations,
        bare_codes=_bare(organizations),
        areas=areas,
        desks=_desks(areas.values()),
        users=users,
        works=_works(users.values()),
        around=around,
    )


def area_codes(text: str) -> list[str]:
    """Return the area codes that a number may mean, with lost leading zeros added."""
    if not (text.isascii() and text.isdigit()):
        return [text]
    return [text.zfill(length) for length in AREA_LENGTHS if len(bare(text)) <= length] or [text]


def _organizations(
    codes: set[str],
) -> tuple[dict[str, Organization], dict[int, tuple[str, str, str, str]]]:
    asked = codes | {code.upper() for code in codes}
    digits = {bare(code) for code in codes if code.isascii() and code.isdigit()}
    wanted = Q(code__in=asked)
    if digits:
        stripped = Func(F("code"), Value("0"), function="ltrim")
        rows = Organization.objects.alias(stripped=stripped)
        wanted |= Q(pk__in=rows.filter(stripped__in=digits, code__regex=r"^[0-9]+$").values("pk"))
    found = Organization.objects.filter(wanted)
    # Plain values: building objects for 20,000 rows would take much longer.
    places = found.values_list(
        "pk",
        Coalesce("part_of__code", Value("")),
        Coalesce("part_of__area__path", Value(""), output_field=CharField()),
        Coalesce("area__path", Value(""), output_field=CharField()),
        Coalesce("area__full_name", Value("")),
    )
    around = {pk: (above, path_above, path, name) for pk, above, path_above, path, name in places}
    return {one.code: one for one in found}, around


def _bare(organizations: Iterable[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for code in organizations:
        if code.isascii() and code.isdigit():
            found[bare(code)].append(code)
    return dict(found)


def _areas(texts: set[str]) -> dict[str, Area]:
    codes = {code for text in texts if text for code in area_codes(text)} | texts
    return {area.code: area for area in Area.objects.current().filter(code__in=codes)}


def _desks(areas: Iterable[Area]) -> dict[tuple[int, str], int]:
    rows = Organization.objects.open().filter(
        area__in=[area.pk for area in areas], kind__in=AREA_DESKS
    )
    return {(area, kind): pk for area, kind, pk in rows.values_list("area", "kind", "pk")}


def _works(users: Iterable[User]) -> dict[tuple[int, int], list[Membership]]:
    found: dict[tuple[int, int], list[Membership]] = defaultdict(list)
    rows = Membership.objects.standing().filter(user__in=[user.pk for user in users])
    for one in rows.order_by("pk"):
        found[one.user_id, one.organization_id].append(one)
    return dict(found)
