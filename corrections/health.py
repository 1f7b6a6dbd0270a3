"""What the health page asks of this room: does the sweep run, the outbox drain, do figures come?"""

from datetime import timedelta

from corrections.models import Heartbeat, OutboxRow
from corrections.sweep import HEARTBEAT
from vaxreg import db_time

# The sweep runs once a minute; three missed passes are a fault, not a delay.
SILENCE = timedelta(minutes=3)
# Promise 79: the oldest undone row must never be older than this.
OLDEST_ERRAND = timedelta(seconds=120)


def sweep_trouble() -> str:
    """Return since when the sweep is silent, or an empty string."""
    beat = Heartbeat.objects.filter(name=HEARTBEAT).first()
    if beat is None:
        return "the sweep has never run"
    if db_time.now() - beat.at > SILENCE:
        return f"the sweep is silent since {beat.at.isoformat()}"
    return ""


def outbox_trouble() -> str:
    """Return how old the oldest undone outbox row is when it is too old, or an empty string."""
    oldest = OutboxRow.objects.filter(done_at=None).order_by("created_at").first()
    if oldest is not None and db_time.now() - oldest.created_at > OLDEST_ERRAND:
        return f"outbox row {oldest.pk} is not done since {oldest.created_at.isoformat()}"
    return ""
