"""Compares rows whose person is known with the doses on record, and with each other. Set-based."""

from collections.abc import Mapping
from typing import Any

from django.db.backends.utils import CursorWrapper

# Two doses so close together are a slip of a day more often than two doses.
CLOSE_DAYS = 14
# {rows}: a table of rows with a WHERE clause for those to be judged.
HELD = """
WITH asked AS MATERIALIZED (
    SELECT line, citizen_id, vaccine_id, given_on, lot, kind, ordinal
      FROM {table} WHERE {rows} AND verdict = 'new' AND citizen_id IS NOT NULL
), part AS (
    SELECT line, citizen_id AS id FROM asked
    UNION ALL
    SELECT asked.line, person.id FROM asked
      JOIN citizens_citizen person ON person.merged_into_id = asked.citizen_id
), held AS MATERIALIZED (
    SELECT part.line, dose.id, dose.vaccine_id, dose.given_on, dose.organization_id, dose.lot,
           dose.kind, dose.ordinal
      FROM part JOIN doses_dose dose ON dose.citizen_id = part.id AND dose.status = 'completed'
), same AS (
    SELECT DISTINCT ON (held.line) held.line, held.id,
           held.organization_id = %(organization)s AS is_here,
           (held.kind, held.ordinal) = (asked.kind, asked.ordinal)
           AND asked.lot IN ('', held.lot) AS is_equal
      FROM held JOIN asked USING (line)
     WHERE held.vaccine_id = asked.vaccine_id AND held.given_on = asked.given_on
     ORDER BY held.line, held.organization_id = %(organization)s DESC, held.id
), around AS (
    SELECT held.line,
           bool_or((held.kind, held.ordinal) = (asked.kind, asked.ordinal)) AS is_taken,
           bool_or(abs(held.given_on - asked.given_on) < %(close)s) AS is_close
      FROM held JOIN asked USING (line)
     WHERE NOT EXISTS (SELECT FROM same WHERE same.line = held.line)
     GROUP BY held.line
)
UPDATE {table} judged
   SET verdict = CASE WHEN same.id IS NULL THEN 'new'
                      WHEN same.is_here AND NOT same.is_equal THEN 'update'
                      ELSE 'on_record' END,
       dose_id = same.id,
       has_warning = judged.has_warning OR coalesce(around.is_taken OR around.is_close, false),
       findings = judged.findings
           || CASE WHEN NOT same.is_here THEN '{{given_on|elsewhere|}}'::text[] ELSE '{{}}' END
           || CASE WHEN around.is_taken THEN '{{position|taken|}}'::text[] ELSE '{{}}' END
           || CASE WHEN around.is_close THEN '{{given_on|close|}}'::text[] ELSE '{{}}' END
  FROM asked LEFT JOIN same USING (line) LEFT JOIN around USING (line)
 WHERE judged.line = asked.line AND {judged} AND (same.line IS NOT NULL OR around.line IS NOT NULL)
"""
# Nobody enters doses for themselves or their family.
OWN = """
UPDATE {table} SET verdict = 'error', joined = '', citizen_id = NULL,
       findings = findings || '{{full_name|own|}}'::text[]
 WHERE {rows} AND citizen_id IN (SELECT citizens_own_or_family(%(user)s))
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
SELECT verdict, has_warning AND verdict IN ('new', 'update'), count(*) FROM recording_importedrow
 WHERE dose_import_id = %(import)s GROUP BY 1, 2
"""


def judge_staged(cursor: CursorWrapper, organization: int, user: int) -> None:
    """Judge the staged rows of a chunk; `user` is who has sent the file."""
    _judge(cursor, "staged_dose", "true", "true", {"organization": organization, "user": user})


def judge_person(
    cursor: CursorWrapper, dose_import: int, person_key: int, organization: int, user: int
) -> None:
    """Judge the rows of one person again, after somebody has decided whose they are."""
    rows = "dose_import_id = %(import)s AND person_key = %(person)s AND revision = 0"
    values = {
        "import": dose_import,
        "person": person_key,
        "organization": organization,
        "user": user,
    }
    judged = "judged.dose_import_id = %(import)s"
    _judge(cursor, "recording_importedrow", rows, judged, values)


def _judge(
    cursor: CursorWrapper, table: str, rows: str, judged: str, values: Mapping[str, Any]
) -> None:
    cursor.execute(OWN.format(table=table, rows=rows), values)
    held = HELD.format(table=table, rows=rows, judged=judged)
    cursor.execute(held, {**values, "close": CLOSE_DAYS})


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
