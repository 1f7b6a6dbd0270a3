"""Passes milestones of clocks: writes the breach, tells the level above or reminds the holder.

The sweep calls it for many clocks at once, a verb for the case that it has locked.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from corrections.actions import bulk
from corrections.clocks import deadlines
from corrections.clocks.deadlines import Addressee, Milestone, PassedMilestones
from corrections.lifecycle import Status
from corrections.models import Clock
from corrections.routing import desks
from organizations.models import Organization


@dataclass(frozen=True)
class LateClock:
    """A running clock past one of its milestones, with columns of its case; the case is locked."""

    clock_id: int
    kind: str
    due_at: datetime
    length: timedelta
    milestones_passed: int
    correction_id: int
    reference: str
    status: str
    holder_id: int | None

    @classmethod
    def of(cls, clock: Clock) -> "LateClock":
        """Build it from a model instance."""
        case = clock.correction
        return cls(
            clock.pk,
            clock.kind,
            clock.due_at,
            clock.length,
            clock.milestones_passed,
            case.pk,
            case.reference,
            case.status,
            case.holder_id,
        )


# Columns of Clock, in the order of the fields of Late.
COLUMNS = (
    "pk",
    "kind",
    "due_at",
    "length",
    "milestones_passed",
    "correction_id",
    "correction__reference",
    "correction__status",
    "correction__holder_id",
)


@dataclass(frozen=True)
class PassedCounts:
    """How many breaches and reminders were written."""

    breaches: int = 0
    reminders: int = 0


class LevelsAboveCache:
    """A cache of the levels above a holder: thousands of late cases have few holders."""

    def __init__(self) -> None:
        self._known: dict[int, Organization] = {}
        self._found: dict[tuple[int, Addressee], int | None] = {}

    def learn(self, holders: set[int]) -> None:
        """Read holders that are not cached, and all their ancestors, in two queries."""
        new = Organization.objects.in_bulk(holders - self._known.keys())
        above = {pk for one in new.values() for pk in one.ancestor_ids} - self._known.keys()
        self._known |= new | Organization.objects.in_bulk(above)

    def of(self, holder_id: int | None, addressee: Addressee) -> int | None:
        """Return the id of the organization to tell; None when no such level exists."""
        if holder_id is None or addressee == Addressee.HOLDER:
            return holder_id
        key = (holder_id, addressee)
        if key not in self._found:
            holder = self._known[holder_id]
            above = [self._known[pk] for pk in reversed(holder.ancestor_ids)]
            told = desks.level_above(holder, addressee, above)
            self._found[key] = told.pk if told else None
        return self._found[key]


def pass_milestones(
    clocks: Sequence[LateClock], now: datetime, above: LevelsAboveCache | None = None
) -> PassedCounts:
    """Act upon every milestone that these running clocks have passed.

    The caller has locked their corrections. The number of statements does not depend on the number
    of clocks.
    """
    if not clocks:
        return PassedCounts()
    above = above or LevelsAboveCache()
    above.learn({late.holder_id for late in clocks if late.holder_id is not None})
    seen = [(late, passed_by(late, now)) for late in clocks]
    passed = [
        (late, milestone, moment, above.of(late.holder_id, milestone.tells))
        for late, behind in seen
        for milestone, moment in behind.milestones
    ]
    breaches = [
        (late.correction_id, late.clock_id, milestone.name, moment, late.holder_id, told)
        for late, milestone, moment, told in passed
        if milestone.is_breach
    ]
    events = [
        (late.correction_id, _step(milestone), late.status, told, milestone.name)
        for late, milestone, _moment, told in passed
        if milestone.is_breach or late.status != Status.RECEIVED
    ]
    states = [(late.clock_id, behind.passed, behind.next_at) for late, behind in seen]
    bulk.pass_milestones(breaches, events, states, now)
    return PassedCounts(len(breaches), sum(step == "remind" for _case, step, *_rest in events))


def passed_by(clock: Clock | LateClock, now: datetime) -> PassedMilestones:
    """Return the milestones of this clock that are passed and not yet acted upon."""
    return deadlines.passed_milestones(
        deadlines.milestones_of(is_statutory=clock.kind == Clock.Kind.STATUTORY),
        due_at=clock.due_at,
        length=clock.length,
        passed=clock.milestones_passed,
        now=now,
    )


def _step(milestone: Milestone) -> str:
    return "escalate" if milestone.is_breach else "remind"
