"""Passing a mark of a clock: the breach is written, the level above or the holder is told.

Called by the sweep for many clocks at once, and by the verbs for the case they have locked.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from corrections import deadlines, routing
from corrections.deadlines import Addressee, Behind, Mark
from corrections.lifecycle import Party, Status
from corrections.models import Breach, Clock, Correction, CorrectionEvent, OutboxRow
from organizations.models import Organization


@dataclass(frozen=True)
class Passed:
    """How many breaches and reminders were written."""

    breaches: int = 0
    reminders: int = 0


def pass_marks(clocks: Sequence[Clock], now: datetime) -> Passed:
    """Deal with every mark that these running clocks have passed; their corrections are locked.

    The number of statements does not depend on how many clocks there are.
    """
    if not clocks:
        return Passed()
    above = _Above()
    breaches: list[Breach] = []
    events: list[CorrectionEvent] = []
    for clock in clocks:
        case = clock.correction
        behind = behind_of(clock, now)
        for mark, moment in behind.marks:
            told = above.of(case.holder, mark.tells)
            if mark.is_breach:
                breaches.append(_breach(clock, mark, moment, told, now))
            if mark.is_breach or case.status != Status.RECEIVED:
                events.append(_event(case, mark, told, now))
        clock.marks_passed, clock.next_mark_at = behind.passed, behind.next_at
    Breach.objects.bulk_create(breaches)
    CorrectionEvent.objects.bulk_create(events)
    OutboxRow.objects.bulk_create(
        OutboxRow(
            errand=OutboxRow.Errand.TELL,
            event=event,
            bundle=f"{event.step}:{event.organization_id}",
            created_at=now,
            not_before=now,
        )
        for event in events
        if event.organization_id is not None
    )
    Clock.objects.bulk_update(clocks, ["marks_passed", "next_mark_at"])
    return Passed(len(breaches), sum(event.step == "remind" for event in events))


def behind_of(clock: Clock, now: datetime) -> Behind:
    """Look at a clock: what is behind it and not dealt with, and when to look again."""
    return deadlines.look(
        deadlines.marks_of(is_statutory=clock.kind == Clock.Kind.STATUTORY),
        due_at=clock.due_at,
        length=clock.length,
        passed=clock.marks_passed,
        now=now,
    )


class _Above:
    """Remembers who stands above whom: after an outage, thousands of cases have few holders."""

    def __init__(self) -> None:
        self._found: dict[tuple[int, Addressee], Organization | None] = {}

    def of(self, holder: Organization | None, addressee: Addressee) -> Organization | None:
        if holder is None or addressee == Addressee.HOLDER:
            return holder
        key = (holder.pk, addressee)
        if key not in self._found:
            self._found[key] = routing.level_above(holder, addressee)
        return self._found[key]


def _breach(
    clock: Clock, mark: Mark, moment: datetime, told: Organization | None, now: datetime
) -> Breach:
    return Breach(
        correction=clock.correction,
        clock=clock,
        rung=mark.name,
        at=moment,
        holder=clock.correction.holder,
        escalated_to=told,
        written_at=now,
    )


def _event(
    case: Correction, mark: Mark, told: Organization | None, now: datetime
) -> CorrectionEvent:
    return CorrectionEvent(
        correction=case,
        step="escalate" if mark.is_breach else "remind",
        from_status=case.status,
        to_status=case.status,
        party=Party.SYSTEM,
        organization=told if mark.is_breach else case.holder,
        at=now,
        data={"mark": mark.name},
    )
