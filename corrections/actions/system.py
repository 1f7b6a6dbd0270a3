"""What happens to a correction by itself: it is routed, a claim ends, a question expires."""

from typing import TYPE_CHECKING

from django.db import transaction

from corrections import parties
from corrections.actions.turn import Turn, begin, finish, hand_over, lock
from corrections.clocks import deadlines
from corrections.lifecycle import Status
from corrections.models import Correction, OutboxRow
from corrections.routing import desks
from organizations.tree import stands
from vaxreg import db_time

if TYPE_CHECKING:
    from accounts.models import User


@transaction.atomic
def route(correction: Correction) -> Correction:
    """Send a filed correction to the desk that must act. Does nothing if it is on one already."""
    case = lock(correction)
    if case.status != Status.RECEIVED:
        return case
    turn = begin("route", case, by=None)
    place(turn)
    return finish(
        turn,
        "route",
        organization=turn.case.holder,
        data={"reason": turn.case.routing_reason},
        follow=OutboxRow.Errand.TELL,
    )


def place(turn: Turn) -> None:
    """Put a case on the desk that must act by the rules, saying why; without a site, in its pool."""
    desk = desks.desk_for(turn.case)
    while not stands(desk.organization):
        # It closed a moment ago: the rules know by now who acts.
        desk = desks.desk_for(lock(turn.case))
    hand_over(turn, desk.organization)
    turn.case.routing_reason = desk.reason
    if desk.is_pool:
        turn.case.triage_due_at = desks.triage_due(turn.at)


@transaction.atomic
def release(correction: Correction) -> Correction:
    """Give a case back whose claim has run out: the page must not say that somebody is at it.

    Does nothing if the claim was renewed or the case moved on meanwhile.
    """
    case = lock(correction)
    if case.status != Status.IN_REVIEW or not deadlines.claim_is_over(
        case.picked_up_at, db_time.now()
    ):
        return case
    return finish(begin("give_back", case, by=None), "give_back", organization=case.holder)


@transaction.atomic
def give_up_claims(user: "User") -> int:
    """Put back what somebody picked up at a desk where they have no say any more; how many.

    The cases wait for review again at once, for everybody who works there.
    """
    given = 0
    for claimed in Correction.objects.filter(reviewer=user, status=Status.IN_REVIEW):
        case = lock(claimed)
        is_hers = case.reviewer_id == user.pk and case.status == Status.IN_REVIEW
        if is_hers and not parties.parties_of(user, case) & parties.AT_THE_DESK:
            finish(begin("give_back", case, by=None), "give_back", organization=case.holder)
            given += 1
    return given


@transaction.atomic
def expire(correction: Correction) -> Correction:
    """Close a case whose question nobody answered in time; an answer opens it again.

    Does nothing if it was answered, or dealt with, meanwhile.
    """
    case = lock(correction)
    if case.status != Status.WAITING or case.answer_by is None or db_time.now() <= case.answer_by:
        return case
    turn = begin("expire", case, by=None)
    return finish(turn, "expire", organization=turn.case.holder, follow=OutboxRow.Errand.TELL)
