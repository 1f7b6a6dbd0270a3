"""The health of message delivery, for health pages and badges; read-only."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, Min, OuterRef, QuerySet

from messaging.models import OPEN_STATES, Channel, Message, State
from vaxreg import db_time


@dataclass(frozen=True)
class Health:
    """Delivery at a glance. Messages held on purpose (quiet hours, digest) do not count."""

    # For how long the oldest unsent message could have been sent already; None: there is none.
    oldest_waiting: timedelta | None
    given_up_last_day: int
    unconfirmed_last_day: int


def health() -> Health:
    """Return the health of delivery; uses partial indexes only."""
    now = db_time.now()
    yesterday = now - timedelta(days=1)
    waiting = Message.objects.filter(
        state__in=OPEN_STATES, digest="", carried_by=None, next_try_at__lte=now
    )
    first = waiting.aggregate(first=Min("next_try_at"))["first"]
    given_up = Message.objects.filter(state=State.GIVEN_UP, given_up_at__gt=yesterday)
    unconfirmed = Message.objects.unconfirmed().filter(confirm_by__gt=yesterday)
    return Health(now - first if first else None, given_up.count(), unconfirmed.count())


def unread_count(user_id: int) -> int:
    """Return the number of unread messages in this person's inbox, 100 at most."""
    return Message.objects.inbox_of(user_id).filter(read_at=None)[:100].count()


# After so many attempts an e-mail has failed for 15 minutes: more than a short fault.
TRIES_THAT_TELL = 4


def unreachable_by_email(
    users: Collection[int] | QuerySet[Any, int], since: datetime
) -> dict[int, datetime]:
    """Return the users (of these ids) whose e-mail does not arrive, and since which message.

    An e-mail was given up, or fails again and again, and none was accepted after it. Uses the
    partial indexes on given-up and on open messages.
    """
    later = Message.objects.filter(
        user=OuterRef("user"), channel=Channel.EMAIL, accepted_at__gt=OuterRef("created_at")
    )
    emails = Message.objects.filter(~Exists(later), channel=Channel.EMAIL, user__in=users)
    given_up = emails.filter(state=State.GIVEN_UP, given_up_at__gt=since)
    failing = emails.filter(
        state__in=OPEN_STATES, tries__gte=TRIES_THAT_TELL, digest="", carried_by=None
    )
    found: dict[int, datetime] = {}
    for messages in (given_up, failing):
        rows = messages.order_by().values_list("user").annotate(first=Min("created_at"))
        for user_id, first in rows:
            found[user_id] = min(first, found.get(user_id, first))
    return found
