"""Leases: what one process alone may do for a while, by a row in PostgreSQL.

A lease and not an advisory lock of a session: it lives through a pooler of transactions, where two
statements need not meet the same session, and through a failover. Who dies lets it run out.
"""

import os
import socket
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

# By the database's time, as the clocks of machines differ.
TAKE = """
INSERT INTO background_lease AS lease (name, holder, until)
VALUES (%(name)s, %(holder)s, statement_timestamp() + %(seconds)s * interval '1 second')
ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until
 WHERE lease.holder = excluded.holder OR lease.until < statement_timestamp()
"""
GIVE_BACK = "UPDATE background_lease SET until = '-infinity' WHERE name = %s AND holder = %s"


def new_holder() -> str:
    """Return a name for a holder in this process, that nobody else has."""
    return f"{socket.gethostname()[:80]}:{os.getpid()}:{uuid.uuid4().hex[:8]}"


def take(name: str, holder: str, seconds: int) -> bool:
    """Take the lease, or prolong it; return whether it is this holder's for so many seconds."""
    with connection.cursor() as cursor:
        cursor.execute(TAKE, {"name": name, "holder": holder, "seconds": seconds})
        return bool(cursor.rowcount == 1)


def give_back(name: str, holder: str) -> None:
    """End the lease, if it is this holder's: the next who asks gets it."""
    with connection.cursor() as cursor:
        cursor.execute(GIVE_BACK, [name, holder])


@contextmanager
def alone(name: str, seconds: int) -> Iterator[bool]:
    """Yield whether no other process is in such a block; none enters before the end of this one.

    seconds: longer than the block takes.
    """
    holder = new_holder()
    is_ours = take(name, holder, seconds)
    try:
        yield is_ours
    finally:
        if is_ours:
            give_back(name, holder)
