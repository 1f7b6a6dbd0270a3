"""The place that counts a person: province, district and commune of their area, as of today."""

from collections.abc import Iterable

from django.db import connection

# Follows areas to those that replaced them (July 2025: 34 provinces, no districts), and cuts the
# path after its third step. UNION instead of UNION ALL, so that a cycle of areas ends.
HOMES = """
    WITH RECURSIVE walk (area_id, path, replaced_by_id) AS (
        SELECT id, path, replaced_by_id FROM organizations_area WHERE {start}
        UNION
        SELECT walk.area_id, next.path, next.replaced_by_id
          FROM walk JOIN organizations_area next ON next.id = walk.replaced_by_id
    )
    SELECT area_id, substring(path FROM '^[^/]*/(?:[^/]*/){{0,2}}') AS place
      FROM walk WHERE replaced_by_id IS NULL
"""
EVERYWHERE = HOMES.format(start="TRUE")
OF_SOME = HOMES.format(start="id = ANY(%s)")


# Steps of the path of a district, and of a commune in it.
DISTRICT, COMMUNE = 2, 3


def homes(areas: Iterable[int], steps: int = DISTRICT) -> dict[int, str]:
    """Return the place of each area: "01/" for a province, "01/003/" for its parts.

    steps: COMMUNE also returns "01/003/00109/" for the communes of a district.
    """
    with connection.cursor() as cursor:
        cursor.execute(OF_SOME, [list(areas)])
        return {area: cut(place, steps) for area, place in cursor.fetchall()}


def cut(place: str, steps: int) -> str:
    """Return the beginning of a path: at most so many steps."""
    return "".join(f"{step}/" for step in place.split("/")[:-1][:steps])
