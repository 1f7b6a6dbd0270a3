"""Takes an act over many doses back as a whole: each dose gets the facts that stood there before.

Refused by name when something builds on one of them: a later change, a case, the same dose recorded
anew. The history keeps both.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import IntegrityError, connection, transaction

from citizens.access import own_or_family_among
from corrections.models import Correction
from doses import bulk
from doses.announcements import rested_on
from doses.bulk import Trace
from doses.models import Dose
from recording.access import require_verified
from review.many_doses import messages, running
from review.many_doses.judging import Verdict
from review.models import DoseChange, ManyChange, ManyChangeDose
from vaxreg import db_time

if TYPE_CHECKING:
    from accounts.models import User

State = ManyChange.State
UNDOABLE = (State.DONE, State.STOPPED)
# So many doses are named that something rests on.
MOST_NAMED = 50
# Facts that the act may have changed, as columns; in this order they are restored.
RESTORED = ("vaccine_id", "given_on", "organization_id", "session_id", "lot")
BEFORE = """
SELECT row.id AS row, row.dose_id, row.written::smallint AS revision, before.vaccine_id,
       before.given_on, before.organization_id, before.session_id, before.lot
  FROM review_manychangedose row
  JOIN doses_doserevision before
    ON before.dose_id = row.dose_id AND before.number = row.written - 1
 WHERE row.change_id = %(change)s AND row.written > 0 AND row.undone = 0
"""
REVISED = """
SELECT row.id FROM review_manychangedose row JOIN doses_dose dose ON dose.id = row.dose_id
 WHERE row.change_id = %(change)s AND row.written > 0 AND dose.revision <> row.written
"""
# The dose as it was stands on the record a second time meanwhile.
TAKEN = f"""
SELECT before.row FROM ({BEFORE}) before JOIN doses_dose dose ON dose.id = before.dose_id
 WHERE EXISTS (
       SELECT FROM doses_dose other
        WHERE other.citizen_id = dose.citizen_id AND other.id <> dose.id
          AND other.status = 'completed' AND other.given_on = before.given_on
          AND other.vaccine_id = before.vaccine_id
          AND other.organization_id = before.organization_id)
"""  # noqa: S608 — no values
NOTED = """
UPDATE review_manychangedose row SET verdict = 'undone', undone = noted.revision
  FROM unnest(%(rows)s::bigint[], %(revisions)s::smallint[]) AS noted (id, revision)
 WHERE row.id = noted.id
"""


@dataclass(frozen=True)
class Blocker:
    """A dose that cannot be taken back, and why: revised, case, waits, taken, or family."""

    row: ManyChangeDose
    why: str


@dataclass(frozen=True)
class UndoPreview:
    """How many doses would get their old facts again, and what stands against it."""

    doses: int
    blockers: Sequence[Blocker]

    @property
    def is_possible(self) -> bool:
        return bool(self.doses) and not self.blockers


class NotToBeUndone(Exception):
    """Something rests on a dose of this act (`preview` names it), or nothing was changed."""


def preview(change: ManyChange, *, by: "User") -> UndoPreview:
    """Return what undoing would do now."""
    return UndoPreview(_written(change), _blockers(change, by))


@transaction.atomic
def undo(change: ManyChange, *, by: "User") -> int:
    """Take back all that the act changed, or nothing; return the number of doses.

    The people are told in the background. Raises NotToBeUndone; PermissionDenied for somebody whose
    identity is not verified.
    """
    require_verified(by)
    try:
        found = running.lock(change, *UNDOABLE)
    except running.WrongState:
        raise NotToBeUndone from None
    ids = list(found.rows.filter(written__gt=0).values_list("dose_id", flat=True))
    # Locked before they are looked at: nobody revises one in between.
    doses = Dose.objects.filter(pk__in=ids).order_by("pk")
    list(doses.select_for_update(of=("self",), no_key=True).values_list("pk", flat=True))
    if not ids or _blockers(found, by):
        raise NotToBeUndone
    trace = Trace(by, found.organization, f"Hoàn tác. {found.why}"[:500])
    try:
        with transaction.atomic():
            done = bulk.revise_many(BEFORE, {"change": found.pk}, facts=RESTORED, trace=trace)
    except IntegrityError:
        raise NotToBeUndone from None
    if len(done) != len(ids):
        raise NotToBeUndone
    with connection.cursor() as cursor:
        values = {"rows": [one.row for one in done], "revisions": [one.revision for one in done]}
        cursor.execute(NOTED, values)
    found.ended_by, found.ended_at = by, db_time.now()
    running.start_undoing(found)
    messages.tell_receiver(found)
    return len(done)


def _written(change: ManyChange) -> int:
    return change.rows.filter(verdict=Verdict.CHANGED).count()


def _blockers(change: ManyChange, by: "User") -> list[Blocker]:
    written = change.rows.filter(written__gt=0)
    doses = dict(written.order_by().values_list("dose_id", "pk"))
    people = dict(written.order_by().values_list("pk", "dose__citizen"))
    rested = rested_on([dose for dose in doses if dose is not None])
    new = written.filter(dose__in=rested, had_case=False)
    cases = Correction.objects.open().filter(dose__in=list(doses)).values("dose")
    waiting = DoseChange.objects.filter(dose__in=list(doses), state=DoseChange.State.WAITING)
    family = own_or_family_among(by, people.values())
    why = {pk: "family" for pk, citizen in people.items() if citizen in family}
    with connection.cursor() as cursor:
        for reason, statement in (("taken", TAKEN), ("revised", REVISED)):
            cursor.execute(statement, {"change": change.pk})
            why.update((pk, reason) for (pk,) in cursor.fetchall())
    why.update((doses[dose], "waits") for dose in waiting.values_list("dose_id", flat=True))
    why.update((pk, "case") for pk in new.values_list("pk", flat=True))
    why.update((pk, "case") for pk in written.filter(dose__in=cases).values_list("pk", flat=True))
    rows = written.filter(pk__in=list(why)).select_related("dose__citizen", "dose__vaccine")
    return [Blocker(row, why[row.pk]) for row in rows.order_by("line")[:MOST_NAMED]]
