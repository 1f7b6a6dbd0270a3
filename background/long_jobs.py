"""Long jobs that a worker does in pieces: for less than a minute, then it asks to be called again.

What is done stands in the job's own rows, so a worker that is killed costs nothing but time.
"""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from background import counting
from vaxreg.celery import hint

# Celery kills a task after 60 seconds.
SECONDS = 40.0


@dataclass(frozen=True)
class LongJob:
    """How the jobs of one kind are done.

    work: how its tries are counted. again: the Celery task that goes on with one, by its id. pieces:
    does pieces of a job (id) until a moment (of time.monotonic), and returns whether none is left.
    """

    work: counting.Work
    again: str
    pieces: Callable[[int, float], bool]

    def do(self, pk: int, *, seconds: float = SECONDS) -> None:
        """Do the next pieces of a job until it is done or the time is over."""
        if seconds <= 0:
            return
        with counting.counted(self.work, [pk]) as begun:
            if begun and not self.pieces(pk, time.monotonic() + seconds):
                hint(self.again, pk)

    def do_all(self, waiting: Iterable[int]) -> None:
        """Do the next pieces of every job that waits (ids), for less than a minute in all."""
        until = time.monotonic() + SECONDS
        for pk in waiting:
            self.do(pk, seconds=until - time.monotonic())
