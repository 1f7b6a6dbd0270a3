"""Django's backend for PostgreSQL, whose connections give up when the thread's patience ends."""

import time
from typing import Any, Self, TypeVar, cast

import psycopg
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.postgresql import base
from django.db.backends.postgresql.psycopg_any import IsolationLevel
from django.db.backends.utils import CursorWrapper
from psycopg.abc import Params, PQGen

from vaxreg.database import patience

Value = TypeVar("Value")

PREPARE_AT_ONCE = 0
LOST = "PostgreSQL did not answer in time"


class PatientConnection(psycopg.Connection[Any]):
    """A connection that is closed, with OperationalError, when an answer takes too long.

    `statement_timeout` ends a slow statement, but only a server that runs can count the time.
    """

    def wait(self, gen: PQGen[Value], interval: float = 0.1, timeout: float | None = None) -> Value:
        limit = patience.current()
        if limit is None or timeout is not None:
            return super().wait(gen, interval, timeout)
        began = time.monotonic()
        try:
            return super().wait(gen, interval, max(limit.left, 0.0))
        except psycopg.errors._WaitTimeout:
            limit.lost = True
            # Closed, not cancelled: a frozen server would not read the request to cancel.
            self.pgconn.finish()
            raise psycopg.OperationalError(LOST) from None
        finally:
            limit.spend(patience.since(began))


class PreparedCursor(psycopg.Cursor[Any]):
    """A cursor whose statements the server plans once for a connection.

    Django's own cursors put the values into the statement: the server plans each anew.
    """

    def execute(self, query: Any, params: Params | None = None, **options: Any) -> Self:
        return super().execute(query, params, **{"prepare": True, **options})


class DatabaseWrapper(base.DatabaseWrapper):
    """Opens connections that keep to the patience of their thread; no pool, READ COMMITTED."""

    def get_new_connection(self, conn_params: dict[str, Any]) -> PatientConnection:
        limit = patience.current()
        if limit is not None and (limit.lost or limit.left <= 0):
            raise psycopg.OperationalError(LOST)
        self.isolation_level = IsolationLevel.READ_COMMITTED
        began = time.monotonic()
        try:
            return PatientConnection.connect(**conn_params)
        except psycopg.errors.ConnectionTimeout:
            if limit is not None:
                limit.lost = True
            raise
        finally:
            if limit is not None:
                limit.spend(patience.since(began))

    def get_connection_params(self) -> dict[str, Any]:
        # Only a PreparedCursor prepares: other cursors send no statement apart from its values.
        prepares = self.settings_dict["OPTIONS"].get("prepare_threshold", PREPARE_AT_ONCE)
        return {**super().get_connection_params(), "prepare_threshold": prepares}


def prepared_cursor() -> CursorWrapper:
    """Return a cursor for a statement that takes longer to plan than to run.

    Every value in the statement needs its type (`%(day)s::date`): they are sent apart from it.
    Behind a pooler of transactions (DB_POOLED) it is planned anew each time.
    """
    used = connections[DEFAULT_DB_ALIAS]
    used.ensure_connection()
    with used.wrap_database_errors:
        # The stubs ask for a wrapper where Django wraps the driver's own cursor.
        cursor: Any = PreparedCursor(cast(PatientConnection, used.connection))
    return used.make_debug_cursor(cursor) if used.queries_logged else used.make_cursor(cursor)
