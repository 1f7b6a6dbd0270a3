"""A made-up registry for tests, over a tree of a few organizations."""

from datetime import UTC, datetime
from typing import Any

from bench.generating import building
from bench.generating.filling import Written
from bench.generating.size import RegistrySize

UNTIL = datetime(2026, 11, 29, 17, 0, tzinfo=UTC)
DOSES, PEOPLE, CASES = 1200, 700, 120


class Silent:
    """Says nothing of how far it has come."""

    def stage(self, what: str) -> None: ...
    def part(self, what: str, number: int, of: int) -> None: ...
    def wrote(self, written: Written) -> None: ...


def size(seed: int = 7, **changed: Any) -> RegistrySize:
    wanted: dict[str, Any] = {
        "doses": DOSES,
        "people": PEOPLE,
        "corrections": CASES,
        "seed": seed,
        "until": UNTIL,
    }
    return RegistrySize(**{**wanted, **changed})


def generate(wanted: RegistrySize | None = None) -> None:
    building.build(wanted or size(), 1, Silent())
