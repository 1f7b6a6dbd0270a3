"""Functions that write messages, for all other apps: send, resend, delete sent codes."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils.translation import get_language

from messaging import daily_limit, quiet_hours, sms
from messaging.models import OPEN_STATES, Channel, Message, SmsForm, State
from messaging.operators import operator_of
from vaxreg import db_time
from vaxreg.celery import hint

# Users press the button again and again; each SMS costs money.
RESEND_EVERY = timedelta(minutes=10)
MOST_RESENDS = 5
# Fields that a copy takes over from the message that it repeats.
COPIED = (
    *("purpose", "template", "channel", "recipient", "subject", "text", "language", "user_id"),
    *("sms_form", "segments", "operator", "may_wait", "useless_after", "in_inbox"),
)


class NotResendable(Exception):
    """The message is being sent, has arrived, was a code, or was resent too often already."""


class TooSoon(Exception):
    """It was resent a moment ago; it can be resent again from `retry_at` on."""

    def __init__(self, retry_at: datetime) -> None:
        super().__init__("resent a moment ago")
        self.retry_at = retry_at


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
    template: str = "",
    may_wait: bool = False,
    digest: str = "",
    in_inbox: bool | None = None,
    texts: Mapping[str, str] | None = None,
) -> Message:
    """Store the message in the caller's transaction; it is delivered after commit.

    The same `dedupe_key` sends once: the first message is returned. `is_secret` wipes the text
    after delivery; after `useless_after` the message is not sent any more. `template` names the
    text and its version (default: `<purpose>@1`). With `may_wait` it is not sent in quiet hours
    but at 06:00. E-mails with the same `digest` to one person wait MESSAGE_DIGEST_WAIT for each
    other and are sent as one. `in_inbox` shows it in the person's inbox on the site; by default
    an SMS to a known user that is no secret, and all of the channel INBOX; `texts` are the same words by language code, for
    the inbox of somebody who reads another language than the message had. The text of an SMS is
    written with diacritics; SMS_WITH_DIACRITICS decides whether it is sent with them. An SMS
    beyond the limit of its phone is not sent: one on the next morning stands for it
    (daily_limit).
    """
    channel = Channel(channel)
    if digest and (channel != Channel.EMAIL or is_secret):
        raise ValueError("only e-mails without secrets are bundled")
    now = db_time.now()
    first_try = now + settings.MESSAGE_DIGEST_WAIT if digest else now
    if may_wait:
        first_try = quiet_hours.awake(first_try)
    if in_inbox is None:
        in_inbox = channel in (Channel.SMS, Channel.INBOX)
    shown = in_inbox and user_id is not None and not is_secret
    language = get_language() or settings.LANGUAGE_CODE
    values: dict[str, Any] = {
        "purpose": purpose,
        "template": template or f"{purpose}@1",
        "channel": channel,
        "recipient": recipient,
        "subject": subject,
        "text": text,
        "language": language,
        "user_id": user_id,
        "is_secret": is_secret,
        "useless_after": useless_after,
        "may_wait": may_wait,
        "digest": digest,
        "in_inbox": shown,
        "other_languages": _others(texts or {}, language) if shown else {},
        "created_at": now,
        "next_try_at": first_try,
        **_facts_of(channel, recipient, text),
    }
    over = channel == Channel.SMS and not is_secret and daily_limit.is_reached(recipient, now)
    if over and not (dedupe_key and Message.objects.filter(dedupe_key=dedupe_key).exists()):
        values["carried_by"] = _carrier_of_the_rest(values, now)
    if dedupe_key is None:
        message, created = Message.objects.create(**values), True
    else:
        message, created = Message.objects.get_or_create(dedupe_key=dedupe_key, defaults=values)
    if created and first_try == now and not over:
        hint("messaging.deliver", message.pk)
    return message


def send_to_citizen(*, phone: str, user_id: int | None, **message: Any) -> Message | None:
    """Send an SMS to this phone; for an account without one, put it into the inbox on the site.

    message: what `send` takes besides. None when there is neither: nobody can be told; and for an
    account that its person has closed.
    """
    if user_id is not None and _is_closed(user_id):
        return None
    if phone:
        return send(channel=Channel.SMS, recipient=phone, user_id=user_id, **message)
    if user_id is None:
        return None
    # The recipient is no address: it only tells accounts apart.
    inbox = f"account {user_id}"
    return send(channel=Channel.INBOX, recipient=inbox, user_id=user_id, **message)


def stop_messages_of(user_id: int) -> None:
    """Send none of those that still wait for this person: the account is being closed."""
    waiting = Message.objects.filter(user_id=user_id, state__in=OPEN_STATES, is_secret=False)
    waiting.update(useless_after=db_time.now())


@transaction.atomic
def resend(message: Message) -> Message:
    """Resend a message that failed, was given up or was never confirmed; return what is sent.

    If no gateway accepted it, the message itself is sent under the same key, so that it cannot
    arrive twice; otherwise a copy. Raises NotResendable, or TooSoon within 10 minutes.
    """
    root = Message.objects.select_for_update(of=("self",)).get(
        pk=message.resent_from_id or message.pk
    )
    now = db_time.now()
    latest = latest_of(root)
    if not can_resend(latest, now):
        raise NotResendable
    if root.resent_at is not None and now < root.resent_at + RESEND_EVERY:
        raise TooSoon(root.resent_at + RESEND_EVERY)
    if root.resends.count() >= MOST_RESENDS:
        raise NotResendable
    Message.objects.filter(pk=root.pk).update(resent_at=now)
    if latest.accepted_at is not None:
        return copy(latest, at=now)
    # The claim stays: if a worker is sending it right now, a second one must not.
    untaken = Message.objects.filter(pk=latest.pk, state__in=(State.FAILED, State.GIVEN_UP))
    reset = untaken.filter(accepted_at=None).update(
        state=State.WAITING, tries=0, next_try_at=now, given_up_at=None, carried_by=None, digest=""
    )
    if not reset:
        raise NotResendable
    hint("messaging.deliver", latest.pk)
    latest.refresh_from_db()
    return latest


def can_resend(message: Message, now: datetime) -> bool:
    """Whether resending makes sense: the message did not arrive and is still useful."""
    if message.is_secret or message.is_useless(now):
        return False
    return message.state in (State.FAILED, State.GIVEN_UP) or message.is_unconfirmed(now)


def latest_of(root: Message) -> Message:
    """Return the newest of a message and its copies."""
    return root.resends.order_by("-pk").first() or root


def copy(message: Message, *, at: datetime) -> Message:
    """Store a copy with its own key, to be sent at `at`."""
    values = {name: getattr(message, name) for name in COPIED}
    again = Message.objects.create(
        **values,
        resent_from_id=message.resent_from_id or message.pk,
        created_at=db_time.now(),
        next_try_at=quiet_hours.awake(at) if message.may_wait else at,
    )
    hint("messaging.deliver", again.pk)
    return again


def forget_secrets(older_than: timedelta) -> int:
    """Delete closed messages with codes older than this; return their number."""
    old = Message.objects.filter(is_secret=True, created_at__lt=db_time.now() - older_than)
    return old.exclude(state__in=OPEN_STATES).delete()[0]


def _carrier_of_the_rest(values: dict[str, Any], now: datetime) -> Message:
    """Return the SMS of the next morning that stands for a message like this; make it when needed."""
    recipient, user_id = values["recipient"], values["user_id"]
    waiting = daily_limit.waiting_carrier(recipient, user_id)
    if waiting is not None:
        return waiting
    text = daily_limit.text(user_id)
    return Message.objects.create(
        purpose=daily_limit.PURPOSE,
        template=f"{daily_limit.PURPOSE}@1",
        channel=Channel.SMS,
        recipient=recipient,
        text=text,
        language=values["language"],
        user_id=user_id,
        may_wait=True,
        created_at=now,
        next_try_at=quiet_hours.next_morning(now),
        **_facts_of(Channel.SMS, recipient, text),
    )


def _is_closed(user_id: int) -> bool:
    closed = get_user_model().objects.filter(pk=user_id, closed_at__isnull=False)
    return closed.exists()


def _others(texts: Mapping[str, str], language: str) -> dict[str, str]:
    return {code: text for code, text in texts.items() if code != language}


def _facts_of(channel: Channel, recipient: str, text: str) -> dict[str, Any]:
    """Return what an SMS or a call has besides: its operator, and the size of an SMS."""
    if channel == Channel.CALL:
        return {"operator": operator_of(recipient)}
    if channel != Channel.SMS:
        return {}
    return {
        "operator": operator_of(recipient),
        "sms_form": SmsForm.FULL if settings.SMS_WITH_DIACRITICS else SmsForm.PLAIN,
        "segments": sms.segments(sms.as_sent(text)).segments,
    }
