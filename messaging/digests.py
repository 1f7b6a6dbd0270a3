"""Digests: e-mails of one kind to one person, written within a few minutes, are sent as one."""

import time
from collections.abc import Sequence

from django.db import connection, transaction
from django.utils import translation
from django.utils.translation import gettext as _

from background import counting
from messaging.models import OPEN_STATES, Channel, Message, MessageQuerySet
from vaxreg import db_time

# Key of an advisory lock: two at once would send one person two e-mails.
LOCK = 0x6D736764
# Messages looked at in one run.
MOST = 5_000
# Seconds for one run: with a round of delivery, less than Celery's time limit.
PASS = 15


DIGEST = counting.register(
    counting.Work(
        "messaging.digest", "e-mails to be sent as one", lambda key: f"those from message {key} on"
    )
)


def close_due_digests() -> int:
    """Close every digest whose first message is due; return how many e-mails will be sent.

    A single message is sent as it is. Of several, one e-mail carries all the texts, oldest first;
    each message gets the final state of that e-mail.
    """
    aside = [int(key) for key in counting.set_aside_of(DIGEST)]
    due = _waiting().filter(next_try_at__lte=db_time.sql_now()).order_by("next_try_at")[:MOST]
    keys = set(due.values_list("digest", "recipient_hash"))
    count = 0
    until = time.monotonic() + PASS
    for name, digits in sorted(keys):
        if time.monotonic() > until:
            break
        first = _lines(name, digits).values_list("pk", flat=True).first()
        if first is None or first in aside:
            continue
        with counting.counted(DIGEST, [first]) as begun:
            count += bool(begun) and _close_due(name, digits)
    return count


def _waiting() -> MessageQuerySet:
    waiting: MessageQuerySet = Message.objects.exclude(digest="")
    return waiting.filter(state__in=OPEN_STATES, carried_by=None)


def _lines(name: str, recipient_hash: str) -> MessageQuerySet:
    return _waiting().filter(digest=name, recipient_hash=recipient_hash).order_by("pk")


@transaction.atomic
def _close_due(name: str, recipient_hash: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        if not cursor.fetchone()[0]:
            return False
    lines = list(_lines(name, recipient_hash).select_for_update(of=("self",)))
    now = db_time.now()
    if not any(line.next_try_at <= now for line in lines):
        return False
    _close_digest(lines)
    return True


def _close_digest(lines: Sequence[Message]) -> None:
    first = lines[0]
    pks = [line.pk for line in lines]
    if len(lines) == 1:
        Message.objects.filter(pk=first.pk).update(digest="")
        return
    now = db_time.now()
    with translation.override(lines[-1].language):
        subject = _("%(count)s messages: %(first)s") % {
            "count": len(lines),
            "first": first.subject or first.text.partition("\n")[0],
        }
    carrier = Message.objects.create(
        purpose=f"digest.{first.digest}"[:60],
        template="digest@1",
        channel=Channel.EMAIL,
        recipient=first.recipient,
        subject=subject[:200],
        text="\n\n".join(_words(number, line) for number, line in enumerate(lines, start=1)),
        language=lines[-1].language,
        user_id=first.user_id,
        may_wait=all(line.may_wait for line in lines),
        created_at=now,
        next_try_at=now,
    )
    Message.objects.filter(pk__in=pks).update(carried_by=carrier)


def _words(number: int, line: Message) -> str:
    return "\n".join(filter(None, (f"{number}. {line.subject}".rstrip(), line.text)))
