"""The folders of one installation, and the lock that lets only one launcher run at a time."""

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
    """A problem that the user must know or solve; its message is printed without a traceback."""


@dataclass(frozen=True)
class Places:
    """The folders of one installation. `./test` has its own under var/test."""

    var: Path

    @property
    def key(self) -> str:
        """Eight characters that identify this folder; a socket path may have 107 bytes at most."""
        return hashlib.sha256(f"{os.path.realpath(self.var)}".encode()).hexdigest()[:8]

    @property
    def sockets(self) -> Path:
        # Not $TMPDIR: it is long on macOS.
        return Path(f"/tmp/vaxreg-{os.getuid()}-{self.key}")  # noqa: S108

    @property
    def spare(self) -> Path:
        """The folder of PostgreSQL if its account cannot read ours (for example root in /root)."""
        return Path(f"/var/tmp/vaxreg-{os.getuid()}-{self.key}-{self._birth()}")  # noqa: S108

    @property
    def logs(self) -> Path:
        return self.var / "log"

    @property
    def lock(self) -> Path:
        return self.var / "launcher.lock"

    def make(self) -> None:
        """Create the folders; only our user can read photos and keys."""
        for folder in (self.var, self.logs, self.var / "stamps"):
            folder.mkdir(parents=True, exist_ok=True)
        (self.var / "private").mkdir(mode=0o700, exist_ok=True)

    def make_sockets(self, owner: int) -> None:
        """Create the folder of the sockets, accessible only to `owner` (mode 0700).

        The database trusts everybody who can reach its socket, so nobody else may enter the folder.
        Raises Trouble if another user owns the folder.
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
        """Remove all of these folders with their content."""
        for folder in (self.spare, self.sockets, self.var):
            with contextlib.suppress(FileNotFoundError):
                shutil.rmtree(folder)

    def secret_key(self) -> str:
        """Return the secret key of this installation, created at its first start."""
        return self.remembered("secret_key", 50)

    def _birth(self) -> str:
        # A new folder at the same path must not find the data of the deleted one.
        return self.remembered("birth", 4)

    def remembered(self, name: str, length: int) -> str:
        """Return a random text, stored for later starts and readable by our user only."""
        path = self.var / name
        with contextlib.suppress(FileNotFoundError):
            if text := path.read_text():
                return text
        text = os.urandom(length).hex()
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(text)
        return text


class AlreadyHeld(Exception):
    """Another launcher holds the lock; `holder` is what that one wrote about itself."""

    def __init__(self, holder: dict[str, Any]) -> None:
        super().__init__(str(holder))
        self.holder = holder


class Lock:
    """A file lock that ends when the process that holds it dies; the file says who holds it."""

    def __init__(self, file: IO[str]) -> None:
        self._file = file

    def tell(self, **facts: object) -> None:
        """Write facts about the holder into the file: pid, url."""
        self._file.seek(0)
        self._file.truncate()
        json.dump({"pid": os.getpid(), **facts}, self._file)
        self._file.flush()


@contextlib.contextmanager
def held(path: Path) -> Iterator[Lock]:
    """Hold the lock inside the block. Raises AlreadyHeld."""
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
