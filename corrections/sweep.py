"""The sweep, once a minute: does lost errands, writes breaches, escalates, reminds.

Driven by the database, never by 48-hour timers in a broker. Oldest first, in batches with SKIP
LOCKED until none is left; two sweeps at once do each row once; a row that fails is set aside for
this pass and reported. `manage.py sweep` runs the same without Celery.
"""

import logging
from dataclasses import asdict, dataclass, field

from django.db import transaction

from corrections import deadlines, outbox, routing
from corrections.actions import leave_errand
from corrections.deadlines import Mark
from corrections.lifecycle import Party, Status
from corrections.models import Breach, Correction, CorrectionEvent, Heartbeat, OutboxRow
from vaxreg import clock

log = logging.getLogger(__name__)

BATCH = 200
HEARTBEAT = "sweep"


@dataclass
class Swept:
    """What one pass did; `set_aside` holds the references of cases that failed."""

    errands: int = 0
    breaches: int = 0
    reminders: int = 0
    set_aside: list[str] = field(default_factory=list)


def sweep() -> Swept:
    """Run one pass to its end and leave the heartbeat; raises nothing for a single bad row."""
    begun = clock.now()
    swept = Swept(errands=outbox.do_undone())
    failed: list[int] = []
    while _batch(swept, failed):
        continue
    ended = clock.now()
    Heartbeat.objects.update_or_create(
        name=HEARTBEAT, defaults={"at": ended, "took": ended - begun, "did": asdict(swept)}
    )
    return swept


def _batch(swept: Swept, failed: list[int]) -> bool:
    """Deal with up to BATCH corrections that passed a mark; False when none is left."""
    with transaction.atomic():
        cases = list(
            Correction.objects.select_for_update(of=("self",), skip_locked=True)
            .select_related("holder")
            .open()
            .filter(next_mark_at__lt=clock.sql_now())
            .exclude(pk__in=failed)
            .order_by("next_mark_at", "id")[:BATCH]
        )
        for case in cases:
            try:
                with transaction.atomic():
                    _pass_marks(case, swept)
            except Exception:
                log.exception("set aside by the sweep: correction %s", case.reference)
                failed.append(case.pk)
                swept.set_aside.append(case.reference)
    return bool(cases)


def _pass_marks(case: Correction, swept: Swept) -> None:
    now = clock.now()
    for mark, moment in deadlines.marks_due(case.received_at, case.marks_passed, now):
        above = routing.level_above(case.holder, mark.tells)
        if mark.is_breach:
            Breach.objects.create(
                correction=case,
                rung=mark.name,
                at=moment,
                holder=case.holder,
                escalated_to=above,
                written_at=now,
            )
            swept.breaches += 1
        else:
            swept.reminders += 1
        if mark.is_breach or case.status != Status.RECEIVED:
            _write_event(case, mark, above.pk if above else None)
    case.marks_passed = sum(1 for mark in deadlines.MARKS if now > case.received_at + mark.after)
    upcoming = deadlines.next_mark(case.received_at, case.marks_passed)
    case.next_mark_at = upcoming[1] if upcoming else None
    case.save(update_fields=["marks_passed", "next_mark_at"])


def _write_event(case: Correction, mark: Mark, above_id: int | None) -> None:
    event = CorrectionEvent.objects.create(
        correction=case,
        step="escalate" if mark.is_breach else "remind",
        from_status=case.status,
        to_status=case.status,
        party=Party.SYSTEM,
        organization_id=above_id if mark.is_breach else case.holder_id,
        at=clock.now(),
        data={"mark": mark.name},
    )
    leave_errand(event, OutboxRow.Errand.TELL, event.at)
