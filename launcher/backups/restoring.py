"""Bring the database of `./run` back to a moment; what was there is set aside, never deleted.

All is done beside the data folder: backup verified, changes played up to the moment, server promoted.
Only then do the two folders change places, so a restore that fails has changed nothing.
"""

import os
import shutil
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import psycopg

from launcher.backups.moments import shown, stamp
from launcher.backups.shelf import (
    SEGMENT,
    Base,
    Era,
    Shelf,
    first_segment,
    following,
    segments,
    size,
)
from launcher.embedded import Postgres
from launcher.places import Trouble
from launcher.supervisor import Child, Supervisor, say

# Room that is left on the disk when everything has been brought back.
SPARE_BYTES = 200 * 1024 * 1024
# PostgreSQL's words when no change was made after the moment, or the archive ends before it.
ENDED_BEFORE = "recovery ended before configured recovery target was reached"
LONGEST = 6 * 3600


@dataclass(frozen=True)
class Restored:
    """What a restore has done."""

    asked: datetime
    # When the last transaction that is in the data was committed; None: none since the backup.
    reached: datetime | None
    # Whether a later transaction is known, so that nothing kept from before the moment is missing.
    is_whole: bool
    # Where the data that were there are now.
    aside: Path | None


def restore(postgres: Postgres, supervisor: Supervisor, shelf: Shelf, moment: datetime) -> Restored:
    """Bring the data back as they were at the moment. Raises Trouble; then nothing has changed.

    The caller holds the lock, so no server of ours runs.
    """
    postgres.settle()
    era, chain = shelf.find(moment)
    postgres.end_orphan()
    new = postgres.data.with_name("postgres-restoring")
    if new.exists():
        shutil.rmtree(new)
    _want_room(postgres.data.parent, size_of(chain, era))
    say(f"backup of {shown(chain[-1].ended)}, {len(chain)} part(s); verifying …")
    for base in chain:
        _call(postgres, "pg_verifybackup", "--quiet", base.path)
    say("putting it together …")
    try:
        _call(postgres, "pg_combinebackup", *(base.path for base in chain), "-o", new)
        _call(postgres, "pg_verifybackup", "--quiet", new)
        _bring_changes(postgres, era, new)
        say(f"playing the changes up to {shown(moment)} …")
        reached, is_whole = _recover(postgres, supervisor, new, moment)
    except Trouble:
        shutil.rmtree(new, ignore_errors=True)
        raise
    return Restored(moment, reached, is_whole, _change_places(postgres, new))


def size_of(chain: Sequence[Base], era: Era) -> int:
    """Return how many bytes the restored data may take, at most."""
    changes = sum(
        (era.wal / name).stat().st_size for name in segments(era.wal, first_segment(chain[-1].path))
    )
    return sum(size(base.path) for base in chain) + changes


def _want_room(folder: Path, needed: int) -> None:
    needed += SPARE_BYTES
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise Trouble(
            f"Not enough room: the restore needs {_gigabytes(needed)} in {folder}, and "
            f"{_gigabytes(free)} are free. Nothing was changed. Make room there (older folders "
            "postgres-set-aside-… may be moved elsewhere), then call the same command again."
        )


def _gigabytes(number: int) -> str:
    return f"{number / 1e9:.1f} GB"


def _bring_changes(postgres: Postgres, era: Era, new: Path) -> None:
    """Copy the changes since the backup to where the server looks for them, whoever it runs as.

    The last segment was not finished: it comes from the archive or, where the data folder still has
    it, from there, whichever goes on longer.
    """
    first = first_segment(new)
    target = new / "pg_wal"
    name = first
    for name in segments(era.wal, first):
        shutil.copyfile(era.wal / name, target / name)
    if (era.wal / name).exists():
        name = following(name)
    damaged = postgres.data / "pg_wal"
    is_same_line = postgres.data.exists() and era.line == _line_of(postgres)
    while True:
        found = [era.wal / f"{name}.partial", *([damaged / name] if is_same_line else [])]
        found = [path for path in found if path.exists()]
        if not found:
            break
        records, best = max((_records(postgres, path, name), path) for path in found)
        if not records:
            break
        shutil.copyfile(best, target / name)
        name = following(name)
    if any(SEGMENT.fullmatch(path.name) and path.name > name for path in era.wal.iterdir()):
        say(f"{era.wal / name} is missing; changes after it cannot be brought back")
    if postgres.account:
        chown = ["chown", "-R", f"{postgres.account.pw_uid}:{postgres.account.pw_gid}", str(new)]
        subprocess.run(chown, check=True)


def _line_of(postgres: Postgres) -> tuple[str, int] | None:
    """Return system identifier and timeline of the data that are there, None if unreadable."""
    try:
        said = _call(postgres, "pg_controldata", "-D", postgres.data)
    except Trouble:
        return None
    facts = dict(line.split(":", 1) for line in said.splitlines() if ":" in line)
    try:
        return (
            facts["Database system identifier"].strip(),
            int(facts["Latest checkpoint's TimeLineID"]),
        )
    except (KeyError, ValueError):
        return None


def _records(postgres: Postgres, path: Path, name: str) -> int:
    """Return how many records can be read from this segment before it is unfinished or broken."""
    log, segment = int(name[8:16], 16), int(name[16:], 16)
    start = f"{log:X}/{segment << 24:X}"
    reading = path
    if path.name != name:
        # The program believes names alone.
        reading = postgres.data.with_name("postgres-restoring") / "pg_wal" / name
        shutil.copyfile(path, reading)
    done = subprocess.run(
        [str(postgres.binaries / "pg_waldump"), "-s", start, "-p", str(reading.parent), name],
        env=postgres.environment(),
        capture_output=True,
        check=False,
    )
    return done.stdout.count(b"\n")


def _recover(
    postgres: Postgres, supervisor: Supervisor, new: Path, moment: datetime
) -> tuple[datetime | None, bool]:
    """Let a server play the changes and take the lead; return the last commit, and if all is in.

    Nothing of the settings stays behind in the data.
    """
    (new / "recovery.signal").touch()
    if postgres.account:
        os.chown(new / "recovery.signal", postgres.account.pw_uid, postgres.account.pw_gid)
    log = postgres.places.logs / "restore.log"
    log.unlink(missing_ok=True)
    owner = postgres.account.pw_uid if postgres.account else os.getuid()
    postgres.places.make_sockets(owner)
    # Everything is in pg_wal already; the server insists on a command.
    settings = ["restore_command=false", "recovery_target_timeline=current"]
    target = [
        f"recovery_target_time={moment.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f}+00",
        "recovery_target_action=promote",
    ]
    is_whole = True
    try:
        _play(postgres, supervisor, new, log, [*settings, *target])
    except Trouble:
        if ENDED_BEFORE not in log.read_text(errors="replace"):
            raise
        # Nothing later is kept: all that is kept is what is wanted.
        is_whole = False
        _play(postgres, supervisor, new, log, settings)
    try:
        with psycopg.connect(postgres.dsn("postgres"), autocommit=True) as connection:
            row = connection.execute(
                "SELECT pg_last_xact_replay_timestamp(), pg_current_xact_id()"
            ).fetchone()
    finally:
        supervisor.stop()
    return (row[0] if row else None), is_whole


def _play(
    postgres: Postgres, supervisor: Supervisor, new: Path, log: Path, settings: Sequence[str]
) -> None:
    child = Child(
        "restore",
        [postgres.binaries / "postgres", *postgres.options(new, *settings)],
        postgres.environment(),
        log,
        account=postgres.account,
        vital=True,
        grace=60,
        group=False,
    )

    def leads() -> bool:
        try:
            with psycopg.connect(postgres.dsn("postgres")) as connection:
                row = connection.execute("SELECT pg_is_in_recovery()").fetchone()
        except psycopg.OperationalError:
            return False
        return row == (False,)

    try:
        supervisor.start(child, leads, seconds=LONGEST)
    except Trouble:
        supervisor.children.remove(child)
        raise


def _change_places(postgres: Postgres, new: Path) -> Path | None:
    # Under this name the next start takes it, should we be killed between the next two lines.
    new.rename(postgres.restored)
    aside = None
    if postgres.data.exists():
        aside = postgres.data.with_name(f"postgres-set-aside-{stamp(datetime.now(UTC))}")
        while aside.exists():
            time.sleep(1)
            aside = postgres.data.with_name(f"postgres-set-aside-{stamp(datetime.now(UTC))}")
        postgres.data.rename(aside)
    postgres.restored.rename(postgres.data)
    return aside


def _call(postgres: Postgres, program: str, *words: str | Path) -> str:
    done = subprocess.run(
        [str(word) for word in (postgres.binaries / program, *words)],
        env=postgres.environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise Trouble(
            f"{program} says that this backup cannot be used:\n"
            f"{(done.stderr or done.stdout).strip()[-1500:]}\n"
            "Nothing was changed. Try a moment before the damaged backup was made."
        )
    return done.stdout
