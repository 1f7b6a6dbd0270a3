"""Benchmarks of the sweep: with nothing due, with 5,000 overdue cases, and after an outage."""

import logging
import statistics
import time
from datetime import timedelta
from typing import Any

from administration.rules_preview import preview
from bench import dataset
from bench.results import BenchResult
from corrections import sweep
from corrections.clocks import recompute
from corrections.models import Breach, Clock, OutboxRow, Policy, RecomputeRun
from messaging.models import Message
from vaxreg import db_time

IDLE_PASSES = 20
# Seconds; enough for one pass to do everything.
UNLIMITED_SECONDS = 3600
# Time from receipt to the next milestone of a review: due, after all reminders were sent.
DUE = timedelta(hours=48)
REMINDERS = 3


def idle(open_cases: int, seed: int) -> list[BenchResult]:
    """Measure passes over this many open clocks of which none has passed a milestone."""
    dataset.add_cases(
        open_cases,
        newest=timedelta(hours=1),
        seed=seed,
        passed=0,
        next_milestone=timedelta(days=60),
    )
    dataset.vacuum_analyze()
    sweep.sweep()
    took, worked = [], []
    for _number in range(IDLE_PASSES):
        begun, busy = time.perf_counter(), time.process_time()
        sweep.sweep()
        took.append(time.perf_counter() - begun)
        worked.append(time.process_time() - busy)
    return [
        BenchResult("idle pass, our own CPU", statistics.median(worked) * 1000, "ms"),
        BenchResult(
            f"idle pass, {open_cases:,} open", statistics.median(took) * 1000, "ms", at_most=5
        ),
    ]


def overdue(count: int, seed: int) -> list[BenchResult]:
    """Measure a pass that finds this many cases just overdue; messages are measured separately."""
    _add_late(count, seed)
    begun = time.perf_counter()
    swept = sweep.sweep(UNLIMITED_SECONDS)
    took = time.perf_counter() - begun
    _check(swept.breaches == count, f"{swept.breaches} breaches instead of {count}")
    return [
        BenchResult(
            f"{count:,} overdue: breaches and errands", swept.milestones_took, "s", at_most=0.5
        ),
        BenchResult(f"{count:,} overdue: telling people", took - swept.milestones_took, "s"),
    ]


def outage(count: int, seed: int) -> list[BenchResult]:
    """Measure the passes after an outage, with one broken row, until all messages are written."""
    _add_late(count, seed)
    poisoned = Clock.objects.filter(next_milestone_at__isnull=False).order_by(
        "next_milestone_at", "id"
    )[count // 2]
    # An existing breach that the clock does not know of: writing it again fails.
    Breach.objects.create(
        correction=poisoned.correction,
        clock=poisoned,
        rung="due",
        at=poisoned.due_at,
        written_at=db_time.now(),
    )
    # The oldest cases have passed the province's rung too; all have passed the rung "due".
    of_due = Breach.objects.filter(rung="due")
    before, messages = Breach.objects.count(), Message.objects.count()
    last = Breach.objects.order_by("-pk").values_list("pk", flat=True)[0]
    logging.disable(logging.CRITICAL)
    begun = time.perf_counter()
    passes = 0
    while True:
        swept = sweep.sweep()
        passes += 1
        if not swept.unfinished:
            break
    took = time.perf_counter() - begun
    logging.disable(logging.NOTSET)
    written = Breach.objects.count() - before
    order = list(of_due.filter(pk__gt=last).order_by("pk").values_list("at", flat=True))
    _check(len(order) == count - 1, f"{len(order)} cases instead of {count - 1}")
    _check(swept.failed == [poisoned.correction.reference], "the poisoned row was not named")
    _check(order == sorted(order), "not the oldest first")
    _check(
        not OutboxRow.objects.filter(done_at=None).exclude(bundle="").exists(),
        "somebody was not told",
    )
    poisoned.next_milestone_at = None
    poisoned.save(update_fields=["next_milestone_at"])
    return [
        BenchResult(f"{count:,} overdue after an outage, all told", took, "s", at_most=300),
        BenchResult("of them a second", written / took, "breaches"),
        BenchResult("passes", passes, ""),
        BenchResult("messages written", Message.objects.count() - messages, ""),
    ]


def change_of_rules() -> list[BenchResult]:
    """Measure a change of rules that moves every open clock: its preview, and the recompute."""
    rules = policies_with(review_hours=72)
    begun = time.perf_counter()
    seen = preview(recompute.RuleChange(rules))
    looked = time.perf_counter() - begun
    run = RecomputeRun.objects.create(
        policy=_in_force(rules),
        why="bench",
        made_at=db_time.now(),
        made_by=dataset.ministry_officer(),
    )
    begun = time.perf_counter()
    while not recompute.resume(run.pk):
        continue
    took = time.perf_counter() - begun
    run.refresh_from_db()
    _check(run.done == seen.concerned, f"{run.done} clocks moved instead of {seen.concerned}")
    return [
        BenchResult(f"preview of a change, {seen.concerned:,} open clocks", looked, "s"),
        BenchResult(f"recompute of {run.done:,} open clocks", took, "s", at_most=60),
    ]


def policies_with(**changed: int) -> Policy:
    """Return the next version of the rules, not stored."""
    newest: dict[str, Any] = {**Policy.objects.values()[0]}
    return Policy(
        **{
            **newest,
            "id": None,
            "version": newest["version"] + 1,
            "made_at": db_time.now(),
            **changed,
        }
    )


def _in_force(policy: Policy) -> Policy:
    policy.save(force_insert=True)
    return policy


def _add_late(count: int, seed: int) -> None:
    dataset.add_cases(
        count, newest=DUE + timedelta(minutes=1), seed=seed, passed=REMINDERS, next_milestone=DUE
    )
    dataset.vacuum_analyze()


def _check(is_so: bool, otherwise: str) -> None:
    """Raise RuntimeError if the result is wrong: its time would mean nothing."""
    if not is_so:
        raise RuntimeError(otherwise)
