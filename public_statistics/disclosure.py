"""Disclosure control: decides which counts of a month stay unpublished. Pure functions.

A count from 1 to 9 is small. A reader of the table may subtract the published rows from the
national total, may know the numbers of their own unit, and may take a unit's number of proposals
for its number of deadlines. A small count is safe when all this leaves an interval of possible
values that is at least 10 wide and reaches to 10 or above. Each month is published alone and
without totals over months, so no month says anything about another one (docs/adr/0022).
"""

from collections.abc import Collection, Hashable, Iterator, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

SMALL = 10
# Of two hidden units, each one can compute the other.
FEWEST_HIDDEN_ROWS = 3

K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True)
class MonthCounts:
    """The counts of one unit in one month."""

    received: int = 0
    decided: int = 0
    in_time: int = 0
    missed: int = 0

    def __add__(self, other: "MonthCounts") -> "MonthCounts":
        return MonthCounts(
            self.received + other.received,
            self.decided + other.decided,
            self.in_time + other.in_time,
            self.missed + other.missed,
        )

    @property
    def flow(self) -> tuple[int, int]:
        """Opened and decided; published together or not at all."""
        return self.received, self.decided

    @property
    def deadlines(self) -> tuple[int, int]:
        """Kept and missed; published together or not at all, because their sum is nearly known."""
        return self.in_time, self.missed


@dataclass(frozen=True)
class Withheld(Generic[K]):
    """The units whose counts stay unpublished, and whether the national totals do too."""

    flow: frozenset[K]
    deadlines: frozenset[K]
    all_flow: bool
    all_deadlines: bool


def is_small(count: int) -> bool:
    """Tell whether a count may identify a person: 1 to 9. Zero does not."""
    return 0 < count < SMALL


def withheld(rows: Mapping[K, MonthCounts]) -> Withheld[K]:
    """Return what must stay unpublished of a month; the rows add up to the country."""
    few = {
        key
        for key, counts in rows.items()
        if any(map(is_small, counts.flow)) or is_small(sum(counts.deadlines))
    }
    flow = _Table({key: counts.flow for key, counts in rows.items()}, few, frozenset())
    flow_hidden, all_flow = flow.hide()
    uneven = {key for key, counts in rows.items() if any(map(is_small, counts.deadlines))}
    deadlines = _Table(
        {key: counts.deadlines for key, counts in rows.items()},
        flow_hidden | uneven,
        # Nearly every proposal has one deadline: a published number of proposals gives the sum.
        frozenset(rows) - flow_hidden,
    )
    if all_flow:
        # The national number of deadlines is nearly that of the proposals.
        return Withheld(flow_hidden, frozenset(deadlines.primary), True, True)
    deadlines_hidden, all_deadlines = deadlines.hide()
    return Withheld(flow_hidden, deadlines_hidden, all_flow, all_deadlines)


@dataclass(frozen=True)
class _Table(Generic[K]):
    """Counts that are published together, with their totals. primary: rows that must be hidden."""

    rows: Mapping[K, tuple[int, ...]]
    primary: Collection[K]
    # Rows for which a reader knows the sum of their counts.
    sum_known: frozenset[K]

    def hide(self) -> tuple[frozenset[K], bool]:
        """Return the rows to hide, and whether the totals must be hidden too.

        Besides the primary rows, as few and as small rows as possible are hidden.
        """
        hidden = set(self.primary)
        if not hidden:
            return frozenset(), False
        added = []
        for key in self._others():
            if self._is_safe(hidden):
                break
            hidden.add(key)
            added.append(key)
        if not self._is_safe(hidden):
            return frozenset(self.primary), True
        for key in reversed(added):
            if self._is_safe(hidden - {key}):
                hidden.remove(key)
        return frozenset(hidden), False

    def _others(self) -> list[K]:
        """Return the rows that may be hidden to protect others, the smallest first."""
        others = [key for key in self.rows if key not in self.primary and any(self.rows[key])]
        return sorted(others, key=lambda key: (sum(self.rows[key]), str(key)))

    def _is_safe(self, hidden: set[K]) -> bool:
        """Tell whether totals and published rows leave a wide interval for every primary count."""
        if len(hidden) < FEWEST_HIDDEN_ROWS:
            return False
        return all(
            high >= SMALL and high - low >= SMALL
            for key in self.primary
            for low, high in self._intervals(key, hidden)
        )

    def _intervals(self, key: K, hidden: set[K]) -> Iterator[tuple[int, int]]:
        """Yield the interval of each count of a hidden row, for any reader and each other unit."""
        counts = self.rows[key]
        totals = [sum(column) for column in zip(*(self.rows[one] for one in hidden), strict=True)]
        # The sum of the hidden rows whose own sums nobody knows.
        unknown = sum(sum(self.rows[one]) for one in hidden - self.sum_known)
        for one in (None, *(hidden - {key})):
            own = self.rows[one] if one is not None else (0,) * len(counts)
            left = [total - known for total, known in zip(totals, own, strict=True)]
            open_sum = unknown - (sum(own) if one not in self.sum_known else 0)
            for count, at_most in zip(counts, left, strict=True):
                if not count:
                    # A zero may be known.
                    continue
                if key in self.sum_known:
                    elsewhere = sum(left) - at_most
                    yield max(0, sum(counts) - elsewhere), min(sum(counts), at_most)
                else:
                    yield 0, min(at_most, open_sum)
