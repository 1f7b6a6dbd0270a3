"""Django's backend for PostgreSQL, whose connections give up when the thread's patience ends."""

import time
from typing import Any, TypeVar

import psycopg
from django.db.backends.postgresql import base
from django.db.backends.postgresql.psycopg_any import IsolationLevel
from psycopg.abc import PQGen

from vaxreg.database import patience

Value = TypeVar("Value")

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
