"""The sweep, once a minute: lost errands, claims that ran out, questions nobody answered, marks.

Driven by the database, never by 48-hour timers in a broker. Oldest first, in batches with SKIP
LOCKED until none is left or the time of this pass is over; two sweeps at once do each row once; a
row that fails is set aside for this pass and reported. `manage.py sweep` runs it without Celery.
"""

import logging
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field

from django.db import transaction
from django.db.models import QuerySet

from corrections import actions, clocks, deadlines, marks, outbox, recompute
from corrections.lifecycle import Status
from corrections.models import Clock, Correction, Heartbeat, Pause
from vaxreg import clock

log = logging.getLogger(__name__)

BATCH = 500
HEARTBEAT = "sweep"
# Seconds for one pass: less than Celery's limit for a task, and than the minute until the next.
PASS = 40


@dataclass
class Swept:
    """What one pass did; `set_aside` holds the references of cases that failed."""

    errands: int = 0
    released: int = 0
    expired: int = 0
    breaches: int = 0
    reminders: int = 0
    told: int = 0
    set_aside: list[str] = field(default_factory=list)
    # The time of this pass was over before everything was done; the next one goes on.
    unfinished: bool = False


def sweep(seconds: float = PASS) -> Swept:
    """Run one pass and leave the heartbeat; raises nothing for a single bad row."""
    begun = clock.now()
    until = time.monotonic() + seconds
    swept = Swept(errands=outbox.do_undone())
    _each(_questions(), _expire, until, swept)
    _each(_claims(), _release, until, swept)
    _each(_long_pauses(), _end_pause, until, swept)
    failed: list[int] = []
    while time.monotonic() < until and _batch(swept, failed):
        continue
    swept.told = outbox.do_bundles(until)
    _recompute(until - time.monotonic())
    swept.unfinished = time.monotonic() >= until
    ended = clock.now()
    Heartbeat.objects.update_or_create(
        name=HEARTBEAT, defaults={"at": ended, "took": ended - begun, "did": asdict(swept)}
    )
    return swept


def _recompute(seconds: float) -> None:
    try:
        recompute.resume_newest(seconds)
    except Exception:
        log.exception("a change of the rules is not followed yet, tried again by the next sweep")


def _questions() -> QuerySet[Correction]:
    return Correction.objects.filter(status=Status.WAITING, answer_by__lt=clock.sql_now()).order_by(
        "answer_by", "id"
    )


def _claims() -> QuerySet[Correction]:
    ran_out = clock.sql_now() - deadlines.CLAIM_TIME
    return Correction.objects.filter(status=Status.IN_REVIEW, picked_up_at__lte=ran_out).order_by(
        "picked_up_at", "id"
    )


def _long_pauses() -> QuerySet[Correction]:
    over = Pause.objects.filter(until=None, ends_at__lt=clock.sql_now())
    return Correction.objects.filter(pk__in=over.values("clock__correction")).order_by("id")


def _expire(case: Correction, swept: Swept) -> None:
    swept.expired += actions.expire(case).status == Status.EXPIRED


def _release(case: Correction, swept: Swept) -> None:
    swept.released += actions.release(case).status == Status.QUEUED


def _end_pause(case: Correction, swept: Swept) -> None:
    clocks.end_long_pause(case)


def _each(
    cases: QuerySet[Correction],
    act: Callable[[Correction, Swept], None],
    until: float,
    swept: Swept,
) -> None:
    """Do something to each of these cases; one that fails is set aside and reported."""
    failed: list[int] = []
    while time.monotonic() < until:
        batch = list(cases.exclude(pk__in=failed)[:BATCH])
        if not batch:
            return
        for case in batch:
            failed.append(case.pk)
            try:
                act(case, swept)
            except Exception:
                _set_aside(case, swept)


def _set_aside(case: Correction, swept: Swept) -> None:
    log.exception("set aside by the sweep: correction %s", case.reference)
    swept.set_aside.append(case.reference)


def _batch(swept: Swept, failed: list[int]) -> bool:
    """Deal with up to BATCH clocks that passed a mark; False when none is left."""
    with transaction.atomic():
        late = list(
            # The correction first: the verbs lock in that order too.
            Clock.objects.select_for_update(of=("correction", "self"), skip_locked=True)
            .select_related("correction__holder")
            .filter(stopped_at=None, next_mark_at__lt=clock.sql_now())
            .exclude(pk__in=failed)
            .order_by("next_mark_at", "id")[:BATCH]
        )
        try:
            with transaction.atomic():
                _pass(late, swept)
        except Exception:
            log.warning("a batch of the sweep failed; its cases are done one by one")
            for one in late:
                try:
                    with transaction.atomic():
                        _pass([one], swept)
                except Exception:
                    failed.append(one.pk)
                    _set_aside(one.correction, swept)
    return bool(late)


def _pass(late: list[Clock], swept: Swept) -> None:
    passed = marks.pass_marks(late, clock.now())
    swept.breaches += passed.breaches
    swept.reminders += passed.reminders
