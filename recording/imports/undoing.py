"""Takes an import back as a whole: its doses are marked as entered in error, updates are reverted.

Refused when anything rests on one of its doses. Records that it started stay, without doses: the
register deletes nobody.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import connection, transaction

from doses import bulk
from doses.announcements import rested_on
from doses.bulk import Trace
from doses.models import Dose
from recording.imports import applying
from recording.imports.models import DoseImport, ImportedRow
from vaxreg import db_time

if TYPE_CHECKING:
    from accounts.models import User

# So many rows are named that something rests on.
MOST_NAMED = 50
WRITES = "row.dose_import_id = %(import)s AND row.revision > 0"
# Changed since, or another dose of the person was recorded later which counts on this one.
BUILT_ON = f"""
SELECT row.id, CASE WHEN dose.revision <> row.revision THEN 'revised' ELSE 'later' END
  FROM recording_importedrow row JOIN doses_dose dose ON dose.id = row.dose_id
 WHERE {WRITES} AND (dose.revision <> row.revision OR EXISTS (
       SELECT FROM doses_dose later
        WHERE later.citizen_id = dose.citizen_id AND later.status = 'completed'
          AND later.given_on > dose.given_on AND later.recorded_at > %(applied)s
          AND NOT EXISTS (SELECT FROM recording_importedrow own
                           WHERE own.dose_import_id = %(import)s AND own.dose_id = later.id)))
 ORDER BY row.line
"""  # noqa: S608 — no values
NEW_DOSES = f"""
SELECT row.id AS row, row.dose_id, row.revision, %(status)s::varchar AS status
  FROM recording_importedrow row WHERE {WRITES} AND row.verdict = 'new'
"""  # noqa: S608 — no values
UPDATES = f"""
SELECT row.id AS row, row.dose_id, row.revision, before.lot, before.kind, before.ordinal
  FROM recording_importedrow row
  JOIN doses_doserevision before
    ON before.dose_id = row.dose_id AND before.number = row.revision - 1
 WHERE {WRITES} AND row.verdict = 'update'
"""  # noqa: S608 — no values


@dataclass(frozen=True)
class Blocker:
    """A row that cannot be taken back, and why: "revised", "later" or "case"."""

    row: ImportedRow
    why: str


@dataclass(frozen=True)
class UndoPreview:
    """What undoing would do: doses marked, updates reverted, records left without this dose."""

    doses: int
    updates: int
    people: int
    blockers: list[Blocker]

    @property
    def is_possible(self) -> bool:
        return not self.blockers


class NotToBeUndone(Exception):
    """Something rests on doses of this import (`preview` names them), or it is not written."""


def preview(dose_import: DoseImport) -> UndoPreview:
    """Return what undoing would do now."""
    written = dose_import.rows.filter(revision__gt=0)
    new = written.filter(verdict=ImportedRow.Verdict.NEW)
    people = new.filter(joined=ImportedRow.Joined.NEW).order_by().values("citizen").distinct()
    return UndoPreview(
        doses=new.count(),
        updates=written.filter(verdict=ImportedRow.Verdict.UPDATE).count(),
        people=people.count(),
        blockers=_blockers(dose_import),
    )


@transaction.atomic
def undo(dose_import: DoseImport, *, by: "User") -> int:
    """Take back all that the import wrote, or nothing; return the number of doses.

    Raises NotToBeUndone.
    """
    dose_import = DoseImport.objects.select_for_update(of=("self",)).get(pk=dose_import.pk)
    if dose_import.state != DoseImport.State.APPLIED:
        raise NotToBeUndone
    written = dose_import.rows.filter(revision__gt=0)
    # Locked before they are looked at: nobody revises one in between.
    ids = list(written.order_by("dose_id").values_list("dose_id", flat=True))
    locked = Dose.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=ids)
    list(locked.order_by("pk").values_list("pk", flat=True))
    if _blockers(dose_import):
        raise NotToBeUndone
    trace = Trace(by, dose_import.organization, f"Hoàn tác. {applying.why(dose_import)}")
    values = {"import": dose_import.pk, "status": Dose.Status.ENTERED_IN_ERROR.value}
    done = bulk.revise_many(NEW_DOSES, values, facts=("status",), trace=trace)
    done += bulk.revise_many(UPDATES, values, facts=applying.UPDATED, trace=trace)
    if len(done) != len(ids):
        raise NotToBeUndone
    dose_import.state = DoseImport.State.UNDONE
    dose_import.ended_by, dose_import.ended_at = by, db_time.now()
    dose_import.save(update_fields=["state", "ended_by", "ended_at"])
    return len(done)


def _blockers(dose_import: DoseImport) -> list[Blocker]:
    with connection.cursor() as cursor:
        values = {"import": dose_import.pk, "applied": dose_import.applied_at}
        cursor.execute(BUILT_ON, values)
        why = dict(cursor.fetchall())
    written = dose_import.rows.filter(revision__gt=0)
    doses = list(written.order_by().values_list("dose_id", flat=True))
    rested = rested_on([dose for dose in doses if dose is not None])
    for pk in written.filter(dose__in=rested).order_by().values_list("pk", flat=True):
        why[pk] = "case"
    rows = dose_import.rows.filter(pk__in=list(why)).order_by("line")[:MOST_NAMED]
    return [Blocker(row, why[row.pk]) for row in rows]
