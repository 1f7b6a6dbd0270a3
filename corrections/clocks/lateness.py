"""The conditions overdue, due soon, in time and reminded for open corrections, defined once.

A paused clock is none of the first three: an answer of the citizen is awaited. Each function takes
the moment as a value or as a database expression (db_time.sql_now()).
"""

from datetime import datetime, timedelta

from django.db.models import Aggregate, Count, Min, Q
from django.db.models.expressions import Combinable

from corrections.clocks import deadlines

Moment = datetime | Combinable

RUNNING = Q(paused_at=None)


def overdue(now: Moment) -> Q:
    """Past due. At the very moment of due a case is still on time."""
    return RUNNING & Q(due_at__lt=now)


def soon(now: Moment) -> Q:
    """In time, and due within the next 12 hours."""
    return RUNNING & Q(due_at__gte=now, due_at__lt=now + deadlines.SOON)


def in_time(now: Moment) -> Q:
    """More than 12 hours are left."""
    return RUNNING & Q(due_at__gte=now + deadlines.SOON)


def reminded(now: datetime) -> Q:
    """Reminded by a health officer within the last 24 hours: no second reminder goes out."""
    return Q(reminded_at__gt=now - deadlines.REPEAT_AFTER)


def counts(now: datetime) -> dict[str, Aggregate]:
    """Return the aggregates over open corrections: how many, how many late, and how late."""
    # A paused clock counts as neither late nor due.
    late = overdue(now)
    day, three_days = now - timedelta(days=1), now - timedelta(days=3)
    return {
        "open": Count("pk"),
        "soon": Count("pk", filter=soon(now)),
        "overdue": Count("pk", filter=late),
        "late_a_day": Count("pk", filter=late & Q(due_at__gte=day)),
        "late_three_days": Count("pk", filter=late & Q(due_at__lt=day, due_at__gte=three_days)),
        "late_longer": Count("pk", filter=late & Q(due_at__lt=three_days)),
        "oldest_due": Min("due_at", filter=RUNNING),
        "oldest_received": Min("received_at", filter=RUNNING),
    }
