"""Verbs of the citizen on a filed correction, alone or through the hotline."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from corrections.actions.system import assign_holder
from corrections.actions.turn import Turn, begin, finish, hand_over
from corrections.clocks import deadlines
from corrections.lifecycle import Party, Status, StepNotPossible
from corrections.models import Correction, OutboxRow
from corrections.routing import desks
from organizations.models import Organization
from organizations.queries import current_holder
from organizations.tree import keep_open

if TYPE_CHECKING:
    from accounts.models import User


class TooLate(Exception):
    """More than 30 days have passed since the decision."""


class NobodyAbove(Exception):
    """No level above can decide the appeal, or the case was appealed before."""


@transaction.atomic
def answer(correction: Correction, *, by: "User | None", words: str) -> Correction:
    """Answer the reviewer's question; the clock runs on. Opens a case that expired again.

    by: None for a caller without an account, who uses an upload link of the hotline. Raises
    ValidationError keyed "words" for an empty answer, TooLate 30 days after it expired, AlreadyOpen
    when a newer correction about the same subject is open.
    """
    turn = begin("answer", correction, by=by, proven=_caller(by))
    if not words.strip():
        raise ValidationError({"words": _("Write your answer.")})
    if turn.case.status == Status.EXPIRED:
        _require_in_time(turn)
        _return_to_holder(turn)
    return finish(turn, "answer", remark=words.strip())


@transaction.atomic
def add_photo(
    correction: Correction, *, by: "User | None", photos: int, answers: bool = True
) -> Correction:
    """Write the event that photos were added; a reviewer's open page becomes stale.

    Photos that are sent while a question waits answer it: the clock runs on, and nothing expires.
    by: None for a caller without an account, who uses an upload link of the hotline. answers: False
    for photos that came with an answer that has an error, and will be sent again.
    """
    turn = begin("add_photo", correction, by=by, proven=_caller(by))
    step = "answer" if answers and turn.case.status == Status.WAITING else "add_photo"
    return finish(turn, step, data={"photos": photos})


@transaction.atomic
def withdraw(correction: Correction, *, by: "User", reason: str = "") -> Correction:
    """Withdraw a proposal. Breaches that happened before stay on record."""
    turn = begin("withdraw", correction, by=by)
    return finish(turn, "withdraw", remark=reason.strip())


@transaction.atomic
def appeal(correction: Correction, *, by: "User", words: str) -> Correction:
    """Appeal to the next level up, within 30 days of the decision; a new clock starts.

    The first reviewer cannot decide the appeal (parties.parties_of). Raises ValidationError keyed
    "words", TooLate, NobodyAbove, AlreadyOpen.
    """
    turn = begin("appeal", correction, by=by)
    if not words.strip():
        raise ValidationError({"words": _("Say why you do not agree.")})
    problem, desk = appeal_desk_or_reason(turn.case, turn.at)
    while desk is not None and not keep_open(desk):
        # That organization closed after it was read: ask again with the fresh row.
        problem, desk = appeal_desk_or_reason(turn.case, turn.at)
    if desk is None:
        raise problem
    case, before = turn.case, turn.held_by
    data = {"from": before.name if before else "", "to": desk.name, "ground": case.ground}
    case.on_appeal = True
    hand_over(turn, desk)
    case.routing_reason = desks.reason_appealed(before or desk, desk)
    return finish(turn, "appeal", remark=words.strip(), data=data, follow=OutboxRow.Errand.TELL)


def appeal_desk_or_reason(case: Correction, now: datetime) -> tuple[Exception, Organization | None]:
    """Return (None, the organization that would decide an appeal now) or (why not, None)."""
    until = reopenable_until(case)
    if case.decided_at is None or until is None or now > until:
        return TooLate(), None
    if case.events.filter(step="appeal").exists():
        return NobodyAbove(), None
    return NobodyAbove(), desks.appeal_desk(case)


@transaction.atomic
def log_disagreement(correction: Correction, *, by: "User", words: str) -> Correction:
    """Keep the citizen's disagreement with the record, in their own words, for good.

    Raises ValidationError keyed "words" for an empty text.
    """
    turn = begin("log_disagreement", correction, by=by)
    if not words.strip():
        raise ValidationError({"words": _("Say what you do not agree with.")})
    return finish(turn, "log_disagreement", remark=words.strip())


@transaction.atomic
def confirm(correction: Correction, *, by: "User") -> Correction:
    """Confirm that the record is right now. Raises StepNotPossible when it was confirmed before."""
    turn = begin("confirm", correction, by=by)
    if turn.case.confirmed_at is not None:
        raise StepNotPossible("confirm", Status(turn.case.status))
    turn.case.confirmed_at = turn.at
    return finish(turn, "confirm")


@transaction.atomic
def reopen(correction: Correction, *, by: "User", words: str) -> Correction:
    """Reopen a case because the record is still wrong; a new clock starts.

    Raises ValidationError keyed "words", TooLate 30 days after the decision, AlreadyOpen.
    """
    turn = begin("reopen", correction, by=by)
    if not words.strip():
        raise ValidationError({"words": _("Say what is still wrong.")})
    _require_in_time(turn)
    turn.case.on_appeal = False
    _return_to_holder(turn)
    return finish(turn, "reopen", remark=words.strip(), follow=OutboxRow.Errand.TELL)


def _caller(by: "User | None") -> Party | None:
    return Party.CITIZEN if by is None else None


def reopenable_until(case: Correction) -> datetime | None:
    """Return until when a closed case can be opened again: 30 days after it was closed."""
    since = case.decided_at
    if case.status == Status.EXPIRED:
        since = case.events.filter(step="expire").latest("at").at
    return since + deadlines.REOPEN_TIME if since else None


def _require_in_time(turn: Turn) -> None:
    until = reopenable_until(turn.case)
    if until is None or turn.at > until:
        raise TooLate


def _return_to_holder(turn: Turn) -> None:
    """Give the case to its last holder or the successor; route it if they cannot receive."""
    holder = turn.case.holder
    heir = current_holder(holder) if holder else None
    able = Organization.objects.able_to_receive()
    if (
        holder is None
        or heir is None
        or not able.filter(pk=heir.pk).exists()
        or not keep_open(heir)
    ):
        assign_holder(turn)
        return
    hand_over(turn, heir)
    if heir != holder:
        turn.case.routing_reason = desks.reason_inherited(holder, heir)
