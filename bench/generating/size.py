"""How large the registry becomes, and which part of it one chunk holds.

The data of a chunk depend on the seed and its number alone, so they are the same whoever writes it.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

# Records of people in a chunk: what one process has in memory.
CHUNK = 20_000
# "One health worker facing 15,000 wrong records in one centre" (the campaign of 2021).
MOST_AT_ONE_SITE = 15_000
# No series has more positions (Decision 43/QĐ-BYT).
MOST_DOSES = 7
# Doses of 2022 were entered months before anybody decides about them.
EARLIEST = datetime(2023, 9, 1, tzinfo=UTC)


@dataclass(frozen=True)
class RegistrySize:
    """What is written.

    people: records; one in twenty is the second one of a person. until: everything has happened by
    then. matching: also what matching compares of each record. busiest: so many corrections are
    about doses of one site, or half of all.
    """

    doses: int
    people: int
    corrections: int
    seed: int
    until: datetime
    matching: bool = True
    busiest: int = MOST_AT_ONE_SITE

    def problem(self) -> str:
        """Return why such a registry cannot be, in a sentence; "" if it can."""
        if min(self.doses, self.people) < 1 or self.corrections < 0:
            return "There is at least one person and one dose."
        if self.doses > 4 * self.people:
            return f"{self.people:,} people have at most {4 * self.people:,} doses: four each."
        if self.until < EARLIEST:
            return f"Nothing of it is over before {EARLIEST:%Y-%m-%d}."
        if self.corrections * 4 > self.people:
            return f"Of {self.people:,} people at most {self.people // 4:,} file a correction."
        return ""

    @property
    def chunks(self) -> int:
        return -(-self.people // CHUNK)

    @property
    def at_one_site(self) -> int:
        """How many corrections are about doses of one site."""
        return min(self.busiest, self.corrections // 2)

    def chunk(self, number: int) -> "Chunk":
        return Chunk(
            number,
            self._part(self.people, number),
            self._part(self.doses, number),
            self._part(self.corrections, number),
            len(self._part(self.at_one_site, number)),
        )

    def _part(self, total: int, number: int) -> range:
        return range(total * number // self.chunks, total * (number + 1) // self.chunks)


@dataclass(frozen=True)
class Chunk:
    """The numbers of rows, from 0, that one chunk writes.

    at_one_site: so many of the corrections are about the site with very many.
    """

    number: int
    people: range
    doses: range
    corrections: range
    at_one_site: int
