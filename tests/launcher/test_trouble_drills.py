"""Drills: slow clients, a frozen PostgreSQL and a locked table stop nobody, and leave no silence."""

import json
import signal
import socket
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from typing import NamedTuple

import psutil
import psycopg
import pytest

from tests.launcher.house import House

pytestmark = pytest.mark.drill
# More than the threads of all web processes, so that an attack on threads is felt.
SLOW = 60
# Seconds for the answer in trouble: the rule says five, and the machine may be busy.
IN_TROUBLE = 5.0 + 1.0


class Said(NamedTuple):
    status: int
    seconds: float
    retry_after: str | None
    text: str


def ask(house: House, path: str, **headers: str) -> Said:
    """Return the answer; status 0 when there is none in time."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    request = urllib.request.Request(house.url + path, headers=headers)  # noqa: S310 (our own address)
    began = time.monotonic()
    try:
        with opener.open(request, timeout=30) as answer:
            status, sent, text = answer.status, answer.headers, answer.read().decode()
    except urllib.error.HTTPError as error:
        status, sent, text = error.code, error.headers, error.read().decode()
    except OSError as error:
        return Said(0, time.monotonic() - began, None, str(error))
    return Said(status, time.monotonic() - began, sent.get("Retry-After"), text)


@contextmanager
def unfinished_posts(house: House, number: int) -> Iterator[None]:
    """Hold so many anonymous POSTs open, with a token that makes Django read the body."""
    host, port = house.url.removeprefix("http://").rstrip("/").split(":")
    head = (
        f"POST /sign-in/ HTTP/1.1\r\nHost: {host}:{port}\r\nCookie: csrf={'a' * 32}\r\n"
        "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 2000000\r\n\r\na=1"
    )
    held = [socket.create_connection((host, int(port)), 5) for _ in range(number)]
    try:
        for one in held:
            one.sendall(head.encode())
        time.sleep(1)
        yield
    finally:
        for one in held:
            one.close()


@contextmanager
def frozen(house: House) -> Iterator[None]:
    """Stop every process of PostgreSQL, as a machine does that hangs."""
    server = house.process("db")
    everybody = [server, *server.children(recursive=True)]
    try:
        for process in everybody:
            process.send_signal(signal.SIGSTOP)
        yield
    finally:
        for process in everybody:
            with suppress(psutil.NoSuchProcess):
                process.send_signal(signal.SIGCONT)


@contextmanager
def locked(house: House, *tables: str) -> Iterator[None]:
    """Hold tables that nobody else can even read."""
    dsn = psycopg.conninfo.make_conninfo(
        host=str(house.places.sockets), user="app", dbname="vaxreg"
    )
    with psycopg.connect(dsn) as connection:
        names = psycopg.sql.SQL(", ").join(map(psycopg.sql.Identifier, tables))
        connection.execute(psycopg.sql.SQL("LOCK TABLE {} IN ACCESS EXCLUSIVE MODE").format(names))
        yield


def test_unfinished_bodies_keep_nobody_waiting(running: House):
    with unfinished_posts(running, SLOW):
        for path in ("healthz", "readyz", "sign-in/", "statistics/", "api/v1/vaccines/"):
            said = ask(running, path)

            assert said.status == 200, (path, said)
            assert said.seconds < 3, (path, said)


def test_a_frozen_database_is_answered_with_words_by_page_and_api(running: House):
    asked = ["statistics/"] * 12 + ["queue/", "api/v1/vaccines/", "api/v1/queue/"]
    with frozen(running), ThreadPoolExecutor(len(asked) + 1) as crowd:
        alive = crowd.submit(ask, running, "healthz")
        answers = list(crowd.map(lambda path: ask(running, path, Cookie="session=somebody"), asked))

    assert alive.result().status == 200
    assert alive.result().seconds < 1
    for path, said in zip(asked, answers, strict=True):
        assert (said.status, said.retry_after) == (503, "30"), (path, said)
        assert said.seconds < IN_TROUBLE, (path, said)
        if path.startswith("api/"):
            assert json.loads(said.text)["errors"][0]["code"] == "unavailable"
        else:
            assert "Xin thử lại sau một phút" in said.text
            assert "Please try again in a minute" in said.text
    assert ask(running, "statistics/").status == 200


def test_a_frozen_database_is_trouble_for_the_readiness_check_within_its_patience(running: House):
    with frozen(running):
        said = ask(running, "readyz")

    assert said.status == 503
    assert said.seconds < IN_TROUBLE


def test_a_locked_table_is_answered_with_words_by_page_and_api(running: House):
    with locked(running, "public_statistics_publishedfigures", "doses_vaccine", "django_session"):
        for path in ("statistics/", "queue/", "api/v1/vaccines/"):
            said = ask(running, path, Cookie="session=somebody")

            assert (said.status, said.retry_after) == (503, "30"), (path, said)
            assert said.seconds < IN_TROUBLE, (path, said)
    assert ask(running, "statistics/").status == 200
    assert ask(running, "api/v1/vaccines/").status == 200


def test_the_application_connects_as_a_role_that_owns_nothing(running: House):
    connected = running.sql(
        "SELECT DISTINCT usename, usesuper FROM pg_stat_activity JOIN pg_user USING (usename)"
        " WHERE datname = 'vaxreg' AND pid <> pg_backend_pid()"
    )
    owned = running.sql("SELECT 1 FROM pg_class WHERE relowner = 'vaxreg_app'::regrole")

    assert (connected, owned) == ([("vaxreg_app", False)], [])


def test_logs_are_read_by_nobody_else_and_hold_no_value_of_a_row(running: House):
    with suppress(psycopg.errors.IntegrityError):
        running.sql(
            "INSERT INTO messaging_message (key, purpose, template, channel, recipient, recipient_hash, text)"
            " VALUES (gen_random_uuid(), 'x', 'x', 'dove', 'Nguyen Thi Lan', 'x', 'x')"
        )
    with suppress(psycopg.errors.SyntaxError):
        running.sql("SELECT 'Nguyen Thi Lan' FROM FROM")
    ask(running, "sign-in/?next=/people/&q=Nguyen%20Thi%20Lan")

    written = {path: path.read_text(errors="replace") for path in running.places.logs.glob("*.log")}

    assert {path.name for path in written} >= {"db.log", "web.log", "worker.log", "beat.log"}
    assert {path.stat().st_mode & 0o777 for path in written} == {0o600}
    assert "ERROR" in written[running.places.logs / "db.log"]
    assert "GET /sign-in/" in written[running.places.logs / "web.log"]
    assert not [path for path, text in written.items() if "Thi Lan" in text or "Thi%20Lan" in text]
