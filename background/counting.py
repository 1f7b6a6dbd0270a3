"""Counts the tries of background work before it begins, and sets aside what kills its process.

The count is stored in PostgreSQL before the work and deleted after it, so it survives a process
that is killed in between. After WORK_TRIES such deaths a piece of work is set aside: nobody tries
it again until `manage.py set_aside` is told to, and everything else goes on. An exception is no
death: whoever calls deals with it (docs/adr/0006).
"""

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from math import isqrt
from typing import Any, TypeVar

from django.conf import settings
from django.db import connection

from background.models import WorkTry
from vaxreg import db_time

log = logging.getLogger(__name__)

K = TypeVar("K", int, str)

# Longer than any piece of work: Celery kills a task after 60 s. After it the process must be dead.
LEASE = timedelta(seconds=75)
# The id of the Celery message that this process is working on, or "".
current_message: ContextVar[str] = ContextVar("current_message", default="")

# Begins the pieces that nobody else has, and that did not die too often.
BEGIN = """
    INSERT INTO background_worktry AS known (work, key, message, during, tries, begun_at)
    SELECT %(work)s, key, '', %(during)s, 1, %(now)s FROM unnest(%(keys)s::text[]) key ORDER BY key
    ON CONFLICT (work, key, message) DO UPDATE
       SET tries = known.tries + 1, begun_at = excluded.begun_at, during = excluded.during
     WHERE known.set_aside_at IS NULL AND known.tries < %(most)s AND known.begun_at <= %(dead)s
    RETURNING key
"""
SET_ASIDE = """
    UPDATE background_worktry SET set_aside_at = %(now)s
     WHERE work = %(work)s AND key = ANY(%(keys)s) AND message = '' AND set_aside_at IS NULL
       AND tries >= %(most)s AND begun_at <= %(dead)s
    RETURNING key, tries
"""


@dataclass(frozen=True)
class Work:
    """One kind of work, row by row, for those who run the system (in English, as logs are).

    about: names the piece with this key, without personal data. again: makes it due after a mend.
    """

    name: str
    title: str
    about: Callable[[str], str] = lambda key: key
    again: Callable[[str], None] = lambda key: None


_known: dict[str, Work] = {}


def register(work: Work) -> Work:
    """Make a kind of work known by its name; return it."""
    _known[work.name] = work
    return work


def work_named(name: str) -> Work:
    """Return the kind of work of this name; of a Celery task, one with its name as title."""
    return _known.get(name) or Work(name, f"the task {name}")


def most_tries() -> int:
    """Return after how many deaths a piece of work is set aside (the setting WORK_TRIES)."""
    tries: int = settings.WORK_TRIES
    return tries


@contextmanager
def counted(work: Work, keys: Iterable[K]) -> Iterator[list[K]]:
    """Yield the pieces that may be worked at now, counted; after the block they have ended.

    Left out are pieces that another process has, that died less than a lease ago, or that are set
    aside. The block must not be inside a transaction: the count could not survive. An Exception
    or Ctrl-C ends the try; what else ends the process (SystemExit, a kill) leaves it counted.
    """
    begun = _begin(work, list(keys))
    try:
        yield begun
    except (Exception, KeyboardInterrupt):
        _end(work, begun)
        raise
    _end(work, begun)


def pieces(work: Work, keys: Sequence[K], size: int) -> Iterator[list[K]]:
    """Split rows that are done together into pieces, at most `size` in each.

    What died together is tried apart: in smaller pieces after the first death, one by one before
    the last try. So one bad row does not set aside the good ones around it.
    """
    names = [str(key) for key in keys]
    left = WorkTry.objects.filter(work=work.name, key__in=names, message="")
    deaths = dict(left.values_list("key", "tries"))

    def size_of(key: K) -> int:
        died = deaths.get(str(key), 0)
        if not died:
            return size
        return 1 if died >= most_tries() - 1 else max(isqrt(size), 1)

    for most, group in groupby(sorted(keys, key=size_of, reverse=True), size_of):
        together = list(group)
        for start in range(0, len(together), most):
            yield together[start : start + most]


def set_aside_of(work: Work) -> set[str]:
    """Return the keys of the pieces of this kind that are set aside."""
    return set(WorkTry.objects.set_aside().filter(work=work.name).values_list("key", flat=True))


def try_again(row: WorkTry) -> None:
    """Make a piece of work that was set aside due again; its deaths are forgotten."""
    row.delete()
    if not row.message:
        work_named(row.work).again(row.key)
    log.warning("tried again by hand: %s %s", row.work, row.key)


def forget(before: datetime) -> int:
    """Delete what was begun before this moment, never ended, and is not set aside."""
    return WorkTry.objects.begun_before(before).filter(set_aside_at=None).delete()[0]


def tell(work: str, key: str, tries: int) -> None:
    """Write to the log that a piece of work was set aside, and what to do about it."""
    log.error(
        "set aside after %s processes died in it: %s %s; look for what kills them, then"
        " manage.py set_aside",
        tries,
        work,
        key,
    )


def _begin(work: Work, keys: list[K]) -> list[K]:
    if not keys:
        return []
    by_name = {str(key): key for key in keys}
    now = db_time.now()
    values: dict[str, Any] = {
        "work": work.name,
        "keys": list(by_name),
        "during": current_message.get(),
        "now": now,
        "dead": now - LEASE,
        "most": most_tries(),
    }
    with connection.cursor() as cursor:
        cursor.execute(BEGIN, values)
        begun = {name for (name,) in cursor.fetchall()}
        refused = [name for name in by_name if name not in begun]
        aside: list[tuple[str, int]] = []
        if refused:
            cursor.execute(SET_ASIDE, {**values, "keys": refused})
            aside = cursor.fetchall()
    for name, tries in aside:
        tell(work.name, name, tries)
    return [key for name, key in by_name.items() if name in begun]


def _end(work: Work, keys: list[K]) -> None:
    if keys:
        names = [str(key) for key in keys]
        WorkTry.objects.filter(work=work.name, key__in=names, message="").delete()
