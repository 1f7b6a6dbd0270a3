"""Figures of messages and a check for alarms: do they leave, do they arrive, with which operator?"""

from collections.abc import Iterator
from datetime import timedelta

from django.db.models import Count, Q

from messaging.models import OPEN_STATES, Message, State
from vaxreg import db_time
from watching.figures import MOST, Figure, measure

# The messages that are looked at: an index has them, by time.
LATELY = timedelta(minutes=10)
# From this share of lost messages on, of at least so many, somebody is told.
MUCH, LEAST = 0.2, 50

LATELY_SENT = measure(
    "messages_last_10_minutes", "SMS and calls written in 10 minutes", "operator", "state"
)
GIVEN_UP = measure("messages_given_up_last_10_minutes", "Given up, of all channels", "channel")
DUE = measure("messages_due", "Messages that should have left")
OLDEST = measure("message_due_oldest_seconds", "For how long the first of them has been due")
UNSENT = measure("code_unsent_oldest_seconds", "Age of the oldest code that did not leave yet")


def figures() -> Iterator[Figure]:
    """Yield them, from indexes of the last minutes and of what is due."""
    now = db_time.now()
    since = now - LATELY
    rows = (
        Message.objects.filter(created_at__gte=since)
        .exclude(operator="")
        .order_by()
        .values_list("operator", "state")
        .annotate(n=Count("pk"))
    )
    for operator, state, number in rows:
        yield LATELY_SENT.of(number, operator, state)
    lost = Message.objects.filter(state=State.GIVEN_UP, given_up_at__gte=since).order_by()
    for channel, number in lost.values_list("channel").annotate(n=Count("pk")):
        yield GIVEN_UP.of(number, channel)
    due = Message.objects.due()
    yield DUE.of(due.order_by()[:MOST].count())
    first = due.order_by("next_try_at", "id").values_list("next_try_at", flat=True).first()
    yield OLDEST.of((now - first).total_seconds() if first else 0.0)
    waiting = Message.objects.filter(is_secret=True, created_at__gte=since, state__in=OPEN_STATES)
    oldest = waiting.order_by("created_at").values_list("created_at", flat=True).first()
    yield UNSENT.of((now - oldest).total_seconds() if oldest else 0.0)


def codes_sent_lately() -> dict[int, int]:
    """Return how many codes left in the last minutes, by minutes."""
    now = db_time.now()
    codes = Message.objects.filter(is_secret=True, state__in=[State.SENT, State.DELIVERED])
    since = {minutes: now - timedelta(minutes=minutes) for minutes in (5, 60)}
    return {minutes: codes.filter(created_at__gte=at).count() for minutes, at in since.items()}


def lost_trouble() -> str:
    """Return how many messages are lost when it is a large share of them; else empty."""
    lately = Message.objects.filter(created_at__gte=db_time.now() - LATELY).exclude(operator="")
    counts = lately.aggregate(all=Count("pk"), lost=Count("pk", filter=Q(state=State.GIVEN_UP)))
    if counts["all"] >= LEAST and counts["lost"] >= MUCH * counts["all"]:
        return f"{counts['lost']} of {counts['all']} SMS and calls of 10 minutes were given up"
    return ""
