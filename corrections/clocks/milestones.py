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
from organizations.models import Membership, Organization


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


@dataclass(frozen=True)
class Told:
    """The organization that is told of a milestone (None: nobody can be), and whom it stands for.

    nobody_at: names of the organizations that were to be told, and where nobody works.
    """

    organization: int | None
    nobody_at: str = ""


class LevelsAboveCache:
    """A cache of whom to tell about a holder: thousands of late cases have few holders."""

    def __init__(self) -> None:
        self._known: dict[int, Organization] = {}
        self._staffed: set[int] = set()
        self._found: dict[tuple[int, Addressee], Told] = {}

    def learn(self, holders: set[int]) -> None:
        """Read holders that are not cached, all their ancestors, and who has staff, in 3 queries."""
        new = Organization.objects.in_bulk(holders - self._known.keys())
        above = {pk for one in new.values() for pk in one.ancestor_ids} - self._known.keys()
        read = new | Organization.objects.in_bulk(above)
        self._known |= read
        staff = Membership.objects.live().filter(organization__in=read.keys()).can_be_told()
        self._staffed |= set(staff.order_by().values_list("organization", flat=True).distinct())

    def of(self, holder_id: int | None, addressee: Addressee) -> Told:
        """Return who is told: told means that a message to a person is written."""
        if holder_id is None:
            return Told(None)
        key = (holder_id, addressee)
        if key not in self._found:
            self._found[key] = self._find(self._known[holder_id], addressee)
        return self._found[key]

    def _find(self, holder: Organization, addressee: Addressee) -> Told:
        if addressee == Addressee.HOLDER:
            staffed = holder.pk in self._staffed
            return Told(holder.pk) if staffed else Told(None, holder.name)
        above = [self._known[pk] for pk in reversed(holder.ancestor_ids)]
        told, passed_over = desks.told_above(addressee, above, self._staffed)
        return Told(told.pk if told else None, ", ".join(one.name for one in passed_over))


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
        (
            late.correction_id,
            late.clock_id,
            milestone.name,
            moment,
            late.holder_id,
            told.organization,
        )
        for late, milestone, moment, told in passed
        if milestone.is_breach
    ]
    events = [
        (
            late.correction_id,
            _step(milestone),
            late.status,
            told.organization,
            milestone.name,
            told.nobody_at,
        )
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
