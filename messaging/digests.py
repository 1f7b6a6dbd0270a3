"""Digests: e-mails of one kind to one person, written within a few minutes, are sent as one."""

from collections.abc import Sequence
from itertools import groupby

from django.db import connection, transaction
from django.utils import translation
from django.utils.translation import gettext as _

from messaging.models import OPEN_STATES, Channel, Message
from vaxreg import db_time

# Key of an advisory lock: two at once would send one person two e-mails.
LOCK = 0x6D736764
# Messages handled in one run.
MOST = 5_000


@transaction.atomic
def close_due_digests() -> int:
    """Close every digest whose first message is due; return how many e-mails will be sent.

    A single message is sent as it is. Of several, one e-mail carries all the texts, oldest first;
    each message gets the final state of that e-mail.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        if not cursor.fetchone()[0]:
            return 0
    waiting = Message.objects.exclude(digest="").filter(state__in=OPEN_STATES, carried_by=None)
    due = waiting.filter(next_try_at__lte=db_time.sql_now()).order_by("next_try_at")[:MOST]
    names, hashes = set(), set()
    for name, digits in due.values_list("digest", "recipient_hash"):
        names.add(name)
        hashes.add(digits)
    if not names:
        return 0
    now = db_time.now()
    together = waiting.filter(digest__in=names, recipient_hash__in=hashes)
    rows = together.select_for_update(of=("self",)).order_by("digest", "recipient_hash", "pk")
    count = 0
    for _key, group in groupby(rows, key=lambda row: (row.digest, row.recipient_hash)):
        lines = list(group)
        if any(line.next_try_at <= now for line in lines):
            _close_digest(lines)
            count += 1
    return count


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
