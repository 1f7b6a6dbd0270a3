"""The stop of an account that looked too much: stored once, lifted by a supervisor; and reviews."""

from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.db import transaction

from citizens.looking import messages
from citizens.looking.supervisors import supervises
from citizens.models import LookingReview, LookingStop
from vaxreg import db_time

if TYPE_CHECKING:
    from accounts.models import User

Verdict = LookingReview.Verdict


class NotStopped(Exception):
    """A colleague has lifted the stop in the meantime, or there was none."""


@transaction.atomic
def stop(user: "User", *, in_hour: int, in_day: int) -> LookingStop:
    """Stop the account and tell its supervisors; a stop that stands is returned as it is.

    The counts are of people opened outside of the own cases before it.
    """
    found, is_new = LookingStop.objects.get_or_create(
        user=user,
        lifted_at=None,
        defaults={"at": db_time.now(), "in_hour": in_hour, "in_day": in_day},
    )
    if is_new:
        messages.tell_stopped(found)
    return found


def standing(user: "User") -> LookingStop | None:
    """Return the stop that holds for this account now."""
    return LookingStop.objects.filter(user=user, lifted_at=None).first()


@transaction.atomic
def lift(user: "User", *, by: "User", reason: str) -> LookingStop:
    """Lift the stop of somebody else; the count begins anew. The person is told the reason.

    Raises PermissionDenied for whoever does not supervise them, NotStopped.
    """
    if not supervises(by, user):
        raise PermissionDenied
    held = LookingStop.objects.select_for_update(of=("self",)).filter(user=user, lifted_at=None)
    found = held.first()
    if found is None:
        raise NotStopped
    found.lifted_at, found.lifted_by, found.lift_reason = db_time.now(), by, reason
    found.save(update_fields=["lifted_at", "lifted_by", "lift_reason"])
    messages.tell_lifted(found)
    return found


@transaction.atomic
def review(user: "User", verdict: str, *, by: "User", note: str = "") -> LookingReview:
    """Store what a supervisor says about what somebody looked at until now; ASK writes to them.

    Raises PermissionDenied for whoever does not supervise them.
    """
    if not supervises(by, user):
        raise PermissionDenied
    made = LookingReview.objects.create(
        user=user, verdict=verdict, note=note, by=by, at=db_time.now()
    )
    if verdict == Verdict.ASK:
        messages.tell_asked(made)
    return made
