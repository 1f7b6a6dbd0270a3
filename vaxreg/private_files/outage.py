"""A store of private files that does not answer: the exception, and not waiting for it each time."""

import time
from threading import Lock

# Seconds for which everybody is refused at once after a failure; then one request tries again.
PAUSE = 10


class StoreDown(Exception):
    """The store of private files did not answer, or refused us; nothing was kept.

    No OSError, so that nobody takes it for a file that is missing or damaged. Its text names no
    file's content and no secret.
    """


class Watch:
    """Remembers in this process that a store failed.

    A hanging store would else hold each thread of the web process until the time limits end: the
    whole site would wait for photos.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._why = ""
        self._next_try = 0.0

    @property
    def has_failed(self) -> bool:
        """Whether the last thing that was heard of the store is a failure."""
        return bool(self._why)

    def refuse(self) -> None:
        """Raise StoreDown if the store failed less than PAUSE ago, or somebody is trying just now."""
        with self._lock:
            if self._why and time.monotonic() < self._next_try:
                raise StoreDown(self._why)
            self._next_try = time.monotonic() + PAUSE

    def failed(self, why: str) -> None:
        with self._lock:
            self._why, self._next_try = why, time.monotonic() + PAUSE

    def answered(self) -> None:
        with self._lock:
            self._why = ""
