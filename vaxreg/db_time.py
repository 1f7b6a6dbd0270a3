"""What time it is: the database's time, so that machines with wrong clocks judge alike.

Web servers and workers may disagree by minutes (promise 72); PostgreSQL is the one time source.
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
    """Return the database's time now (aware, UTC)."""
    moved = _moved.get()
    if moved is not None:
        return moved
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement_timestamp()")
        moment: datetime = cursor.fetchone()[0]
    return moment


def sql_now() -> Expression:
    """Return the same moment as an expression, for questions that the database answers."""
    moved = _moved.get()
    return Now() if moved is None else Value(moved, output_field=DateTimeField())


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Let everything inside happen at the given moment: demo stories and tests are told so."""
    token = _moved.set(moment)
    try:
        yield
    finally:
        _moved.reset(token)
