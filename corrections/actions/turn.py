"""One turn at a correction: lock it, ask the table who may, and store what follows from a step.

Whatever follows from a change of status alone (clocks, claims, holdings, signatures) happens
here, so that no verb can forget it.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied

from citizens.models import Citizen
from corrections import lifecycle
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
from corrections.parties import AT_THE_DESK, acting_for, parties_of
from organizations.models import Organization
from organizations.tree import stands
from vaxreg import db_time
from vaxreg.celery import hint

if TYPE_CHECKING:
    from accounts.models import User

# Steps with which the holder gives the citizen a first answer (Decree 356/2025/NĐ-CP).
ANSWERS = frozenset({"ask", "keep"})
# Steps that change nothing a reviewer's open page could overwrite.
BESIDE_THE_CASE = frozenset({"remind", "escalate", "note"})


class StalePage(Exception):
    """The page was made from an older version of the case; nothing was stored."""


class HeldByColleague(Exception):
    """A colleague picked the case up a moment ago and is working on it."""


class CannotReceive(Exception):
    """The organization chosen has no active staff, is closed, or holds the case already."""


class AlreadyOpen(Exception):
    """There is an open correction about the same dose; it is in `correction`."""

    def __init__(self, correction: Correction) -> None:
        super().__init__(correction.reference)
        self.correction = correction


@dataclass
class Turn:
    """Somebody's turn at a locked, fresh case. `by` is None for the system.

    held_by: who holds the case as the turn begins.
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
    """Lock the case, or say why this user cannot take this step on it now. Needs a transaction.

    proven: the capacity that the caller has shown otherwise, with a link sent to their phone.
    Raises PermissionDenied, StepNotPossible, StalePage, HeldByColleague.
    """
    case = lock(correction)
    parties = parties_of(by, case) if proven is None else frozenset({proven})
    allowed = lifecycle.STEPS[step].taken_by & parties
    if not allowed:
        raise PermissionDenied
    lifecycle.after(step, Status(case.status))
    if version is not None and version != case.version:
        raise StalePage
    party = next(one for one in Party if one in allowed)
    now = db_time.now()
    if party in AT_THE_DESK and step != "note":
        _refuse_if_held(case, by, now)
    if case.is_open:
        timekeeping.settle(case, now)
    return Turn(case, by, party, now, case.holder)


def lock(correction: Correction) -> Correction:
    """Return the fresh row, locked until the transaction ends."""
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
    """Store the case and what its new status brings with it; write the event and the errand.

    bundle: errands of the same name are done together, as one message (OutboxRow.bundle).
    """
    case, before = turn.case, Status(turn.case.status)
    after = lifecycle.after(step, before)
    _leave(turn, step, before, after)
    case.status = after
    _arrive(turn, step, before, after)
    if step in lifecycle.UNDOING:
        timekeeping.undo(case, turn.at)
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
    return case


def moves_version(step: str, party: Party) -> bool:
    """Tell whether a step makes pages that were opened before it stale.

    A claim that ran out changes nothing that somebody might overwrite.
    """
    return step not in BESIDE_THE_CASE and not (step == "give_back" and party == Party.SYSTEM)


def on_behalf_of(turn: Turn) -> Organization | None:
    """Return the organization on whose behalf this turn is taken; None for a citizen."""
    if turn.by is None:
        return None
    return acting_for(turn.by, turn.case, turn.party)


def _leave(turn: Turn, step: str, before: Status, after: Status) -> None:
    """End what belonged to the status that is left."""
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


def _arrive(turn: Turn, step: str, before: Status, after: Status) -> None:
    """Begin what belongs to the status that is reached."""
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
        case.holdings.filter(until=None).update(until=turn.at)


def _open_again(turn: Turn) -> None:
    """A case opened again gets a clock of its own; the old one and its breaches stay."""
    case = turn.case
    # Filings about this person wait here, as they wait for each other (filing.file).
    Citizen.objects.select_for_update(no_key=True).get(pk=case.citizen.kept.pk)
    other = Correction.objects.open_about(case.citizen, case.subject).first()
    if other is not None:
        raise AlreadyOpen(other)
    case.decided_by = case.decided_at = case.confirmed_at = None
    case.ground = case.remark = ""
    kind = Clock.Kind.APPEAL if case.on_appeal else Clock.Kind.REVIEW
    timekeeping.start(case, kind, turn.at)


def hand_over(turn: Turn, to: Organization) -> None:
    """Let another organization hold the case from now on; the clock runs on.

    It does not close before this transaction ends. Raises CannotReceive if it has closed.
    """
    if not stands(to):
        raise CannotReceive
    case = turn.case
    case.holdings.filter(until=None).update(until=turn.at)
    opens = turn.held_by is None or Status(case.status) in lifecycle.CLOSED
    Holding.objects.create(correction=case, organization=to, since=turn.at, opens=opens)
    case.holder, case.triage_due_at = to, None


def leave_errand(
    event: CorrectionEvent, errand: OutboxRow.Errand, moment: datetime, bundle: str = ""
) -> None:
    """Write the row that says 'not done yet', and hint Celery to hurry; bundles wait for the sweep."""
    row = OutboxRow.objects.create(
        event=event, errand=errand, bundle=bundle, created_at=moment, not_before=moment
    )
    if not bundle:
        hint("corrections.do_errand", row.pk)
