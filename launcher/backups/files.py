"""Copies of private files (photos of papers), which are not in the database."""

import contextlib
import json
import os
import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

# When files that are gone from the folder were missed first.
GONE = ".gone.json"


def keep_files(folder: Path, copies: Path, now: datetime, days: int) -> int:
    """Copy files that have no copy; forget copies of files that are gone for `days`.

    A private file never changes under its name, so a copy is made once. Return how many were made.
    """
    copies.mkdir(mode=0o700, parents=True, exist_ok=True)
    there, kept = set(_files(folder)), set(_files(copies))
    new = sorted(there - kept)
    for name in new:
        # It may be deleted meanwhile.
        with contextlib.suppress(FileNotFoundError):
            _copy(folder / name, copies / name)
    gone = _gone(copies)
    missed = {name: gone.get(name, now.isoformat()) for name in kept - there}
    for name, since in list(missed.items()):
        if datetime.fromisoformat(since) < now - timedelta(days=days):
            (copies / name).unlink()
            del missed[name]
    (copies / GONE).write_text(json.dumps(missed))
    return len(new)


def bring_back(copies: Path, folder: Path, moment: datetime) -> int:
    """Put copies of files that were there at the moment and are gone back; return how many.

    A file counts as there until a look missed it: one deleted shortly before the moment comes too.
    """
    gone = _gone(copies)
    names = [
        name
        for name in sorted(set(_files(copies)) - set(_files(folder)))
        if name not in gone or datetime.fromisoformat(gone[name]) > moment
    ]
    for name in names:
        _copy(copies / name, folder / name)
    return len(names)


def _files(folder: Path) -> Iterator[str]:
    for path in folder.rglob("*"):
        if path.is_file() and path.name != GONE and not path.name.endswith(".copying"):
            yield str(path.relative_to(folder))


def _copy(source: Path, target: Path) -> None:
    """Copy a file so that under its name there is all of it or nothing."""
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = target.with_name(f"{target.name}.copying")
    shutil.copy2(source, part)
    with part.open("rb") as copied:
        os.fsync(copied.fileno())
    part.rename(target)


def _gone(copies: Path) -> dict[str, str]:
    try:
        return dict(json.loads((copies / GONE).read_text()))
    except (OSError, ValueError):
        return {}
