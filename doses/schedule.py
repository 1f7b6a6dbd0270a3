"""Which dose of a course is due next for a person, by the dated schedule."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from hashlib import sha256

from doses.facts import Position
from doses.models import Dose, ScheduleStep, Span, Vaccine, VaccineGroup
from doses.plausibility.rules import holds

# Positions of a course, the first one first.
ORDER = tuple(Position.values)


@dataclass(frozen=True)
class DueDose:
    """A dose that is due. due_on: the first day on which it is; source: where that is written.

    last: the dose of its course before it; None for a course that has not begun. ends_on: from this
    day on nobody is told that it is missing; None: at any age.
    """

    group: VaccineGroup
    position: str
    due_on: date
    source: str
    last: Dose | None = None
    ends_on: date | None = None


class Schedule:
    """The steps in force on a day, read once, for any number of people."""

    def __init__(self, today: date) -> None:
        self.today = today
        steps = ScheduleStep.objects.select_related("group").order_by("group_id", "pk")
        self._steps = [step for step in steps if holds(step, today)]

    def due_next(self, doses: Iterable[Dose], born: date) -> list[DueDose]:
        """Return the next dose of each group, the earliest first.

        doses: those that count of one person, with their vaccines. A course that was begun goes on
        by the interval after its last dose; one that is due at an age is only named until
        `last_age`. A step counts from the day on which it came into force.
        """
        given = sorted(doses, key=lambda dose: (dose.given_on, dose.pk))
        last = {dose.vaccine.group_id: dose for dose in given}
        found: dict[int, DueDose] = {}
        for step in self._steps:
            if step.group_id in found:
                continue
            before = last.get(step.group_id)
            due_on = _due_on(step, before, born, self.today)
            if due_on is not None:
                position = f"{step.kind}-{step.ordinal}"
                found[step.group_id] = DueDose(
                    step.group, position, due_on, step.source, before, _ends_on(step, born)
                )
        return sorted(found.values(), key=lambda one: one.due_on)


def due_next(doses: Iterable[Dose], born: date, today: date) -> list[DueDose]:
    """Return the next dose of each group for one person, as Schedule does; one query."""
    return Schedule(today).due_next(doses, born)


def fingerprint(today: date) -> str:
    """Return a text that differs when what is due may differ: other steps in force, other courses."""
    steps = ScheduleStep.objects.order_by("group__code", "pk").values_list(
        *("group__code", "kind", "ordinal", "after__code", "age", "age_span", "interval"),
        *("interval_span", "last_age", "from_on", "until_on"),
    )
    in_force = [
        step[:-1]
        for step in steps
        if (step[-2] is None or step[-2] <= today) and (step[-1] is None or today <= step[-1])
    ]
    courses = Vaccine.objects.order_by("code").values_list("code", "group__code", "primary_doses")
    return sha256(repr((in_force, list(courses))).encode()).hexdigest()


def _ends_on(step: ScheduleStep, born: date) -> date | None:
    return None if step.last_age is None else Span.YEAR.after(born, step.last_age + 1)


def _due_on(step: ScheduleStep, last: Dose | None, born: date, today: date) -> date | None:
    """Return when this step is due for a person; None if it is not the next of the course."""
    # Nearly everybody is too old for nearly every step: that costs no calendar.
    if step.last_age is not None and today.year - born.year > step.last_age + 1:
        return None
    if not _comes_next(step, last):
        return None
    days = []
    ends_on = _ends_on(step, born)
    if ends_on is not None and ends_on <= today:
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
    wanted = ORDER.index(f"{step.kind}-{step.ordinal}")
    before = ORDER.index(f"{last.kind}-{last.ordinal}")
    if step.kind == last.kind:
        return wanted == before + 1 and step.ordinal <= _most(step.kind, last)
    is_complete = last.kind != Dose.Kind.PRIMARY or last.ordinal >= last.vaccine.primary_doses
    return step.kind == Dose.Kind.BOOSTER and step.ordinal == 1 and is_complete


def _most(kind: str, last: Dose) -> int:
    return last.vaccine.primary_doses if kind == Dose.Kind.PRIMARY else 3
