"""Verbs of a decision that may be taken back for 30 seconds, before anybody is told.

A decision is rehearsed first: what the real verb refuses is refused at once. Then it waits as a
row. Nothing changes and nobody is told until the row is carried out: by Celery, or by the sweep.
"""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from corrections.actions import deciding, desk, giving
from corrections.actions.turn import HeldByColleague, StalePage, lock
from corrections.clocks import deadlines
from corrections.lifecycle import AT_WORK, Status, StepNotPossible
from corrections.models import Correction, DelayedDecision
from vaxreg import db_time
from vaxreg.celery import hint

if TYPE_CHECKING:
    from accounts.models import User

VERBS: Mapping[str, Callable[..., Correction]] = {
    "accept": deciding.accept,
    "refuse": deciding.refuse,
    "cannot_confirm": deciding.cannot_confirm,
    "keep": desk.keep,
    "countersign": deciding.countersign,
    "give": giving.give,
}
# A deadline that is nearer than this is not put at risk by waiting: the decision counts at once.
# The sweep comes once a minute, and finds what Celery lost.
NEAR_DUE = timedelta(minutes=2)
# What may have changed in the half minute, so that the decision no longer fits.
NO_LONGER_FITS = (
    StepNotPossible,
    StalePage,
    HeldByColleague,
    PermissionDenied,
    ValidationError,
)


class NotToBeTakenBack(Exception):
    """The decision is carried out or taken back already, or it is a colleague's."""


@transaction.atomic
def decide(
    verb: str,
    correction: Correction,
    *,
    by: "User",
    version: int | None,
    typed: Mapping[str, Any] | None = None,
    **arguments: Any,
) -> Correction | DelayedDecision:
    """Make a decision that can be taken back for TAKE_BACK_SECONDS; return the waiting row.

    verb: a key of VERBS; arguments: what it takes besides, as JSON values. typed: the form as it
    was sent. Returns the decided correction when nothing waits: its deadline is near, or the
    setting is 0. Raises what the verb raises, and HeldByColleague while a colleague's decision
    about the same case waits. The same decision sent twice is made once; another one by the same
    person replaces it.
    """
    case = lock(correction)
    waiting = DelayedDecision.objects.live().filter(correction=case).first()
    if waiting is not None:
        if waiting.by_id != by.pk:
            raise HeldByColleague
        if (waiting.verb, waiting.arguments) == (verb, arguments):
            return waiting
        _end(waiting, DelayedDecision.End.TAKEN_BACK)
    now = db_time.now()
    seconds = timedelta(seconds=settings.TAKE_BACK_SECONDS)
    if not seconds or now <= case.due_at <= now + NEAR_DUE:
        return VERBS[verb](case, by=by, version=version, **arguments)
    leads_to = _rehearse(verb, case, by=by, version=version, **arguments)
    if Status(case.status) in AT_WORK and _claim_ends_soon(case, by):
        case = desk.pick_up(case, by=by)
    row = DelayedDecision.objects.create(
        correction=case,
        by=by,
        verb=verb,
        arguments=arguments,
        typed=dict(typed or {}),
        version=case.version,
        leads_to=leads_to,
        made_at=now,
        carry_out_at=now + seconds,
    )
    hint("corrections.carry_out", case.pk, seconds=seconds.total_seconds())
    return row


def _rehearse(verb: str, case: Correction, **arguments: Any) -> Status:
    """Call the verb and undo it; return the status to which it led. Raises what it raises."""
    with transaction.atomic():
        led_to = Status(VERBS[verb](case, **arguments).status)
        transaction.set_rollback(True)
    return led_to


def _claim_ends_soon(case: Correction, by: "User") -> bool:
    """Tell whether colleagues could pick the case up before the decision is in force."""
    return (
        case.status != Status.IN_REVIEW
        or case.reviewer_id != by.pk
        or deadlines.claim_is_over(case.picked_up_at, db_time.now() + NEAR_DUE)
    )


@transaction.atomic
def carry_out(correction: Correction) -> DelayedDecision | None:
    """Put the waiting decision in force, if its time has come; return the row, or None.

    What no longer fits (the citizen added a photo, the author lost the membership) is not done:
    the case stays as it is, and its author reads so above every page of the desk.
    """
    case = lock(correction)
    row = DelayedDecision.objects.due(db_time.sql_now()).filter(correction=case).first()
    if row is None:
        return None
    try:
        with transaction.atomic():
            VERBS[row.verb](case, by=row.by, version=row.version, **row.arguments)
    except NO_LONGER_FITS:
        return _end(row, DelayedDecision.End.NOT_POSSIBLE)
    row.arguments, row.typed = {}, {}
    return _end(row, DelayedDecision.End.CARRIED_OUT)


@transaction.atomic
def take_back(correction: Correction, *, by: "User") -> DelayedDecision:
    """Take one's own waiting decision back: nothing was changed, nobody was told.

    Raises NotToBeTakenBack once it is carried out, or when it is a colleague's.
    """
    case = lock(correction)
    row = DelayedDecision.objects.live().filter(correction=case, by=by).first()
    if row is None:
        raise NotToBeTakenBack
    return _end(row, DelayedDecision.End.TAKEN_BACK)


def _end(row: DelayedDecision, end: DelayedDecision.End) -> DelayedDecision:
    row.ended_at, row.end = db_time.now(), end
    row.save(update_fields=["ended_at", "end", "arguments", "typed"])
    return row
