"""Verbs of health officers and the hotline on a case that waits."""

from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.db import transaction

from corrections import parties
from corrections.actions.turn import CannotReceive, begin, finish, hand_over, on_behalf_of
from corrections.clocks.deadlines import REPEAT_AFTER
from corrections.lifecycle import Party, Status, StepNotPossible
from corrections.models import Correction, OutboxRow
from corrections.routing import desks
from organizations.models import Membership, Organization

if TYPE_CHECKING:
    from accounts.models import User


class NobodyThere(Exception):
    """Nobody works at the organization to whom a message could be written."""


@transaction.atomic
def remind(correction: Correction, *, by: "User", remark: str = "") -> Correction:
    """Remind the holder of a case.

    Raises StepNotPossible if it was reminded within 24 hours, and NobodyThere.
    """
    turn = begin("remind", correction, by=by)
    if turn.case.reminded_lately(turn.at):
        raise StepNotPossible("remind", Status(turn.case.status))
    staff = Membership.objects.live().filter(organization=turn.case.holder)
    if not staff.can_be_told().exists():
        raise NobodyThere
    turn.case.reminded_at = turn.at
    return finish(turn, "remind", remark=remark, follow=OutboxRow.Errand.TELL)


@transaction.atomic
def escalate(correction: Correction, *, by: "User", reason: str) -> Correction:
    """Tell the level above the holder that a caller is in need; once in 24 hours.

    Raises StepNotPossible when it was told within that time, or when no level above exists.
    """
    turn = begin("escalate", correction, by=by)
    since = turn.at - REPEAT_AFTER
    rung = turn.case.events.filter(step="escalate", party=turn.party, at__gt=since).exists()
    above = desks.next_level(turn.case.holder)
    if rung or above is None:
        raise StepNotPossible("escalate", Status(turn.case.status))
    return finish(
        turn,
        "escalate",
        remark=reason.strip(),
        organization=above,
        follow=OutboxRow.Errand.TELL,
    )


@transaction.atomic
def reassign(
    correction: Correction,
    *,
    by: "User",
    to: Organization,
    reason: str,
    version: int | None = None,
    bundle: str = "",
) -> Correction:
    """Give a case to another organization within the officer's reach; the clock runs on.

    bundle: cases with the same value are announced in one message. Raises CannotReceive when that
    organization has no active staff, is closed, or holds the case already.
    """
    turn = begin("reassign", correction, by=by, version=version)
    reach = Organization.objects.within_reach(by, "officer").able_to_receive()
    if to.pk == turn.case.holder_id or not reach.filter(pk=to.pk).exists():
        raise CannotReceive
    before, actor = turn.held_by, on_behalf_of(turn)
    hand_over(turn, to)
    turn.case.routing_reason = desks.reason_reassigned(actor or to, reason)
    return finish(
        turn,
        "reassign",
        remark=reason,
        organization=actor,
        data={"from": before.name if before else "", "to": to.name},
        follow=OutboxRow.Errand.TELL,
        bundle=bundle,
    )


@transaction.atomic
def take_over(
    correction: Correction, *, by: "User", reason: str, version: int | None = None
) -> Correction:
    """Move an overdue case to the officer's own organization, to decide it in the holder's place.

    Raises StepNotPossible before the case is overdue, and when the officer's organization holds it.
    """
    turn = begin("take_over", correction, by=by, version=version)
    case, before = turn.case, turn.held_by
    desk = parties.acting_organization(by, case, Party.OVERSEER)
    if desk is None:
        raise PermissionDenied
    if not case.is_overdue(turn.at) or desk == before:
        raise StepNotPossible("take_over", Status(case.status))
    hand_over(turn, desk)
    case.routing_reason = desks.reason_taken_over(desk, reason)
    case.reviewer, case.picked_up_at = by, turn.at
    return finish(
        turn,
        "take_over",
        remark=reason,
        organization=desk,
        data={"from": before.name if before else "", "to": desk.name},
    )
