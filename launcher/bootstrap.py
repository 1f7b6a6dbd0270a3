"""Create .venv with the pinned packages, then run the launcher inside it.

This is the only file that runs under the system's Python, as a script: it imports the standard
library only. Packages are installed only when a lock file has changed, so a second start needs
no network.
"""

import fcntl
import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "vaxreg-installed.json"
USAGE = """\
./run                     set up and start VaxReg: database, cache, web, worker, clock (Ctrl-C stops)
./run manage <command>    a management command in the same environment
./run --backup            set up and start as without it, and keep backups (BACKUP_FOLDER, var/backup) while it runs
./run --restore <time>    bring the database back to a moment, as 2026-11-29T14:30 (Vietnam's time);
                          without a time it says which moments there are
./run --reset             throw away everything under var/: data, photos, backups, logs
./test                    every check that CI makes
./test corrections -k due pytest on tests/corrections with these arguments, nothing else
./test --changed          tests of the apps that this branch changes and of those that import them
./test --thorough         every check, and all that is random or a race tried at full length (nightly)

Settings come from the environment or .env (see .env.example). Without them it is a demo:
made-up people, codes readable on a page, http on 127.0.0.1 only.
  PORT, HOST              where the web server listens (8000 or the next free one, 127.0.0.1)
  DATABASE_URL, REDIS_URL servers of your own in place of those from pip, each on its own
  DEMO=0                  no made-up data; SECRET_KEY, SITE_DOMAIN … are then yours to set
"""
LOCKS = {"run": ROOT / "requirements-matching.txt", "test": ROOT / "requirements-dev.txt"}


class CannotSetUp(Exception):
    """The environment could not be created; the message says what the user can do."""


def installed() -> dict[str, str]:
    """Return the digest that each lock file had when its packages were installed."""
    try:
        stamp = json.loads(STAMP.read_text())
    except (OSError, ValueError):
        return {}
    return stamp if isinstance(stamp, dict) else {}


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def works(*command: str | Path) -> bool:
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def make_venv() -> None:
    """Create .venv unless a working one exists. Raises CannotSetUp if Python lacks venv."""
    if works(PYTHON, "-m", "pip", "--version"):
        return
    print("Making .venv …", flush=True)
    command = [sys.executable, "-m", "venv", "--clear", str(VENV)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise CannotSetUp(
            "Python's venv module does not work here. On Debian or Ubuntu: apt install python3-venv"
            f"\n{done.stdout}{done.stderr}"
        )


def install(lock: Path) -> None:
    """Install the packages of a lock file, each checked against its hash.

    Uses only the pip that comes with this Python, so that it works or fails for a newcomer as it
    does in CI. Raises CannotSetUp.
    """
    print(f"Installing {lock.name} (a minute or two, once) …", flush=True)
    arguments = ["install", "--quiet", "--quiet", "--require-hashes", "-r", str(lock)]
    pip = [str(PYTHON), "-m", "pip", *arguments, "--disable-pip-version-check", "--no-input"]
    if subprocess.run(pip, check=False).returncode:
        raise CannotSetUp(f"The packages of {lock.name} could not be installed (see above).")


def set_up(kind: str) -> None:
    """Install what the lock file of `kind` ("run" or "test") lists, unless it is installed."""
    wanted = {name: digest(lock) for name, lock in LOCKS.items()}
    if installed().get(kind) == wanted[kind] and PYTHON.exists():
        return
    (ROOT / "var").mkdir(exist_ok=True)
    with (ROOT / "var" / "setup.lock").open("w") as guard:
        fcntl.flock(guard, fcntl.LOCK_EX)
        if installed().get(kind) == wanted[kind] and PYTHON.exists():
            return
        make_venv()
        install(LOCKS[kind])
        # The test packages include those needed to run.
        now = wanted if kind == "test" else {**installed(), "run": wanted["run"]}
        STAMP.write_text(json.dumps(now))


def main() -> None:
    arguments = sys.argv[1:]
    if arguments[:1] in (["-h"], ["--help"], ["help"]):
        print(USAGE, end="")
        return
    try:
        set_up("test" if arguments[:1] == ["test"] else "run")
    except CannotSetUp as trouble:
        sys.exit(str(trouble))
    except KeyboardInterrupt:
        sys.exit(130)
    os.execv(PYTHON, [str(PYTHON), "-m", "launcher", *arguments])  # noqa: S606


if __name__ == "__main__":
    main()
