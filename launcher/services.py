"""Database, cache and stand-ins: started unless the environment has a URL for them."""

import contextlib
import os
import socket
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from launcher.embedded import APP_ROLE, Postgres, Valkey
from launcher.environment import is_demo, is_free
from launcher.places import AlreadyHeld, Lock, Places, Trouble, held
from launcher.preparing import APP_ROLE_NAME, DATABASE_IDENTITY
from launcher.supervisor import MARK, Child, Supervisor, end_leftovers, say

# Where the owner of the tables connects, if web, worker and beat connect with another role.
OWNER_URL = "DATABASE_OWNER_URL"
LAST_OF_ALL = 65535


@contextlib.contextmanager
def only_one(places: Places) -> Iterator[Lock]:
    """Hold the lock. Raises Trouble with the address of the launcher that has it."""
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
    """Yield a supervisor; everything it has started is stopped at the end of the block."""
    supervisor = Supervisor()
    try:
        yield supervisor
    finally:
        supervisor.stop()


def start_services(
    supervisor: Supervisor, places: Places, env: dict[str, str], *, throwaway: bool = False
) -> None:
    """Start every service without a URL in `env`, and put the URLs into `env`."""
    end_leftovers(env[MARK])
    if not env.get("DATABASE_URL"):
        postgres = Postgres(places, throwaway=throwaway)
        postgres.start(supervisor)
        env["DATABASE_URL"] = postgres.owner_url if throwaway else postgres.url
        env[OWNER_URL] = postgres.owner_url
        env[APP_ROLE_NAME] = APP_ROLE
        env[DATABASE_IDENTITY] = postgres.identity
        if places.var not in postgres.data.parents:
            say(f"PostgreSQL's account may not enter this folder; its data is in {postgres.data}")
    if not env.get("REDIS_URL"):
        valkey = Valkey(places)
        valkey.start(supervisor, env)
        env["REDIS_URL"] = valkey.url


def start_sms_gateway(
    supervisor: Supervisor, places: Places, env: dict[str, str], *, web: str
) -> None:
    """Start the stand-in for an SMS gateway in a demo without one; receipts go to `web`.

    Never on a production server: messages would seem to have been sent.
    """
    if env.get("SMS_GATEWAY_URL") or not is_demo(env):
        return
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    env["SMS_GATEWAY_URL"] = f"http://127.0.0.1:{port}/messages"
    env["SMS_GATEWAY_TOKEN"] = places.remembered("sms_gateway_token", 24)
    env["SMS_RECEIPT_SECRET"] = places.remembered("sms_receipt_secret", 24)
    command = [sys.executable, "-m", "launcher.sms_gateway", "--port", str(port)]
    command += ["--callback", f"{web}hooks/sms/", "--journal", str(places.var / "sent_sms.jsonl")]
    child = Child("sms", command, env, places.logs / "sms.log")
    supervisor.start(child, lambda: _listens(port), 20)


def start_vneid(
    supervisor: Supervisor, places: Places, env: dict[str, str], *, host: str, port: int
) -> None:
    """Start the stand-in for VNeID in a demo without one, beside the web server at host and port.

    It listens 100 ports above, where that is free: its address is half of the key of every account
    that it makes, and should be the same at the next start. Not where browsers of other machines
    could not reach it, and never on a production server: everybody could sign in as anybody.
    """
    is_open_to_others = host == "0.0.0.0" or ":" in host  # noqa: S104
    if env.get("VNEID_ISSUER") or not is_demo(env) or is_open_to_others:
        return
    own = port + 100
    if own > LAST_OF_ALL or not is_free(host, own):
        with socket.socket() as found:
            found.bind((host, 0))
            own = found.getsockname()[1]
    name = "localhost" if host == "127.0.0.1" else host
    env["VNEID_ISSUER"] = f"http://{name}:{own}"
    env["VNEID_CLIENT_ID"] = "so-tiem-demo"
    env["VNEID_CLIENT_SECRET"] = places.remembered("vneid_client_secret", 24)
    env["VNEID_LEVELS"] = "2"
    command = [sys.executable, "-m", "launcher.vneid", "--host", host, "--port", str(own)]
    command += ["--issuer", env["VNEID_ISSUER"]]
    for one in sorted({name, host}):
        command += ["--callback", f"http://{one}:{port}/sign-in/vneid/back/"]
    child = Child("vneid", command, env, places.logs / "vneid.log")
    supervisor.start(child, lambda: _listens(own, host), 20)


def start_population(supervisor: Supervisor, places: Places, env: dict[str, str]) -> None:
    """Start the stand-in for the population database in a demo without one.

    Never on a production server: its answers would decide about real people.
    """
    if env.get("POPULATION_URL") or not is_demo(env):
        return
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    env["POPULATION_URL"] = f"http://127.0.0.1:{port}/check"
    env["POPULATION_TOKEN"] = places.remembered("population_token", 24)
    command = [sys.executable, "-m", "launcher.population", "--port", str(port)]
    child = Child("population", command, env, places.logs / "population.log")
    supervisor.start(child, lambda: _listens(port), 20)


def start_partner_app(
    supervisor: Supervisor, places: Places, env: dict[str, str], *, host: str, port: int, web: str
) -> None:
    """Start the example of a partner app in a demo, 200 ports above the web server where free.

    Not on an address of other machines: it keeps the tokens of whoever signs in.
    """
    if env.get("DEMO_PARTNER_ADDRESS") or not is_demo(env) or host != "127.0.0.1":
        return
    own = port + 200
    if own > LAST_OF_ALL or not is_free(host, own):
        with socket.socket() as found:
            found.bind((host, 0))
            own = found.getsockname()[1]
    env["DEMO_PARTNER_ADDRESS"] = f"http://{host}:{own}/"
    env["DEMO_PARTNER_SECRET"] = places.remembered("partner_app_secret", 36)
    # Webhooks go to addresses of the internet alone, but for those named here.
    env.setdefault("WEBHOOK_INSIDE_HOSTS", f"{host}:{own}")
    credentials = {
        "PARTNER_CLIENT_ID": "example-partner-app",
        "PARTNER_CLIENT_SECRET": env["DEMO_PARTNER_SECRET"],
    }
    command = [sys.executable, "-m", "launcher.partner_app", "--host", host, "--port", str(own)]
    command += ["--registry", web]
    child = Child("partner", command, {**env, **credentials}, places.logs / "partner.log")
    supervisor.start(child, lambda: _listens(own), 20)


def _listens(port: int, host: str = "127.0.0.1") -> bool:
    """Whether something answers at this port, even with an error."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        opener.open(f"http://{host}:{port}/mood", timeout=2).close()
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True


def web_server(host: str, port: int) -> list[str | Path]:
    """Return the command line of the web server; the Dockerfile has the same."""
    return [
        *(sys.executable, "-m", "granian", "--interface", "asgi", "vaxreg.asgi:application"),
        *("--host", host, "--port", str(port), "--workers", str(os.cpu_count() or 2)),
        # A slow client costs a connection and nothing else, so there may be many of them.
        *("--http", "1", "--no-ws", "--backlog", "4096", "--backpressure", "4000"),
        *("--respawn-failed-workers", "--workers-kill-timeout", "5"),
    ]


def urls_of(env: dict[str, str]) -> dict[str, str]:
    """Return the variables by which other management commands find the services."""
    names = ("DATABASE_URL", OWNER_URL, "REDIS_URL", "SMS_GATEWAY_URL", "POPULATION_URL")
    return {name: env[name] for name in names if env.get(name)}


def as_owner(env: dict[str, str]) -> dict[str, str]:
    """Return the environment of a command that changes tables: it connects as their owner."""
    return {**env, "DATABASE_URL": env.get(OWNER_URL) or env.get("DATABASE_URL", "")}


def prepare(supervisor: Supervisor, env: dict[str, str], *kinds: str) -> None:
    """Run the steps of these kinds (see preparing.py) that are not up to date, as the owner."""
    module = [sys.executable, "-m", "launcher.preparing"]
    supervisor.run("Preparing", [*module, *kinds], as_owner(env))
