"""The product works through PgBouncer, which gives each transaction whatever session is free."""

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import environ
import pytest
from django.db import connection
from django.db.utils import OperationalError

from background import leases
from background.models import Lease
from vaxreg.database import base, roles
from vaxreg.database.base import DatabaseWrapper
from vaxreg.database.connecting import databases

PGBOUNCER = shutil.which("pgbouncer") or "/usr/sbin/pgbouncer"
pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        not Path(PGBOUNCER).exists(),
        reason="needs PgBouncer (Debian: pgbouncer)",
    ),
]
ROLE, LIMIT = "pooled_of_the_tests", 4321
FILE = """
[databases]
pooled = host={host} port={port} dbname={dbname} user={role}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {own}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = 1
"""


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@pytest.fixture
def url() -> Iterator[str]:
    """The address of a pooler with one session, for a role whose statements are limited."""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP ROLE IF EXISTS {ROLE}")
    roles.make(ROLE, "")
    roles.grant(ROLE)
    roles.limit_statements(ROLE, LIMIT)
    known = connection.get_connection_params()
    host, own = str(known["host"]), free_port()
    # Not in pytest's folder, which is root's alone.
    folder = Path(tempfile.mkdtemp(prefix="vaxreg-pool-"))
    file = folder / "pgbouncer.ini"
    values = {"host": host, "port": known.get("port") or 5432, "dbname": known["dbname"]}
    file.write_text(FILE.format(**values, role=ROLE, own=own))
    # It refuses to run as root, and must reach the folder of the server's socket.
    account = os.stat(host).st_uid if host.startswith("/") else 65534
    for path in (file, folder):
        path.chmod(0o755)
    process = subprocess.Popen([PGBOUNCER, "-q", file], user=account if os.getuid() == 0 else None)
    try:
        yield f"postgres://anybody@127.0.0.1:{own}/pooled"
    finally:
        process.terminate()
        process.wait()
        shutil.rmtree(folder)
        with connection.cursor() as cursor:
            cursor.execute(f"DROP OWNED BY {ROLE}")
            cursor.execute(f"DROP ROLE {ROLE}")


def client(url: str, **settings: str) -> DatabaseWrapper:
    """A connection as the settings make it from the environment."""
    env = environ.Env()
    env.ENVIRON = {"DATABASE_URL": url, "DB_STATEMENT_TIMEOUT": "4000", **settings}
    found = {**connection.settings_dict, **databases(env)["default"], "NAME": "pooled"}
    return DatabaseWrapper(found, alias="default")


def connected(one: DatabaseWrapper) -> DatabaseWrapper:
    until = time.monotonic() + 10
    while True:
        try:
            one.ensure_connection()
        except OperationalError:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)
        else:
            return one


def test_two_clients_share_one_session(url, monkeypatch):
    first = connected(client(url, DB_POOLED="1"))
    second = connected(client(url, DB_POOLED="1"))
    try:
        for one in (first, second, first, second):
            with one.cursor() as cursor:
                cursor.execute("SELECT pg_backend_pid(), current_setting('statement_timeout')")
                assert cursor.fetchone()[1] == f"{LIMIT}ms"
            # A statement that was prepared in the session of somebody else would be refused.
            monkeypatch.setattr(base, "connections", {"default": one})
            for number in range(3):
                with base.prepared_cursor() as cursor:
                    cursor.execute("SELECT %s::integer + 1", [number])
                    assert cursor.fetchone() == (number + 1,)
        monkeypatch.undo()
        rows = Lease.objects.using("default")
        for one, is_first in ((first, True), (second, False), (first, True)):
            monkeypatch.setattr(leases, "connection", one)
            assert leases.take("pooled", "first" if is_first else "second", 60) == is_first
        assert rows.get(name="pooled").holder == "first"
    finally:
        first.close()
        second.close()


def test_without_the_setting_the_pooler_refuses_and_says_why(url):
    connected(client(url, DB_POOLED="1")).close()

    with pytest.raises(OperationalError, match="unsupported startup parameter"):
        client(url).ensure_connection()
