"""Spreads calls evenly: so many in a second, for all threads that share one pace."""

import threading
import time
from collections.abc import Callable


class Pace:
    """Two calls begin at least 1 / per_second seconds apart.

    The first one waits as well: another process may have called a moment ago.
    """

    def __init__(
        self,
        per_second: float,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._apart = 1 / per_second
        self._clock, self._sleep = clock, sleep
        self._next = clock() + self._apart
        self._lock = threading.Lock()

    def wait(self) -> None:
        """Sleep until it is this caller's turn."""
        with self._lock:
            turn = max(self._next, self._clock())
            self._next = turn + self._apart
        if (left := turn - self._clock()) > 0:
            self._sleep(left)

    def hold(self, seconds: float) -> None:
        """Let nobody begin for this time, besides those whose turn is fixed already."""
        with self._lock:
            self._next = max(self._next, self._clock() + seconds)
