"""Counts in the registry how often two people agree in place by chance."""

import duckdb

from matching.model import Calibration

# Pairs of records that share a value, each counted once, over all pairs. What is unknown counts
# as a pair too: the levels of places are compared with the whole.
SHARED = (
    "SELECT coalesce(sum(n * (n - 1.0)) / 2, 0)"
    " FROM (SELECT count(*) AS n FROM ({values}) GROUP BY {columns})"
)
PHONES = "SELECT unnest(phones) AS phone, commune FROM record"
COMMUNES = "SELECT commune FROM record WHERE commune IS NOT NULL"
DISTRICTS = "SELECT district FROM record WHERE district <> ''"
SITES = "SELECT unnest(sites) AS site FROM record"
LEAST = 1e-9


def calibrate(here: duckdb.DuckDBPyConnection) -> Calibration:
    """Count the pairs that agree by chance; `record` must be loaded.

    Two records of one person are counted as well; among millions of people they are too few to
    matter, as a phone is shared by a family and a commune by thousands.
    """
    people = _number(here, "SELECT count(*) FROM record")
    pairs = max(people * (people - 1) / 2, 1)
    phone = _shared(here, PHONES, "phone")
    both = _shared(here, f"SELECT * FROM ({PHONES}) WHERE commune IS NOT NULL", "phone, commune")
    commune = _shared(here, COMMUNES, "commune")
    district = _shared(here, DISTRICTS, "district")
    site = _shared(here, SITES, "site")
    counted = {
        "phone_commune": both,
        "phone": phone - both,
        "commune": commune - both,
        # Most people who were vaccinated at one site live in one commune.
        "site": max(site - commune, commune * 0.2),
        "district": max(district - commune, district * 0.1),
    }
    place = {level: max(number / pairs, LEAST) for level, number in counted.items()}
    place["differs"] = max(1 - sum(place.values()), 0.05)
    return Calibration(people=int(people), place=place)


def _shared(here: duckdb.DuckDBPyConnection, values: str, columns: str) -> float:
    return _number(here, SHARED.format(values=values, columns=columns))


def _number(here: duckdb.DuckDBPyConnection, statement: str) -> float:
    found = here.execute(statement).fetchone()
    return float(found[0]) if found else 0.0
