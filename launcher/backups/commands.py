"""`./run --backup` and `./run --restore TIME`: settings, words, and the order of the steps."""

import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import psycopg

from launcher.backups.files import bring_back
from launcher.backups.keeping import DAYS, drop_slot
from launcher.backups.moments import parse, shown
from launcher.backups.restoring import Restored, restore
from launcher.backups.shelf import Shelf
from launcher.embedded import Postgres
from launcher.places import Places, Trouble
from launcher.services import only_one, stopping
from launcher.supervisor import Child, Supervisor, end_leftovers, say


def folder_of(places: Places, env: dict[str, str]) -> Path:
    return Path(env.get("BACKUP_FOLDER") or places.var / "backup").absolute()


def private_of(places: Places, env: dict[str, str]) -> Path:
    return Path(env.get("PRIVATE_FILES") or places.var / "private").absolute()


def days_of(env: dict[str, str]) -> int:
    """Return for how many days every moment can be restored. Raises Trouble."""
    text = env.get("BACKUP_DAYS") or str(DAYS)
    if not text.isdecimal() or int(text) < 1:
        raise Trouble(f"BACKUP_DAYS must be a number of days, 1 or more, not {text!r}.")
    return int(text)


def refuse_foreign_database(env: dict[str, str]) -> None:
    """Raise Trouble if the database is not one that `./run` starts itself."""
    if env.get("DATABASE_URL"):
        raise Trouble(
            "DATABASE_URL names a server of your own; ./run backs up and restores only the one that "
            "it starts itself. docs/operations.md says how servers are backed up and restored."
        )


def start_keeping(supervisor: Supervisor, places: Places, env: dict[str, str]) -> None:
    """Start the process that keeps backups while `./run` runs; without it the rest goes on."""
    folder, days = folder_of(places, env), days_of(env)
    try:
        Shelf(folder).make()
    except OSError as error:
        raise Trouble(f"The folder of backups cannot be written to: {error}") from error
    command: list[str | Path] = [sys.executable, "-m", "launcher.backups.keeping"]
    command += ["--sockets", places.sockets, "--folder", folder, "--days", str(days)]
    command += ["--private", private_of(places, env)]
    log = places.logs / "backup.log"
    child = Child("backup", command, env, log, shown=True, optional=True)
    supervisor.children.append(child)
    child.start()
    say(f"backups are kept in {folder}; every moment of the last {days} days can be restored")
    say("keep the keys (.env, or var/secret_key) elsewhere: without them numbers stay unreadable")


def end_keeping(places: Places) -> None:
    """Without `--backup`: let the server drop what it holds back for an archive."""
    with psycopg.connect(Postgres(places).dsn("postgres"), autocommit=True) as connection:
        if drop_slot(connection):
            say("no backup is kept from now on; ./run --backup keeps one")


def restore_to(places: Places, env: dict[str, str], words: list[str]) -> None:
    """Bring the database back to the moment that was typed, or say which moments there are."""
    refuse_foreign_database(env)
    shelf = Shelf(folder_of(places, env))
    if not words:
        print(shelf.in_words(), flush=True)
        return
    moment = parse(" ".join(words), datetime.now(UTC))
    began = time.monotonic()
    with only_one(places) as lock, stopping() as supervisor:
        lock.tell(kind="--restore")
        end_leftovers(str(places.var))
        done = restore(Postgres(places), supervisor, shelf, moment)
        files = bring_back(shelf.folder / "private", private_of(places, env), moment)
    print(in_words(done, files, time.monotonic() - began), flush=True)


def in_words(done: Restored, files: int, seconds: float) -> str:
    """Return what was done, how far the data reach, and what is next."""
    reached = (
        f"The last change in it was committed at {shown(done.reached)}."
        if done.reached
        else "Nothing was changed between the backup and that moment."
    )
    lines = [
        "",
        f"  RESTORED   the database as it was at {shown(done.asked)}, in {seconds:.0f} s",
        "",
        f"  {reached}",
    ]
    if not done.is_whole:
        lines += [
            "  The backup holds no later change: if the registry was written to after that and before",
            "  the moment you named, those writes are lost (backups were not kept then).",
        ]
    if done.aside:
        lines += [f"  What was there before is in {done.aside}; delete it when you are sure."]
    lines += [
        f"  Photos: {files} that had been deleted since then were put back. Those added since then",
        "  stay in their folder, though no case of the restored database shows them.",
        "  Everything done after that moment is gone from the registry: answers, closed accounts,",
        "  deletions that people asked for. Messages already sent were sent; some may go out again.",
        "",
        "  Next: ./run --backup (it checks the tables and begins with a full backup).",
        "",
    ]
    return "\n".join(lines)
