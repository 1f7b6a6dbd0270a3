"""The benchmarks run, with tiny sizes, and say of each target whether it is met."""

import http.server
import json
import threading
from contextlib import contextmanager
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from bench.matching import measuring
from bench.matching.population import Population, Rates
from bench.matching.records import Writer
from bench.results import BenchResult, table
from corrections.models import Breach, Correction, RecomputeRun
from tests.cases import file_one
from tests.world import World

TINY = {"open": 5, "overdue": 7, "breaches": 9, "provinces": 1, "rounds": 0}


@pytest.mark.django_db(transaction=True)
def test_the_benchmark_of_the_sweep_runs_and_checks_what_it_measures(monkeypatch):
    # A table of a test may not be vacuumed: the test's own transaction is open.
    monkeypatch.setattr("bench.dataset.vacuum_analyze", lambda: None)
    printed = StringIO()

    call_command("bench", "sweep", here=True, json=True, stdout=printed, **TINY)

    last = json.loads(printed.getvalue().splitlines()[-1])
    figures = {one["name"]: one for one in last["figures"]}
    assert figures["recompute of 21 open clocks"]["met"]
    assert Breach.objects.filter(rung="due").count() == 7 + 9
    assert Correction.objects.count() == 21
    assert RecomputeRun.objects.get().done == 21


def test_a_benchmark_never_touches_a_database_with_cases(world: World):
    file_one(world)

    with pytest.raises(CommandError):
        call_command("bench", "sweep", here=True, **TINY)


def test_visits_are_measured_beside_slow_clients(monkeypatch):
    """The server is a small one of its own that finishes no POST before it has come."""

    class Answering(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.end_headers()

        def do_POST(self):
            begun.append(self.headers["Cookie"])
            self.rfile.read(int(self.headers["Content-Length"]))

        def log_message(self, *_):
            """Say nothing."""

    @contextmanager
    def server():
        with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answering) as small:
            threading.Thread(target=small.serve_forever, daemon=True).start()
            yield small.server_address[1]
            small.shutdown()

    begun: list[str | None] = []
    monkeypatch.setattr("bench.webtier.server", server)
    monkeypatch.setattr("bench.slow_clients.SETTLE", 0.2)
    printed = StringIO()

    call_command("bench", "slow-clients", slow=[0, 3], seconds=0.3, json=True, stdout=printed)

    last = json.loads(printed.getvalue().splitlines()[-1])
    names = [one["name"] for one in last["figures"] if "visits" in one["name"]]
    assert names == ["0 slow clients: visits", "3 slow clients: visits"]
    assert all(one["value"] > 0 for one in last["figures"])
    assert len(begun) == 3


def test_a_target_that_is_missed_is_called_so():
    figures = [BenchResult("fast", 1, "ms", at_most=5), BenchResult("slow", 9, "ms", at_most=5)]

    lines = table(figures).splitlines()

    assert lines[0].endswith(" met")
    assert not lines[0].endswith("NOT MET")
    assert lines[1].endswith("NOT MET")


@pytest.mark.django_db
@pytest.mark.parametrize("data", ["spread", "crowded"])
def test_matching_is_measured_on_people_whose_second_records_are_known(monkeypatch, data):
    monkeypatch.setattr("bench.matching.measuring.vacuum_analyze", lambda: None)

    found = measuring.measure(measuring.Size(600, seed=3, data=data, errors=1.0, asked=5))

    figures = {one.name: one for one in found}
    assert figures[f"{data}: records"].value >= 600
    assert figures[f"{data}: recall"].value > 0.8
    assert figures[f"{data}: joined by the rule, rightly"].value > 0
    assert figures[f"{data}: joined by the rule, wrongly"].is_met
    assert figures[f"{data}: look-up: p95"].value > 0


def test_made_up_people_are_the_same_for_the_same_seed():
    one, other, third = (
        list(Writer(Population(50, seed, Rates(), dense=True)).all()) for seed in (1, 1, 2)
    )

    assert one == other
    assert one != third
