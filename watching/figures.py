"""What is measured besides requests: each room declares its measures and yields their figures."""

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.conf import settings
from django.db import DatabaseError
from django.utils.module_loading import import_string

log = logging.getLogger(__name__)

# The most rows that a count reads: from there on the figure says "at least so many".
MOST = 10_000


@dataclass(frozen=True)
class Measure:
    """One figure that goes up and down; `labels` never say anything about a person."""

    name: str
    words: str
    labels: tuple[str, ...] = ()

    def of(self, value: float, *labels: str) -> "Figure":
        """Return a value of it, with one text for each label."""
        if len(labels) != len(self.labels):
            raise ValueError(f"{self.name} has the labels {self.labels}, not {labels}")
        return Figure(self, float(value), labels)


@dataclass(frozen=True)
class Figure:
    """A measure at this moment."""

    measure: Measure
    value: float
    labels: tuple[str, ...]


Source = Callable[[], Iterator[Figure]]

MEASURES: dict[str, Measure] = {}


def measure(name: str, words: str, *labels: str) -> Measure:
    """Declare a measure; its name gets `vaxreg_` before it."""
    found = Measure(f"vaxreg_{name}", words, labels)
    MEASURES[found.name] = found
    return found


FAILED = measure("figures_failed", "Rooms whose figures could not be read", "room")


def sources() -> dict[str, Source]:
    """Return what yields figures, by room; after it `MEASURES` is complete."""
    return {path.split(".")[0]: import_string(path) for path in settings.WATCHED_FIGURES}


def gather() -> list[Figure]:
    """Return all figures of this moment; a room that fails leaves out its own and is named."""
    found: list[Figure] = []
    for room, source in sources().items():
        try:
            own = list(source())
        except DatabaseError as error:
            log.warning("figures of %s could not be read: %s", room, type(error).__name__)
            own = [FAILED.of(1, room)]
        else:
            own.append(FAILED.of(0, room))
        found += own
    return found
