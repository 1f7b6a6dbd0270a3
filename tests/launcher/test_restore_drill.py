"""Drill: rows are written and backed up, the data are destroyed, and brought back to a moment."""

import json
import logging
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import psutil
import psycopg
import pytest

from launcher.backups.commands import in_words
from launcher.backups.keeping import SLOT, Keeper
from launcher.backups.restoring import restore
from launcher.backups.shelf import Shelf
from launcher.embedded import DATABASE, OWNER, Postgres
from launcher.places import ROOT, Places
from launcher.supervisor import Supervisor
from tests.launcher.house import wait_for

pytestmark = pytest.mark.drill
log = logging.getLogger(__name__)
# Seconds from the beginning of the restore until a row can be written again.
WRITABLE_WITHIN = 60
TABLES = """
CREATE TABLE person (id int PRIMARY KEY, name text NOT NULL CHECK (name <> ''));
CREATE TABLE dose (
    id int PRIMARY KEY, person int NOT NULL REFERENCES person, lot text UNIQUE, given date NOT NULL
);
INSERT INTO person SELECT n, 'Người số ' || n FROM generate_series(1, 20000) n;
CREATE INDEX ON person (name);
"""
# Writes a row in a transaction, then a line into the ledger; as a client that has got its answer.
WRITER = """
import os, sys, time, psycopg
ledger = os.open(sys.argv[2], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
with psycopg.connect(sys.argv[1]) as connection:
    for number in range(1, 1000000):
        began = time.time()
        with connection.transaction():
            connection.execute("INSERT INTO dose VALUES (%s, %s, %s, now())",
                               [number, number % 20000 + 1, f"LOT-{number}"])
            connection.execute("UPDATE person SET name = name || '.' WHERE id = %s", [number % 500 + 1])
        os.write(ledger, f"{number} {began} {time.time()}\\n".encode())
        os.fsync(ledger)
        time.sleep(0.005)
"""


class Act(NamedTuple):
    """One line of the ledger: a row, when its writing began and when it was acknowledged."""

    number: int
    began: float
    acknowledged: float


class Cluster:
    """A PostgreSQL of its own with a keeper of backups, as `./run --backup` has them."""

    def __init__(self, folder: Path, supervisor: Supervisor) -> None:
        self.places = Places(folder / "var")
        self.places.make()
        self.supervisor = supervisor
        self.postgres = Postgres(self.places)
        self.shelf = Shelf(folder / "backup")
        self.keeper = Keeper(self.places.sockets, self.shelf.folder)
        self.ledger = folder / "ledger"
        self.writer: subprocess.Popen[bytes] | None = None

    @property
    def dsn(self) -> str:
        return psycopg.conninfo.make_conninfo(
            host=str(self.places.sockets), user=OWNER, dbname=DATABASE
        )

    def write(self) -> None:
        command = [sys.executable, "-c", WRITER, self.dsn, self.ledger]
        self.writer = subprocess.Popen(command, stderr=subprocess.DEVNULL)

    def acts(self) -> list[Act]:
        if not self.ledger.exists():
            return []
        whole = self.ledger.read_text().rpartition("\n")[0].splitlines()
        lines = [line.split() for line in whole]
        return [Act(int(number), float(began), float(ended)) for number, began, ended in lines]

    def wait_for_acts(self, more: int) -> None:
        wanted = len(self.acts()) + more
        wait_for(lambda: len(self.acts()) >= wanted, 30, "rows written")

    def kill(self) -> None:
        """Kill every process of the server at once, as a power cut does."""
        (child,) = self.supervisor.children
        assert child.process is not None
        server = psutil.Process(child.process.pid)
        for process in [server, *server.children(recursive=True)]:
            process.kill()
        child.process.wait(10)
        self.supervisor.children.clear()

    def end(self) -> None:
        if self.writer is not None:
            self.writer.kill()
            self.writer.wait()
        self.keeper.stop()
        self.supervisor.stop()
        self.places.remove()


@pytest.fixture
def cluster(supervisor: Supervisor) -> Iterator[Cluster]:
    with tempfile.TemporaryDirectory(prefix="vaxreg-drill-", dir="/var/tmp") as folder:
        Path(folder).chmod(0o755)
        cluster = Cluster(Path(folder), supervisor)
        try:
            cluster.postgres.start(supervisor)
            with psycopg.connect(cluster.dsn) as connection:
                connection.execute(TABLES)
            yield cluster
        finally:
            cluster.end()


@pytest.mark.parametrize("what_is_left", ["nothing", "the data folder"])
def test_destroyed_data_come_back_to_the_moment_row_by_row(cluster: Cluster, what_is_left: str):
    cluster.write()
    cluster.keeper.begin()
    full = cluster.keeper.take()
    cluster.wait_for_acts(50)
    incremental = cluster.keeper.take()
    cluster.wait_for_acts(100)
    moment = datetime.now(UTC)
    if what_is_left == "nothing":
        # Acts after the moment, which must not come back.
        cluster.wait_for_acts(100)
    cluster.kill()
    if what_is_left == "nothing":
        shutil.rmtree(cluster.postgres.data)
    else:
        # To the very last act before the end; the archive may lack it, the folder does not.
        moment = datetime.now(UTC)
    cluster.keeper.stop()
    acts = cluster.acts()

    began = time.monotonic()
    done = restore(cluster.postgres, cluster.supervisor, cluster.shelf, moment)
    cluster.postgres.start(cluster.supervisor)
    with psycopg.connect(cluster.dsn) as connection:
        rows = connection.execute("SELECT id, person, lot FROM dose ORDER BY id").fetchall()
        dots = connection.execute("SELECT sum(length(name)) FROM person").fetchone()
        connection.execute("INSERT INTO dose VALUES (0, 1, 'after the restore', now())")
    seconds = time.monotonic() - began

    acknowledged = [act for act in acts if act.acknowledged <= moment.timestamp()]
    before = [act for act in acts if act.began <= moment.timestamp()]
    # The writer does one act after the other, so at most one was under way.
    assert len(acknowledged) <= len(rows) <= max(len(before), len(acknowledged) + 1)
    assert len(acknowledged) >= 150
    assert rows == [(n, n % 20000 + 1, f"LOT-{n}") for n in range(1, len(rows) + 1)]
    with_their_rows = sum(len(f"Người số {n}") for n in range(1, 20001)) + len(rows)
    assert dots == (with_their_rows,)
    assert seconds < WRITABLE_WITHIN
    assert full.is_full
    assert not incremental.is_full
    assert done.reached is not None
    assert abs(done.reached - moment) < timedelta(seconds=5)
    assert done.is_whole == (what_is_left == "nothing")
    assert (done.aside is not None) == (what_is_left != "nothing")
    if done.aside:
        assert (done.aside / "PG_VERSION").exists()
    assert "RESTORED" in in_words(done, 0, seconds)
    check_by_amcheck(cluster)
    a_new_line_begins(cluster)
    figures = f"{len(acknowledged)} acknowledged, {len(rows)} found, writable in {seconds:.1f} s"
    log.info(figures)


def check_by_amcheck(cluster: Cluster) -> None:
    where = ["-h", str(cluster.places.sockets), "-U", OWNER]
    checks = ["--install-missing", "--heapallindexed", "--checkunique"]
    checked = subprocess.run(
        [cluster.postgres.binaries / "pg_amcheck", *where, *checks, DATABASE],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (checked.returncode, checked.stdout) == (0, ""), checked.stdout + checked.stderr


def a_new_line_begins(cluster: Cluster) -> None:
    """The restored data are another line: a new era with a full backup of its own."""
    old = cluster.keeper.era

    cluster.keeper.begin()
    base = cluster.keeper.take()

    assert cluster.keeper.era != old
    assert base.is_full
    with psycopg.connect(cluster.dsn) as connection:
        slots = connection.execute("SELECT slot_name FROM pg_replication_slots WHERE active")
        assert slots.fetchall() == [(SLOT,)]
    assert json.loads((cluster.keeper.era.path / "era.json").read_text())["timeline"] == 2
    assert len(cluster.shelf.eras()) == 2
    assert ROOT not in cluster.shelf.folder.parents
