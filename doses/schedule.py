"""Which dose of a course is due next for a person, by the dated schedule."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from doses.facts import Position
from doses.models import Dose, ScheduleStep, Span, VaccineGroup
from doses.plausibility.rules import holds


@dataclass(frozen=True)
class DueDose:
    """A dose that is due. due_on: the first day on which it is; source: where that is written."""

    group: VaccineGroup
    position: str
    due_on: date
    source: str


def due_next(doses: Iterable[Dose], born: date, today: date) -> list[DueDose]:
    """Return the next dose of each group, the earliest first; one query.

    doses: those that count of one person, with their vaccines. A course that was begun goes on by
    the interval after its last dose; one that is due at an age is only named until `last_age`. A
    step counts from the day on which it came into force.
    """
    given = sorted(doses, key=lambda dose: (dose.given_on, dose.pk))
    by_group: dict[int, list[Dose]] = {}
    for dose in given:
        if dose.vaccine.group_id is not None:
            by_group.setdefault(dose.vaccine.group_id, []).append(dose)
    found: dict[int, DueDose] = {}
    for step in ScheduleStep.objects.select_related("group").order_by("group_id", "pk"):
        if step.group_id in found or not holds(step, today):
            continue
        due_on = _due_on(step, by_group.get(step.group_id, []), born, today)
        if due_on is not None:
            position = f"{step.kind}-{step.ordinal}"
            found[step.group_id] = DueDose(step.group, position, due_on, step.source)
    return sorted(found.values(), key=lambda one: one.due_on)


def _due_on(step: ScheduleStep, given: list[Dose], born: date, today: date) -> date | None:
    """Return when this step is due for a person; None if it is not the next of the course."""
    last = given[-1] if given else None
    if not _comes_next(step, last):
        return None
    days = []
    if step.last_age is not None and Span.YEAR.after(born, step.last_age + 1) <= today:
        return None
    if step.age is not None:
        days.append(Span(step.age_span).after(born, step.age))
    if step.interval is not None and last is not None:
        days.append(Span(step.interval_span).after(last.given_on, step.interval))
    if step.from_on is not None:
        days.append(step.from_on)
    return max(days, default=None)


def _comes_next(step: ScheduleStep, last: Dose | None) -> bool:
    if last is None:
        # Only what is due at an age begins a course: nobody is told to begin one by an interval.
        return step.ordinal == 1 and step.age is not None
    if step.after_id is not None and step.after_id != last.vaccine_id:
        return False
    order = list(Position.values)
    wanted = order.index(f"{step.kind}-{step.ordinal}")
    before = order.index(f"{last.kind}-{last.ordinal}")
    if step.kind == last.kind:
        return wanted == before + 1 and step.ordinal <= _most(step.kind, last)
    is_complete = last.kind != Dose.Kind.PRIMARY or last.ordinal >= last.vaccine.primary_doses
    return step.kind == Dose.Kind.BOOSTER and step.ordinal == 1 and is_complete


def _most(kind: str, last: Dose) -> int:
    return last.vaccine.primary_doses if kind == Dose.Kind.PRIMARY else 3
