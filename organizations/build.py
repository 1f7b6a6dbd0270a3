"""Build the tree of organizations from the areas: ministry, departments, centres, stations.

Existing organizations are not changed: their names and contacts may have been corrected by hand.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from django.conf import settings
from django.db import connection, transaction

from organizations.models import REGISTRY_START, Area, Organization
from vaxreg.search import search_key

Kind = Organization.Kind
MINISTRY_CODE = "BYT"
HOTLINE_CODE = "DDN"

# Hospitals with a proper name that gave doses, per province; the district is given where the name
# does not contain it. Every other province gets a general hospital.
HOSPITALS: dict[str, list[tuple[str, str | None]]] = {
    "01": [
        ("Bệnh viện Đa khoa Xanh Pôn", "001"),
        ("Bệnh viện Tim Hà Nội – cơ sở 2", "003"),
        ("Bệnh viện Hữu nghị Việt Đức", "002"),
        ("Bệnh viện Đa khoa Đức Giang", "004"),
        ("Bệnh viện E", "005"),
        ("Bệnh viện Bạch Mai", "006"),
        ("Bệnh viện Nhi Trung ương", "006"),
        ("Bệnh viện Phụ sản Hà Nội", "001"),
        ("Bệnh viện Thanh Nhàn", "007"),
        ("Bệnh viện Đa khoa Hà Đông", "268"),
        ("Bệnh viện Bệnh Nhiệt đới Trung ương", "017"),
    ],
    "31": [("Bệnh viện Hữu nghị Việt Tiệp", None), ("Bệnh viện Đa khoa Kiến An", None)],
    "46": [("Bệnh viện Trung ương Huế", None)],
    "48": [("Bệnh viện Đà Nẵng", None), ("Bệnh viện Phụ sản – Nhi Đà Nẵng", None)],
    "79": [
        ("Bệnh viện Chợ Rẫy", None),
        ("Bệnh viện Nhân dân 115", None),
        ("Bệnh viện Nhân dân Gia Định", None),
        ("Bệnh viện Nguyễn Tri Phương", None),
        ("Bệnh viện Nhi đồng 1", None),
        ("Bệnh viện Bệnh Nhiệt đới Thành phố Hồ Chí Minh", None),
        ("Bệnh viện Đại học Y Dược Thành phố Hồ Chí Minh", None),
    ],
    "92": [
        ("Bệnh viện Đa khoa Thành phố Cần Thơ", None),
        ("Bệnh viện Đa khoa Trung ương Cần Thơ", None),
    ],
}


class PlannedOrganization(NamedTuple):
    """An organization that should exist."""

    code: str
    name: str
    short_name: str
    kind: Kind
    part_of: str | None
    area: int | None
    phone: str = ""


# The trigger of migration 0002 writes the paths.
MERGE = """
    INSERT INTO organizations_organization
           (public_id, code, name, short_name, kind, part_of_id, area_id, phone, email,
            search_name, opened_on)
    SELECT gen_random_uuid(), p.code, p.name, p.short_name, p.kind, above.id, p.area, p.phone, '',
           p.search_name, %s
      FROM organization_plan p
      LEFT JOIN organizations_organization above ON above.code = p.part_of
     WHERE NOT EXISTS (SELECT FROM organizations_organization o WHERE o.code = p.code)
"""


@transaction.atomic
def build_organizations() -> int:
    """Add every missing organization, level by level; return how many were added.

    This is the tree of 2021: when the areas of July 2025 are in force, nothing is added.
    """
    if Area.objects.filter(valid_from__gt=REGISTRY_START).exists():
        return 0
    areas = {area.code: area for area in Area.objects.filter(valid_to=None)}
    levels = [
        [_ministry()],
        [_hotline(), *_departments(areas.values())],
        [*_centres(areas.values()), *_sites(areas)],
        _stations(areas.values()),
    ]
    return sum(_add(level) for level in levels)


def _add(plans: Iterable[PlannedOrganization]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            """CREATE TEMPORARY TABLE organization_plan (code text, name text, short_name text,
               kind text, part_of text, area bigint, phone text, search_name text)
               ON COMMIT DROP"""
        )
        with cursor.copy("COPY organization_plan FROM STDIN") as copy:
            for plan in plans:
                copy.write_row((*plan, search_key(plan.name)))
        cursor.execute(MERGE, [REGISTRY_START])
        added: int = cursor.rowcount
        cursor.execute("DROP TABLE organization_plan")
    return added


def _ministry() -> PlannedOrganization:
    return PlannedOrganization(MINISTRY_CODE, "Bộ Y tế", "", Kind.MINISTRY, None, None)


def _hotline() -> PlannedOrganization:
    return PlannedOrganization(
        HOTLINE_CODE,
        f"Đường dây nóng tiêm chủng {settings.HOTLINE_DISPLAY}",
        f"Đường dây nóng {settings.HOTLINE_DISPLAY}",
        Kind.HOTLINE,
        MINISTRY_CODE,
        None,
        settings.HOTLINE_TEL,
    )


def _departments(areas: Iterable[Area]) -> Iterator[PlannedOrganization]:
    for area in _of_level(areas, Area.Level.PROVINCE):
        # The city is always named with its rank, to distinguish it from the person.
        name = area.full_name if area.code == "79" else area.name
        yield PlannedOrganization(
            f"SYT-{area.code}",
            f"Sở Y tế {name}",
            f"Sở Y tế {area.name}",
            Kind.PROVINCIAL_DEPARTMENT,
            MINISTRY_CODE,
            area.pk,
        )


def _centres(areas: Iterable[Area]) -> Iterator[PlannedOrganization]:
    for area in _of_level(areas, Area.Level.DISTRICT):
        yield PlannedOrganization(
            f"TTYT-{area.code}",
            f"Trung tâm Y tế {area.full_name}",
            f"TTYT {area.full_name}",
            Kind.DISTRICT_CENTRE,
            f"SYT-{_parent_code(area)}",
            area.pk,
        )


def _stations(areas: Iterable[Area]) -> Iterator[PlannedOrganization]:
    for area in _of_level(areas, Area.Level.COMMUNE):
        yield PlannedOrganization(
            f"TYT-{area.code}",
            f"Trạm Y tế {area.full_name}",
            f"TYT {area.full_name}",
            Kind.COMMUNE_STATION,
            f"TTYT-{_parent_code(area)}",
            area.pk,
        )


def _sites(areas: dict[str, Area]) -> Iterator[PlannedOrganization]:
    for area in _of_level(areas.values(), Area.Level.PROVINCE):
        department = f"SYT-{area.code}"
        place = area.full_name[0].lower() + area.full_name[1:]
        yield PlannedOrganization(
            f"CDC-{area.code}",
            f"Trung tâm Kiểm soát bệnh tật {place}",
            f"CDC {area.name}",
            Kind.SITE,
            department,
            area.pk,
        )
        known = HOSPITALS.get(area.code, [(f"Bệnh viện Đa khoa {place}", None)])
        for number, (name, district) in enumerate(known, start=1):
            yield PlannedOrganization(
                f"BV-{area.code}-{number:02}",
                name,
                name.replace("Bệnh viện", "BV", 1),
                Kind.HOSPITAL,
                department,
                areas[district].pk if district in areas else area.pk,
            )


def _of_level(areas: Iterable[Area], level: Area.Level) -> Iterator[Area]:
    return (area for area in areas if area.level == level)


def _parent_code(area: Area) -> str:
    return area.path.split("/")[-3]
