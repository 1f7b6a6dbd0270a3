"""The sweep, once a minute: lost errands, old claims, expired questions, passed milestones.

The database says what is to be done; there are no 48-hour timers in a broker. It works oldest
first, in batches with SKIP LOCKED, until nothing is left or its time is over. Two sweeps at once do
each row once; a row that fails is skipped in this pass and logged; one in which the process dies
again and again is set aside (background/counting.py). `manage.py sweep` runs it by hand.
"""

import logging
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from django.db import connection, transaction
from django.db.models import Exists, Expression, QuerySet, Subquery
from django.db.models.functions import Coalesce, Now
from django.db.models.lookups import LessThan

from background import counting
from background.counting import Work
from corrections import actions, outbox
from corrections.actions import by_record
from corrections.clocks import deadlines, milestones, recompute, timekeeping
from corrections.clocks.milestones import LateClock
from corrections.lifecycle import Status
from corrections.models import (
    AnsweredCase,
    Clock,
    Correction,
    DelayedDecision,
    Heartbeat,
    Pause,
    Policy,
)
from vaxreg import db_time

log = logging.getLogger(__name__)

BATCH = 500
HEARTBEAT = "sweep"
# Seconds for one pass: less than Celery's time limit, and than the minute until the next pass.
PASS = 40


@dataclass
class SweepResult:
    """What one pass did; `failed`: the references of cases with an error."""

    errands: int = 0
    decisions: int = 0
    answered: int = 0
    released: int = 0
    expired: int = 0
    breaches: int = 0
    reminders: int = 0
    told: int = 0
    # Seconds spent on milestones; most of the rest of a long pass goes into messages.
    milestones_took: float = 0
    failed: list[str] = field(default_factory=list)
    # The time was over before everything was done; the next pass continues.
    unfinished: bool = False


def sweep(seconds: float = PASS) -> SweepResult:
    """Run one pass and write the heartbeat; never raises because of a single bad row."""
    started = time.monotonic()
    until = started + seconds
    begun, work = _waiting()
    swept = SweepResult()
    if "errands" in work:
        swept.errands = outbox.do_undone()
    for name, (cases, act) in _CASES.items():
        if name in work:
            _each(CASE_WORKS[name], cases(), act, until, swept)
    failed: list[int] = []
    above = milestones.LevelsAboveCache()
    marks_from = time.monotonic()
    while "milestones" in work and time.monotonic() < until and _batch(swept, failed, above):
        continue
    swept.milestones_took = round(time.monotonic() - marks_from, 3)
    if "bundles" in work or swept.breaches or swept.reminders:
        swept.told = outbox.do_bundles(until)
    if "recompute" in work:
        _recompute(until - time.monotonic())
    swept.unfinished = time.monotonic() >= until
    took = timedelta(seconds=time.monotonic() - started)
    beat = {"at": begun + took, "took": took, "did": asdict(swept)}
    if not Heartbeat.objects.filter(name=HEARTBEAT).update(**beat):
        Heartbeat.objects.create(name=HEARTBEAT, **beat)
    return swept


def _waiting() -> tuple[datetime, set[str]]:
    """Return the time and the kinds of work that exist: one query, as most passes find nothing."""
    is_now = isinstance(db_time.sql_now(), Now)
    sql, parameters = _usual_question() if is_now else _work_query()
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        row = cursor.fetchone()
    if row is None:
        # No policy is stored yet; the first case creates one.
        return db_time.now(), set(_WORK)
    return row[0], {name for name, is_any in zip(_WORK, row[1:], strict=True) if is_any}


def _work_query() -> tuple[str, tuple[Any, ...]]:
    """Return the SQL of that query: the time, and for each kind of work whether there is any."""
    now = db_time.sql_now()
    any_of: dict[str, Any] = {f"any_{name}": Exists(rows(now)) for name, rows in _WORK.items()}
    # The first one of the index: for EXISTS all pauses that ever were would be read.
    first = Pause.objects.filter(until=None).order_by("ends_at", "id").values("ends_at")[:1]
    any_of["any_pauses"] = Coalesce(LessThan(Subquery(first), now), False)
    asked = Policy.objects.order_by().annotate(begun=now, **any_of)
    return asked.values_list("begun", *any_of)[:1].query.sql_with_params()


@cache
def _usual_question() -> tuple[str, tuple[Any, ...]]:
    """Return the same SQL, cached: building it takes longer than running it."""
    return _work_query()


def _late() -> QuerySet[Clock]:
    return Clock.objects.filter(stopped_at=None, next_milestone_at__lt=db_time.sql_now())


def _recompute(seconds: float) -> None:
    try:
        recompute.resume_newest(seconds)
    except Exception:
        log.exception("a change of the rules is not followed yet, tried again by the next sweep")


def _questions() -> QuerySet[Correction]:
    return Correction.objects.filter(
        status=Status.WAITING, answer_by__lt=db_time.sql_now()
    ).order_by("answer_by", "id")


def _claims() -> QuerySet[Correction]:
    ran_out = db_time.sql_now() - deadlines.CLAIM_TIME
    return Correction.objects.filter(status=Status.IN_REVIEW, picked_up_at__lte=ran_out).order_by(
        "picked_up_at", "id"
    )


def _over() -> QuerySet[Pause]:
    return Pause.objects.filter(until=None, ends_at__lt=db_time.sql_now())


def _long_pauses() -> QuerySet[Correction]:
    # Only a case that waits for an answer is paused, and of those there is an index.
    waiting = Correction.objects.filter(answer_by__isnull=False)
    return waiting.filter(pk__in=_over().values("clock__correction")).order_by("id")


def _due() -> QuerySet[DelayedDecision]:
    return DelayedDecision.objects.due(db_time.sql_now())


def _decisions() -> QuerySet[Correction]:
    return Correction.objects.filter(pk__in=_due().values("correction")).order_by("id")


def _carry_out(case: Correction, swept: SweepResult) -> None:
    swept.decisions += actions.carry_out(case) is not None


def _asked() -> QuerySet[AnsweredCase]:
    return AnsweredCase.objects.filter(asked_at__isnull=False)


def _answered() -> QuerySet[Correction]:
    return Correction.objects.filter(answered_by__asked_at__isnull=False).order_by(
        "answered_by__asked_at", "id"
    )


def _close_answered(case: Correction, swept: SweepResult) -> None:
    swept.answered += by_record.close_asked(case)


def close_answered(seconds: float = PASS) -> int:
    """Close the answered cases that somebody asked for, counted as the sweep counts."""
    swept = SweepResult()
    until = time.monotonic() + seconds
    _each(CASE_WORKS["answered"], _answered(), _close_answered, until, swept)
    return swept.answered


def carry_out(correction_id: int) -> None:
    """Carry out the decision about one case, if one is due; counted as the sweep counts."""
    case = Correction.objects.get(pk=correction_id)
    with counting.counted(CASE_WORKS["decisions"], [case.pk]) as begun:
        if begun:
            actions.carry_out(case)


def _expire(case: Correction, swept: SweepResult) -> None:
    swept.expired += actions.expire(case).status == Status.EXPIRED


def _release(case: Correction, swept: SweepResult) -> None:
    swept.released += actions.release(case).status == Status.QUEUED


def _end_pause(case: Correction, swept: SweepResult) -> None:
    timekeeping.end_long_pause(case)


def _each(
    work: Work,
    cases: QuerySet[Correction],
    act: Callable[[Correction, SweepResult], None],
    until: float,
    swept: SweepResult,
) -> None:
    """Call `act` for each of these cases; one that fails is skipped and logged."""
    failed = [int(key) for key in counting.set_aside_of(work)]
    before: list[Correction] = []
    while time.monotonic() < until:
        batch = list(cases.exclude(pk__in=failed)[:BATCH])
        if not batch or batch == before:
            return
        before = batch
        for case in batch:
            try:
                with counting.counted(work, [case.pk]) as begun:
                    if begun:
                        act(case, swept)
                    else:
                        failed.append(case.pk)
            except Exception:
                failed.append(case.pk)
                _skip(case.reference, swept)


def _skip(reference: str, swept: SweepResult) -> None:
    log.exception("skipped by the sweep: correction %s", reference)
    swept.failed.append(reference)


def _of_case(key: str) -> str:
    case = Correction.objects.filter(pk=key).first()
    return f"correction {case.reference}" if case else f"correction {key}, which is gone"


def _of_clock(key: str) -> str:
    case = Correction.objects.filter(clocks=int(key)).first()
    return f"correction {case.reference}" if case else f"clock {key}, which is gone"


CASE_WORKS = {
    "decisions": Work("corrections.decision", "decisions that nobody took back", about=_of_case),
    "answered": Work("corrections.answered", "cases that the record answers", about=_of_case),
    "questions": Work("corrections.question", "questions without an answer", about=_of_case),
    "claims": Work("corrections.claim", "cases that nobody gave back", about=_of_case),
    "pauses": Work("corrections.pause", "pauses that are over", about=_of_case),
}
for one in CASE_WORKS.values():
    counting.register(one)
MILESTONE = counting.register(
    Work("corrections.milestone", "deadlines and reminders", about=_of_clock)
)


_CASES: dict[
    str, tuple[Callable[[], QuerySet[Correction]], Callable[[Correction, SweepResult], None]]
] = {
    "decisions": (_decisions, _carry_out),
    "answered": (_answered, _close_answered),
    "questions": (_questions, _expire),
    "claims": (_claims, _release),
    "pauses": (_long_pauses, _end_pause),
}


def _whenever(rows: Callable[[], QuerySet[Any]]) -> Callable[[Expression], QuerySet[Any]]:
    return lambda _now: rows()


_WORK: dict[str, Callable[[Expression], QuerySet[Any]]] = {
    "errands": outbox.lost_hints,
    **{name: _whenever(cases) for name, (cases, _act) in _CASES.items()},
    # Whether there is any is asked of their own tables: with the cases, PostgreSQL expected to
    # find one soon, and read every clock of the country each minute.
    "decisions": _whenever(_due),
    "answered": _whenever(_asked),
    "milestones": _whenever(_late),
    "bundles": outbox.bundled,
    "recompute": recompute.unfinished_runs,
}


def _batch(swept: SweepResult, failed: list[int], above: milestones.LevelsAboveCache) -> bool:
    """Pass milestones of up to BATCH clocks; False when none is left."""
    late = _late().exclude(pk__in=failed).order_by("next_milestone_at", "id")
    ids = list(late.values_list("pk", flat=True)[:BATCH])
    for piece in counting.pieces(MILESTONE, ids, BATCH):
        with counting.counted(MILESTONE, piece) as begun:
            failed += set(piece) - set(begun)
            if begun:
                _pass_locked(begun, swept, failed, above)
    return bool(ids)


def _pass_locked(
    ids: list[int], swept: SweepResult, failed: list[int], above: milestones.LevelsAboveCache
) -> None:
    with transaction.atomic():
        late = [
            LateClock(*columns)
            # No `of`: locks the rows of both tables, the clock and its correction.
            for columns in _late()
            .select_for_update(skip_locked=True)
            .filter(pk__in=ids)
            .order_by("next_milestone_at", "id")
            .values_list(*milestones.COLUMNS)
        ]
        # What another sweep holds is not looked at again in this pass.
        failed += set(ids) - {one.clock_id for one in late}
        try:
            with transaction.atomic():
                _pass(late, swept, above)
        except Exception:
            log.warning("a batch of the sweep failed; its cases are done one by one")
            for one in late:
                try:
                    with transaction.atomic():
                        _pass([one], swept, above)
                except Exception:
                    failed.append(one.clock_id)
                    _skip(one.reference, swept)


def _pass(late: list[LateClock], swept: SweepResult, above: milestones.LevelsAboveCache) -> None:
    passed = milestones.pass_milestones(late, db_time.now(), above)
    swept.breaches += passed.breaches
    swept.reminders += passed.reminders
