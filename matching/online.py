"""Records that may be a person's, while somebody types: the model as one SQL query.

It gives the weights that Splink gives (`tests/matching/test_same_weights.py` compares them), by one
index look-up for each key of the person.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.db import connection

from matching.current import current
from matching.features import PersonFacts, features_of
from matching.levels import COMPARISONS, READ, Comparison
from matching.model import Model
from vaxreg.database.base import prepared_cursor

MOST = 20
# A record's own columns with the ending _r, what was typed with the ending _l.
TYPES = {
    "is_bare": "boolean",
    "numbers": "bigint[]",
    "number_near": "bigint[]",
    "number_tens": "bigint[]",
    "number_kinds": "smallint",
    "phones": "bigint[]",
    "commune": "bigint",
    "sites": "bigint[]",
}
QUERY = """
WITH pair AS MATERIALIZED (
    SELECT citizen_id, whole, %(name_bits)s::float8 AS name_bits_l,
           %(is_known)s::boolean AS given_is_known_l,
           given = ANY(%(known)s::text[]) AS given_is_known_r, {columns}
      FROM {source} AS sharing (citizen_id)
      JOIN matching_matchfeature USING (citizen_id)
     WHERE whole <> %(without)s
), level AS MATERIALIZED (
    SELECT citizen_id, whole, {levels} FROM pair
), scored AS (
    SELECT *, %(prior)s::float8 + {weights} AS weight FROM level
), best AS (
    SELECT DISTINCT ON (whole) * FROM scored WHERE weight >= %(least)s
     ORDER BY whole, weight DESC, citizen_id
)
SELECT whole, weight, {fields} FROM best ORDER BY weight DESC, whole LIMIT %(most)s
"""
# Whom the first query looks at: whoever has a key in common, or people who are known already.
SHARING = "matching_sharing(%(keys)s::bigint[])"
AMONG = "unnest(%(among)s::bigint[])"
# The same for many people at once: planned once, where a look-up spends most of its time.
MANY = """
WITH asked AS MATERIALIZED (
    SELECT * FROM jsonb_to_recordset(%(asked)s::jsonb)
        AS asked (person integer, name_bits float8, is_known boolean, keys bigint[], {typed})
), pair AS MATERIALIZED (
    SELECT asked.person, feature.citizen_id, feature.whole, asked.name_bits AS name_bits_l,
           asked.is_known AS given_is_known_l,
           feature.given = ANY(%(known)s::text[]) AS given_is_known_r, {columns}
      FROM asked CROSS JOIN LATERAL matching_sharing(asked.keys) AS sharing (citizen_id)
      JOIN matching_matchfeature feature ON feature.citizen_id = sharing.citizen_id
), level AS MATERIALIZED (
    SELECT person, citizen_id, whole, {levels} FROM pair
), scored AS (
    SELECT *, %(prior)s::float8 + {weights} AS weight FROM level
)
SELECT person, whole, max(weight) FROM scored WHERE weight >= %(least)s GROUP BY person, whole
 ORDER BY person, max(weight) DESC, whole
"""


@dataclass(frozen=True)
class Likely:
    """A record that may be the person's.

    citizen: id of the kept record. weight: bits; above 0 it is more likely than not. evidence: for
    each field its level and the level's weight, as in `MatchPair.evidence`.
    """

    citizen: int
    weight: float
    evidence: dict[str, tuple[str, float]]


def likely_records(
    facts: PersonFacts,
    *,
    least: float | None = None,
    most: int = MOST,
    without: int = 0,
    among: Sequence[int] | None = None,
) -> list[Likely]:
    """Return the records that may be this person's, the likeliest first.

    least: the least weight, in place of the model's threshold for look-ups. without: id of a record
    (the kept one) that is left out, as when its other records are looked for. among: ids of the
    records that are compared, whatever they have in common; None for the whole registry.
    """
    model = current()
    made = features_of(facts, every_key=True)
    if not (made.keys if among is None else among):
        return []
    known = _known(model)
    values: dict[str, Any] = {
        **{name: getattr(made, name) for name in READ},
        "name_bits": model.bits_of_name(made.name_plain),
        "is_known": made.given in known,
        "known": _as_array(model),
        "keys": made.keys,
        "among": None if among is None else list(among),
        "without": without,
        "prior": model.prior,
        "least": model.threshold("online") if least is None else least,
        "most": most,
    }
    with prepared_cursor() as cursor:
        cursor.execute(_query(model, SHARING if among is None else AMONG), values)
        rows = cursor.fetchall()
    return [
        Likely(whole, weight, dict(_evidence(model, levels))) for whole, weight, *levels in rows
    ]


def likely_of_many(people: Sequence[PersonFacts]) -> list[list[int]]:
    """Return for each person the ids of the records that `likely_records` gives, in one query."""
    model = current()
    known = _known(model)
    asked = []
    for number, facts in enumerate(people):
        made = features_of(facts, every_key=True)
        if made.keys:
            asked.append(
                {
                    **{name: getattr(made, name) for name in READ},
                    "person": number,
                    "name_bits": model.bits_of_name(made.name_plain),
                    "is_known": made.given in known,
                    "keys": made.keys,
                }
            )
    values: dict[str, Any] = {
        "asked": json.dumps(asked),
        "known": _as_array(model),
        "prior": model.prior,
        "least": model.threshold("online"),
    }
    found: list[list[int]] = [[] for _person in people]
    with connection.cursor() as cursor:
        cursor.execute(_query_of_many(model), values)
        for number, whole, _weight in cursor.fetchall():
            found[number].append(whole)
    return found


def _evidence(model: Model, levels: list[int]) -> list[tuple[str, tuple[str, float]]]:
    found = []
    for comparison, number in zip(COMPARISONS, levels, strict=True):
        level = comparison.levels[number]
        weight = 0.0 if level.unknown else model.chances(comparison.field, level.name).weight
        found.append((comparison.field, (level.name, weight)))
    return found


@lru_cache(maxsize=4)
def _known(model: Model) -> frozenset[str]:
    return frozenset(model.known_names())


@lru_cache(maxsize=4)
def _as_array(model: Model) -> str:
    """Return the known names as PostgreSQL writes an array: some hundred values are slow to send."""
    return (
        "{" + ",".join(json.dumps(name, ensure_ascii=False) for name in sorted(_known(model))) + "}"
    )


@lru_cache(maxsize=4)
def _query(model: Model, source: str) -> str:
    """Compile the model: for each comparison the number of its level, and that level's weight."""
    return QUERY.format(
        source=source,
        columns=", ".join(
            f"%({name})s::{TYPES.get(name, 'text')} AS {name}_l, {name} AS {name}_r"
            for name in READ
        ),
        levels=", ".join(f"{_level(one)} AS {one.field}" for one in COMPARISONS),
        weights=" + ".join(_weight(model, one) for one in COMPARISONS),
        fields=", ".join(one.field for one in COMPARISONS),
    )


@lru_cache(maxsize=4)
def _query_of_many(model: Model) -> str:
    return MANY.format(
        typed=", ".join(f"{name} {TYPES.get(name, 'text')}" for name in READ),
        columns=", ".join(f"asked.{name} AS {name}_l, feature.{name} AS {name}_r" for name in READ),
        levels=", ".join(f"{_level(one)} AS {one.field}" for one in COMPARISONS),
        weights=" + ".join(_weight(model, one) for one in COMPARISONS),
    )


def _level(comparison: Comparison) -> str:
    cases = " ".join(
        f"WHEN {level.condition} THEN {number}" for number, level in enumerate(comparison.levels)
    )
    return f"CASE {cases} END"


def _weight(model: Model, comparison: Comparison) -> str:
    cases = " ".join(
        f"WHEN {number} THEN {model.chances(comparison.field, level.name).weight!r}"
        for number, level in enumerate(comparison.levels)
        if not level.unknown
    )
    return f"CASE {comparison.field} {cases} ELSE 0 END::float8"
