"""Finds the people of rows: who is on record, who may be, and whom nobody knows. Set-based.

The staged rows of one chunk stand in a temporary table, which no crash leaves behind. A row joins a
record by the one safe rule (`matching.joining`), and by an exact number that is on record with the
same name and date of birth. Whatever is only near is for a person to decide.
"""

from collections.abc import Callable, Mapping

from django.db.backends.utils import CursorWrapper

from matching.features import PersonFacts
from matching.online import likely_of_many

MOST_CANDIDATES = 5

# What a record must say to be the one: as `joining.record_to_join`, for all rows of the chunk.
JOIN = """
WITH numbered AS MATERIALIZED (
    SELECT staged.line, coalesce(person.merged_into_id, person.id) AS whole,
           NOT staged.is_bare AND NOT feature.is_bare
           AND feature.name_marked = staged.name_marked
           AND staged.birth_precision = 'day' AND feature.birth_precision = 'day'
           AND feature.born_digits = staged.born_digits
           AND (document.is_proven OR person.provenance <> 'self_declared') AS is_same
      FROM staged_dose staged
      JOIN citizens_identitydocument document
        ON document.number_hash = ANY(staged.number_hashes) AND document.withdrawn_at IS NULL
      JOIN citizens_citizen person ON person.id = document.citizen_id
      LEFT JOIN matching_matchfeature feature ON feature.citizen_id = person.id
     WHERE staged.verdict = 'new'
), people AS (
    SELECT line, array_agg(DISTINCT whole) FILTER (WHERE is_same) AS same,
           array_agg(DISTINCT whole) AS near
      FROM numbered GROUP BY line
)
UPDATE staged_dose staged
   SET citizen_id = CASE WHEN cardinality(people.same) = 1 THEN people.same[1] END,
       joined = CASE WHEN cardinality(people.same) = 1 THEN %(joined)s ELSE '' END,
       candidates = CASE WHEN cardinality(people.same) = 1 THEN '{}' ELSE people.near END
  FROM people WHERE people.line = staged.line
"""
UNKNOWN = """
SELECT min(line), person_key FROM staged_dose
 WHERE verdict = 'new' AND citizen_id IS NULL AND candidates = '{}' GROUP BY person_key
"""
LIKELY = """
UPDATE staged_dose staged SET candidates = likely.candidates::bigint[]
  FROM unnest(%(keys)s::bigint[], %(candidates)s::text[]) AS likely (person_key, candidates)
 WHERE staged.person_key = likely.person_key AND staged.citizen_id IS NULL
"""
# Nobody found: a new record. Somebody near: a person decides.
SETTLE = """
UPDATE staged_dose
   SET joined = CASE WHEN candidates = '{}' THEN 'new' ELSE '' END,
       verdict = CASE WHEN candidates = '{}' THEN 'new' ELSE 'decide' END,
       findings = CASE WHEN candidates = '{}' THEN findings
                       ELSE findings || '{full_name|near|}'::text[] END
 WHERE verdict = 'new' AND citizen_id IS NULL
"""


def match(
    cursor: CursorWrapper, facts_of: Callable[[int], PersonFacts], *, joined: str
) -> Mapping[int, list[int]]:
    """Find the people of the staged rows; return the candidates that were looked up, by person.

    facts_of: the person of a staged line. joined: how rows join by an exact number.
    """
    cursor.execute(JOIN, {"joined": joined})
    cursor.execute(UNKNOWN)
    unknown = cursor.fetchall()
    likely = likely_of_many([facts_of(line) for line, _person_key in unknown])
    found = {
        person_key: records[:MOST_CANDIDATES]
        for (_line, person_key), records in zip(unknown, likely, strict=True)
        if records
    }
    if found:
        arrays = ["{" + ",".join(map(str, one)) + "}" for one in found.values()]
        cursor.execute(LIKELY, {"keys": list(found), "candidates": arrays})
    cursor.execute(SETTLE)
    return found
