"""Sums the counts of single organizations up the tree and over all kinds."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import NamedTuple, TypeVar

# The id of an organization, and a kind of correction.
Part = tuple[int, str]


@dataclass
class Tally:
    """The counts of one day, for one organization and one kind."""

    opened: int = 0
    decided: int = 0
    in_time: int = 0
    missed: int = 0
    missed_given: int = 0
    undone: int = 0
    open: int = 0
    overdue: int = 0
    soon: int = 0
    minutes: list[int] = field(default_factory=list)

    def add(self, other: "Tally") -> None:
        """Add the counts of another tally."""
        # Written out for speed: counting the whole country once adds half a million times.
        self.opened += other.opened
        self.decided += other.decided
        self.in_time += other.in_time
        self.missed += other.missed
        self.missed_given += other.missed_given
        self.undone += other.undone
        self.open += other.open
        self.overdue += other.overdue
        self.soon += other.soon
        if other.minutes:
            self.minutes += other.minutes


COUNTS = tuple(one.name for one in fields(Tally) if one.name != "minutes")


@dataclass
class OpenState:
    """The counts of open cases, for one organization and one kind."""

    open: int = 0
    soon: int = 0
    overdue: int = 0
    late_a_day: int = 0
    late_three_days: int = 0
    late_longer: int = 0
    oldest_due: datetime | None = None
    oldest_received: datetime | None = None

    def add(self, other: "OpenState") -> None:
        """Add the counts of another state."""
        self.open += other.open
        self.soon += other.soon
        self.overdue += other.overdue
        self.late_a_day += other.late_a_day
        self.late_three_days += other.late_three_days
        self.late_longer += other.late_longer
        self.oldest_due = _earlier(self.oldest_due, other.oldest_due)
        self.oldest_received = _earlier(self.oldest_received, other.oldest_received)


STATE = tuple(one.name for one in fields(OpenState))


def _earlier(one: datetime | None, other: datetime | None) -> datetime | None:
    if one is None or other is None:
        return one or other
    return one if one < other else other


Counted = TypeVar("Counted", Tally, OpenState)


@dataclass(frozen=True)
class Tree:
    """The organization tree at a moment. paths: ids from the top, by id; above: inner nodes."""

    paths: dict[int, tuple[int, ...]]
    above: frozenset[int]

    @classmethod
    def of(cls, paths: Iterable[tuple[int, str]]) -> "Tree":
        """Build the tree from pairs of id and path, such as "1/12/345/"."""
        known = {pk: tuple(int(part) for part in path.split("/") if part) for pk, path in paths}
        return cls(known, frozenset(one for path in known.values() for one in path[:-1]))


class FiguresKey(NamedTuple):
    """The key of a row of figures (see OfPart)."""

    organization: int
    above: int | None
    is_desk: bool
    is_whole: bool
    kind: str


def sum_up_tree(
    counted: Mapping[Part, Counted], tree: Tree, make: type[Counted]
) -> Iterator[tuple[FiguresKey, Counted]]:
    """Yield the rows for each organization, all organizations above it, and all kinds together.

    make: the type of the counts; called without arguments for a zero.
    """
    desks: defaultdict[Part, Counted] = defaultdict(make)
    for (desk, kind), one in counted.items():
        for which in ("", kind):
            desks[desk, which].add(one)
    whole: defaultdict[Part, Counted] = defaultdict(make)
    for (desk, kind), one in desks.items():
        for above in tree.paths[desk]:
            whole[above, kind].add(one)
    for (part, kind), one in whole.items():
        yield _row(part, tree, kind, is_desk=part not in tree.above, is_whole=True), one
    for (desk, kind), one in desks.items():
        if desk in tree.above:
            yield _row(desk, tree, kind, is_desk=True, is_whole=False), one


def _row(part: int, tree: Tree, kind: str, *, is_desk: bool, is_whole: bool) -> FiguresKey:
    path = tree.paths[part]
    return FiguresKey(part, path[-2] if len(path) > 1 else None, is_desk, is_whole, kind)
