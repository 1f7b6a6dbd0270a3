"""The frame of every verb: lock the case, check the step, store what follows from it.

What follows from a change of status alone (clocks, claims, holdings, the pending decision) is
done here, so that no verb can forget it.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied

from accounts.identity import is_verified
from citizens.models import Citizen
from corrections import lifecycle
from corrections.announcements import correction_changed
from corrections.answered import finding as answers
from corrections.clocks import deadlines, timekeeping
from corrections.lifecycle import Party, Status
from corrections.models import (
    Clock,
    Correction,
    CorrectionEvent,
    Holding,
    OutboxRow,
    Pause,
)
from corrections.parties import AT_THE_DESK, acting_organization, parties_of
from identity.population import questions
from organizations.models import Organization
from organizations.tree import keep_open
from vaxreg import db_time
from vaxreg.celery import hint

if TYPE_CHECKING:
    from accounts.models import User

# Steps with which the holder gives the citizen a first answer (Decree 356/2025/NĐ-CP).
ANSWERS = frozenset({"ask", "keep"})
# Steps after which a reviewer's open page is still correct: they do not raise the version.
STEPS_KEEPING_VERSION = frozenset({"remind", "escalate", "note", "call"})


class IdentityNotVerified(PermissionDenied):
    """Nobody has verified who this member of staff is: they may not decide."""


class StalePage(Exception):
    """The page shows an older version of the case; nothing was stored."""


class HeldByColleague(Exception):
    """A colleague picked the case up less than 30 minutes ago."""


class CannotReceive(Exception):
    """The organization chosen has no active staff, is closed, or holds the case already."""


class AlreadyOpen(Exception):
    """Another correction about the same subject is open; it is in `correction`."""

    def __init__(self, correction: Correction) -> None:
        super().__init__(correction.reference)
        self.correction = correction


@dataclass
class Turn:
    """One step on a locked, fresh case. `by` is None for the system.

    held_by: the holder before the step.
    """

    case: Correction
    by: "User | None"
    party: Party
    at: datetime
    held_by: Organization | None


def begin(
    step: str,
    correction: Correction,
    *,
    by: "User | None",
    version: int | None = None,
    proven: Party | None = None,
) -> Turn:
    """Lock the case and check that this user may take the step now. Needs a transaction.

    proven: the caller's party when an upload link proves it instead of an account. Raises
    PermissionDenied, IdentityNotVerified, StepNotPossible, StalePage, HeldByColleague.
    """
    case = lock(correction)
    parties = parties_of(by, case) if proven is None else frozenset({proven})
    allowed = lifecycle.STEPS[step].taken_by & parties
    if not allowed:
        raise PermissionDenied
    if lifecycle.STEPS[step].decides and by is not None and not is_verified(by):
        raise IdentityNotVerified
    lifecycle.after(step, Status(case.status))
    if version is not None and version != case.version:
        raise StalePage
    party = next(one for one in Party if one in allowed)
    now = db_time.now()
    if party in AT_THE_DESK and step != "note":
        _refuse_if_held(case, by, now)
    if case.is_open:
        timekeeping.record_overdue_work(case, now)
    return Turn(case, by, party, now, case.holder)


def lock(correction: Correction) -> Correction:
    """Return the row read again, locked until the end of the transaction."""
    return (
        Correction.objects.select_for_update(of=("self",))
        .select_related("holder", "citizen__area", "dose__organization", "filing", "reviewer")
        .get(pk=correction.pk)
    )


def _refuse_if_held(case: Correction, by: "User | None", now: datetime) -> None:
    if (
        by is not None
        and case.reviewer_id not in (None, by.pk)
        and not deadlines.claim_is_over(case.picked_up_at, now)
    ):
        raise HeldByColleague


def finish(
    turn: Turn,
    step: str,
    *,
    remark: str = "",
    data: dict[str, Any] | None = None,
    organization: Organization | None = None,
    follow: OutboxRow.Errand | None = None,
    bundle: str = "",
) -> Correction:
    """Save the case with all that follows from its new status; insert the event and the errand.

    bundle: errands with the same value are done together, in one message (OutboxRow.bundle).
    """
    case, before = turn.case, Status(turn.case.status)
    after = lifecycle.after(step, before)
    _end_old_status(turn, step, before, after)
    case.status = after
    _begin_new_status(turn, step, before, after)
    if step in lifecycle.UNDOING:
        timekeeping.mark_undone(case, turn.at)
    case.version += moves_version(step, turn.party)
    case.save()
    event = CorrectionEvent.objects.create(
        correction=case,
        step=step,
        from_status=before,
        to_status=after,
        party=turn.party,
        by=turn.by,
        organization=organization or on_behalf_of(turn),
        holder=turn.held_by if turn.party == Party.OVERSEER else None,
        at=turn.at,
        remark=remark,
        data=data or {},
    )
    if follow is not None:
        leave_errand(event, follow, turn.at, bundle)
    if after != before or case.holder != turn.held_by:
        correction_changed.send(sender=Correction, correction=case)
    return case


def moves_version(step: str, party: Party) -> bool:
    """Tell whether pages that show the case from before the step become stale.

    A claim that ran out changes nothing that an open page could overwrite.
    """
    return step not in STEPS_KEEPING_VERSION and not (step == "give_back" and party == Party.SYSTEM)


def on_behalf_of(turn: Turn) -> Organization | None:
    if turn.by is None:
        return None
    return acting_organization(turn.by, turn.case, turn.party)


def _end_old_status(turn: Turn, step: str, before: Status, after: Status) -> None:
    """End what belongs to the old status: pause, pending decision, claim."""
    case = turn.case
    if after == before:
        return
    if before == Status.WAITING and after in lifecycle.OPEN:
        why = Pause.End.REPLY if step == "answer" else Pause.End.MOVED_ON
        timekeeping.resume(case, turn.at, why)
    if before == Status.WAITING:
        case.answer_by = None
    if before == Status.TO_COUNTERSIGN:
        case.first_by = case.pending = None
    if after != Status.IN_REVIEW and after in lifecycle.OPEN:
        case.reviewer = case.picked_up_at = None


def _begin_new_status(turn: Turn, step: str, before: Status, after: Status) -> None:
    """Start or stop clocks, and end the holding, as the new status asks."""
    case = turn.case
    if after in lifecycle.OPEN:
        if before in lifecycle.CLOSED:
            _open_again(turn)
        if step in ANSWERS:
            timekeeping.answered(case, turn.at)
        return
    if after in lifecycle.DECIDED:
        if before in lifecycle.OPEN:
            case.decided_by, case.decided_at = turn.by, turn.at
        how = Clock.Stop.DECIDED
    else:
        how = Clock.Stop.WITHDRAWN if after == Status.WITHDRAWN else Clock.Stop.EXPIRED
    if before in lifecycle.OPEN:
        timekeeping.stop(case, turn.at, how)
        case.triage_due_at = None
        questions.drop(case.reference)
        answers.drop(case)
        case.holdings.filter(until=None).update(until=turn.at)


def _open_again(turn: Turn) -> None:
    """Start a new clock for a case that is opened again; the old one and its breaches stay."""
    case = turn.case
    # Filings about this person take the same lock (filing.file): one of the two waits.
    Citizen.objects.select_for_update(no_key=True).get(pk=case.citizen.kept.pk)
    other = Correction.objects.open_about(case.citizen, case.subject).first()
    if other is not None:
        raise AlreadyOpen(other)
    case.decided_by = case.decided_at = case.confirmed_at = None
    case.decided_source = ""
    case.ground = case.remark = case.searched_words = ""
    case.searched = []
    kind = Clock.Kind.APPEAL if case.on_appeal else Clock.Kind.REVIEW
    timekeeping.start(case, kind, turn.at)


def hand_over(turn: Turn, to: Organization) -> None:
    """Make another organization the holder. Raises CannotReceive if it has closed.

    `keep_open` locks the organization: it cannot close before the end of this transaction.
    """
    if not keep_open(to):
        raise CannotReceive
    case = turn.case
    case.holdings.filter(until=None).update(until=turn.at)
    opens = turn.held_by is None or Status(case.status) in lifecycle.CLOSED
    Holding.objects.create(correction=case, organization=to, since=turn.at, opens=opens)
    case.holder, case.triage_due_at = to, None


def leave_errand(
    event: CorrectionEvent, errand: OutboxRow.Errand, moment: datetime, bundle: str = ""
) -> None:
    """Insert the outbox row, and hint Celery to do it now; bundles wait for the sweep."""
    row = OutboxRow.objects.create(
        event=event, errand=errand, bundle=bundle, created_at=moment, not_before=moment
    )
    if not bundle:
        hint("corrections.do_errand", row.pk)
