"""Two people at once: threads that begin together, each with a connection of its own."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from django.core.exceptions import PermissionDenied
from django.db import connection

from corrections.actions import AlreadyOpen, StalePage
from corrections.lifecycle import StepNotPossible

AtOnce = Callable[..., list[object]]


@contextmanager
def racers(number: int) -> Iterator[AtOnce]:
    """Give what lets so many people run at the same moment, and returns what each of them got.

    Each keeps a connection from race to race: to open one takes longer than to run.
    """
    gate = threading.Barrier(number)

    def run(runner: Callable[[], object]) -> object:
        gate.wait()
        try:
            return runner()
        except (AlreadyOpen, StepNotPossible, StalePage, PermissionDenied) as no:
            return no

    with ThreadPoolExecutor(number) as people:
        try:
            yield lambda *runners: list(people.map(run, runners))
        finally:
            # Each closes the one that is its own.
            list(people.map(run, [lambda: connection.close()] * number))


def race(*runners: Callable[[], object]) -> list[object]:
    """Run all at the same moment, each on a connection of its own; return what each got."""
    with racers(len(runners)) as run:
        return run(*runners)
