"""The parts of the launcher that need no whole start: places, locks, ports, short lines, steps."""

import json
import os
import re
import socket
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from launcher import gates, preparing
from launcher.console import short
from launcher.environment import free_address, set_address
from launcher.places import ROOT, AlreadyHeld, Places, Trouble, held
from launcher.supervisor import Child


@pytest.fixture
def places(tmp_path):
    places = Places(tmp_path / "var")
    places.make()
    yield places
    places.remove()


def test_socket_paths_stay_short_however_long_the_folder_is(tmp_path):
    deep = Places(tmp_path / ("x" * 200) / "var")

    assert len(str(deep.sockets / ".s.PGSQL.5432.lock")) < 104


def test_the_socket_folder_is_for_its_owner_alone(places):
    places.make_sockets(os.getuid())

    assert stat.S_IMODE(places.sockets.lstat().st_mode) == 0o700


def test_a_socket_folder_that_is_a_link_is_refused(places, tmp_path):
    places.sockets.symlink_to(tmp_path)
    try:
        with pytest.raises(Trouble, match="belongs to somebody else"):
            places.make_sockets(os.getuid())
    finally:
        places.sockets.unlink()


def test_the_secret_key_is_made_once_and_for_nobody_else(places):
    key = places.secret_key()

    assert len(key) >= 50
    assert places.secret_key() == key
    assert stat.S_IMODE((places.var / "secret_key").stat().st_mode) == 0o600


def test_a_lock_says_who_holds_it_and_frees_itself_when_its_holder_is_killed(places):
    code = (
        "import sys, time; from pathlib import Path; from launcher.places import held\n"
        "with held(Path(sys.argv[1])) as lock:\n"
        "    lock.tell(url='http://somewhere/'); print('held', flush=True); time.sleep(60)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(places.lock)], cwd=ROOT, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()

        with pytest.raises(AlreadyHeld) as refused, held(places.lock):
            pass
        holder.kill()

    assert refused.value.holder == {"pid": holder.pid, "url": "http://somewhere/"}
    with held(places.lock):
        pass


def test_a_port_that_is_not_a_number_is_an_error():
    with pytest.raises(Trouble, match="must be a number"):
        free_address({"PORT": "http"})


def test_an_address_of_another_machine_is_an_error():
    with pytest.raises(Trouble, match="not an address of this machine"):
        free_address({"HOST": "192.0.2.1"})


def test_a_taken_port_that_was_asked_for_is_an_error():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen(1)

        with pytest.raises(Trouble, match="is in use"):
            free_address({"PORT": str(other.getsockname()[1])})


def test_a_demo_listens_to_foreign_names_only_when_it_was_opened_on_purpose():
    closed, opened = {"DEMO": "1"}, {"DEMO": "1"}

    assert set_address(closed, "127.0.0.1", 8000) == "http://localhost:8000/"
    set_address(opened, "0.0.0.0", 8000)  # noqa: S104

    assert "ALLOWED_HOSTS" not in closed
    assert opened["ALLOWED_HOSTS"] == "*"


def test_the_console_leaves_routine_out_and_keeps_trouble():
    routine = json.dumps({"event": "request_finished", "level": "info", "code": 200})
    trouble = json.dumps({"event": "request_finished", "level": "error", "code": 500})

    assert short(routine) == ""
    assert short(trouble) == "ERROR request_finished code=500"
    assert short("a plain line\n") == "a plain line"
    assert len(short("x" * 5000)) < 500


def test_a_step_is_taken_again_when_something_it_reads_has_changed(tmp_path, monkeypatch):
    monkeypatch.setattr(preparing, "ROOT", tmp_path)
    (tmp_path / "requirements.txt").write_text("django==1\n")
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "data.py").write_text("1")
    step = preparing.SetUpStep("areas", ("load_areas",), ("app/*.py",))
    stamp = tmp_path / "stamp"

    assert not preparing.is_done(step, stamp)
    stamp.write_text(preparing.digest(step))
    assert preparing.is_done(step, stamp)
    (tmp_path / "app" / "data.py").write_text("2")
    assert not preparing.is_done(step, stamp)


def test_a_step_in_the_database_is_taken_again_for_another_database(tmp_path, monkeypatch):
    step = preparing.SetUpStep("areas", ("load_areas",), (), in_database=True)
    stamp = tmp_path / "stamp"
    monkeypatch.setenv(preparing.DATABASE_IDENTITY, "one")
    stamp.write_text(preparing.digest(step))

    assert preparing.is_done(step, stamp)
    monkeypatch.setenv(preparing.DATABASE_IDENTITY, "two")
    assert not preparing.is_done(step, stamp)
    monkeypatch.delenv(preparing.DATABASE_IDENTITY)
    assert not preparing.is_done(step, stamp)


def test_the_first_words_of_test_name_folders_of_tests():
    assert gates.in_tests_folder(["launcher", "-k", "launcher"]) == [
        "tests/launcher",
        "-k",
        "launcher",
    ]
    assert gates.in_tests_folder(["-m", "drill"]) == ["-m", "drill"]


def test_a_run_of_pytest_without_a_report_has_failed(tmp_path):
    assert not gates.count("tests", tmp_path / "nothing.xml").is_good


def test_a_report_is_counted(tmp_path):
    report = tmp_path / "report.xml"
    report.write_text(
        '<testsuites><testsuite tests="9" failures="1" errors="1" skipped="2"/></testsuites>'
    )

    assert gates.count("tests", report) == gates.GateResult("tests", passed=5, failed=2, skipped=2)


@pytest.fixture
def dead(tmp_path):
    """A child that has ended at once, with words."""
    command = [sys.executable, "-c", "print('the disk is gone'); exit(3)"]
    child = Child("db", command, dict(os.environ), tmp_path / "db.log", vital=True)
    child.start()
    assert child.process is not None
    child.process.wait(20)
    return child


@pytest.mark.parametrize(
    ("starts", "optional", "said"),
    [(1, False, "0.5 s"), (3, False, "2.0 s"), (5, False, "8.0 s"), (99, True, "60.0 s")],
)
def test_whoever_ends_is_started_again_each_time_later(
    supervisor, dead, capsys, starts, optional, said
):
    dead.optional = optional
    dead.started = [time.monotonic()] * starts
    supervisor.children.append(dead)

    supervisor.look_after_all()

    assert f"db has ended (exit code 3); starting it again in {said}" in capsys.readouterr().out


def test_a_server_that_ends_six_times_in_a_minute_ends_all_with_its_last_words(supervisor, dead):
    dead.started = [time.monotonic()] * 6
    supervisor.children.append(dead)

    with pytest.raises(Trouble, match="db ends again and again") as trouble:
        supervisor.look_after_all()

    assert "the disk is gone" in str(trouble.value)
    assert str(dead.log) in str(trouble.value)


def waiting_for(other: Path, own: Path) -> list[str | Path]:
    """Return a command that ends well only if somebody else runs at the same time."""
    code = (
        "import pathlib, sys, time; pathlib.Path(sys.argv[2]).touch(); "
        "seen = lambda: pathlib.Path(sys.argv[1]).exists() or time.sleep(0.05); "
        "sys.exit(not any(seen() for _ in range(400)))"
    )
    return [sys.executable, "-c", code, other, own]


def test_gates_without_tests_are_passed_beside_those_with_tests(places, monkeypatch, tmp_path):
    monkeypatch.setattr(gates, "PLACES", places)
    monkeypatch.setattr(gates, "count", lambda title, _report: gates.GateResult(title, passed=3))
    one, other = tmp_path / "one", tmp_path / "other"

    code = gates.pass_gates(
        [
            gates.Gate("types", waiting_for(one, other)),
            gates.Gate("tests", waiting_for(other, one), tests=True),
        ],
        {},
    )

    assert code == 0


def test_a_gate_that_fails_says_why_and_the_others_are_passed(places, monkeypatch, capsys):
    monkeypatch.setattr(gates, "PLACES", places)

    code = gates.pass_gates(
        [
            gates.Gate("types", [sys.executable, "-c", "print('line 7 is wrong'); exit(2)"]),
            gates.Gate("lint", [sys.executable, "-c", "print('nothing to say')"]),
        ],
        {},
    )

    said = capsys.readouterr().out
    assert code == 1
    assert re.search(r"line 7 is wrong\n+FAILED types .*\nok     lint ", said)
    assert "nothing to say" not in said
    assert "Failed: types.\n1 passed, 1 failed, 0 skipped" in said
