"""Recomputes the due times of running clocks after a change of the rules or the calendar.

The new due time is the start, plus what the new rules allow, plus the pauses. Stopped clocks,
breaches and passed milestones stay as they are, and so does the version of a case: no reviewer's
page becomes stale. Set-based, in batches; a RecomputeRun records how far it is.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, connection, transaction
from django.db.models import Expression, Q, QuerySet

from background import counting
from background.counting import Work
from corrections.clocks import deadlines, policies, working_days
from corrections.clocks.deadlines import MILESTONES, STATUTORY_MILESTONES
from corrections.models import Clock, DayOff, Policy, RecomputeRun
from vaxreg import db_time
from vaxreg.celery import hint

if TYPE_CHECKING:
    from accounts.models import User

# Clocks locked at a time: a verb that needs one of them waits for less than a second.
BATCH = 2000
# Seconds for one task: less than Celery's time limit.
PASS_SECONDS = 40
# Seconds to wait for rows that another transaction has locked.
LOCK_RETRY_SECONDS = 0.2
# A transaction that was open while the rules changed may start a clock under the old rules: the
# sweep looks for such clocks for this long after the end.
RECHECK_FOR = timedelta(minutes=5)


RUN = counting.register(
    Work("corrections.recompute", "due times after a change of the rules", lambda key: f"run {key}")
)


class RulesChangedMeanwhile(Exception):
    """A newer version came into force after the page was opened."""


@dataclass(frozen=True)
class RuleChange:
    """Rules and days off under which to compute the running clocks; the policy need not be stored.

    days: by day, True when it is off and False when it is worked; overrides the calendar.
    """

    policy: Policy
    days: Mapping[date, bool] = field(default_factory=dict)


# Running clocks, the length the change gives them, and whether the change affects them. A review or
# appeal clock whose hours stay the same keeps its due time to the microsecond. A statutory clock
# also depends on the calendar: its due time is passed in for each day of receipt.
AFFECTED_CLOCKS = """
    SELECT one.*, one.due_at + (one.allowed - one.length) AS new_due_at
    FROM (
        SELECT clock.id, clock.correction_id, clock.kind, clock.policy_id, clock.length,
            clock.due_at, clock.milestones_passed, clock.next_milestone_at, rules.same,
            CASE
                WHEN clock.kind = 'statutory' THEN days.due_at - clock.started_at
                WHEN rules.same THEN clock.length
                WHEN clock.kind = 'appeal' THEN %(appeal)s
                ELSE %(review)s
            END AS allowed
        FROM corrections_clock clock
        JOIN corrections_policy own ON own.id = clock.policy_id
        CROSS JOIN LATERAL (SELECT CASE clock.kind
            WHEN 'statutory' THEN own.statutory_working_days = %(working_days)s
            WHEN 'appeal' THEN own.appeal_hours = %(appeal_hours)s
                AND own.pause_cap_days = %(cap)s
            ELSE own.review_hours = %(review_hours)s AND own.pause_cap_days = %(cap)s
        END AS same) rules
        LEFT JOIN unnest(%(received)s::date[], %(dues)s::timestamptz[]) days (received, due_at)
            ON clock.kind = 'statutory'
            AND days.received = (clock.started_at AT TIME ZONE %(here)s)::date
        WHERE clock.stopped_at IS NULL
    ) one
    WHERE one.allowed IS NOT NULL AND (one.allowed <> one.length OR NOT one.same)
"""

COUNT = f"SELECT count(*) FROM ({AFFECTED_CLOCKS}) found"  # noqa: S608 (our own text)

# Skips clocks that changed after they were read: the next pass takes them. The next milestone is
# counted back from due, as in deadlines.Milestone.moment; a paused clock has none until it resumes.
MOVE = f"""
WITH concerned AS MATERIALIZED (
    SELECT * FROM ({AFFECTED_CLOCKS}) found WHERE found.id > %(after)s ORDER BY found.id LIMIT %(limit)s
), held AS MATERIALIZED (
    SELECT clock.id FROM corrections_correction held_case
    JOIN corrections_clock clock ON clock.correction_id = held_case.id
    JOIN concerned ON concerned.id = clock.id
    WHERE clock.stopped_at IS NULL AND clock.due_at = concerned.due_at
        AND clock.policy_id = concerned.policy_id
        AND clock.milestones_passed = concerned.milestones_passed
        AND clock.next_milestone_at IS NOT DISTINCT FROM concerned.next_milestone_at
    FOR UPDATE OF held_case, clock SKIP LOCKED
), now_due AS MATERIALIZED (
    SELECT concerned.*,
        CASE WHEN same THEN policy_id ELSE %(policy)s END AS new_policy_id,
        CASE kind WHEN 'statutory'
            THEN (%(statutory_shares)s::float8[])[milestones_passed + 1]
            ELSE (%(shares)s::float8[])[milestones_passed + 1] END AS share,
        CASE kind WHEN 'statutory'
            THEN (%(statutory_lates)s::interval[])[milestones_passed + 1]
            ELSE (%(lates)s::interval[])[milestones_passed + 1] END AS late,
        EXISTS (SELECT FROM corrections_pause pause
            WHERE pause.clock_id = concerned.id AND pause.until IS NULL) AS stands_still
    FROM concerned JOIN held USING (id)
), moved AS (
    UPDATE corrections_clock clock
    SET length = allowed, due_at = new_due_at, policy_id = new_policy_id,
        next_milestone_at = CASE WHEN NOT stands_still
            THEN new_due_at - allowed * (1 - share) + late END
    FROM now_due WHERE clock.id = now_due.id
), audited AS (
    INSERT INTO corrections_clockchange
        (clock_id, at, by_id, old_due_at, new_due_at, old_policy_id, new_policy_id, why)
    SELECT id, %(at)s, %(by)s, due_at, new_due_at, policy_id, new_policy_id, %(why)s FROM now_due
), copied AS (
    UPDATE corrections_correction copy SET due_at = new_due_at
    FROM now_due
    WHERE copy.id = now_due.correction_id AND now_due.kind <> 'statutory'
        AND now_due.new_due_at <> now_due.due_at
)
SELECT (SELECT count(*) FROM concerned), (SELECT count(*) FROM now_due),
    (SELECT max(id) FROM concerned)
"""  # noqa: S608 (our own text)


def change_rules(policy: Policy, *, by: "User", instead_of: int) -> RecomputeRun:
    """Put a new version of the rules into force and recompute the running clocks.

    policy: not saved yet; its note is the reason. instead_of: the version that the page showed.
    Raises RulesChangedMeanwhile.
    """
    try:
        with transaction.atomic():
            earlier = _unfinished()
            if policies.current().version != instead_of:
                raise RulesChangedMeanwhile
            policy.version, policy.made_at, policy.made_by = instead_of + 1, db_time.now(), by
            policy.save(force_insert=True)
            return _begin(earlier, policy, by, policy.note)
    except IntegrityError:
        if policies.current().version == instead_of:
            raise
        raise RulesChangedMeanwhile from None


def change_day(
    day: date, *, is_working: bool, name: str, by: "User", swapped_with: date | None = None
) -> RecomputeRun:
    """Declare a day off, or a working day, whatever the calendar says, and recompute the clocks.

    swapped_with: the other half of the swap, which counts the opposite; both are stored together.
    To change one half of an earlier swap alone undoes that swap: its other half changes, too.
    """
    with transaction.atomic():
        earlier = _unfinished()
        changed = working_days.changed_days(day, is_working=is_working, swapped_with=swapped_with)
        for one, is_off in changed.items():
            other = {day: swapped_with, swapped_with: day}.get(one)
            DayOff.objects.update_or_create(
                day=one,
                defaults={
                    "is_working": not is_off,
                    "swapped_with": other,
                    "name": name,
                    "made_at": db_time.now(),
                    "made_by": by,
                },
            )
        undone = next((one for one in changed if one != day), None)
        return _begin(
            earlier,
            policies.current(),
            by,
            name,
            day=day,
            is_working=is_working,
            swapped_with=swapped_with or undone,
        )


def resume(run_id: int, seconds: float = PASS_SECONDS) -> bool:
    """Move clocks until all follow this run or `seconds` are over; True when all do."""
    with counting.counted(RUN, [run_id]) as begun:
        return bool(begun) and _resume(run_id, seconds)


def _resume(run_id: int, seconds: float) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        looked_at, moved = _pass(run_id, until)
        if not looked_at:
            return _end(run_id)
        if not moved:
            # Other transactions hold the clocks that are left.
            time.sleep(LOCK_RETRY_SECONDS)
    return False


def is_set_aside(run_id: int) -> bool:
    """Tell whether a run stands still, because processes died in it again and again."""
    return str(run_id) in counting.set_aside_of(RUN)


def unfinished_runs(now: datetime | Expression) -> QuerySet[RecomputeRun]:
    """Return runs that are not finished, or that finished less than STRAYS ago."""
    return RecomputeRun.objects.filter(
        Q(finished_at=None) | Q(finished_at__gt=now - RECHECK_FOR), overtaken_by=None
    )


def resume_newest(seconds: float = PASS_SECONDS) -> None:
    """Continue the newest run, for example after a worker died; the sweep calls it every minute."""
    newest = unfinished_runs(db_time.sql_now()).first()
    if newest is not None:
        resume(newest.pk, seconds)


def run(run_id: int) -> None:
    """Work on a run within one task, and ask for another task if clocks are left."""
    with counting.counted(RUN, [run_id]) as begun:
        is_left = bool(begun) and not _resume(run_id, PASS_SECONDS)
    if is_left:
        hint("corrections.recompute", run_id)


def affected_parameters(change: RuleChange) -> dict[str, Any]:
    """Return the SQL parameters of CONCERNED."""
    policy = change.policy
    dues = _statutory_dues(change)
    return {
        "review": timedelta(hours=policy.review_hours),
        "appeal": timedelta(hours=policy.appeal_hours),
        "review_hours": policy.review_hours,
        "appeal_hours": policy.appeal_hours,
        "working_days": policy.statutory_working_days,
        "cap": policy.pause_cap_days,
        "received": list(dues),
        "dues": list(dues.values()),
        "here": deadlines.HERE.key,
    }


def _statutory_dues(change: RuleChange) -> dict[date, datetime]:
    """Return the due time of running statutory clocks, by day of receipt."""
    is_off = working_days.off_days(change.days)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT (started_at AT TIME ZONE %s)::date FROM corrections_clock"
            " WHERE stopped_at IS NULL AND kind = %s",
            [deadlines.HERE.key, Clock.Kind.STATUTORY],
        )
        found = [row[0] for row in cursor.fetchall()]
    return {
        day: deadlines.working_days_after(
            datetime(day.year, day.month, day.day, tzinfo=deadlines.HERE),
            change.policy.statutory_working_days,
            is_off,
        )
        for day in found
    }


def _unfinished() -> list[RecomputeRun]:
    """Lock the unfinished runs, which the new one replaces; waits for a running batch."""
    return list(RecomputeRun.objects.select_for_update().filter(finished_at=None))


def _begin(
    earlier: list[RecomputeRun],
    policy: Policy,
    by: "User",
    why: str,
    day: date | None = None,
    is_working: bool | None = None,
    swapped_with: date | None = None,
) -> RecomputeRun:
    now = db_time.now()
    with connection.cursor() as cursor:
        cursor.execute(COUNT, affected_parameters(RuleChange(policy)))
        wanted = cursor.fetchone()[0]
    begun = RecomputeRun.objects.create(
        policy=policy,
        day=day,
        is_working=is_working,
        swapped_with=swapped_with,
        why=why,
        made_at=now,
        made_by=by,
        wanted=wanted,
        finished_at=None if wanted else now,
    )
    for one in earlier:
        one.finished_at, one.overtaken_by = now, begun
        one.save(update_fields=["finished_at", "overtaken_by"])
    if wanted:
        hint("corrections.recompute", begun.pk)
    return begun


def _locked(run_id: int) -> RecomputeRun | None:
    """Lock a run, so that two workers take turns; None when it is not the newest one."""
    newest = RecomputeRun.objects.values_list("pk", flat=True).first()
    found = RecomputeRun.objects.select_for_update(of=("self",)).select_related("policy")
    return found.get(pk=run_id) if newest == run_id else None


def _pass(run_id: int, until: float) -> tuple[int, int]:
    """Go once through the affected clocks; return how many were read and how many moved."""
    looked_at = moved_in_all = after = 0
    parameters: dict[str, Any] = {}
    while time.monotonic() < until:
        with transaction.atomic():
            run = _locked(run_id)
            if run is None:
                break
            parameters = parameters or affected_parameters(RuleChange(run.policy))
            found, moved, last = _move(run, {**parameters, "after": after})
            run.done += moved
            run.wanted = max(run.wanted, run.done)
            run.save(update_fields=["done", "wanted"])
        looked_at, moved_in_all, after = looked_at + found, moved_in_all + moved, last or after
        if found < BATCH:
            break
    return looked_at, moved_in_all


def _end(run_id: int) -> bool:
    RecomputeRun.objects.filter(pk=run_id, finished_at=None).update(finished_at=db_time.now())
    return True


def _move(run: RecomputeRun, parameters: Mapping[str, Any]) -> tuple[int, int, int | None]:
    """Move one batch; return how many clocks were read, how many moved, and the last id."""
    with connection.cursor() as cursor:
        cursor.execute(
            MOVE,
            {
                **parameters,
                "limit": BATCH,
                "policy": run.policy_id,
                "at": db_time.now(),
                "by": run.made_by_id,
                "why": run.why,
                "shares": [float(milestone.share) for milestone in MILESTONES],
                "lates": [milestone.late for milestone in MILESTONES],
                "statutory_shares": [float(milestone.share) for milestone in STATUTORY_MILESTONES],
                "statutory_lates": [milestone.late for milestone in STATUTORY_MILESTONES],
            },
        )
        looked_at, moved, last = cursor.fetchone()
    return looked_at, moved, last
