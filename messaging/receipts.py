"""Delivery receipts of SMS and calls: sent by the gateway, or asked for when they are late."""

import logging
import uuid
from datetime import timedelta

from django.db import transaction

from background import counting
from messaging import actions, channels, delivery
from messaging.models import Message, State
from vaxreg import db_time

log = logging.getLogger(__name__)

DELIVERED = "delivered"
# "failed": this attempt. "undeliverable": for good.
FAILED = "failed"
UNDELIVERABLE = "undeliverable"
# Waits before a copy is sent automatically after a network failure; then only by hand.
SEND_ANEW_AFTER = (timedelta(minutes=5), timedelta(hours=1))
# Messages asked about in one run.
ROUND = 100


RECEIPT = counting.register(
    counting.Work("messaging.receipt", "receipts of messages", lambda key: f"message {key}")
)


@transaction.atomic
def record_receipt(key: uuid.UUID, state: str) -> bool:
    """Store a receipt; return whether it said something new.

    Receipts may come twice, late, before we have stored that the message was sent, and in any
    order: "delivered" overrides everything else.
    """
    message = Message.objects.select_for_update(of=("self",)).filter(key=key).first()
    if message is None or message.state == State.DELIVERED:
        return False
    if state == DELIVERED:
        _arrived(message)
        return True
    if state in (FAILED, UNDELIVERABLE) and message.state != State.GIVEN_UP:
        _failed(message, state)
        return True
    return False


def ask_due(limit: int = ROUND) -> int:
    """Ask the gateway about messages whose receipt is late; return how many were asked about."""
    asked = 0
    while asked < limit and (message := _next_to_ask()) is not None:
        asked += 1
        channel = channels.CHANNELS[message.channel]
        if not isinstance(channel, channels.Gateway):
            break
        with counting.counted(RECEIPT, [message.pk]) as begun:
            if begun and not _ask(channel, message):
                break
    return asked


def _ask(channel: channels.Gateway, message: Message) -> bool:
    """Ask about one message and store the answer; False when the gateway does not answer."""
    try:
        state = channel.ask(message)
    except (OSError, ValueError, KeyError, TypeError) as error:
        # A gateway that does not answer now will not answer about the next message either.
        log.warning("receipt_not_known", extra={"reason": type(error).__name__})
        return False
    if state == "unknown":
        _retry_forgotten(message)
    else:
        record_receipt(message.key, state)
    return True


@transaction.atomic
def _next_to_ask() -> Message | None:
    """Lock one message to ask about, and set when to ask about it again."""
    now = db_time.now()
    late = Message.objects.filter(ask_at__lte=now, state=State.SENT)
    message = late.select_for_update(skip_locked=True, of=("self",)).order_by("ask_at").first()
    if message is not None and message.sent_at is not None:
        since = now - message.sent_at
        later = [wait for wait in delivery.ASK_AFTER if wait > since]
        ask_at = message.sent_at + later[0] if later else None
        Message.objects.filter(pk=message.pk).update(ask_at=ask_at)
    return message


def _arrived(message: Message) -> None:
    now = db_time.now()
    Message.objects.filter(pk=message.pk).update(
        state=State.DELIVERED,
        accepted_at=message.accepted_at or now,
        sent_at=message.sent_at or now,
        delivered_at=now,
        given_up_at=None,
        claimed_until=None,
        ask_at=None,
        **delivery.wiped(message),
    )


def _failed(message: Message, state: str) -> None:
    """Give this message up; unless it is undeliverable, schedule a copy with its own key."""
    now = db_time.now()
    Message.objects.filter(pk=message.pk).update(
        state=State.GIVEN_UP,
        accepted_at=message.accepted_at or now,
        sent_at=None,
        given_up_at=now,
        claimed_until=None,
        ask_at=None,
        last_error=f"receipt: {state}",
        **delivery.wiped(message),
    )
    log.warning("message_not_delivered", extra={"message_id": message.pk, "reason": state})
    copies = Message.objects.filter(resent_from=message.resent_from_id or message.pk).count()
    hopeful = state == FAILED and not message.is_secret and not message.is_useless(now)
    if hopeful and copies < len(SEND_ANEW_AFTER):
        actions.copy(message, at=now + SEND_ANEW_AFTER[copies])


def _retry_forgotten(message: Message) -> None:
    """Retry under the same key: the gateway accepted the message but does not know it any more."""
    taken_back = Message.objects.filter(pk=message.pk, state=State.SENT).update(
        state=State.FAILED, sent_at=None, accepted_at=None, ask_at=None, confirm_by=None
    )
    if taken_back:
        delivery.fail(message, "forgotten by the gateway")
