"""The verbs of messaging: write a message down, deliver it, try again."""

import logging
import time
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from messaging import channels
from messaging.models import OPEN_STATES, Channel, Message, State
from vaxreg.celery import hint

log = logging.getLogger(__name__)

# How long one delivery may hold a message; longer than the slowest channel's timeouts together.
CLAIM = timedelta(seconds=90)
# Waits after the first, second … failed try; after the last one the message is given up.
BACK_OFF = (
    timedelta(seconds=15),
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=6),
)
# Seconds for which one round of `deliver_due` goes on; shorter than Celery's task limit.
ROUND = 40


def send(
    *,
    purpose: str,
    channel: str,
    recipient: str,
    text: str,
    subject: str = "",
    user_id: int | None = None,
    dedupe_key: str | None = None,
    is_secret: bool = False,
    useless_after: datetime | None = None,
) -> Message:
    """Write the message down in the caller's transaction; it is delivered after commit.

    The same `dedupe_key` sends once: the message written first is returned. `is_secret` wipes the
    text after delivery; after `useless_after` the message is not sent any more.
    """
    values = {
        "purpose": purpose,
        "channel": Channel(channel),
        "recipient": recipient,
        "subject": subject,
        "text": text,
        "user_id": user_id,
        "is_secret": is_secret,
        "useless_after": useless_after,
    }
    if dedupe_key is None:
        message, created = Message.objects.create(**values), True
    else:
        message, created = Message.objects.get_or_create(dedupe_key=dedupe_key, defaults=values)
    if created:
        hint("messaging.deliver", message.pk)
    return message


def deliver(message_id: int) -> bool:
    """Deliver this message if it is due and nobody else is at it; whether it was sent now."""
    message = _claim(message_id)
    return message is not None and _deliver(message)


def deliver_due(limit: int = 500) -> int:
    """Deliver what is due, oldest first; how many messages were handled.

    Any number of these may run at once: each message is claimed by one of them.
    """
    handled = 0
    until = time.monotonic() + ROUND
    while handled < limit and time.monotonic() < until:
        message = _claim()
        if message is None:
            break
        _deliver(message)
        handled += 1
    return handled


def forget_secrets(older_than: timedelta) -> int:
    """Delete messages with codes that are closed and older than this; how many."""
    old = Message.objects.filter(is_secret=True, created_at__lt=Now() - older_than)
    return old.exclude(state__in=OPEN_STATES).delete()[0]


@transaction.atomic
def _claim(message_id: int | None = None) -> Message | None:
    """Take one due message for ourselves, or None. A claim ends by itself if we die."""
    due = Message.objects.due()
    if message_id is not None:
        due = due.filter(pk=message_id)
    message = (
        due.select_for_update(skip_locked=True, of=("self",)).order_by("next_try_at", "pk").first()
    )
    if message is not None:
        Message.objects.filter(pk=message.pk).update(
            claimed_until=Now() + CLAIM, tries=F("tries") + 1
        )
        message.tries += 1
    return message


def _deliver(message: Message) -> bool:
    """Hand a claimed message to its channel and write down what became of it."""
    if Message.objects.filter(pk=message.pk, useless_after__lte=Now()).exists():
        _finish(message, State.GIVEN_UP, "too late to be of use")
        return False
    try:
        channels.channel_for(message).deliver(message)
    except channels.Undeliverable as error:
        _finish(message, State.GIVEN_UP, str(error))
    except Exception as error:
        # Whatever a channel runs into must not stop the messages behind this one.
        _fail(message, type(error).__name__)
    else:
        _finish(message, State.SENT)
        return True
    return False


def _finish(message: Message, state: State, error: str = "") -> None:
    """Close the message; a secret is not kept longer than it is needed."""
    wipe = message.is_secret and not settings.DEMO
    Message.objects.filter(pk=message.pk, state__in=OPEN_STATES).update(
        state=state,
        sent_at=Now() if state == State.SENT else None,
        claimed_until=None,
        last_error=error[:200],
        **({"text": ""} if wipe else {}),
    )
    if state == State.GIVEN_UP:
        log.error("message_given_up", extra={"message_id": message.pk, "reason": error})


def _fail(message: Message, error: str) -> None:
    if message.tries > len(BACK_OFF):
        _finish(message, State.GIVEN_UP, error)
        return
    Message.objects.filter(pk=message.pk, state__in=OPEN_STATES).update(
        state=State.FAILED,
        claimed_until=None,
        next_try_at=Now() + BACK_OFF[message.tries - 1],
        last_error=error[:200],
    )
    log.warning("message_failed", extra={"message_id": message.pk, "reason": error})
