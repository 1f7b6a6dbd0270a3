"""Compares rows whose person is known with the doses on record, and with each other. Set-based."""

from collections.abc import Mapping
from typing import Any

from django.db.backends.utils import CursorWrapper

# {rows}: a condition for the rows of {table} that are judged. Look-ups row by row, by two indexes:
# the planner knows nothing of how many doses a person has.
HELD = """
UPDATE {table} judged
   SET verdict = CASE WHEN same.organization_id = %(organization)s
                           AND ((same.kind, same.ordinal) <> (judged.kind, judged.ordinal)
                                OR judged.lot NOT IN ('', same.lot)) THEN 'update'
                      ELSE 'on_record' END,
       dose_id = same.id,
       findings = judged.findings
           || CASE WHEN same.organization_id <> %(organization)s
                   THEN '{{given_on|elsewhere|}}'::text[] ELSE '{{}}' END
  FROM {table} asked
  CROSS JOIN LATERAL (
      SELECT (array_agg(dose.id ORDER BY dose.organization_id = %(organization)s DESC, dose.id))[1]
                 AS same
        FROM (SELECT asked.citizen_id AS id UNION ALL
              SELECT person.id FROM citizens_citizen person
               WHERE person.merged_into_id = asked.citizen_id) part
        JOIN doses_dose dose ON dose.citizen_id = part.id AND dose.status = 'completed'
             AND dose.vaccine_id = asked.vaccine_id AND dose.given_on = asked.given_on
  ) held
  JOIN doses_dose same ON same.id = held.same
 WHERE judged.ctid = asked.ctid AND {rows} AND asked.verdict = 'new'
       AND asked.citizen_id IS NOT NULL
"""
# Nobody enters doses for themselves or their family.
OWN = """
UPDATE {table} asked SET verdict = 'error', joined = '', citizen_id = NULL,
       findings = findings || '{{full_name|own|}}'::text[]
 WHERE {rows} AND asked.citizen_id IN (SELECT citizens_own_or_family(%(user)s))
"""
# The first of several rows that say the same is written. A person's number is the person's alone.
IN_FILE = """
WITH same AS (
    SELECT id, line, revision, first_value(line) OVER (
               PARTITION BY citizen_id, CASE WHEN citizen_id IS NULL THEN person_key END,
                            vaccine_id, given_on ORDER BY revision = 0, line) AS first
      FROM recording_importedrow
     WHERE dose_import_id = %(import)s AND verdict IN ('new', 'update', 'decide')
)
UPDATE recording_importedrow judged
   SET verdict = 'error', findings = findings || ARRAY['line|duplicate|' || same.first]
  FROM same WHERE judged.id = same.id AND same.line <> same.first AND same.revision = 0
"""
TWO_PEOPLE = """
WITH numbered AS (
    SELECT id, line, person_key,
           first_value(person_key) OVER whole AS first_key, first_value(line) OVER whole AS first
      FROM recording_importedrow
     WHERE dose_import_id = %(import)s AND verdict = 'new' AND joined = 'new'
           AND number_hash IS NOT NULL
    WINDOW whole AS (PARTITION BY number_hash ORDER BY line)
)
UPDATE recording_importedrow judged
   SET verdict = 'error', findings = findings || ARRAY['id_number|two_people|' || numbered.first]
  FROM numbered WHERE judged.id = numbered.id AND numbered.person_key <> numbered.first_key
       AND judged.revision = 0
"""
COUNTS = """
SELECT verdict, (has_warning OR doubts <> '[]') AND verdict IN ('new', 'update'), count(*)
  FROM recording_importedrow WHERE dose_import_id = %(import)s GROUP BY 1, 2
"""


def judge_staged(cursor: CursorWrapper, organization: int, user: int) -> None:
    """Judge the staged rows of a chunk; `user` is who has sent the file."""
    _judge(cursor, "staged_dose", "true", {"organization": organization, "user": user})


def judge_person(
    cursor: CursorWrapper, dose_import: int, person_key: int, organization: int, user: int
) -> None:
    """Judge the rows of one person again, after somebody has decided whose they are."""
    rows = (
        "asked.dose_import_id = %(import)s AND asked.person_key = %(person)s AND asked.revision = 0"
    )
    values = {
        "import": dose_import,
        "person": person_key,
        "organization": organization,
        "user": user,
    }
    _judge(cursor, "recording_importedrow", rows, values)


def _judge(cursor: CursorWrapper, table: str, rows: str, values: Mapping[str, Any]) -> None:
    cursor.execute(OWN.format(table=table, rows=rows), values)
    cursor.execute(HELD.format(table=table, rows=rows), values)


def judge_file(cursor: CursorWrapper, dose_import: int) -> None:
    """Compare the rows of a whole file with each other."""
    cursor.execute(IN_FILE, {"import": dose_import})
    cursor.execute(TWO_PEOPLE, {"import": dose_import})


def counts(cursor: CursorWrapper, dose_import: int) -> dict[str, int]:
    """Return the number of rows by verdict, and under "warning" those to be written with one."""
    cursor.execute(COUNTS, {"import": dose_import})
    found: dict[str, int] = {}
    for verdict, is_warned, number in cursor.fetchall():
        found[verdict] = found.get(verdict, 0) + number
        if is_warned:
            found["warning"] = found.get("warning", 0) + number
    return found
