"""Start, watch and stop child processes, and print their logs; no child outlives the launcher.

One thread only: the kernel tells a child that its parent died when the starting *thread* ends.
"""

import contextlib
import ctypes
import os
import pwd
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

import psutil

from launcher.console import short
from launcher.places import Trouble

# In the environment of all our processes, to find those that outlived a killed launcher.
MARK = "VAXREG_INSTANCE"
# More restarts than this within a minute: a restart does not solve the problem.
MOST_RESTARTS = 5
PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def open_log(path: Path) -> BinaryIO:
    """Open a log to add to it; nobody but its owner reads it, also if it was made otherwise."""
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    os.fchmod(descriptor, 0o600)
    return os.fdopen(descriptor, "ab")


class Stopped(Exception):
    """The user asked to stop during the start."""


@dataclass
class Child:
    """One process to keep running."""

    name: str
    command: Sequence[str | Path]
    env: Mapping[str, str]
    log: Path
    account: pwd.struct_passwd | None = None
    # The others need a vital child: it is stopped after them.
    vital: bool = False
    # Without it the rest is still of use: it is tried again for ever, at most once a minute.
    optional: bool = False
    # What has to be done before it may be started again after its death.
    clear: Callable[[], None] | None = None
    shown: bool = False
    stop_signal: signal.Signals = signal.SIGTERM
    # Seconds until a child that was told to stop is killed.
    grace: float = 10
    # Signal the whole process group at the end; not for PostgreSQL, which stops its own processes.
    group: bool = True
    process: subprocess.Popen[bytes] | None = None
    started: list[float] = field(default_factory=list)
    start_at: float | None = None
    read_to: int = 0

    @property
    def alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def start(self) -> None:
        """Start it in its own session, so that Ctrl-C in the terminal reaches only the launcher."""
        parent = os.getpid()
        stop_signal = self.stop_signal

        def tie_to_parent() -> None:
            if _libc is not None:
                _libc.prctl(PR_SET_PDEATHSIG, int(stop_signal))
                if os.getppid() != parent:
                    os._exit(1)

        with open_log(self.log) as log:
            if not self.started:
                self.read_to = log.tell()
            self.process = subprocess.Popen(
                [str(word) for word in self.command],
                env=dict(self.env),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=tie_to_parent,
                cwd="/" if self.account else None,
                user=self.account.pw_uid if self.account else None,
                group=self.account.pw_gid if self.account else None,
                extra_groups=[] if self.account else None,
            )
        self.started.append(time.monotonic())
        self.start_at = None

    def send(self, number: signal.Signals) -> None:
        if self.alive and self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                self.process.send_signal(number)

    def kill_rest(self) -> None:
        """Kill the rest of its process group: pool processes and web workers of a killed parent."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)

    def end_in_words(self) -> str:
        code = self.process.poll() if self.process is not None else None
        if code is not None and code < 0:
            return f"killed by {signal.Signals(-code).name}"
        return f"exit code {code}"

    def last_words(self, lines: int = 8) -> str:
        try:
            return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])
        except OSError:
            return ""


class Supervisor:
    """Holds the children, and counts how often the user asked to stop."""

    def __init__(self) -> None:
        self.children: list[Child] = []
        self.wishes = 0
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._wish)

    def _wish(self, *_: object) -> None:
        self.wishes += 1

    def pause(self, seconds: float = 0.1) -> None:
        """Sleep and print new log lines. Raises Stopped when the user has asked to stop."""
        time.sleep(seconds)
        self.show()
        if self.wishes:
            raise Stopped

    def start(
        self, child: Child, ready: Callable[[], bool], seconds: float, patience: float = 0
    ) -> None:
        """Start the child and wait until `ready`; for `patience` seconds restart it if it ends.

        Raises Trouble with the child's last log lines when it ends or `seconds` have passed.
        """
        self.children.append(child)
        child.start()
        began = time.monotonic()
        while not ready():
            waited = time.monotonic() - began
            if not child.alive:
                if waited > patience:
                    raise Trouble(f"{child.name} did not start:\n{child.last_words()}")
                self.pause(0.5)
                child.start()
            elif waited > seconds:
                raise Trouble(
                    f"{child.name} was not ready after {seconds:.0f} s:\n{child.last_words()}"
                )
            self.pause(0.05)
        # Patience at the start is not held against it later.
        del child.started[:-1]

    def run(self, name: str, command: Sequence[str | Path], env: Mapping[str, str]) -> None:
        """Run a command until it ends, with its output on the console."""
        process = subprocess.Popen(
            [str(word) for word in command],
            env=dict(env),
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            while process.poll() is None:
                self.pause(0.05)
        except Stopped:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            raise
        if process.returncode:
            raise Trouble(f"{name} failed (see above).")

    def look_after_all(self) -> None:
        """Restart children that have ended. Raises Trouble when one ends again and again."""
        for child in self.children:
            self._look_after(child)

    def watch(self) -> None:
        """Keep all children running until the user asks to stop. Raises Trouble when that fails."""
        while True:
            self.look_after_all()
            try:
                self.pause(0.2)
            except Stopped:
                return

    def _look_after(self, child: Child) -> None:
        if child.alive:
            return
        now = time.monotonic()
        if child.start_at is None:
            how = child.end_in_words()
            if child.group:
                child.kill_rest()
            recent = [moment for moment in child.started if now - moment < 60]
            if len(recent) > MOST_RESTARTS and not child.optional:
                raise Trouble(
                    f"{child.name} ends again and again; to start it once more would not help.\n"
                    f"Its last words (more in {child.log}):\n{child.last_words()}"
                )
            delay = _seconds_until_restart(len(recent))
            say(f"{child.name} has ended ({how}); starting it again in {delay:.1f} s")
            child.start_at = now + delay
        elif now >= child.start_at:
            if child.clear is not None:
                child.clear()
            child.start()

    def show(self) -> None:
        """Print new log lines of the children that are shown, each with the child's name."""
        for child in self.children:
            if not child.shown:
                continue
            with contextlib.suppress(OSError), child.log.open("rb") as log:
                log.seek(child.read_to)
                new = log.read()
                whole = new[: new.rfind(b"\n") + 1]
                child.read_to += len(whole)
                for line in whole.decode(errors="replace").splitlines():
                    if text := short(line):
                        print(f"{child.name:<6} | {text}", flush=True)

    def stop(self) -> None:
        """Stop the others together, then the vital ones in reverse order; asked again, kill."""
        asked = self.wishes
        self._stop([child for child in self.children if not child.vital], asked)
        for child in reversed([child for child in self.children if child.vital]):
            self._stop([child], asked)
        self.children.clear()

    def _stop(self, children: list[Child], asked: int) -> None:
        for child in children:
            child.send(child.stop_signal)
        until = time.monotonic() + max((child.grace for child in children), default=0)
        while any(child.alive for child in children):
            if time.monotonic() > until or self.wishes > max(asked, 1):
                for child in children:
                    child.send(signal.SIGQUIT if child.vital else signal.SIGKILL)
                break
            time.sleep(0.05)
            self.show()
        for child in children:
            if child.process is not None:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    child.process.wait(5)
                if child.group or child.alive:
                    child.kill_rest()
        self.show()


def _seconds_until_restart(recent: int) -> float:
    """Return how long to wait after so many starts within a minute: 0.5, 1, 2, 4, 8, then 60."""
    if recent > MOST_RESTARTS:
        return 60
    return min(0.5 * 2.0 ** max(recent - 1, 0), 8.0)


def say(text: str) -> None:
    print(f"run    | {text}", flush=True)


def end_leftovers(mark: str) -> None:
    """Kill our processes that outlived a killed launcher. The caller must hold the lock."""
    left = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            if process.pid != os.getpid() and process.environ().get(MARK) == mark:
                left.append(process)
                process.terminate()
    _, stubborn = psutil.wait_procs(left, timeout=5)
    for process in stubborn:
        with contextlib.suppress(psutil.Error):
            process.kill()
    psutil.wait_procs(stubborn, timeout=5)
