"""Somebody who tries to work out the counts that a month's statistics hold back."""

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass, field

from public_statistics.disclosure import SMALL, MonthCounts, Withheld, is_small

MEASURES = ("received", "decided", "in_time", "missed")
UNBOUNDED = 10**9

Row = Mapping[str, int | None]
Cell = tuple[Hashable, str]


@dataclass
class Publication:
    """What anybody can read: None is a count that is held back."""

    rows: dict[Hashable, Row]
    totals: Row


def publish(rows: Mapping[Hashable, MonthCounts], hidden: Withheld[Hashable]) -> Publication:
    """Print the table as the page does."""

    def shown(counts: MonthCounts, flow: bool, deadlines: bool) -> Row:
        return {
            "received": counts.received if flow else None,
            "decided": counts.decided if flow else None,
            "in_time": counts.in_time if deadlines else None,
            "missed": counts.missed if deadlines else None,
        }

    totals = MonthCounts(*(sum(getattr(row, name) for row in rows.values()) for name in MEASURES))
    return Publication(
        rows={
            key: shown(row, key not in hidden.flow, key not in hidden.deadlines)
            for key, row in rows.items()
        },
        totals=shown(totals, not hidden.all_flow, not hidden.all_deadlines),
    )


@dataclass
class Reader:
    """One who reads a publication and knows a few things besides.

    own: the numbers of the reader's own unit. sums: how many deadlines some units had; the page
    does not say so, but nearly every proposal has one.
    """

    publication: Publication
    own: dict[Hashable, MonthCounts] = field(default_factory=dict)
    sums: dict[Hashable, int] = field(default_factory=dict)

    def bounds(self) -> dict[Cell, tuple[int, int]]:
        """Return what each count can be, narrowed by every equation until nothing moves."""
        low: dict[Cell, int] = {}
        high: dict[Cell, int] = {}
        for key, row in self.publication.rows.items():
            for name in MEASURES:
                known = getattr(self.own[key], name) if key in self.own else row[name]
                low[key, name] = known or 0
                high[key, name] = UNBOUNDED if known is None else known
        moved = True
        while moved:
            moved = False
            for cells, total in self.equations():
                most, least = sum(high[cell] for cell in cells), sum(low[cell] for cell in cells)
                for cell in cells:
                    at_most = min(high[cell], total - (least - low[cell]))
                    at_least = max(low[cell], total - (most - high[cell]))
                    most, least = most - high[cell] + at_most, least - low[cell] + at_least
                    moved |= (at_least, at_most) != (low[cell], high[cell])
                    low[cell], high[cell] = at_least, at_most
        return {cell: (low[cell], high[cell]) for cell in low}

    def equations(self) -> Iterator[tuple[list[Cell], int]]:
        """Yield the columns with their totals, and the rows whose deadlines are known in all."""
        for name in MEASURES:
            total = self.publication.totals[name]
            if total is not None:
                yield [(key, name) for key in self.publication.rows], total
        for key, total in self.sums.items():
            yield [(key, "in_time"), (key, "missed")], total


def readers(rows: Mapping[Hashable, MonthCounts], publication: Publication) -> Iterator[Reader]:
    """Yield the public, and somebody from each unit; each also knowing the sums of deadlines."""
    sums = {
        key: sum(rows[key].deadlines)
        for key, row in publication.rows.items()
        if row["received"] is not None
    }
    for own in ({}, *({key: counts} for key, counts in rows.items())):
        yield Reader(publication, own)
        yield Reader(publication, own, sums)


def given_away(rows: Mapping[Hashable, MonthCounts], hidden: Withheld[Hashable]) -> list[str]:
    """Return each small count that some reader can work out, or can tell to be small."""
    found = []
    publication = publish(rows, hidden)
    for reader in readers(rows, publication):
        for (key, name), (low, high) in reader.bounds().items():
            if key in reader.own or not is_small(getattr(rows[key], name)):
                continue
            if high < SMALL or high - low < SMALL:
                found.append(f"{key} {name}: {low} to {high}, by {list(reader.own) or 'anybody'}")
    return found
