"""Runs of the finder: pairs are found, decisions stay, and the row of a run says what happened."""

import shutil
import sys
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from citizens.models import Citizen
from matching import model, runs, tasks, writing
from matching.features import facts_of
from matching.levels import COMPARISONS
from matching.models import MatchFeature, MatchModel, MatchPair, MatchRun
from matching.online import likely_records
from tests.factories.citizens import CitizenFactory
from tests.matching.people import citizen, write_people
from vaxreg import db_time

pytestmark = pytest.mark.django_db


@pytest.fixture
def registry():
    return write_people()


def test_second_records_are_found_and_twins_are_not(registry):
    run = runs.start(MatchRun.Kind.WHOLE)

    found, true = set(MatchPair.objects.values_list("one", "other")), registry.pairs()
    assert run.state == MatchRun.State.DONE
    assert run.found == len(found)
    assert len(found & true) >= 0.95 * len(true)
    assert len(found - true) <= 0.05 * len(found)


def test_splink_and_the_look_up_give_each_pair_the_same_weight(monkeypatch):
    """Every two of a hundred people, however unlikely, field by field."""
    monkeypatch.setattr("matching.features._keys", lambda _made: iter([("everybody",)]))
    monkeypatch.setattr("matching.model.Model.threshold", lambda _model, _use: -1000.0)
    write_people(85)
    runs.start(MatchRun.Kind.WHOLE)
    by_splink = {
        (one, other): (weight, evidence)
        for one, other, weight, evidence in MatchPair.objects.values_list(
            "one", "other", "weight", "evidence"
        )
    }

    compared = 0
    for one in Citizen.objects.select_related("area"):
        for found in likely_records(facts_of(one, []), without=one.pk, most=1_000):
            weight, evidence = by_splink[min(one.pk, found.citizen), max(one.pk, found.citizen)]
            assert found.weight == pytest.approx(weight, abs=1e-6)
            assert {f: level for f, (level, _w) in found.evidence.items()} == {
                f: level for f, (level, _w) in evidence.items()
            }
            compared += 1

    assert compared == 2 * len(by_splink) > 4_000
    seen = {(f, evidence[f][0]) for _w, evidence in by_splink.values() for f in evidence}
    assert len(seen) >= 30
    assert {f for f, _level in seen} == {comparison.field for comparison in COMPARISONS}


def test_two_people_are_never_shown_again(registry):
    runs.start(MatchRun.Kind.WHOLE)
    first = MatchPair.objects.all()[0]
    MatchPair.objects.filter(pk=first.pk).update(
        decision=MatchPair.Decision.NOT_THE_SAME, decided_at=db_time.now()
    )

    runs.start(MatchRun.Kind.WHOLE)

    assert MatchPair.objects.get(pk=first.pk).decision == MatchPair.Decision.NOT_THE_SAME


def test_a_nightly_run_compares_what_changed_with_all():
    old = [citizen(), *CitizenFactory.create_batch(5)]
    runs.start(MatchRun.Kind.CHANGED)
    MatchFeature.objects.update(written_at=db_time.now() - 2 * runs.OPEN_AT_MOST)
    new = citizen(full_name="Tran Thi Hoai Thuong", id_number=None)
    writing.write([new])

    run = runs.start(MatchRun.Kind.CHANGED)

    assert (run.people, run.changed) == (7, 1)
    assert (old[0].pk, new.pk) in set(MatchPair.objects.values_list("one", "other"))


def test_a_pair_that_is_none_any_more_is_forgotten():
    first, second = citizen(), citizen(id_number_proven=False)
    runs.start(MatchRun.Kind.CHANGED)
    assert MatchPair.objects.count() == 1
    Citizen.objects.filter(pk=second.pk).update(
        full_name="Lê Văn Đạt", phone="", id_number=None, date_of_birth="1950-01-02", sex="male"
    )
    writing.write([Citizen.objects.get(pk=second.pk)])

    runs.start(MatchRun.Kind.CHANGED)

    assert not MatchPair.objects.filter(one=first).exists()


def test_parts_of_one_merged_record_are_no_pair():
    kept = citizen()
    citizen(id_number_proven=False, merged_into=kept)

    runs.start(MatchRun.Kind.WHOLE)

    assert not MatchPair.objects.exists()


def test_a_run_says_how_far_it_came_and_keeps_the_model_that_it_used(registry):
    call_command("find_matches", "--whole", stdout=StringIO())
    printed = StringIO()

    call_command("find_matches", "--status", stdout=printed)

    for stage in ("features", "copied", "calibrated", "pairs", "scored", "stored"):
        assert stage in printed.getvalue()
    assert "whole: done" in printed.getvalue()
    assert MatchModel.objects.get().people == len(registry.records)


def test_where_duckdb_is_missing_the_run_says_so(monkeypatch):
    monkeypatch.delitem(sys.modules, "matching.splink.finder", raising=False)
    monkeypatch.delattr("matching.splink.finder", raising=False)
    monkeypatch.setitem(sys.modules, "duckdb", None)

    tasks.find_changed()

    run = MatchRun.objects.get()
    assert run.state == MatchRun.State.FAILED
    assert "requirements-matching.txt" in run.message
    with pytest.raises(CommandError, match="requirements-matching"):
        call_command("find_matches")


def test_a_run_whose_process_died_is_done_again():
    died = MatchRun.objects.create(kind=MatchRun.Kind.CHANGED, started_at=db_time.now())
    citizen()

    run = runs.start(MatchRun.Kind.CHANGED)

    died.refresh_from_db()
    assert died.state == MatchRun.State.FAILED
    assert died.message
    assert run.changed == 1


def test_a_run_that_fails_says_why(monkeypatch):
    def no_room(*_args, **_more):
        raise OSError("no space left on device")

    monkeypatch.setattr("matching.splink.tables.copy_out", no_room)

    with pytest.raises(OSError, match="no space"):
        tasks.find_whole()

    run = MatchRun.objects.get()
    assert (run.state, run.message) == (MatchRun.State.FAILED, "OSError: no space left on device")
    assert run.finished_at


def test_training_writes_a_new_version_and_a_comparison(tmp_path):
    write_people(600)
    shutil.copy(model.FILES / "v1.json", tmp_path)

    call_command("train_matching", folder=tmp_path, pairs=1e5, stdout=StringIO())

    assert (tmp_path / "v2.json").exists()
    comparison = (tmp_path / "v2.txt").read_text(encoding="utf-8")
    assert comparison.startswith("v2 (")
    assert " after v1 (" in comparison
    assert "born equal" in comparison
