"""The benchmarks run, with tiny sizes, and say of each target whether it is met."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

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


def test_a_target_that_is_missed_is_called_so():
    figures = [BenchResult("fast", 1, "ms", at_most=5), BenchResult("slow", 9, "ms", at_most=5)]

    lines = table(figures).splitlines()

    assert lines[0].endswith(" met")
    assert not lines[0].endswith("NOT MET")
    assert lines[1].endswith("NOT MET")
