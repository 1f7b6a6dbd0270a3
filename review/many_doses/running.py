"""The steps of an act over many doses: chosen, checked, confirmed, changed; stopped or cancelled.

A worker does the long steps in small pieces, each in one transaction, and asks to be called again.
Whether a dose is done stands in its row, written with the revision: a worker that is killed costs
nothing but time, and no dose is changed twice.
"""

import time
from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DatabaseError, transaction
from django.utils.translation import gettext as _

from background import counting
from background.long_jobs import LongJob
from citizens.access import is_same_person
from doses import facts
from doses.actions import revise
from doses.facts import Facts
from doses.models import Dose
from organizations.models import Organization
from recording.access import require_verified
from review.many_doses import messages
from review.many_doses.choosing import Choice, Found
from review.many_doses.judging import Judge, Judged, Reason, Verdict, values_of
from review.models import ManyChange, ManyChangeDose
from review.own_doses.mending import reasons_for_two
from review.own_doses.messages import tell_of_change
from vaxreg import db_time
from vaxreg.celery import hint
from vaxreg.typed.invisible import clean_line

if TYPE_CHECKING:
    from accounts.models import User

State = ManyChange.State
# So many doses are done in one transaction.
CHUNK = 20
WORK = counting.register(
    counting.Work("review.many", "changes of many doses", lambda key: f"change {key}")
)


class WrongState(Exception):
    """The act is not where this step begins: somebody else was faster."""


@transaction.atomic
def begin(
    choice: Choice,
    found: Found,
    changes: Facts,
    *,
    why: str,
    by: "User",
    receiver: Organization | None = None,
) -> ManyChange:
    """Write down which doses are to become what, and have them checked. Nothing changes yet.

    receiver: the site that gave the doses, if the site is among the changes. Raises PermissionDenied
    for somebody whose identity is not verified.
    """
    require_verified(by)
    now = db_time.now()
    made = ManyChange.objects.create(
        organization=choice.site,
        receiver=receiver,
        chosen=choice.stored(),
        changes=changes,
        why=clean_line(why),
        made_by=by,
        made_at=now,
    )
    rows = [
        ManyChangeDose(
            dose_id=dose,
            left_out=dose in found.open,
            reason=Reason.SEVERAL if dose in found.open else Reason.NONE,
        )
        for dose in found.doses
    ]
    rows += [
        ManyChangeDose(verdict=Verdict.REFUSED, reason=reason, listed=f"{one.line}: {one.shown}")
        for one, reason in found.lost
    ]
    for line, row in enumerate(rows, start=1):
        row.change, row.line = made, line
    ManyChangeDose.objects.bulk_create(rows, batch_size=1000)
    _start(made, State.CHECKING)
    return made


@transaction.atomic
def leave_out(change: ManyChange, rows: Iterable[int], *, left_out: bool) -> int:
    """Leave these doses out (ids of rows), or take them in again; return how many. Raises WrongState."""
    found = lock(change, State.CHECKED)
    of_act = found.rows.filter(pk__in=list(rows), dose__isnull=False)
    return of_act.exclude(left_out=left_out).update(left_out=left_out)


@transaction.atomic
def keep_only(change: ManyChange, rows: Iterable[int]) -> int:
    """Leave out all other doses than these (ids of rows); return how many. Raises WrongState."""
    found = lock(change, State.CHECKED)
    others = found.rows.filter(dose__isnull=False, left_out=False).exclude(pk__in=list(rows))
    return others.update(left_out=True)


@transaction.atomic
def leave_doubtful_out(change: ManyChange) -> int:
    """Leave out the doses about which there are doubts; return how many. Raises WrongState."""
    found = lock(change, State.CHECKED)
    return found.rows.filter(verdict=Verdict.CHANGE).exclude(doubts=[]).update(left_out=True)


@transaction.atomic
def start(change: ManyChange, *, by: "User") -> ManyChange:
    """Begin to change what was checked, or go on after it was stopped; or ask for a second person.

    A second person is asked once, for the whole act. Raises WrongState, PermissionDenied.
    """
    require_verified(by)
    found = lock(change, State.CHECKED, State.STOPPED)
    if not to_change(found):
        raise WrongState
    if found.reasons and found.confirmed_by is None:
        found.state = State.WAITING
        # Who asks is the first person, whoever chose the doses.
        found.made_by = by
        found.save(update_fields=["state", "made_by"])
        return found
    if found.state == State.CHECKED and found.confirmed_by is None:
        found.made_by = by
    _start(found, State.APPLYING)
    return found


@transaction.atomic
def confirm(change: ManyChange, *, by: "User") -> ManyChange:
    """Begin the act as its second person. Raises WrongState, PermissionDenied for who asked."""
    require_verified(by)
    found = lock(change, State.WAITING)
    if is_same_person(by, found.made_by_id):
        raise PermissionDenied(_("You wrote this change. A colleague must confirm it."))
    found.confirmed_by = by
    _start(found, State.APPLYING)
    return found


@transaction.atomic
def hand_back(change: ManyChange) -> None:
    """Do not confirm: back to the doses that were checked. Raises WrongState."""
    found = lock(change, State.WAITING)
    found.state = State.CHECKED
    found.save(update_fields=["state"])


@transaction.atomic
def stop(change: ManyChange) -> None:
    """Stop where it is; what is changed stays, and can be undone. Raises WrongState."""
    found = lock(change, State.APPLYING)
    _end_of_applying(found, State.STOPPED)


@transaction.atomic
def cancel(change: ManyChange, *, by: "User") -> None:
    """Give up an act of which nothing is done yet. Raises WrongState."""
    found = lock(change, State.CHECKING, State.CHECKED, State.WAITING)
    found.state = State.CANCELLED
    found.ended_by, found.ended_at = by, db_time.now()
    found.save(update_fields=["state", "ended_by", "ended_at"])


def to_change(change: ManyChange) -> int:
    """Return how many doses are to be changed and are not yet."""
    return change.rows.filter(verdict=Verdict.CHANGE, left_out=False).count()


def go_on() -> None:
    """Work at every act that waits, for less than a minute in all."""
    JOB.do_all(ManyChange.objects.at_work().order_by("step_began_at").values_list("pk", flat=True))


def work(pk: int) -> None:
    """Do the next pieces of an act until it is done or the time is over."""
    JOB.do(pk)


def _work(pk: int, until: float) -> bool:
    """Return whether nothing is left to do."""
    while time.monotonic() < until:
        if not next_chunk(pk):
            return True
    return False


@transaction.atomic
def next_chunk(pk: int) -> bool:
    """Do the next doses of the present step, or end it; return whether it goes on."""
    found = lock(ManyChange(pk=pk))
    if found.state == State.CHECKING:
        number = _check_chunk(found)
    elif found.state == State.APPLYING:
        number = _apply_chunk(found)
    elif found.state == State.UNDOING:
        number = _tell_chunk(found)
    else:
        return False
    if number:
        found.done += number
        found.save(update_fields=["done", "reasons"])
        return True
    if found.state == State.CHECKING:
        found.state = State.CHECKED
        found.save(update_fields=["state"])
    elif found.state == State.APPLYING:
        _end_of_applying(found, State.DONE)
    else:
        found.state = State.UNDONE
        found.save(update_fields=["state"])
    return False


def _check_chunk(change: ManyChange) -> int:
    rows = list(change.rows.filter(verdict=Verdict.UNCHECKED).order_by("line")[:CHUNK])
    doses = _doses_of(rows)
    judge = Judge(change, doses.values())
    for row in rows:
        dose = doses[row.dose_id or 0]
        judged = judge.judge(dose)
        _note(row, judged)
        row.revision = dose.revision
        if judged.verdict == Verdict.CHANGE:
            asked = {reason.value for reason in reasons_for_two(dose, judged.changes)}
            change.reasons = sorted({*change.reasons, *asked})
    fields = ["verdict", "reason", "reference", "doubts", "revision"]
    ManyChangeDose.objects.bulk_update(rows, fields)
    return len(rows)


def _apply_chunk(change: ManyChange) -> int:
    waiting = change.rows.filter(verdict=Verdict.CHANGE, left_out=False)
    rows = list(waiting.order_by("line")[:CHUNK])
    doses = _doses_of(rows, locked=True)
    judge = Judge(change, doses.values())
    for row in rows:
        dose = doses[row.dose_id or 0]
        judged = judge.judge(dose)
        row.had_case = dose.pk in judge.had_case
        if judged.verdict != Verdict.CHANGE:
            _note(row, judged)
        elif dose.revision != row.revision:
            row.verdict, row.reason = Verdict.REFUSED, Reason.OVERTAKEN
        elif judged.doubts != row.doubts:
            row.verdict, row.reason = Verdict.REFUSED, Reason.NEW_DOUBTS
            row.doubts = judged.doubts
        else:
            _change(change, row, dose, judged)
    fields = ["verdict", "reason", "reference", "doubts", "written", "had_case"]
    ManyChangeDose.objects.bulk_update(rows, fields)
    return len(rows)


def _change(change: ManyChange, row: ManyChangeDose, dose: Dose, judged: Judged) -> None:
    before = facts.facts_of(dose)
    try:
        with transaction.atomic():
            changed = revise(
                dose,
                changes=values_of(judged.changes),
                by=change.made_by,
                by_organization=change.organization,
                why=change.why,
                left=judged.found,
            )
    except (ValidationError, DatabaseError):
        row.verdict, row.reason = Verdict.REFUSED, Reason.BY_DATABASE
        return
    tell_of_change(
        changed,
        before,
        judged.changes,
        organization=change.organization,
        by=change.made_by,
        may_wait=True,
    )
    row.verdict, row.reason, row.written = Verdict.CHANGED, Reason.NONE, changed.revision


def _tell_chunk(change: ManyChange) -> int:
    rows = list(change.rows.filter(undone__gt=0, undone_told=False).order_by("line")[:CHUNK])
    doses = _doses_of(rows)
    for row in rows:
        messages.tell_of_undoing(change, row, doses[row.dose_id or 0])
        row.undone_told = True
    ManyChangeDose.objects.bulk_update(rows, ["undone_told"])
    return len(rows)


def _end_of_applying(change: ManyChange, state: str) -> None:
    change.state, change.applied_at = state, db_time.now()
    change.save(update_fields=["state", "applied_at"])
    messages.tell_receiver(change)


def _note(row: ManyChangeDose, judged: Judged) -> None:
    row.verdict, row.reference, row.doubts = judged.verdict, judged.reference, judged.doubts
    # That several doses of a person fit stays said.
    if judged.reason or row.reason != Reason.SEVERAL:
        row.reason = judged.reason


def _doses_of(rows: Iterable[ManyChangeDose], *, locked: bool = False) -> dict[int, Dose]:
    """Return the doses of rows by id; locked in the order of their ids, so that nobody waits in a ring."""
    doses = Dose.objects.filter(pk__in=[row.dose_id for row in rows]).order_by("pk")
    if locked:
        doses = doses.select_for_update(of=("self",), no_key=True)
    return {dose.pk: dose for dose in doses.select_related("vaccine", "organization", "citizen")}


def start_undoing(change: ManyChange) -> None:
    """Have the people told that their doses are as they were. The caller has locked the act."""
    _start(change, State.UNDOING)


def _start(change: ManyChange, state: str) -> None:
    left = {
        State.CHECKING: change.rows.filter(verdict=Verdict.UNCHECKED),
        State.APPLYING: change.rows.filter(verdict=Verdict.CHANGE, left_out=False),
        State.UNDOING: change.rows.filter(undone__gt=0, undone_told=False),
    }[State(state)]
    change.state, change.done, change.total = state, 0, left.count()
    change.step_began_at = db_time.now()
    change.save()
    hint("review.go_on_with_many", change.pk)


def lock(change: ManyChange, *states: str) -> ManyChange:
    """Return the act, locked until the end of the transaction. Raises WrongState."""
    found = (
        ManyChange.objects.select_for_update(of=("self",), no_key=True)
        .select_related("organization", "receiver", "made_by", "confirmed_by")
        .get(pk=change.pk)
    )
    if states and found.state not in states:
        raise WrongState
    return found


JOB = LongJob(WORK, "review.go_on_with_many", _work)
