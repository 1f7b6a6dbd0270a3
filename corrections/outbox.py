"""What must follow an event, from rows that say 'not done yet'.

Celery is hinted after each commit; the sweep claims whatever was not done, so that a broker, a
worker or a machine may die in between (docs/adr/0006). An errand may run twice: each is harmless.
"""

import logging
from collections.abc import Callable
from datetime import timedelta

from django.db import transaction
from django.db.models import F

from corrections import actions, notices
from corrections.models import CorrectionEvent, OutboxRow
from vaxreg import clock

log = logging.getLogger(__name__)

# Longer than an errand can take: whoever claimed it and is silent for so long is dead.
CLAIM = timedelta(seconds=90)
# The hint gets this head start before the sweep takes a row itself.
HEAD_START = timedelta(seconds=30)
LONGEST_WAIT = timedelta(hours=1)


def _route(event: CorrectionEvent) -> None:
    actions.route(event.correction)


ERRANDS: dict[str, Callable[[CorrectionEvent], None]] = {
    OutboxRow.Errand.ROUTE: _route,
    OutboxRow.Errand.TELL: notices.tell,
}


def do(row_id: int) -> bool:
    """Do one errand now; False when it is done, claimed, or waiting after a failure.

    Never raises: a failing errand is pushed into the future, longer each time, and logged, so
    that it neither loops nor stands in the way of others.
    """
    now = clock.now()
    claimed = OutboxRow.objects.filter(pk=row_id, done_at=None, not_before__lte=now).update(
        not_before=now + CLAIM, tries=F("tries") + 1
    )
    return bool(claimed) and _run(row_id)


def do_undone(limit: int = 1000) -> int:
    """Do, oldest first, the errands whose hint was lost; return how many were done."""
    done = 0
    while done < limit:
        now = clock.now()
        with transaction.atomic():
            batch = list(
                OutboxRow.objects.select_for_update(skip_locked=True)
                .filter(done_at=None, not_before__lte=now, created_at__lte=now - HEAD_START)
                .order_by("not_before", "id")
                .values_list("pk", flat=True)[:100]
            )
            OutboxRow.objects.filter(pk__in=batch).update(
                not_before=now + CLAIM, tries=F("tries") + 1
            )
        if not batch:
            break
        done += sum(_run(row_id) for row_id in batch)
    return done


def _run(row_id: int) -> bool:
    row = OutboxRow.objects.select_related("event__correction").get(pk=row_id)
    try:
        with transaction.atomic():
            ERRANDS[row.errand](row.event)
            OutboxRow.objects.filter(pk=row_id).update(done_at=clock.now(), last_error="")
    except Exception as error:
        wait = min(LONGEST_WAIT, timedelta(seconds=15 * 2**row.tries))
        OutboxRow.objects.filter(pk=row_id, done_at=None).update(
            not_before=clock.now() + wait, last_error=type(error).__name__
        )
        log.exception("errand failed, tried again later: outbox row %s", row_id)
        return False
    return True
