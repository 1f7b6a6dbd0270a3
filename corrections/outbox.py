"""Does the errands that follow events, from rows that say 'not done yet'.

Celery gets a hint after each commit; the sweep does what is left, so that a broker, a worker or a
machine may die in between (docs/adr/0006). An errand may run twice: each one is idempotent. One that
kills its process again and again is set aside (background/counting.py), and the others go on.
"""

import logging
import time
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Expression, F, QuerySet

from background import counting
from corrections import actions, notices
from corrections.models import CorrectionEvent, OutboxRow
from organizations.models import Organization
from vaxreg import db_time

log = logging.getLogger(__name__)

# Longer than any errand takes: a worker that holds a row for longer is dead.
LEASE = timedelta(seconds=90)
# The sweep leaves a new row alone for this time, so that the hint can do it.
HEAD_START = timedelta(seconds=30)
LONGEST_WAIT = timedelta(hours=1)
# The greatest number of cases in one message.
MOST_IN_A_BUNDLE = 1000
# Columns that the texts about many cases use.
MESSAGE_COLUMNS = (
    "step",
    "party",
    "by_id",
    "remark",
    "organization_id",
    "correction__reference",
    "correction__status",
    "correction__due_at",
    "correction__triage_due_at",
    "correction__holder__name",
)


def _route(event: CorrectionEvent) -> None:
    actions.route(event.correction)


def _about(key: str) -> str:
    row = OutboxRow.objects.select_related("event__correction").filter(pk=key).first()
    if row is None:
        return f"outbox row {key}, which is gone"
    case = row.event.correction.reference
    return f"outbox row {key}: {row.errand} after {row.event.step} of {case}"


def _again(key: str) -> None:
    OutboxRow.objects.filter(pk=key, done_at=None).update(not_before=db_time.now())


ERRAND = counting.register(
    counting.Work("corrections.errand", "errands after an event", about=_about, again=_again)
)
ERRANDS: dict[str, Callable[[CorrectionEvent], None]] = {
    OutboxRow.Errand.ROUTE: _route,
    OutboxRow.Errand.TELL: notices.tell,
}


def do(row_id: int) -> bool:
    """Do one errand now; False when it is done, taken by another worker, or waits after a failure.

    Never raises: a failed errand is logged and delayed, longer each time, so that it neither loops
    nor blocks others.
    """
    now = db_time.now()
    claimed = OutboxRow.objects.filter(pk=row_id, done_at=None, not_before__lte=now).update(
        not_before=now + LEASE, tries=F("tries") + 1
    )
    return bool(claimed) and _run(row_id)


def do_undone(limit: int = 1000) -> int:
    """Do, oldest first, the errands whose hint was lost; return how many were done."""
    done = 0
    while done < limit:
        now = db_time.now()
        with transaction.atomic():
            batch = list(
                _locked(lost_hints(now))
                .order_by("not_before", "id")
                .values_list("pk", flat=True)[:100]
            )
            _claim(batch, now)
        if not batch:
            break
        done += sum(_run(row_id) for row_id in batch)
    return done


def do_bundles(until: float) -> int:
    """Send one message per person for many cases; return how many errands were done.

    until: when to stop, as a value of time.monotonic(); the next sweep does what is left.
    """
    done = 0
    while time.monotonic() < until:
        now = db_time.now()
        with transaction.atomic():
            bundle = _locked(bundled(now)).order_by("id").values_list("bundle", flat=True).first()
            if bundle is None:
                break
            # The text names only some of many cases: read just the columns that it uses.
            rows = list(
                _locked(bundled(now).filter(bundle=bundle))
                .select_related("event__correction__holder")
                .only("tries", *(f"event__{name}" for name in MESSAGE_COLUMNS))
                .order_by("id")[:MOST_IN_A_BUNDLE]
            )
            _claim([row.pk for row in rows], now)
        done += _run_together(rows)
    return done


def lost_hints(now: datetime | Expression) -> QuerySet[OutboxRow]:
    """Return errands without a bundle whose hint was lost, or that wait for another try."""
    return _undone(now).filter(bundle="", created_at__lte=now - HEAD_START)


def bundled(now: datetime | Expression) -> QuerySet[OutboxRow]:
    return _undone(now).exclude(bundle="")


def _undone(now: datetime | Expression) -> QuerySet[OutboxRow]:
    return OutboxRow.objects.filter(done_at=None, not_before__lte=now)


def _locked(rows: QuerySet[OutboxRow]) -> QuerySet[OutboxRow]:
    return rows.select_for_update(of=("self",), skip_locked=True)


def _claim(row_ids: list[int], now: datetime) -> None:
    OutboxRow.objects.filter(pk__in=row_ids).update(not_before=now + LEASE, tries=F("tries") + 1)


def _run(row_id: int) -> bool:
    with counting.counted(ERRAND, [row_id]) as begun:
        if not begun:
            _rest([row_id])
            return False
        row = OutboxRow.objects.select_related("event__correction").get(pk=row_id)
        return _finish([row], lambda: ERRANDS[row.errand](row.event))


def _run_together(rows: list[OutboxRow]) -> int:
    told = rows[0].event.organization
    done = 0
    by_id = {row.pk: row for row in rows}
    for piece in counting.pieces(ERRAND, list(by_id), MOST_IN_A_BUNDLE):
        with counting.counted(ERRAND, piece) as begun:
            _rest(sorted(set(piece) - set(begun)))
            if begun:
                done += _tell_of([by_id[row_id] for row_id in begun], told)
    return done


def _tell_of(rows: list[OutboxRow], told: Organization | None) -> int:
    events = [row.event for row in rows]
    for event in events:
        event.organization = told
    return len(rows) * _finish(rows, lambda: notices.tell_of_many(events))


def _rest(row_ids: list[int]) -> None:
    """Look less often at rows that are set aside; those that died just now come again by themselves."""
    if not row_ids:
        return
    aside = counting.set_aside_of(ERRAND)
    OutboxRow.objects.filter(
        pk__in=[pk for pk in row_ids if str(pk) in aside], done_at=None
    ).update(not_before=db_time.now() + LONGEST_WAIT)


def _finish(rows: list[OutboxRow], work: Callable[[], None]) -> bool:
    ids = [row.pk for row in rows]
    try:
        with transaction.atomic():
            work()
            OutboxRow.objects.filter(pk__in=ids).update(done_at=db_time.now(), last_error="")
    except Exception as error:
        tries = max(row.tries for row in rows)
        wait = min(LONGEST_WAIT, timedelta(seconds=15 * 2 ** min(tries, 10)))
        OutboxRow.objects.filter(pk__in=ids, done_at=None).update(
            not_before=db_time.now() + wait, last_error=type(error).__name__
        )
        log.exception("errand failed, tried again later: outbox row %s", ids[0])
        return False
    return True
