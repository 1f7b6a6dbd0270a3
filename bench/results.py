"""The result of a benchmark with its target, and a table of results."""

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class BenchResult:
    """One result. at_most or at_least is the target; None without one."""

    name: str
    value: float
    unit: str
    at_most: float | None = None
    at_least: float | None = None

    @property
    def target(self) -> str:
        """The target in words."""
        if self.at_most is not None:
            return f"<= {self.at_most:g} {self.unit}"
        return f">= {self.at_least:g} {self.unit}" if self.at_least is not None else ""

    @property
    def is_met(self) -> bool | None:
        """Whether the target is met; None without a target."""
        if self.at_most is not None:
            return self.value <= self.at_most
        return None if self.at_least is None else self.value >= self.at_least


def table(figures: list[BenchResult]) -> str:
    """Return all results as a table, with 'met' or 'NOT MET' where there is a target."""
    words = {True: "met", False: "NOT MET", None: ""}
    width = max((len(one.name) for one in figures), default=0)
    return "\n".join(
        f"{one.name:<{width}}  {one.value:>12,.3f} {one.unit:<8} {one.target:<14} "
        f"{words[one.is_met]}".rstrip()
        for one in figures
    )


def as_json(figures: list[BenchResult]) -> list[dict[str, Any]]:
    """Return the same as values for JSON."""
    return [{**asdict(one), "met": one.is_met} for one in figures]
