"""What is overdue, due soon, or in time, as conditions on open corrections: said here, once.

While an answer of the citizen is awaited the clock stands still: such a case is none of the three.
Each takes the moment as a value or as an expression of the database (clock.sql_now()).
"""

from datetime import datetime

from django.db.models import Q
from django.db.models.expressions import Combinable

from corrections import deadlines

Moment = datetime | Combinable

RUNNING = Q(paused_at=None)


def overdue(now: Moment) -> Q:
    """Past due: at the very moment of due it is still on time."""
    return RUNNING & Q(due_at__lt=now)


def soon(now: Moment) -> Q:
    """In time, and due within the next 12 hours."""
    return RUNNING & Q(due_at__gte=now, due_at__lt=now + deadlines.SOON)


def in_time(now: Moment) -> Q:
    """More than 12 hours are left."""
    return RUNNING & Q(due_at__gte=now + deadlines.SOON)
