"""Deliver stored messages: claim one, hand it to its channel, store the result, retry."""

import logging
import random
import time
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Coalesce

from background import counting
from messaging import channels, quiet_hours
from messaging.models import OPEN_STATES, Message, State
from vaxreg import db_time

log = logging.getLogger(__name__)

# How long one delivery may hold a message; longer than the timeouts of the slowest channel.
CLAIM = timedelta(seconds=90)
# Waits after the first, second … failed attempt; after the last one the message is given up.
BACK_OFF = (
    timedelta(seconds=15),
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=6),
)
# Waits vary by up to this share, so that messages that failed together are retried apart.
JITTER = 0.2
# Seconds for which one call of `deliver_due` runs; shorter than Celery's task limit.
ROUND = 40


def deliver(message_id: int) -> bool:
    """Deliver this message if it is due and not claimed; return whether it was sent."""
    message = _claim(message_id)
    return message is not None and _try(message)


def deliver_due(limit: int = 500) -> int:
    """Deliver due messages, oldest first; return how many were handled.

    Any number of these may run at once: each message is claimed by one of them.
    """
    handled = 0
    until = time.monotonic() + ROUND
    while handled < limit and time.monotonic() < until:
        message = _claim()
        if message is None:
            break
        _try(message)
        handled += 1
    return handled


def fail(message: Message, error: str) -> None:
    """Store a failed attempt: retry later, or give the message up after the last attempt."""
    if message.tries > len(BACK_OFF):
        finish(message, State.GIVEN_UP, error)
        return
    wait = BACK_OFF[max(message.tries, 1) - 1] * random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311
    Message.objects.filter(pk=message.pk, state__in=OPEN_STATES).update(
        state=State.FAILED,
        claimed_until=None,
        next_try_at=db_time.now() + wait,
        last_error=error[:200],
    )
    log.warning("message_failed", extra={"message_id": message.pk, "reason": error})


def finish(message: Message, state: State, error: str = "") -> None:
    """Close an open message and those bundled in it; the text of a secret is wiped."""
    now = db_time.now()
    is_sent = state == State.SENT
    asks = is_sent and channels.channel_for(message).gives_receipts
    values = {
        "state": state,
        "sent_at": now if is_sent else None,
        "given_up_at": None if is_sent else now,
        "accepted_at": Coalesce("accepted_at", now) if is_sent else F("accepted_at"),
        "claimed_until": None,
    }
    own = {
        "last_error": error[:200],
        "ask_at": now + ASK_AFTER[0] if asks else None,
        "confirm_by": now + settings.SMS_RECEIPT_WITHIN if asks else None,
        **wiped(message),
    }
    with transaction.atomic():
        done = Message.objects.filter(pk=message.pk, state__in=OPEN_STATES)
        if done.update(**values, **own):
            Message.objects.filter(carried_by=message.pk, state__in=OPEN_STATES).update(**values)
    if state == State.GIVEN_UP:
        log.error("message_given_up", extra={"message_id": message.pk, "reason": error})


def wiped(message: Message) -> dict[str, str]:
    """Return the fields that wipe a sent code from the row; demo mode keeps codes to show them."""
    return {"text": ""} if message.is_secret and not settings.DEMO else {}


# Waits after sending until the gateway is asked for a receipt that it has not sent.
ASK_AFTER = (
    timedelta(minutes=2),
    timedelta(minutes=10),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=6),
)


@transaction.atomic
def _claim(message_id: int | None = None) -> Message | None:
    """Claim one due message, or return None. A claim expires if its worker dies."""
    due = Message.objects.due()
    if message_id is not None:
        due = due.filter(pk=message_id)
    message = (
        due.select_for_update(skip_locked=True, of=("self",)).order_by("next_try_at", "pk").first()
    )
    if message is not None:
        Message.objects.filter(pk=message.pk).update(
            claimed_until=db_time.now() + CLAIM, tries=F("tries") + 1
        )
        message.tries += 1
    return message


def _try(message: Message) -> bool:
    """Deliver a claimed message; give it up when its worker died in it again and again."""
    with counting.counted(MESSAGE, [message.pk]) as begun:
        if begun:
            return _deliver(message)
    if str(message.pk) in counting.set_aside_of(MESSAGE):
        finish(message, State.GIVEN_UP, "its worker died while sending it")
    return False


def _again(key: str) -> None:
    """Reopen a message that was set aside, unless sending it now would mislead."""
    message = Message.objects.filter(pk=key, state=State.GIVEN_UP).first()
    if message is None or not message.text or message.is_useless(db_time.now()):
        return
    values = {"state": State.WAITING, "given_up_at": None, "claimed_until": None, "last_error": ""}
    with transaction.atomic():
        Message.objects.filter(pk=message.pk).update(**values, tries=0, next_try_at=db_time.now())
        Message.objects.filter(carried_by=message.pk, state=State.GIVEN_UP).update(**values)


MESSAGE = counting.register(
    counting.Work(
        "messaging.message",
        "messages to people",
        about=lambda key: f"message {key}",
        again=_again,
    )
)


def _deliver(message: Message) -> bool:
    """Hand a claimed message to its channel and store the result."""
    now = db_time.now()
    if message.is_useless(now):
        finish(message, State.GIVEN_UP, "too late to be of use")
        return False
    if message.may_wait and quiet_hours.is_quiet(now):
        _put_back(message, quiet_hours.awake(now))
        return False
    try:
        channels.channel_for(message).deliver(message)
    except channels.Undeliverable as error:
        finish(message, State.GIVEN_UP, str(error))
    except Exception as error:
        # An error of a channel must not stop the delivery of the following messages.
        fail(message, type(error).__name__)
    else:
        finish(message, State.SENT)
        return True
    return False


def _put_back(message: Message, until: datetime) -> None:
    """Release a claimed message until a later moment; this counts as no attempt."""
    Message.objects.filter(pk=message.pk, state__in=OPEN_STATES).update(
        claimed_until=None, next_try_at=until, tries=F("tries") - 1
    )
