"""Finds the people of rows: who is on record, who may be, and whom nobody knows. Set-based.

The staged rows of one chunk stand in a temporary table, which no crash leaves behind. A row joins a
record by the one safe rule (`matching.joining`), and by an exact number that is on record with the
same name and date of birth. Whatever is only near is for a person to decide.
"""

from datetime import date

from django.db.backends.utils import CursorWrapper

from matching.features import PersonFacts
from matching.online import likely_of_many
from recording.imports.reading.as_copy import LABEL
from vaxreg.encryption import FIELDS
from vaxreg.typed.birth_dates import BirthDate

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
# The first row of each of them.
UNKNOWN = """
SELECT DISTINCT ON (person_key) person_key, full_name, date_of_birth, birth_precision, sex, number,
       phone
  FROM staged_dose
 WHERE verdict = 'new' AND citizen_id IS NULL AND candidates = '{}' ORDER BY person_key, line
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


def match(cursor: CursorWrapper, *, joined: str) -> None:
    """Find the people of the staged rows. joined: how rows join by an exact number."""
    cursor.execute(JOIN, {"joined": joined})
    cursor.execute(UNKNOWN)
    unknown = cursor.fetchall()
    likely = likely_of_many([_facts(*facts) for _person_key, *facts in unknown])
    found = {
        person_key: records[:MOST_CANDIDATES]
        for (person_key, *_), records in zip(unknown, likely, strict=True)
        if records
    }
    if found:
        arrays = ["{" + ",".join(map(str, one)) + "}" for one in found.values()]
        cursor.execute(LIKELY, {"keys": list(found), "candidates": arrays})
    cursor.execute(SETTLE)


def _facts(
    full_name: str, born: date | None, precision: str, sex: str, number: str | None, phone: str
) -> PersonFacts:
    return PersonFacts(
        full_name=full_name,
        born=BirthDate(born, precision) if born else None,
        sex=sex,
        numbers=[FIELDS.decrypt(number, LABEL)] if number else [],
        phones=[phone] if phone else [],
    )
