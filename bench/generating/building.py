"""Builds the whole registry: the tree, the chunks by several processes, indexes, figures."""

import multiprocessing
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from io import StringIO
from itertools import islice
from typing import Protocol

from django.core.management import call_command
from django.db import connection

from bench.generating import bare_tables, places, worker
from bench.generating.filling import TABLES, Written, filler
from bench.generating.size import RegistrySize
from organizations.models import Organization
from uptake import fold

# Tables that must be empty, with all that refer to them.
WITHOUT_SEQUENCE = "matching_matchfeature"
OWN = [table for table in TABLES if table != "accounts_user"]


class NotEmpty(Exception):
    """The registry has rows; their tables are in the message."""


class Watcher(Protocol):
    """Is told how far it has come."""

    def stage(self, what: str) -> None: ...

    def part(self, what: str, number: int, of: int) -> None: ...

    def wrote(self, written: Written) -> None: ...


def build(size: RegistrySize, processes: int, watcher: Watcher, *, figures: bool = True) -> None:
    """Write a registry of this size. Raises NotEmpty; ValueError for a size that cannot be.

    Interrupted, it empties what it has written. figures: also compute coverage from all doses.
    """
    if problem := size.problem():
        raise ValueError(problem)
    _mend()
    refuse_if_not_empty()
    watcher.stage("areas, organizations, vaccines, staff")
    # A tree that is there is used as it is.
    wanted = () if Organization.objects.exists() else ("load_areas", "build_organizations")
    for command in (*wanted, "load_vaccines"):
        call_command(command, stdout=StringIO())
    places.prepare()
    first_account = places.read().first_account
    bare_tables.take_off(first_account)
    try:
        watcher.stage(f"rows, with {processes} processes")
        for written in _chunks(size, processes, first_account):
            watcher.wrote(written)
        watcher.stage("indexes and foreign keys")
        bare_tables.put_back(watcher.part)
    except BaseException:
        watcher.stage("stopped; the tables are emptied")
        _mend()
        raise
    watcher.stage("sequences and statistics")
    _set_sequences()
    _analyze(TABLES)
    if figures:
        watcher.stage("coverage from all doses")
        fold.rebuild()
        _analyze(["uptake_course"])


def refuse_if_not_empty() -> None:
    """Raise NotEmpty if any table of the registry, or one that refers to it, has a row."""
    tables = [*OWN, *bare_tables.referring(OWN)]
    with connection.cursor() as cursor:
        filled = []
        for table in tables:
            cursor.execute(f"SELECT EXISTS (SELECT FROM {table})")  # noqa: S608 (our names)
            if cursor.fetchone()[0]:
                filled.append(table)
    if filled:
        raise NotEmpty(", ".join(sorted(filled)))


def _mend() -> None:
    """Empty what an interrupted run has left, and put back what it took off."""
    if bare_tables.are_bare():
        bare_tables.empty()
        bare_tables.put_back()


def _chunks(size: RegistrySize, processes: int, first_account: int) -> Iterator[Written]:
    """Write all chunks; yield what each had, as they are done."""
    if processes == 1 or size.chunks == 1:
        here = filler(size, first_account)
        for number in range(size.chunks):
            yield here.fill(number)
        return
    # New processes: a connection to the database must not be shared with a child.
    spawning = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(
        processes, spawning, worker.begin, (dict(connection.settings_dict), size, first_account)
    ) as pool:
        numbers = iter(range(size.chunks))
        # Few at a time, so that a stop need not wait for those that have not begun.
        running = {pool.submit(worker.fill, number) for number in islice(numbers, 2 * processes)}
        while running:
            done, running = wait(running, return_when=FIRST_COMPLETED)
            yield from (one.result() for one in done)
            running |= {pool.submit(worker.fill, number) for number in islice(numbers, len(done))}


def _set_sequences() -> None:
    """Let the next row of each table have a new id. Never back: drawn numbers stay used."""
    with connection.cursor() as cursor:
        for table in TABLES:
            if table == WITHOUT_SEQUENCE:
                continue
            cursor.execute(
                f"""SELECT setval(name, greatest(nextval(name),
                        coalesce((SELECT max(id) FROM {table}), 0)))
                    FROM pg_get_serial_sequence(%s, 'id') AS name""",  # noqa: S608 (our names)
                [table],
            )


def _analyze(tables: Sequence[str]) -> None:
    with connection.cursor() as cursor:
        for table in tables:
            # Outside a transaction also the visibility map, as autovacuum would have by then.
            cursor.execute(f"{'' if connection.in_atomic_block else 'VACUUM '}ANALYZE {table}")
