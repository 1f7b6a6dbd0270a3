"""A copy of the project in which `./run` is started, watched and killed for real."""

import os
import pty
import re
import shutil
import signal
import socket
import subprocess
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import LiteralString

import psutil
import psycopg

from launcher.places import ROOT, Places
from launcher.supervisor import MARK

NOT_COPIED = shutil.ignore_patterns(
    ".git", ".venv", "var", "__pycache__", ".*_cache", ".env", ".hypothesis"
)
# What the drills must not inherit from whoever runs them.
FOREIGN = {"DATABASE_URL", "REDIS_URL", "PORT", "HOST", "DJANGO_SETTINGS_MODULE", "DEMO", "DEBUG"}
FOREIGN |= {"SECRET_KEY", "TEST_DATABASE_URL", "TEST_REDIS_URL", "VAXREG_DATABASE_IDENTITY"}
# Nothing listens there: a start that wants the network fails at once.
NO_NETWORK = dict.fromkeys(("http_proxy", "https_proxy", "all_proxy"), "http://127.0.0.1:9")


def copy_of_project(folder: Path) -> "House":
    """Copy the project to `folder`, sharing the environment that is already installed."""
    shutil.copytree(ROOT, folder, ignore=NOT_COPIED, symlinks=True)
    (folder / ".venv").symlink_to(ROOT / ".venv")
    return House(folder)


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def wait_for(what: Callable[[], object], seconds: float, why: str) -> None:
    until = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < until, f"not within {seconds:.0f} s: {why}"
        time.sleep(0.1)


class House:
    """One copy of the project, and the `./run` started in it."""

    def __init__(self, folder: Path, become: Sequence[str] = ()) -> None:
        self.folder = folder
        # Put before ./run: turns us into somebody else.
        self.become = become
        self.places = Places(folder / "var")
        self.launcher: subprocess.Popen[bytes] | None = None
        self.terminal = -1
        self.said = b""

    def env(self, **more: str) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if name not in FOREIGN}
        return {**kept, **NO_NETWORK, "no_proxy": "127.0.0.1,localhost", **more}

    def start(self, *, seconds: float = 120, **env: str) -> None:
        """Start `./run` in a terminal of its own; wait for the banner."""
        self._forget()
        self.terminal, inside = pty.openpty()
        self.launcher = subprocess.Popen(
            [*self.become, "./run"],
            cwd=self.folder,
            env=self.env(**env),
            stdin=inside,
            stdout=inside,
            stderr=inside,
            preexec_fn=lambda: os.login_tty(inside),
        )
        os.close(inside)
        threading.Thread(target=self._listen, args=(self.terminal,), daemon=True).start()
        self.wait_until_said("READY", seconds)

    def _forget(self) -> None:
        """Take leave of an earlier launcher that has ended."""
        self.said = b""
        if self.launcher is not None:
            self.launcher.wait(20)
            self.launcher = None
            os.close(self.terminal)

    def _listen(self, terminal: int) -> None:
        while True:
            try:
                words = os.read(terminal, 65536)
            except OSError:
                return
            if not words:
                return
            self.said += words

    @property
    def text(self) -> str:
        return self.said.decode(errors="replace").replace("\r\n", "\n")

    def wait_until_said(self, words: str, seconds: float = 60) -> None:
        assert self.launcher is not None
        until = time.monotonic() + seconds
        while words not in self.text:
            ended = self.launcher.poll() is not None
            assert not ended, f"./run ended before it said {words!r}:\n{self.text}"
            assert time.monotonic() < until, f"./run did not say {words!r}:\n{self.text}"
            time.sleep(0.1)

    @property
    def url(self) -> str:
        found = re.search(r"READY\s+(http\S+)", self.text)
        assert found, self.text
        return found.group(1)

    def get(self, path: str) -> int:
        """Return the status of a page, 0 when nobody answers."""
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(self.url + path, timeout=5) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            return 0

    def is_ready(self) -> bool:
        """Whether what was started last runs, and says that it is ready."""
        runs = self.launcher is not None and self.launcher.poll() is None
        return runs and self.get("readyz") == 200

    def press_ctrl_c(self) -> float:
        """Press Ctrl-C in the terminal; return the seconds until `./run` has ended."""
        began = time.monotonic()
        os.write(self.terminal, b"\x03")
        return self.ended() - began

    def ended(self, seconds: float = 40) -> float:
        """Wait until `./run` has ended; return the moment."""
        assert self.launcher is not None
        try:
            self.launcher.wait(seconds)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"./run does not end:\n{self.text}") from None
        time.sleep(0.2)
        return time.monotonic() - 0.2

    def run(self, *arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
        """Call `./run` with arguments and wait for its end."""
        return subprocess.run(
            ["./run", *arguments],
            cwd=self.folder,
            env=self.env(**env),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    def processes(self) -> list[psutil.Process]:
        """Return every living process that belongs here, the launcher included."""
        found = []
        for process in psutil.process_iter():
            try:
                if process.status() == psutil.STATUS_ZOMBIE:
                    continue
                mine = process.environ().get(MARK) == str(self.places.var)
                words = process.cmdline()
            except (psutil.Error, OSError):
                continue
            if (
                mine
                or any(str(self.folder) in word for word in words)
                or self._is_db(words)
                or (self.launcher is not None and process.pid == self.launcher.pid)
            ):
                found.append(process)
        return found

    def _is_db(self, words: list[str]) -> bool:
        return any(f"unix_socket_directories={self.places.sockets}" in word for word in words)

    def process(self, name: str) -> psutil.Process:
        """Return the main process of web, worker, beat, cache or db: a child of the launcher."""
        signs = {"web": "granian", "worker": "worker", "beat": "beat", "cache": "valkey-server"}
        assert self.launcher is not None
        for process in psutil.Process(self.launcher.pid).children():
            try:
                # Valkey writes more into its title, in one word.
                words = [*process.cmdline(), process.name()]
            except psutil.Error:
                continue
            if (name == "db" and self._is_db(words)) or any(
                word == signs.get(name) or word.endswith(f"/{signs.get(name)}") for word in words
            ):
                return process
        raise AssertionError(f"{name} does not run")

    def kill(self, *processes: psutil.Process) -> None:
        for process in processes:
            try:
                process.send_signal(signal.SIGKILL)
            except psutil.NoSuchProcess:
                continue

    def sql(self, statement: LiteralString) -> list[tuple[object, ...]]:
        """Run one statement in the database of the running `./run`."""
        dsn = psycopg.conninfo.make_conninfo(
            host=str(self.places.sockets), user="app", dbname="vaxreg"
        )
        with psycopg.connect(dsn, autocommit=True) as connection:
            cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else []

    def end(self) -> None:
        """End whatever still runs, the hard way."""
        self.kill(*self.processes())
        wait_for(lambda: not self.processes(), 20, "end of the last processes")
        self._forget()

    def clean(self) -> None:
        """End all and remove what was made outside the folder."""
        self.end()
        if self.places.var.exists():
            self.places.remove()
        for left in self.places.sockets.parent.glob(f"vaxreg-*-{self.places.key}"):
            shutil.rmtree(left)


def answered(url: str, token: str) -> int:
    """Return the status with which a stand-in answers this bearer token; 0 when it does not."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    opener.addheaders = [("Authorization", f"Bearer {token}")]
    try:
        with opener.open(url, timeout=5) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code
    except OSError:
        return 0
