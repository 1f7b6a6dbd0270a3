"""Starts, pauses, resumes and stops the clocks of a correction.

The verbs and the sweep call it with the correction locked. The copies on the correction (due_at,
paused_at) are set on the instance; the caller saves it.
"""

from datetime import datetime, timedelta

from django.db import transaction

from corrections.clocks import deadlines, milestones, policies, working_days
from corrections.clocks.milestones import LateClock
from corrections.models import CASE_CLOCKS, Clock, Correction, Pause, Policy
from vaxreg import db_time


def start(case: Correction, kind: Clock.Kind, at: datetime, policy: Policy | None = None) -> Clock:
    """Start a clock under the policy in force; a review or appeal clock also sets `case.due_at`."""
    policy = policy or policies.current()
    due = due_of(kind, at, policy)
    one = Clock(
        correction=case,
        kind=kind,
        number=case.clocks.filter(kind=kind).count() + 1,
        policy=policy,
        length=due - at,
        started_at=at,
        due_at=due,
    )
    one.next_milestone_at = milestones.passed_by(one, at).next_at
    one.save(force_insert=True)
    if kind != Clock.Kind.STATUTORY:
        case.due_at, case.paused_at = due, None
    return one


def due_of(kind: str, at: datetime, policy: Policy) -> datetime:
    """Return the due time of a clock that starts at `at` and is never paused."""
    if kind == Clock.Kind.STATUTORY:
        return deadlines.working_days_after(
            at, policy.statutory_working_days, working_days.off_days()
        )
    hours = policy.review_hours if kind == Clock.Kind.REVIEW else policy.appeal_hours
    return at + timedelta(hours=hours)


def running(case: Correction) -> Clock:
    return case.clocks.filter(CASE_CLOCKS).select_related("policy").get(stopped_at=None)


def pause(case: Correction, at: datetime) -> None:
    """Pause the clock while the citizen is asked. Does nothing when the cap is used up."""
    one = running(case)
    left = pause_left(one)
    if left <= timedelta(0):
        return
    Pause.objects.create(clock=one, since=at, ends_at=at + left)
    case.paused_at = at
    one.next_milestone_at = None
    one.save(update_fields=["next_milestone_at"])


def pause_left(one: Clock) -> timedelta:
    """Return for how long this clock may still be paused, zero at least."""
    used = sum((p.until - p.since for p in one.pauses.all() if p.until), timedelta(0))
    return max(timedelta(0), timedelta(days=one.policy.pause_cap_days) - used)


def resume(case: Correction, at: datetime, why: Pause.End) -> None:
    """End the pause; due moves by its length, at most by the cap."""
    if case.paused_at is None:
        return
    one = running(case)
    stood_still = one.pauses.select_for_update().get(until=None)
    stood_still.until = min(at, stood_still.ends_at)
    stood_still.ended_by = Pause.End.CAP if at >= stood_still.ends_at else why
    stood_still.save(update_fields=["until", "ended_by"])
    one.due_at += stood_still.until - stood_still.since
    case.due_at, case.paused_at = one.due_at, None
    moments = [
        milestone.moment(one.due_at, one.length)
        for milestone in deadlines.MILESTONES[one.milestones_passed :]
    ]
    # Passed milestones are left to the next sweep.
    one.next_milestone_at = moments[0] if moments else None
    one.save(update_fields=["due_at", "next_milestone_at"])


def stop(case: Correction, at: datetime, how: Clock.Stop) -> None:
    """Stop every clock of a case that is closed."""
    resume(case, at, Pause.End.MOVED_ON)
    _stop(case, at, how, list(Clock.Kind))


def mark_undone(case: Correction, at: datetime) -> None:
    """Mark the clock of the decision before `at` as undone: it was overturned or reopened."""
    decided = case.clocks.filter(CASE_CLOCKS, stopped_how=Clock.Stop.DECIDED, stopped_at__lt=at)
    last = decided.order_by("-stopped_at").values("pk")[:1]
    Clock.objects.filter(pk__in=last).update(undone_at=at)


def answered(case: Correction, at: datetime) -> None:
    """Stop the statutory clock: the holder gave the citizen a first answer."""
    _stop(case, at, Clock.Stop.ANSWERED, [Clock.Kind.STATUTORY])


def _stop(case: Correction, at: datetime, how: Clock.Stop, kinds: list[Clock.Kind]) -> None:
    case.clocks.filter(stopped_at=None, kind__in=kinds).update(
        stopped_at=at, stopped_how=how, next_milestone_at=None, holder=case.holder
    )


@transaction.atomic
def end_long_pause(correction: Correction) -> None:
    """Resume a clock whose pause has reached the cap."""
    case = Correction.objects.select_for_update(of=("self",)).get(pk=correction.pk)
    record_overdue_work(case, db_time.now())
    case.save(update_fields=["due_at", "paused_at"])


def record_overdue_work(case: Correction, at: datetime) -> None:
    """Write breaches and pauses that the sweep has not written yet, before a verb changes the case.

    So a breach names the holder at the deadline, even if the case moves one second later.
    """
    if (
        case.paused_at is not None
        and case.clocks.filter(
            stopped_at=None, pauses__until=None, pauses__ends_at__lte=at
        ).exists()
    ):
        resume(case, at, Pause.End.CAP)
    late = list(case.clocks.filter(stopped_at=None, next_milestone_at__lt=at))
    for one in late:
        one.correction = case
    milestones.pass_milestones([LateClock.of(one) for one in late], at)
