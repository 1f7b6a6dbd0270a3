"""The chain of seals over the history: made every few minutes, checked by `manage.py verify_history`.

Whoever changes, deletes or slips in a row of history with the rights of the owner breaks the seal
over it; whoever mends the seal breaks the next one. Whoever rewrites all of them ends with another
head: the hash of the newest seal, which should be kept elsewhere too.

No row waits for a seal: a seal covers transactions, not rows one by one. PostgreSQL says which
transaction is the oldest that still runs (`pg_snapshot_xmin`); what older ones wrote is final.
"""

import hashlib
import math
import time
from collections.abc import Iterator
from dataclasses import dataclass

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from audit.models import Seal
from vaxreg import db_time

TABLES = (
    "corrections_correctionevent",
    "doses_doserevision",
    "citizens_citizenrevision",
    "citizens_recordvisit",
)
# Rows under one seal, unless a single transaction wrote more of them.
MOST_ROWS = 20_000
# Key of the advisory lock: one chain is made by one process.
LOCK = 0x5EA1
# How a value is written must not depend on the settings of a connection.
AS_TEXT = (
    "SET LOCAL timezone = 'UTC'; SET LOCAL datestyle = 'ISO, YMD'; SET LOCAL bytea_output = 'hex'"
)

# One hash over the hashes of the rows, each written as a JSON array of texts.
HASHED = """
SELECT count(*), encode(sha256(coalesce(string_agg(one, '' ORDER BY id), '')), 'hex') FROM (
    SELECT id, sha256(convert_to(jsonb_build_array({texts})::text, 'UTF8')) AS one
    FROM {table} WHERE {covered}
) AS hashed
"""


@dataclass(frozen=True)
class Broken:
    """A seal that does not fit, and why, in a sentence for operators."""

    seal: Seal
    why: str


def seal_all(seconds: float = math.inf) -> int:
    """Seal what is final and not sealed yet, in every table; return the number of new seals.

    After so many seconds no new seal is begun: each stands by itself, the next call goes on.
    """
    until = time.monotonic() + seconds
    made = 0
    for table in TABLES:
        while time.monotonic() < until and _seal_next(table):
            made += 1
    return made


def verify() -> Iterator[Broken]:
    """Compare every seal with the rows it covers, the oldest first; yield those that do not fit."""
    head = ""
    last: dict[str, Seal] = {}
    for seal in Seal.objects.order_by("id").iterator():
        if why := _fault(seal, head, last.get(seal.table)):
            yield Broken(seal, why)
        head = seal.hash
        last[seal.table] = seal


def head() -> Seal | None:
    """Return the newest seal."""
    return Seal.objects.order_by("-id").first()


@transaction.atomic
def _seal_next(table: str) -> bool:
    """Add one seal over the next rows of this table; False when no final row waits."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        if not cursor.fetchone()[0]:
            return False
        before = Seal.objects.filter(table=table).order_by("-id").first()
        seal = _next_old(cursor, table, before) or _next(cursor, table, before)
        if seal is None:
            return False
        seal.columns = ",".join(_columns(cursor, table))
        seal.rows, seal.rows_hash = _hash_rows(cursor, seal)
        newest = head()
        seal.previous = newest.hash if newest else ""
        seal.hash, seal.at = _hash(seal), db_time.now()
        seal.save(force_insert=True)
    return True


def _next_old(cursor: CursorWrapper, table: str, before: Seal | None) -> Seal | None:
    """Return the next seal over rows from before there were seals; None when there is none."""
    if before is not None and before.id_to is None:
        return None
    after = before.id_to if before else 0
    old = f"SELECT id FROM {table} WHERE tx IS NULL AND id > %s ORDER BY id LIMIT %s"  # noqa: S608 (our own text)
    cursor.execute(f"SELECT max(id) FROM ({old}) AS old", [after, MOST_ROWS])  # noqa: S608 (our own text)
    last = cursor.fetchone()[0]
    return Seal(table=table, id_after=after, id_to=last) if last else None


def _next(cursor: CursorWrapper, table: str, before: Seal | None) -> Seal | None:
    """Return the next seal over transactions that are all over; None when they wrote nothing."""
    start = before.tx_to if before and before.tx_to else 0
    cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
    end = cursor.fetchone()[0]
    in_range = f"FROM {table} WHERE tx >= %s::text::xid8 AND tx < %s::text::xid8"
    cursor.execute(
        f"SELECT tx::text::bigint {in_range} ORDER BY tx OFFSET %s LIMIT 1", [start, end, MOST_ROWS]
    )
    if (row := cursor.fetchone()) is not None:
        # A transaction is never split: its rows all stand under one seal.
        end = row[0] if row[0] > _first(cursor, in_range, start, end) else row[0] + 1
    elif _first(cursor, in_range, start, end) is None:
        return None
    return Seal(table=table, tx_from=start, tx_to=end)


def _first(cursor: CursorWrapper, in_range: str, start: int, end: int) -> int | None:
    cursor.execute(f"SELECT tx::text::bigint {in_range} ORDER BY tx LIMIT 1", [start, end])
    row = cursor.fetchone()
    return row[0] if row else None


def _columns(cursor: CursorWrapper, table: str) -> list[str]:
    cursor.execute(
        "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0"
        " AND NOT attisdropped ORDER BY attnum",
        [table],
    )
    return [name for (name,) in cursor.fetchall()]


def _hash_rows(cursor: CursorWrapper, seal: Seal) -> tuple[int, str]:
    """Return number and hash of the rows that the seal covers, as they are now."""
    cursor.execute(AS_TEXT)
    if seal.tx_from is not None:
        covered, values = "tx >= %s::text::xid8 AND tx < %s::text::xid8", [seal.tx_from, seal.tx_to]
    else:
        covered, values = "tx IS NULL AND id > %s AND id <= %s", [seal.id_after, seal.id_to]
    quoted = [connection.ops.quote_name(name) for name in seal.columns.split(",")]
    texts = ", ".join(f"{name}::text" for name in quoted)
    cursor.execute(HASHED.format(texts=texts, table=seal.table, covered=covered), values)
    rows, digest = cursor.fetchone()
    return rows, digest


def _hash(seal: Seal) -> str:
    stated = (
        *(seal.previous, seal.table, seal.tx_from, seal.tx_to, seal.id_after, seal.id_to),
        *(seal.columns, seal.rows, seal.rows_hash),
    )
    return hashlib.sha256("|".join(str(value) for value in stated).encode()).hexdigest()


@transaction.atomic
def _fault(seal: Seal, before: str, last: Seal | None) -> str:
    """Return what is wrong with a seal; empty when nothing is."""
    if seal.table not in TABLES:
        return "it is over a table that is not sealed"
    if seal.previous != before:
        return "a seal before it was taken out, put in or changed"
    if seal.hash != _hash(seal):
        return "the seal itself was changed"
    if (seal.tx_from, seal.id_after) not in _follows(last):
        return "rows between the seal before it and this one are under no seal"
    with connection.cursor() as cursor:
        missing = set(seal.columns.split(",")) - set(_columns(cursor, seal.table))
        if missing:
            return f"columns are gone: {', '.join(sorted(missing))}"
        rows, digest = _hash_rows(cursor, seal)
        if seal.tx_from is not None and _slipped_in(cursor, seal, last):
            return "rows were put in as if they were older than the seals"
    if rows != seal.rows:
        return f"it covers {rows} rows, and there were {seal.rows}"
    return "" if digest == seal.rows_hash else "a row was changed"


def _follows(last: Seal | None) -> set[tuple[int | None, int | None]]:
    """Return the beginnings that a seal may have after this one of its table."""
    if last is None:
        return {(None, 0), (0, None)}
    if last.tx_to is not None:
        return {(last.tx_to, None)}
    return {(None, last.id_to), (0, None)}


def _slipped_in(cursor: CursorWrapper, seal: Seal, last: Seal | None) -> bool:
    """Whether rows without a transaction stand beyond the last seal over such rows."""
    if seal.tx_from != 0:
        return False
    after = last.id_to if last else 0
    beyond = f"SELECT 1 FROM {seal.table} WHERE tx IS NULL AND id > %s LIMIT 1"  # noqa: S608 (our own text)
    cursor.execute(beyond, [after])
    return cursor.fetchone() is not None
