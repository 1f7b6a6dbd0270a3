"""How long a thread waits for PostgreSQL: the database cannot say so itself when it is frozen.

Without a limit (Celery, management commands) a thread waits as long as the server takes.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

# Seconds. A wait that ends sooner is ordinary work and uses up nothing.
ORDINARY = 0.5


class Patience:
    """The seconds that one piece of work may still spend waiting for PostgreSQL."""

    def __init__(self, seconds: float) -> None:
        self.left = seconds
        # After one wait without an end, every other one fails at once, a new connection included.
        self.lost = False

    def spend(self, seconds: float) -> None:
        if seconds > ORDINARY:
            self.left -= seconds


class _Current(threading.local):
    patience: Patience | None = None


_current = _Current()


def current() -> Patience | None:
    """Return the limit of this thread, if it has one."""
    return _current.patience


@contextmanager
def limited(seconds: float) -> Iterator[None]:
    """Let this thread wait for PostgreSQL for so many seconds in all.

    Then every statement raises OperationalError.
    """
    before = _current.patience
    _current.patience = Patience(seconds)
    try:
        yield
    finally:
        _current.patience = before


def extend(seconds: int) -> None:
    """Give the statements of this transaction so many seconds, for an act that moves thousands."""
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL statement_timeout = '{seconds:d}s'")
    if _current.patience is not None:
        _current.patience.left = max(_current.patience.left, float(seconds))


def since(began: float) -> float:
    """Return the seconds since a moment of the monotonic clock."""
    return time.monotonic() - began
