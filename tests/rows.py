"""Rows that most tests begin with: written by the product's code once, copied ever after.

And a database that is emptied by looking at what was filled: TRUNCATE makes new files for every
table and index, and `flush` then writes all content types and permissions anew.
"""

import functools
import pickle
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db import connection, transaction
from django.test import TransactionTestCase

from vaxreg import db_time

T = TypeVar("T")

FLUSH = TransactionTestCase._fixture_teardown
# Written by migrate, the same for all tests.
KEPT = {"django_migrations", "django_content_type", "auth_permission"}


@dataclass(frozen=True)
class Copy:
    """What a function wrote, as SQL, and what it returned."""

    tables: frozenset[str]
    sql: str
    returned: bytes


def written_once(write: Callable[[], T]) -> Callable[[], T]:
    """Let a function that fills empty tables write them by its own code the first time only.

    What it returns must be picklable; each caller gets one of its own. In other circumstances (its
    tables hold something, another moment than now, a role that may not) it runs as it stands.
    """
    copy: Copy | None = None

    @functools.wraps(write)
    def written() -> T:
        nonlocal copy
        if db_time._moved.get() is not None or not _may_copy():
            return write()
        if copy is None:
            before = counts(_filled(tables()))
            returned = write()
            mine = _filled(tables()) - before.keys()
            if before == counts(before):
                copy = Copy(frozenset(mine), _statements(mine), pickle.dumps(returned))
            return returned
        if _filled(copy.tables):
            return write()
        _without_triggers(copy.sql)
        again: T = pickle.loads(copy.returned)  # noqa: S301 - our own
        return again

    return written


def empty_what_is_filled(case: TransactionTestCase) -> None:
    """Take the place of `flush` after a test whose transactions were real."""
    if _may_copy():
        empty()
    else:
        FLUSH(case)


def empty() -> None:
    """Delete all rows but those that migrate wrote."""
    filled = _filled(tables() - KEPT)
    _without_triggers("; ".join(f'DELETE FROM "{table}"' for table in sorted(filled)))  # noqa: S608


@functools.cache
def _may_copy() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('is_superuser') = 'on'")
        return bool(cursor.fetchone()[0])


def tables() -> set[str]:
    """Return the name of every table."""
    return set(connection.introspection.table_names())


def _filled(tables: Iterable[str]) -> set[str]:
    questions = [f"SELECT '{table}' WHERE EXISTS (SELECT FROM \"{table}\")" for table in tables]  # noqa: S608
    return {row[0] for row in _rows(" UNION ALL ".join(questions))}


def counts(names: Iterable[str]) -> dict[str, int]:
    """Return how many rows each of these tables has."""
    return {table: _rows(f'SELECT count(*) FROM "{table}"')[0][0] for table in names}  # noqa: S608


def _statements(tables: Iterable[str]) -> str:
    """Return statements that insert all rows of these tables as they are."""
    statements = []
    for table in sorted(tables):
        columns = [
            row[0]
            for row in _rows(
                "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass"
                " AND attnum > 0 AND NOT attisdropped AND attgenerated = ''",
                f'"{table}"',
            )
        ]
        names = ", ".join(f'"{name}"' for name in columns)
        values = " || ', ' || ".join(f'quote_nullable("{name}"::text)' for name in columns)
        rows = ", ".join(f"({row[0]})" for row in _rows(f'SELECT {values} FROM "{table}"'))  # noqa: S608
        statements.append(f'INSERT INTO "{table}" ({names}) OVERRIDING SYSTEM VALUE VALUES {rows}')  # noqa: S608
    return "; ".join(statements)


def _without_triggers(statements: str) -> None:
    """Run statements whose rows need no check: no foreign keys, nothing append-only."""
    if not statements:
        return
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SET LOCAL session_replication_role = replica; "
            f"{statements}; SET LOCAL session_replication_role = origin"
        )


def _rows(sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters or None)
        return cursor.fetchall()
