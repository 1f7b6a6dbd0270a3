"""Drills: `./run` is started, interrupted, killed and started again, as it happens to people.

One prepared copy of the project serves all, in any order. To start it takes longer than most
drills, so one that leaves it running well leaves it to the next.
"""

import os
import pwd
import re
import socket
import stat
import subprocess
import tempfile
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import pytest

from launcher.places import ROOT
from tests.launcher.house import House, free_port, wait_for

pytestmark = pytest.mark.drill
AS_ROOT = os.getuid() == 0
# Seconds; about two are usual, more is allowed to a busy machine.
SOON = 15
# Seconds until everything is well again after the death of PostgreSQL or Valkey; 1 to 3 are usual.
BACK_WITHIN = 30


def copy_of(prepared: House, folder: Path, become: Sequence[str] = ()) -> House:
    """Copy a prepared house with its data to another folder."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run(["cp", "-a", prepared.folder, folder], check=True)
    return House(folder, become)


def test_a_second_start_says_where_the_first_one_runs(running: House):
    second = running.run()
    reset = running.run("--reset")
    joined = running.run("manage", "shell", "-v0", "-c", "print(6 * 7)")

    assert second.returncode == 1
    assert f"already runs here: {running.url}" in second.stderr
    assert reset.returncode == 1
    assert joined.stdout.strip() == "42"
    assert running.get("readyz") == 200


def test_whoever_is_killed_is_started_again(running: House):
    before = {name: running.process(name) for name in ("web", "worker", "beat")}

    running.kill(*before.values())

    for name, old in before.items():
        wait_for(partial(_is_back, running, name, old.pid), 20, f"{name} back")
    wait_for(lambda: running.get("readyz") == 200, 30, "ready again")


def test_a_killed_launcher_leaves_nothing_and_the_next_start_keeps_the_data(running: House):
    assert running.launcher is not None

    running.launcher.kill()
    running.launcher.wait()
    # A worker ends what it is doing: no task may take longer than CELERY's limit of 60 s.
    wait_for(lambda: not running.processes(), 60, "children gone")
    running.start(PORT=str(free_port()))

    assert running.sql("SELECT word FROM drill") == [("kept",)]


def test_after_kill_9_of_everything_at_once_the_next_start_recovers(running: House):
    owner = running.process("db").uids().real

    running.kill(*running.processes())
    wait_for(lambda: not running.processes(), SOON, "all dead")
    with subprocess.Popen(["sleep", "60"], user=owner if AS_ROOT else None) as stranger:
        _reuse_pid_of_database(running, stranger.pid)
        running.start(PORT=str(free_port()))

        assert stranger.poll() is None
        stranger.kill()
    assert running.sql("SELECT word FROM drill") == [("kept",)]
    assert running.get("readyz") == 200


def test_ctrl_c_in_the_terminal_leaves_nothing_running(running: House):
    assert running.get("healthz") == 200
    assert "Installing" not in running.text

    seconds = running.press_ctrl_c()

    assert seconds < SOON
    assert running.launcher is not None
    assert running.launcher.returncode == 0
    assert running.processes() == []
    assert running.places.lock.read_text() == ""
    assert not running.places.sockets.exists()


def test_a_busy_port_that_was_asked_for_is_an_error(at_rest: House):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen(1)
        port = other.getsockname()[1]

        refused = at_rest.run(PORT=str(port))

    assert refused.returncode == 1
    assert f"Port {port} (from PORT) is in use" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_a_management_command_alone_brings_its_own_services(at_rest: House):
    done = at_rest.run(
        "manage",
        "shell",
        "-v0",
        "-c",
        "from django.db import connection as c; k = c.cursor(); "
        "k.execute('SELECT word FROM drill'); print(k.fetchone()[0])",
    )

    assert done.stdout.strip().endswith("kept"), done.stdout + done.stderr
    assert at_rest.processes() == []


@pytest.mark.skipif(not AS_ROOT, reason="needs root to hide a folder from PostgreSQL's account")
def test_root_in_a_closed_folder_with_a_long_path_opens_nothing(at_rest: House):
    with tempfile.TemporaryDirectory(prefix="vaxreg-closed-", dir="/var/tmp") as closed:
        long = Path(closed) / ("a-folder-with-a-very-long-name-" * 2) / ("b" * 60)
        house = copy_of(at_rest, long / "house")
        try:
            house.start(PORT=str(free_port()))

            assert len(str(house.folder)) > 124
            assert house.sql("SELECT word FROM drill") == [("kept",)]
            assert "its data is in /var/tmp/" in house.text
            assert stat.S_IMODE(Path(closed).stat().st_mode) == 0o700
            house.press_ctrl_c()
            assert house.run("--reset").returncode == 0
            assert not house.places.var.exists()
            assert not house.places.sockets.exists()
        finally:
            house.clean()


@pytest.mark.skipif(not AS_ROOT, reason="the other drills ran as an ordinary user already")
def test_an_ordinary_account_can_do_it_too(at_rest: House):
    nobody = pwd.getpwnam("nobody")
    folder = at_rest.folder.with_name("ordinary")
    house = copy_of(at_rest, folder, become=_becoming(nobody))
    try:
        subprocess.run(["chown", "-Rh", str(nobody.pw_uid), house.folder], check=True)
        house.start(PORT=str(free_port()), HOME="/nonexistent")

        assert house.get("readyz") == 200
        assert {process.uids().real for process in house.processes()} == {nobody.pw_uid}
        assert house.press_ctrl_c() < SOON
        assert house.processes() == []
    finally:
        house.clean()


def test_a_busy_port_is_passed_over_and_said(at_rest: House):
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            other.bind(("127.0.0.1", 8000))
            other.listen(1)
        except OSError:
            pass  # Somebody else has it: as good.

        at_rest.start()

    assert "port 8000 is busy" in at_rest.text
    assert re.search(r"http://localhost:80\d\d/", at_rest.url)
    assert not at_rest.url.endswith(":8000/")


def test_killed_database_and_broker_are_started_again_and_the_rest_goes_on(running: House):
    others = {name: running.process(name).pid for name in ("web", "worker", "beat")}
    for name in ("db", "cache"):
        running.sql("INSERT INTO drill VALUES ('acknowledged')")
        said = len(running.text)
        old = running.process(name)

        running.kill(old)

        wait_for(partial(_is_back, running, name, old.pid), 15, f"{name} back")
        wait_for(lambda: running.get("readyz") == 200, BACK_WITHIN, f"ready after {name} died")
        assert running.get("statistics/") == 200
        assert f"{name} has ended (killed by SIGKILL); starting it again" in running.text[said:]
    assert {name: running.process(name).pid for name in others} == others
    assert running.sql("SELECT count(*) FROM drill WHERE word = 'acknowledged'") == [(2,)]
    running.sql("DELETE FROM drill WHERE word = 'acknowledged'")


def _is_back(house: House, name: str, old: int) -> bool:
    try:
        return house.process(name).pid != old
    except AssertionError:
        return False


def _reuse_pid_of_database(house: House, pid: int) -> None:
    """Let the pid file of the dead database name a living stranger, as after many forks."""
    path = house.places.var / "postgres" / "postmaster.pid"
    _, *rest = path.read_text().split("\n")
    path.write_text("\n".join([str(pid), *rest]))


def _becoming(account: pwd.struct_passwd) -> list[str]:
    """Return what turns root into the account; it may pass through the folders of our Python."""
    ids = [f"--reuid={account.pw_uid}", f"--regid={account.pw_gid}", "--clear-groups"]
    try:
        python = ROOT / ".venv" / "bin" / "python"
        subprocess.run([python, "-c", ""], user=account.pw_uid, extra_groups=[], check=True)
    except PermissionError:
        ids += ["--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search"]
    return ["setpriv", *ids]
