"""Database and cache of one installation, started unless somebody gave a URL of their own."""

import contextlib
import sys
from collections.abc import Iterator

from vaxreg.embedded import Postgres, Valkey
from vaxreg.launcher.places import AlreadyHeld, Lock, Places, Trouble, held
from vaxreg.launcher.preparing import DATABASE_IDENTITY
from vaxreg.launcher.supervisor import MARK, Supervisor, end_leftovers, say


@contextlib.contextmanager
def only_one(places: Places) -> Iterator[Lock]:
    """Hold the lock. Raises Trouble saying where the other one runs."""
    try:
        with held(places.lock) as lock:
            try:
                yield lock
            finally:
                with contextlib.suppress(OSError):
                    places.sockets.rmdir()
    except AlreadyHeld as running:
        pid = running.holder.get("pid", "?")
        if url := running.holder.get("url"):
            raise Trouble(f"VaxReg already runs here: {url} (process {pid}).") from None
        raise Trouble(
            f"./run {running.holder.get('kind', '')} is at work here (process {pid})."
        ) from None


@contextlib.contextmanager
def stopping() -> Iterator[Supervisor]:
    """Give a supervisor, and stop whatever it has started when the block ends, however it ends."""
    supervisor = Supervisor()
    try:
        yield supervisor
    finally:
        supervisor.stop()


def start_services(
    supervisor: Supervisor, places: Places, env: dict[str, str], *, throwaway: bool = False
) -> None:
    """Start what no URL is given for, and put the URLs into the environment."""
    end_leftovers(env[MARK])
    if not env.get("DATABASE_URL"):
        postgres = Postgres(places, throwaway=throwaway)
        postgres.start(supervisor)
        env["DATABASE_URL"] = postgres.url
        env[DATABASE_IDENTITY] = postgres.identity
        if places.var not in postgres.data.parents:
            say(f"PostgreSQL's account may not enter this folder; its data is in {postgres.data}")
    if not env.get("REDIS_URL"):
        valkey = Valkey(places)
        valkey.start(supervisor, env)
        env["REDIS_URL"] = valkey.url


def urls_of(env: dict[str, str]) -> dict[str, str]:
    return {name: env[name] for name in ("DATABASE_URL", "REDIS_URL")}


def prepare(supervisor: Supervisor, env: dict[str, str], *kinds: str) -> None:
    """Take the steps of these kinds (see preparing.py) that are not done yet."""
    module = [sys.executable, "-m", "vaxreg.launcher.preparing"]
    supervisor.run("Preparing", [*module, *kinds], env)
