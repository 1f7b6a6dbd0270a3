"""Writes the rows of a checked file into the register, chunk by chunk, each in one transaction."""

from collections.abc import Mapping
from typing import Any

from django.db import connection
from django.db.backends.utils import CursorWrapper

from citizens import actions as citizen_actions
from citizens.models import Citizen, Sex
from doses import bulk
from doses.bulk import Trace, WrittenDose
from doses.later import as_array
from doses.models import Dose
from matching.joining import PROVEN
from recording.imports.models import DoseImport, ImportedRow
from vaxreg import db_time
from vaxreg.typed.birth_dates import BirthDate

CHUNK = 5_000
# Facts of a dose that a row gives, and those that an update may change.
FACTS = (
    *("vaccine_id", "given_on", "organization_id", "lot", "kind", "ordinal"),
    *("venue", "given_time", "given_by", "session_id"),
)
UPDATED = ("lot", "kind", "ordinal")
NEXT = """
SELECT count(*), max(line) FROM (
    SELECT line FROM recording_importedrow
     WHERE dose_import_id = %(import)s AND line > %(last)s ORDER BY line LIMIT %(chunk)s
) AS chunk
"""
# The rows of the chunk, found by their lines (OFFSET): without statistics of a new file the planner
# would read all rows of the import that are to be written, for each chunk again.
CHUNK_ROWS = """(SELECT * FROM recording_importedrow
         WHERE dose_import_id = %(import)s AND line > %(last)s AND line <= %(until)s OFFSET 0)"""
# Somebody has started a record with this number since the trial: it is not started again.
APPEARED = f"""
UPDATE recording_importedrow row
   SET verdict = 'decide', joined = '', candidates = found.people,
       findings = findings || '{{full_name|appeared|}}'::text[]
  FROM (SELECT row.id, array_agg(DISTINCT coalesce(person.merged_into_id, person.id)) AS people
          FROM {CHUNK_ROWS} row
          JOIN citizens_identitydocument document
            ON document.number_hash = row.number_hash AND document.withdrawn_at IS NULL
          JOIN citizens_citizen person ON person.id = document.citizen_id
         WHERE row.verdict = 'new' AND row.joined = 'new' AND row.citizen_id IS NULL
           AND NOT coalesce(person.merged_into_id, person.id) = ANY(row.candidates)
         GROUP BY row.id) found
 WHERE row.id = found.id
"""  # noqa: S608 — no values
# The first row of each new person.
NEW_PEOPLE = f"""
SELECT DISTINCT ON (person_key) id FROM {CHUNK_ROWS} row
 WHERE verdict = 'new' AND joined = 'new' AND citizen_id IS NULL ORDER BY person_key, line
"""  # noqa: S608 — no values
STARTED = """
UPDATE recording_importedrow row SET citizen_id = started.citizen
  FROM unnest(%(keys)s::bigint[], %(citizens)s::bigint[]) AS started (person_key, citizen)
 WHERE row.dose_import_id = %(import)s AND row.verdict IN ('new', 'update')
       AND coalesce(row.citizen_id, row.person_key) = started.person_key
       AND row.joined = 'new' AND row.citizen_id IS NULL
"""
# The session of a dose: the only one that the site held on that day, or at that venue.
NEW_DOSES = f"""
SELECT asked.id AS row, coalesce(whole.merged_into_id, whole.id) AS citizen_id, asked.vaccine_id,
       asked.given_on, %(organization)s::bigint AS organization_id, asked.lot, asked.kind,
       asked.ordinal, coalesce(nullif(asked.venue, ''), held.venue, '') AS venue, asked.given_time,
       asked.given_by, held.id AS session_id
  FROM {CHUNK_ROWS} asked JOIN citizens_citizen whole ON whole.id = asked.citizen_id
  LEFT JOIN LATERAL (
       SELECT min(id) AS id, min(venue) AS venue FROM doses_vaccinationsession session
        WHERE session.organization_id = %(organization)s AND session.on = asked.given_on
              AND session.status <> 'cancelled'
              AND asked.venue IN ('', session.venue)
       HAVING count(*) = 1) held ON true
 WHERE asked.verdict = 'new' AND asked.revision = 0
"""  # noqa: S608 — no values
# An empty cell changes nothing.
UPDATES = f"""
SELECT asked.id AS row, dose.id AS dose_id, dose.revision,
       coalesce(nullif(asked.lot, ''), dose.lot) AS lot, asked.kind, asked.ordinal
  FROM {CHUNK_ROWS} asked JOIN doses_dose dose ON dose.id = asked.dose_id
 WHERE asked.verdict = 'update' AND asked.revision = 0
       AND dose.status = 'completed'
"""  # noqa: S608 — no values
WRITTEN = """
UPDATE recording_importedrow row SET dose_id = written.dose, revision = written.revision
  FROM unnest(%(rows)s::bigint[], %(doses)s::bigint[], %(revisions)s::smallint[])
       AS written (id, dose, revision)
 WHERE row.id = written.id
"""
LEFT = """
SELECT id AS row, dose_id, revision, doubts FROM recording_importedrow
 WHERE id = ANY(%(rows)s::bigint[]) AND doubts <> '[]'
"""
# Recorded meanwhile by somebody else, or changed: the row wrote nothing.
NOT_WRITTEN = f"""
UPDATE recording_importedrow row SET verdict = 'on_record',
       findings = row.findings || '{{given_on|meanwhile|}}'::text[]
  FROM {CHUNK_ROWS} asked
 WHERE row.id = asked.id AND asked.verdict IN ('new', 'update') AND asked.revision = 0
"""  # noqa: S608 — no values


def next_chunk(dose_import: DoseImport, size: int = 0) -> int:
    """Write the next rows, CHUNK or `size`; return how many were looked at. Call it in a transaction.

    Changes done and last_line of the import, which the caller has locked and saves.
    """
    with connection.cursor() as cursor:
        values = {"import": dose_import.pk, "last": dose_import.last_line, "chunk": size or CHUNK}
        cursor.execute(NEXT, values)
        number, until = cursor.fetchone()
        if not number:
            return 0
        values |= {"until": until, "organization": dose_import.organization_id}
        cursor.execute(APPEARED, values)
        _start_records(cursor, dose_import, values)
        trace = Trace(dose_import.applied_by, dose_import.organization, why(dose_import))
        written = bulk.record_many(
            NEW_DOSES,
            values,
            facts=FACTS,
            provenance=Dose.Provenance.BACK_ENTRY,
            trace=trace,
        )
        written += bulk.revise_many(UPDATES, values, facts=UPDATED, trace=trace)
        note(cursor, written)
        rows = as_array([one.row for one in written])
        bulk.leave_many(LEFT, {"rows": rows}, by=dose_import.applied_by)
        cursor.execute(NOT_WRITTEN, values)
    dose_import.done += number
    dose_import.last_line = until
    return int(number)


def leave_next_out(dose_import: DoseImport) -> None:
    """Leave out the next row, which the database has refused for a reason that no check knows."""
    rows = dose_import.rows.filter(line__gt=dose_import.last_line)
    row = rows.order_by("line")[0]
    row.verdict = ImportedRow.Verdict.ERROR
    row.findings = [*row.findings, "line|refused|"]
    row.save(update_fields=["verdict", "findings"])
    dose_import.done += 1
    dose_import.last_line = row.line


def why(dose_import: DoseImport) -> str:
    """Return what a revision says about its source, in the language of the authorities."""
    return f"Nhập hồi cứu từ tệp {dose_import.file_name}"


def note(cursor: CursorWrapper, written: list[WrittenDose]) -> None:
    """Note at each row the dose and the revision that it wrote."""
    values = {
        "rows": as_array([one.row for one in written]),
        "doses": as_array([one.dose for one in written]),
        "revisions": as_array([one.revision for one in written]),
    }
    cursor.execute(WRITTEN, values)


def _start_records(
    cursor: CursorWrapper, dose_import: DoseImport, values: Mapping[str, Any]
) -> None:
    """Start the records of new people in the chunk; rows of the same person further on know it."""
    cursor.execute(NEW_PEOPLE, values)
    found = [pk for (pk,) in cursor.fetchall()]
    if not found:
        return
    people = list(ImportedRow.objects.filter(pk__in=found).order_by("person_key"))
    proven = {one.number_hash for one in people if is_proven(dose_import, one)}
    now = db_time.now()
    started = citizen_actions.start_many(
        [
            Citizen(
                full_name=one.full_name,
                **_born(one).columns,
                sex=one.sex or Sex.UNKNOWN,
                id_number=one.number,
                id_number_proven=one.number_hash in proven,
                phone=one.phone,
                area_id=one.area_id,
                provenance=Citizen.Provenance.BACK_ENTRY,
                created_at=now,
            )
            for one in people
        ],
        by=dose_import.applied_by,
        by_organization=dose_import.organization,
        why=why(dose_import),
    )
    cursor.execute(
        STARTED,
        {
            "import": dose_import.pk,
            "keys": [one.person_key for one in people],
            "citizens": [one.pk for one in started],
        },
    )


def is_proven(dose_import: DoseImport, row: ImportedRow) -> bool:
    """Whether the number of a new person counts as proven: read off a card, and near nobody's."""
    return dose_import.number_proof in PROVEN and not row.candidates and bool(row.number)


def _born(row: ImportedRow) -> BirthDate:
    if row.date_of_birth is None:
        raise ValueError("a row without a date of birth is an error")
    return BirthDate(row.date_of_birth, row.birth_precision)
