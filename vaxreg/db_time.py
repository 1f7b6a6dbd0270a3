"""The current time, taken from the database, so that all processes agree on what is overdue.

The system times of web servers and workers may differ by minutes (promise 72).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime

from django.db import connection
from django.db.models import DateTimeField, Expression, Value
from django.db.models.functions import Now

_moved: ContextVar[datetime | None] = ContextVar("moved", default=None)


def now() -> datetime:
    """Return the database's time (aware, UTC), or the moment set by `at`."""
    moved = _moved.get()
    if moved is not None:
        return moved
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement_timestamp()")
        moment: datetime = cursor.fetchone()[0]
    return moment


def sql_now() -> Expression:
    """Return the same moment as an expression, for use inside a query."""
    moved = _moved.get()
    return Now() if moved is None else Value(moved, output_field=DateTimeField())


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Make `now` and `sql_now` return `moment` inside the block; for demo data and tests."""
    token = _moved.set(moment)
    try:
        yield
    finally:
        _moved.reset(token)
