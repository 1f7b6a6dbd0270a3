"""Where one installation keeps its things, and the lock that lets only one start at a time."""

import contextlib
import fcntl
import hashlib
import json
import os
import shutil
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

ROOT = Path(__file__).resolve().parents[1]


class Trouble(Exception):
    """Something a person has to know or do; the message is shown without a traceback."""


@dataclass(frozen=True)
class Places:
    """The folders of one installation. `./test` has its own under var/test, beside a running one."""

    var: Path

    @property
    def key(self) -> str:
        """Eight letters for this folder: paths of sockets may have 107 bytes at most."""
        return hashlib.sha256(f"{os.path.realpath(self.var)}".encode()).hexdigest()[:8]

    @property
    def sockets(self) -> Path:
        # Not $TMPDIR: it is long on macOS.
        return Path(f"/tmp/vaxreg-{os.getuid()}-{self.key}")  # noqa: S108

    @property
    def spare(self) -> Path:
        """Where PostgreSQL lives when its account may not reach this folder (root in /root)."""
        return Path(f"/var/tmp/vaxreg-{os.getuid()}-{self.key}-{self._birth()}")  # noqa: S108

    @property
    def logs(self) -> Path:
        return self.var / "log"

    @property
    def lock(self) -> Path:
        return self.var / "launcher.lock"

    def make(self) -> None:
        """Make the folders; photos and the key are for our eyes only."""
        for folder in (self.var, self.logs, self.var / "stamps"):
            folder.mkdir(parents=True, exist_ok=True)
        (self.var / "private").mkdir(mode=0o700, exist_ok=True)

    def make_sockets(self, owner: int) -> None:
        """Make the folder of the sockets, owned by `owner` alone. Raises Trouble if it is taken.

        The database trusts whoever can reach its socket, so nobody else may enter the folder.
        """
        with contextlib.suppress(FileExistsError):
            self.sockets.mkdir(mode=0o700)
        found = self.sockets.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid not in {os.getuid(), owner}:
            raise Trouble(f"{self.sockets} belongs to somebody else; remove it and start again.")
        self.sockets.chmod(0o700)
        if found.st_uid != owner:
            os.chown(self.sockets, owner, -1)

    def remove(self) -> None:
        """Remove all of these folders and what is in them."""
        for folder in (self.spare, self.sockets, self.var):
            with contextlib.suppress(FileNotFoundError):
                shutil.rmtree(folder)

    def secret_key(self) -> str:
        """Return the key of this installation, made at its first start."""
        return self.remembered("secret_key", 50)

    def _birth(self) -> str:
        # A folder made anew at the same path must not find the data of the one that was there.
        return self.remembered("birth", 4)

    def remembered(self, name: str, length: int) -> str:
        """Return a random text for our eyes only, the same at every start."""
        path = self.var / name
        with contextlib.suppress(FileNotFoundError):
            if text := path.read_text():
                return text
        text = os.urandom(length).hex()
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(text)
        return text


class AlreadyHeld(Exception):
    """Another launcher holds the lock; `holder` is what it wrote about itself."""

    def __init__(self, holder: dict[str, Any]) -> None:
        super().__init__(str(holder))
        self.holder = holder


class Lock:
    """A file lock that frees itself when its holder dies, and says who holds it."""

    def __init__(self, file: IO[str]) -> None:
        self._file = file

    def tell(self, **facts: object) -> None:
        """Write down what others should know of the holder: pid, url."""
        self._file.seek(0)
        self._file.truncate()
        json.dump({"pid": os.getpid(), **facts}, self._file)
        self._file.flush()


@contextlib.contextmanager
def held(path: Path) -> Iterator[Lock]:
    """Hold the lock for the length of the block. Raises AlreadyHeld."""
    with path.open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            try:
                holder = json.load(file)
            except ValueError:
                holder = {}
            raise AlreadyHeld(holder) from None
        lock = Lock(file)
        try:
            yield lock
        finally:
            file.truncate(0)
