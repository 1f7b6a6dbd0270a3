"""Tells the apps above of many people's doses a moment later: a file of doses does not wait for it.

Who was written is noted in the transaction that wrote the doses, and told of in the background.
"""

import time

from django.db import connection, transaction

from doses.announcements import doses_settled, doses_written
from doses.models import Dose, WrittenPerson
from vaxreg.celery import hint

# So many people are told of at once: an act of somebody who looks at the result.
FEW = 50
# People in one transaction, and seconds for one call.
BATCH = 2_000
PASS = 40
# The key of the advisory lock; an arbitrary number that nothing else uses.
LOCK = 20_210_309
NOTE = """
INSERT INTO doses_writtenperson (citizen_id) SELECT unnest(%s::bigint[])
"""


def announce(citizens: set[int]) -> None:
    """Tell the apps above whose doses were written. To be called in the transaction that wrote them."""
    if not citizens:
        return
    doses_written.send(sender=Dose, citizens=citizens)
    if len(citizens) <= FEW:
        doses_settled.send(sender=Dose, citizens=citizens)
        return
    with connection.cursor() as cursor:
        cursor.execute(NOTE, [as_array(citizens)])
    hint("doses.tell_later")


def tell(seconds: float = PASS) -> int:
    """Tell the apps above of the people who wait; return how many.

    Each batch is a transaction of its own; the next call does what is left.
    """
    until = time.monotonic() + seconds
    done = 0
    while time.monotonic() < until:
        number = _tell_batch()
        if not number:
            break
        done += number
    return done


@transaction.atomic
def _tell_batch() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        if not cursor.fetchone()[0]:
            return 0
    waiting = list(WrittenPerson.objects.order_by("pk")[:BATCH])
    if waiting:
        doses_settled.send(sender=Dose, citizens={one.citizen_id for one in waiting})
        WrittenPerson.objects.filter(pk__in=[one.pk for one in waiting]).delete()
    return len(waiting)


def as_array(ids: set[int] | list[int]) -> str:
    """Return ids as PostgreSQL reads an array: the driver takes far longer for thousands of them."""
    return "{" + ",".join(map(str, ids)) + "}"
