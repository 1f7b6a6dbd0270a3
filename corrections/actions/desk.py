"""Verbs of the holder beside a decision: pick up, give back, ask, call, keep, pass on, add a note."""

from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from citizens.models import RecordVisit
from citizens.visits import log_visit
from corrections.actions.turn import CannotReceive, begin, finish, hand_over
from corrections.clocks import deadlines, timekeeping
from corrections.models import Correction, OutboxRow
from corrections.phone_calls import CallReason
from corrections.routing import desks
from organizations.models import Organization

if TYPE_CHECKING:
    from accounts.models import User

# The third "not ours" goes to the district, not to a fourth organization.
MOST_BOUNCES = 3


@transaction.atomic
def pick_up(correction: Correction, *, by: "User", version: int | None = None) -> Correction:
    """Claim a case for 30 minutes: colleagues see who works on it."""
    turn = begin("pick_up", correction, by=by, version=version)
    turn.case.reviewer, turn.case.picked_up_at = by, turn.at
    return finish(turn, "pick_up")


@transaction.atomic
def give_back(correction: Correction, *, by: "User", version: int | None = None) -> Correction:
    """End one's own claim on a case without a decision."""
    return finish(begin("give_back", correction, by=by, version=version), "give_back")


@transaction.atomic
def keep(
    correction: Correction, *, by: "User", remark: str, version: int | None = None
) -> Correction:
    """Keep a case for later work (dispatch 9458, outcome 2.2); its clock runs on."""
    return finish(begin("keep", correction, by=by, version=version), "keep", remark=remark)


@transaction.atomic
def ask(
    correction: Correction, *, by: "User", question: str, version: int | None = None
) -> Correction:
    """Ask the citizen; the clock is paused until an answer comes, 7 days per clock at most.

    Raises ValidationError keyed "question" when it is empty or was asked on this case before: the
    same question never pauses the clock twice.
    """
    turn = begin("ask", correction, by=by, version=version)
    words = " ".join(question.split())
    if not words:
        raise ValidationError({"question": _("Write what you need to know.")})
    asked = turn.case.events.filter(step="ask").values_list("remark", flat=True)
    if words.casefold() in {" ".join(one.split()).casefold() for one in asked}:
        raise ValidationError(
            {"question": _("This was asked before. Ask something else, or decide.")}
        )
    timekeeping.pause(turn.case, turn.at)
    turn.case.answer_by = turn.at + deadlines.ANSWER_TIME
    return finish(turn, "ask", remark=question.strip(), follow=OutboxRow.Errand.TELL)


@transaction.atomic
def pass_on(
    correction: Correction,
    *,
    by: "User",
    reason: str,
    to: Organization | None = None,
    version: int | None = None,
) -> Correction:
    """Pass a case on as "not ours" to another organization; the clock runs on.

    to: None when the right site is not known: the level above looks for it. The third bounce by
    sites goes to the district, whatever `to` says. A case in a pool (of a district, a province or
    the hotline) is routed with the same step; that is no bounce. Raises CannotReceive, and
    ValidationError keyed "reason" when it is empty.
    """
    turn = begin("pass_on", correction, by=by, version=version)
    if not reason.strip():
        raise ValidationError({"reason": _("Say why it is not yours.")})
    case, before = turn.case, turn.held_by
    # A pool exists to find the site: that is no bounce.
    in_pool = case.triage_due_at is not None
    is_bounce = before is not None and before.kind in desks.SITES and not in_pool
    case.bounces += is_bounce
    too_often = is_bounce and case.bounces >= MOST_BOUNCES
    if to is None or too_often:
        target = desks.above_or_hotline(before)
        to_pool = not too_often
    else:
        target, to_pool = to, False
        known = Organization.objects.able_to_receive().filter(pk=to.pk).exists()
        if not known or to == before:
            raise CannotReceive
    hand_over(turn, target)
    if to_pool:
        case.triage_due_at = desks.triage_due(turn.at)
    case.routing_reason = desks.reason_passed_on(before or target, reason, is_third=too_often)
    return finish(
        turn,
        "pass_on",
        remark=reason.strip(),
        organization=before,
        data={
            "from": before.name if before else "",
            "to": target.name,
            "bounce": case.bounces if is_bounce else 0,
        },
        follow=OutboxRow.Errand.TELL,
    )


@transaction.atomic
def note(correction: Correction, *, by: "User", text: str) -> Correction:
    """Add a note for colleagues, which the citizen does not see; possible in every status.

    Raises ValidationError keyed "text" when it is empty.
    """
    turn = begin("note", correction, by=by)
    if not text.strip():
        raise ValidationError({"text": _("Write the note.")})
    return finish(turn, "note", remark=text.strip())


@transaction.atomic
def call(correction: Correction, *, by: "User", reason: CallReason, words: str = "") -> Correction:
    """Record that the desk opens the citizen's phone numbers to call, and why; nothing else changes.

    It stands in the history of the case, and in the citizen's record among those who saw it. Raises
    ValidationError keyed "words" when another reason is meant and no words say which.
    """
    turn = begin("call", correction, by=by)
    if reason == CallReason.OTHER and not words.strip():
        raise ValidationError({"words": _("Write why you call.")})
    log_visit(
        by,
        turn.case.citizen,
        RecordVisit.Why.CALL,
        organization=turn.held_by,
        ground=RecordVisit.Ground.DESK,
        seen=RecordVisit.Seen.PHONE,
        reference=turn.case.reference,
    )
    return finish(turn, "call", remark=words.strip(), data={"reason": reason.value})
