"""What lies in the folder of backups, which of it leads to a moment, and what is too old.

    20261129T190000Z/            an era: one unbroken line of changes of one cluster
        era.json                 which cluster and timeline
        base/20261129T190004Z-full, …-incremental    complete backups, named by their end
        wal/                     every change since, in PostgreSQL's segments
    private/                     copies of the files that are not in the database

A new era begins when the line breaks: after a restore, or after a time without `--backup`.
"""

import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from launcher.backups.moments import from_stamp, shown, stamp
from launcher.places import Trouble

ERA = re.compile(r"\d{8}T\d{6}Z")
BASE = re.compile(r"(\d{8}T\d{6}Z)-(full|incremental)")
SEGMENT = re.compile(r"[0-9A-F]{24}")
SEGMENTS_OF_A_LOG = 256


@dataclass(frozen=True, order=True)
class Base:
    """One base backup. It can be restored to moments from `ended` on."""

    ended: datetime
    path: Path

    @property
    def is_full(self) -> bool:
        return self.path.name.endswith("-full")


@dataclass(frozen=True)
class Era:
    """One unbroken line of changes."""

    path: Path

    @property
    def began(self) -> datetime:
        return from_stamp(self.path.name)

    @property
    def wal(self) -> Path:
        return self.path / "wal"

    @property
    def line(self) -> tuple[str, int]:
        """System identifier and timeline: what makes two runs of a cluster the same line."""
        facts = json.loads((self.path / "era.json").read_text())
        return str(facts["system"]), int(facts["timeline"])

    def bases(self) -> list[Base]:
        """Return the complete base backups, oldest first."""
        matches = [(BASE.fullmatch(path.name), path) for path in (self.path / "base").iterdir()]
        return sorted(Base(from_stamp(match[1]), path) for match, path in matches if match)

    def chain(self, moment: datetime) -> list[Base]:
        """Return the full backup and the incremental ones on top of it that lead to the moment."""
        chain: list[Base] = []
        for base in self.bases():
            if base.ended <= moment:
                chain = [base] if base.is_full else [*chain, base]
        return chain


class Shelf:
    """The folder of backups."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def make(self) -> None:
        """Create the folder, for our user only."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.folder.chmod(0o700)

    def eras(self) -> list[Era]:
        """Return all eras, oldest first."""
        if not self.folder.is_dir():
            return []
        found = [Era(path) for path in self.folder.iterdir() if ERA.fullmatch(path.name)]
        return sorted(found, key=lambda era: era.began)

    def new_era(self, line: tuple[str, int], now: datetime) -> Era:
        """Begin an era for this cluster and timeline."""
        era = Era(self.folder / stamp(now))
        making = self.folder / f"{era.path.name}.making"
        shutil.rmtree(making, ignore_errors=True)
        for part in ("base", "wal"):
            (making / part).mkdir(mode=0o700, parents=True)
        (making / "era.json").write_text(json.dumps({"system": line[0], "timeline": line[1]}))
        making.rename(era.path)
        return era

    def find(self, moment: datetime) -> tuple[Era, list[Base]]:
        """Return the era that was being written at the moment, and the chain of backups in it.

        Raises Trouble that says which moments can be restored.
        """
        lived = [era for era in self.eras() if era.began <= moment]
        chain = lived[-1].chain(moment) if lived else []
        if not chain:
            raise Trouble(
                f"No backup in {self.folder} leads to {shown(moment)}.\n{self.in_words()}\n"
                "Nothing was changed."
            )
        return lived[-1], chain

    def spans(self) -> Iterator[tuple[datetime, datetime | None]]:
        """Yield from when on each era can be restored, and when the next one began."""
        eras = self.eras()
        for number, era in enumerate(eras):
            if bases := era.bases():
                later = eras[number + 1].began if number + 1 < len(eras) else None
                yield bases[0].ended, later

    def in_words(self) -> str:
        """Return which moments can be restored, one line for each era."""
        lines = [
            f"  from {shown(first)} until {shown(later) if later else 'the last change kept'}"
            for first, later in self.spans()
        ]
        if not lines:
            return (
                f"There is no complete backup in {self.folder} yet; "
                "`./run --backup` makes the first one at its start."
            )
        return "\n".join(["Moments that can be restored:", *lines])

    def too_old(self, now: datetime, days: int) -> list[Path]:
        """Return eras and base backups without which every moment of the last `days` is reached."""
        since = now - timedelta(days=days)
        eras = self.eras()
        old: list[Path] = []
        for number, era in enumerate(eras):
            if number + 1 < len(eras) and eras[number + 1].began <= since:
                old.append(era.path)
                continue
            # A chain is needed until the next full backup is older than the moments in question.
            bases = era.bases()
            fulls = [base for base in bases if base.is_full and base.ended <= since]
            if fulls:
                old += [base.path for base in bases if base < fulls[-1]]
        return old


def first_segment(backup: Path) -> str:
    """Return the name of the first segment of WAL that this backup needs."""
    found = re.search(
        r"START WAL LOCATION: .*\(file (\w+)\)", (backup / "backup_label").read_text()
    )
    if found is None:
        raise Trouble(f"{backup / 'backup_label'} says no start; the backup is damaged.")
    return found[1]


def segments(folder: Path, first: str) -> Iterator[str]:
    """Yield the names of complete segments from `first` on, up to the first one that is missing."""
    name = first
    while (folder / name).exists():
        yield name
        name = following(name)


def following(name: str) -> str:
    """Return the name of the next segment of WAL of the same timeline."""
    number = int(name[8:16], 16) * SEGMENTS_OF_A_LOG + int(name[16:], 16) + 1
    log, segment = divmod(number, SEGMENTS_OF_A_LOG)
    return f"{name[:8]}{log:08X}{segment:08X}"


def size(folder: Path) -> int:
    """Return how many bytes the files below take."""
    return sum(path.lstat().st_size for path in folder.rglob("*") if path.is_file())
