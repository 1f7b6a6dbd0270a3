"""The commands behind `./run`: start everything, run one management command, reset, test."""

import contextlib
import fcntl
import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import IO

from launcher.backups.commands import (
    end_keeping,
    refuse_foreign_database,
    restore_to,
    start_keeping,
)
from launcher.environment import base_environment, django, free_address, is_demo, set_address
from launcher.gates import run_tests
from launcher.places import ROOT, AlreadyHeld, Places, Trouble, held
from launcher.services import (
    as_owner,
    only_one,
    prepare,
    start_partner_app,
    start_population,
    start_services,
    start_sms_gateway,
    start_vneid,
    stopping,
    urls_of,
    web_server,
)
from launcher.supervisor import Child, Stopped, Supervisor, end_leftovers, say

# Milliseconds after which a statement of the web process ends; other processes may take longer.
WEB_STATEMENT_TIMEOUT = "4000"


def run_everything(*, backup: bool = False) -> None:
    """Start everything, print the demo's sign-ins, and supervise until Ctrl-C."""
    places = Places(ROOT / "var")
    places.make()
    with only_one(places) as lock, stopping() as supervisor:
        env = base_environment(places)
        has_own_database = not env.get("DATABASE_URL")
        if backup:
            refuse_foreign_database(env)
        host, port = free_address(env)
        url = set_address(env, host, port)
        lock.tell(kind="run", url=url)
        start_services(supervisor, places, env)
        if backup:
            start_keeping(supervisor, places, env)
        elif has_own_database:
            end_keeping(places)
        start_sms_gateway(supervisor, places, env, web=url)
        start_vneid(supervisor, places, env, host=host, port=port)
        start_population(supervisor, places, env)
        start_partner_app(supervisor, places, env, host=host, port=port, web=url)
        lock.tell(kind="run", url=url, urls=urls_of(env))
        prepare(supervisor, env, "files", "static", "database")
        start_processes(supervisor, places, env, host, port)
        wait_until_ready(supervisor, host, port)
        show_banner(supervisor, env, url)
        supervisor.watch()
        say("stopping …")


def commands(places: Places, host: str, port: int) -> dict[str, list[str | Path]]:
    """Return the command lines of workers, beat and web server; docker-compose.yml has the same."""
    cores = str(os.cpu_count() or 2)
    # Celery would warn at every start that it runs as root; our tasks carry only JSON.
    celery: list[str | Path] = [sys.executable, "-W", "ignore:::celery.platforms", "-m", "celery"]
    celery += ["--quiet", "-A", "vaxreg"]
    return {
        "worker": [*celery, "worker", "-Q", "default,mail", "-c", cores, "-l", "info"],
        # Its node has a name of its own beside the other worker's.
        "matcher": [
            *celery,
            "worker",
            "-Q",
            "matching",
            "-n",
            "matching@%h",
            "-c",
            "1",
            "-l",
            "info",
        ],
        "beat": [*celery, "beat", "--pidfile=", "-S", "background.clock:ElectedScheduler"],
        "web": web_server(host, port),
    }


def start_processes(
    supervisor: Supervisor, places: Places, env: dict[str, str], host: str, port: int
) -> None:
    """Start worker, beat and web server without waiting for them."""
    for name, command in commands(places, host, port).items():
        own = {**env, "DB_STATEMENT_TIMEOUT": WEB_STATEMENT_TIMEOUT} if name == "web" else env
        child = Child(name, command, own, places.logs / f"{name}.log", shown=True)
        supervisor.children.append(child)
        child.start()


def wait_until_ready(supervisor: Supervisor, host: str, port: int, seconds: float = 90) -> None:
    """Wait for /readyz. Raises Trouble with its last answer after `seconds`."""
    address = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104
    address = f"[{address}]" if ":" in address else address
    words = "no answer yet"
    for _ in range(int(seconds / 0.2)):
        try:
            with urllib.request.urlopen(f"http://{address}:{port}/readyz", timeout=5):
                return
        except urllib.error.HTTPError as error:
            words = error.read().decode(errors="replace")
        except OSError as error:
            words = str(error)
        supervisor.look_after_all()
        supervisor.pause(0.2)
    raise Trouble(f"The web server was not ready after {seconds:.0f} s: {words}")


def show_banner(supervisor: Supervisor, env: dict[str, str], url: str) -> None:
    lines = ["", f"  READY   {url}", ""]
    if is_demo(env):
        done = subprocess.run(
            django("demo_logins"), env=env, capture_output=True, text=True, check=False
        )
        lines += [f"  {line}" for line in (done.stdout or done.stderr).strip().splitlines()]
        lines += ["", f"  codes and messages sent: {url}demo/inbox/"]
        if issuer := env.get("VNEID_ISSUER"):
            lines += [f"  VNeID, whom to be and what goes wrong: {issuer}/"]
        if partner := env.get("DEMO_PARTNER_ADDRESS"):
            lines += [f"  a partner app, to let in: {partner}"]
    lines += ["  logs: var/log/    stop: Ctrl-C", ""]
    print("\n".join(lines), flush=True)


# Commands that change tables, not only rows.
OF_OWNER = {"migrate", "grant_access", "dbshell", "flush", "bench", "generate"}


def manage(arguments: list[str]) -> int:
    """Run a management command with the services of a running `./run`, or start them for it."""
    places = Places(ROOT / "var")
    places.make()
    env = base_environment(places)
    with (places.var / "users.lock").open("w") as users:
        fcntl.flock(users, fcntl.LOCK_SH)
        try:
            with held(places.lock) as lock, stopping() as supervisor:
                lock.tell(kind="manage")
                start_services(supervisor, places, env)
                lock.tell(kind="manage", urls=urls_of(env))
                own = _role_for(arguments, env)
                code = subprocess.run(django(*arguments), env=own, check=False).returncode
                wait_for_others(supervisor, users)
                return code
        except AlreadyHeld:
            env.update(urls_of_holder(places))
            env.setdefault("SMS_GATEWAY_TOKEN", places.remembered("sms_gateway_token", 24))
            if "POPULATION_URL" in env:
                env.setdefault("POPULATION_TOKEN", places.remembered("population_token", 24))
            os.set_inheritable(users.fileno(), True)
            own = _role_for(arguments, env)
            os.execve(sys.executable, django(*arguments), own)  # noqa: S606


def _role_for(arguments: list[str], env: dict[str, str]) -> dict[str, str]:
    return as_owner(env) if arguments and arguments[0] in OF_OWNER else env


def urls_of_holder(places: Places, seconds: float = 60) -> dict[str, str]:
    """Return the URLs of the services that the process holding the lock has started."""
    for _ in range(int(seconds / 0.2)):
        try:
            urls = json.loads(places.lock.read_text()).get("urls")
        except ValueError:
            urls = None
        if urls:
            return {str(name): str(url) for name, url in urls.items()}
        time.sleep(0.2)
    raise Trouble("Another ./run is starting here and its database does not come up.")


def wait_for_others(supervisor: Supervisor, users: IO[str]) -> None:
    """Keep the services running until commands of other processes that use them end, or Ctrl-C."""
    told = False
    with contextlib.suppress(Stopped):
        while True:
            try:
                fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if not told:
                    say("other management commands still use this database; waiting for them")
                told = True
                supervisor.pause(0.2)
            else:
                return


def reset() -> None:
    """Delete everything that `./run` has made, except .venv."""
    places = Places(ROOT / "var")
    places.make()
    with only_one(places):
        end_leftovers(str(places.var))
        places.remove()
    say("var/ is gone; ./run starts afresh")


def main(arguments: list[str]) -> int:
    os.chdir(ROOT)
    try:
        match arguments:
            case []:
                run_everything()
            case ["manage", *rest]:
                return manage(rest)
            case ["test", *rest]:
                return run_tests(rest)
            case ["--backup"]:
                run_everything(backup=True)
            case ["--restore", *words]:
                places = Places(ROOT / "var")
                places.make()
                restore_to(places, base_environment(places), words)
            case ["--reset"]:
                reset()
            case _:
                say(f"what is {' '.join(arguments)!r}? ./run --help says what there is")
                return 2
    except Stopped:
        return 130
    except Trouble as trouble:
        print(f"\n{trouble}\n", file=sys.stderr, flush=True)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
