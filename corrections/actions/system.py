"""Verbs of the system: route, release a claim, expire a question."""

from typing import TYPE_CHECKING

from django.db import transaction

from corrections import parties
from corrections.actions.turn import Turn, begin, finish, hand_over, lock
from corrections.answered import finding as answers
from corrections.clocks import deadlines
from corrections.lifecycle import Status
from corrections.models import Correction, Kind, OutboxRow
from corrections.routing import desks
from organizations.tree import keep_open
from vaxreg import db_time

if TYPE_CHECKING:
    from accounts.models import User


@transaction.atomic
def route(correction: Correction) -> Correction:
    """Route a filed correction to its first holder. Does nothing if it has one."""
    case = lock(correction)
    if case.status != Status.RECEIVED:
        return case
    turn = begin("route", case, by=None)
    assign_holder(turn)
    if case.kind == Kind.MISSING_DOSE:
        # It may stand on the record already, or have been entered while this was being filed.
        answers.find([case.citizen_id])
    return finish(
        turn,
        "route",
        organization=turn.case.holder,
        data={"reason": turn.case.routing_reason},
        follow=OutboxRow.Errand.TELL,
    )


def assign_holder(turn: Turn) -> None:
    """Give the case to the organization that routing names; without a site, into its pool."""
    desk = desks.desk_for(turn.case)
    while not keep_open(desk.organization):
        # It closed after it was read: route again with fresh rows.
        desk = desks.desk_for(lock(turn.case))
    hand_over(turn, desk.organization)
    turn.case.routing_reason = desk.reason
    if desk.is_pool:
        turn.case.triage_due_at = desks.triage_due(turn.at)


@transaction.atomic
def release(correction: Correction) -> Correction:
    """End a claim older than 30 minutes, so that the page no longer names a colleague.

    Does nothing if the claim was renewed or the case went elsewhere in the meantime.
    """
    case = lock(correction)
    if case.status != Status.IN_REVIEW or not deadlines.claim_is_over(
        case.picked_up_at, db_time.now()
    ):
        return case
    return finish(begin("give_back", case, by=None), "give_back", organization=case.holder)


@transaction.atomic
def give_up_claims(user: "User") -> int:
    """End this user's claims at organizations where they no longer work; return how many.

    These cases wait for review again, for everybody who works there.
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
    """Close a case whose question was not answered in time; an answer opens it again.

    Does nothing if it was answered or decided in the meantime.
    """
    case = lock(correction)
    if case.status != Status.WAITING or case.answer_by is None or db_time.now() <= case.answer_by:
        return case
    turn = begin("expire", case, by=None)
    return finish(turn, "expire", organization=turn.case.holder, follow=OutboxRow.Errand.TELL)
