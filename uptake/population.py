"""The population, the denominator of shares: load it from a table, read it for places."""

import csv
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date

from django.db import transaction
from django.db.models import Q

from organizations.models import Area
from uptake.models import Band, Population
from uptake.places import COMMUNE, homes
from vaxreg.spreadsheets.reading import OLD_FONT, cell_of, clean_code

COLUMNS = ("area_code", "age_band", "people", "source", "as_of")


class NotLoaded(Exception):
    """The table has errors; nothing was stored. `problems` names the row of each."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


@transaction.atomic
def load(lines: Iterable[str]) -> int:
    """Store a CSV table (comma or semicolon), replacing existing rows; return the number of rows.

    One row per area and age band; `area_code` is that of a province, district or commune.
    Raises NotLoaded with all errors; row 1 is the header.
    """
    rows = list(lines)
    heading = rows[0].lstrip("\ufeff") if rows else ""
    reader = csv.DictReader(
        [heading, *rows[1:]], delimiter=";" if heading.count(";") > heading.count(",") else ","
    )
    reader.fieldnames = [clean_code(name) for name in reader.fieldnames or []]
    missing = [name for name in COLUMNS if name not in reader.fieldnames]
    if missing:
        raise NotLoaded([f"row 1: no column {', '.join(missing)}; needed: {', '.join(COLUMNS)}"])
    areas = {
        area.code: area.pk for area in Area.objects.current() if area.path.count("/") <= COMMUNE
    }
    problems: list[str] = []
    read: dict[tuple[int, str], Population] = {}
    for row in reader:
        number = reader.line_num
        if not any(_cell(row, name) for name in COLUMNS):
            continue
        found = list(_mistakes(row, areas))
        if not found:
            one = _row(row, areas)
            if (one.area_id, one.band) in read:
                found = [f"{row['area_code']} {row['age_band']} stands in the table twice"]
            read[one.area_id, one.band] = one
        problems += [f"row {number}: {words}" for words in found]
    if problems or not read:
        raise NotLoaded(problems or ["row 2: there are no rows"])
    Population.objects.bulk_create(
        read.values(),
        update_conflicts=True,
        unique_fields=["area", "band"],
        update_fields=["people", "source", "as_of"],
    )
    return len(read)


def of_places(places: Iterable[str]) -> dict[tuple[str, str], int]:
    """Return the number of residents by (place, band); "" (the country) is not included.

    An area that was replaced counts for its successor of the same level: three provinces become
    the population of the province they were merged into; districts that ended are not counted.
    """
    wanted = set(places)
    rows = list(
        Population.objects.filter(
            Q(area__path__in=wanted) | Q(area__replaced_by__isnull=False)
        ).values_list("area", "area__path", "band", "people")
    )
    now = homes({area for area, _path, _band, _people in rows}, COMMUNE)
    found: Counter[tuple[str, str]] = Counter()
    for area, path, band, people in rows:
        place = now.get(area, "")
        if place in wanted and place.count("/") == path.count("/"):
            found[place, band] += people
    return dict(found)


def _mistakes(row: dict[str, str | None], areas: dict[str, int]) -> Iterator[str]:
    code, band, people, source, as_of = (_cell(row, name) for name in COLUMNS)
    if code not in areas:
        yield f"area_code {code!r} is no province, district or commune of today"
    if band not in Band.values:
        yield f"age_band {band!r} is none of {', '.join(Band.values)}"
    if not (people.isascii() and people.isdigit() and len(people) <= 9):
        yield f"people {people!r} is no whole number; write it without separators"
    if not 0 < len(source) <= 200:
        yield "source must say in at most 200 characters where the figure comes from"
    if cell_of(row.get("source")).form == OLD_FONT:
        yield f"source is typed in an old font, not in Unicode; it may mean {source!r}"
    try:
        date.fromisoformat(as_of)
    except ValueError:
        yield f"as_of {as_of!r} is no date like 2021-12-31"


def _row(row: dict[str, str | None], areas: dict[str, int]) -> Population:
    code, band, people, source, as_of = (_cell(row, name) for name in COLUMNS)
    return Population(
        area_id=areas[code],
        band=band,
        people=int(people),
        source=source,
        as_of=date.fromisoformat(as_of),
    )


def _cell(row: dict[str, str | None], name: str) -> str:
    text = cell_of(row.get(name)).text
    return text if name == "source" else clean_code(text)
