"""Databases for benchmarks: created beside the current one, used, and dropped."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from corrections.models import Correction


@contextmanager
def current_database() -> Iterator[str]:
    """Yield the name of the current database. Raises CommandError if it has cases."""
    if Correction.objects.exists():
        raise CommandError("This database holds cases. Benchmarks need one without.")
    yield str(connection.settings_dict["NAME"])


@contextmanager
def temporary_database() -> Iterator[str]:
    """Create a database beside the current one, use it in the block, and drop it."""
    usual = connection.settings_dict["NAME"]
    own = f"{usual}_bench"
    _drop(own)
    _create(own)
    _use(own)
    try:
        call_command("migrate", verbosity=0)
        yield own
    finally:
        _use(usual)
        _drop(own)


@contextmanager
def copies(*endings: str, keep: bool = False) -> Iterator[list[BaseDatabaseWrapper]]:
    """Create a database for each ending beside the current one; yield their connections.

    keep: do not drop them afterwards, and reuse existing ones.
    """
    usual = connection.settings_dict["NAME"]
    names = [f"{usual}_bench_{ending}" for ending in endings]
    missing = [name for name in names if not (keep and _exists(name))]
    if missing:
        with temporary_database() as empty:
            # PostgreSQL cannot copy a database to which anybody is connected.
            _use(usual)
            for name in missing:
                _drop(name)
                _create(name, empty)
    there = [_connection_to(name) for name in names]
    try:
        yield there
    finally:
        for one in there:
            one.close()
        if not keep:
            for name in names:
                _drop(name)


@contextmanager
def using(there: BaseDatabaseWrapper) -> Iterator[None]:
    """Use another database inside the block, by a connection that stays open."""
    here = connections["default"]
    connections["default"] = there
    try:
        yield
    finally:
        connections["default"] = here


def _connection_to(name: str) -> BaseDatabaseWrapper:
    made = connections.create_connection("default")
    made.settings_dict = {**made.settings_dict, "NAME": name}
    return made


def _exists(name: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT FROM pg_database WHERE datname = %s", [name])
        return cursor.fetchone() is not None


def _create(name: str, template: str = "template1") -> None:
    quote = connection.ops.quote_name
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {quote(name)} TEMPLATE {quote(template)}")


def _drop(name: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {connection.ops.quote_name(name)} WITH (FORCE)")


def _use(name: Any) -> None:
    connection.close()
    connection.settings_dict["NAME"] = name
