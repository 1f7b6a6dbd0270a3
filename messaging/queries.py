"""How messaging is doing, for health pages and badges; read-only."""

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Min

from messaging.models import OPEN_STATES, Message, State
from vaxreg import clock


@dataclass(frozen=True)
class Health:
    """What somebody on call asks first. Messages held on purpose (night, digest) do not count."""

    # How long the message that has waited longest could have been sent already; None: none waits.
    oldest_waiting: timedelta | None
    given_up_last_day: int
    unconfirmed_last_day: int


def health() -> Health:
    """Return how messaging is doing; reads partial indexes only."""
    now = clock.now()
    yesterday = now - timedelta(days=1)
    waiting = Message.objects.filter(
        state__in=OPEN_STATES, digest="", carried_by=None, next_try_at__lte=now
    )
    first = waiting.aggregate(first=Min("next_try_at"))["first"]
    given_up = Message.objects.filter(state=State.GIVEN_UP, given_up_at__gt=yesterday)
    unconfirmed = Message.objects.unconfirmed().filter(confirm_by__gt=yesterday)
    return Health(now - first if first else None, given_up.count(), unconfirmed.count())


def unread_count(user_id: int) -> int:
    """Return how many messages in this person's inbox were not shown yet; 100 means many."""
    return Message.objects.inbox_of(user_id).filter(read_at=None)[:100].count()
