"""Metrics say how the service is, by patterns of addresses and kinds, and never about a person."""

import os
import subprocess
import sys
import threading
import time
import urllib.request
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import OperationalError, connection
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families

from accounts.models import User
from accounts.sign_in import codes
from corrections import sweep
from corrections.models import Correction
from reporting import daily_job
from tests.cases import file_one, make_overdue
from tests.world import World
from vaxreg.middleware import counted
from watching import exporter, figures
from watching.management.commands import watch

Sample = dict[tuple[str, tuple[str, ...]], float]

# What a web process does, in a process of its own: some answers are counted, then it ends.
WEB = """
import os, sys
from pathlib import Path
os.environ["PROMETHEUS_MULTIPROC_DIR"] = sys.argv[1]
from vaxreg.middleware import counted
counted.count("/cases/<str:reference>/", 200, "/cases/VR-1/", 0.1)
counted.count("/cases/<str:reference>/", 500, "/cases/VR-1/", 3)
counted.count("/api/v1/doses/", 200, "/api/v1/doses/", 0.1)
print("counted", flush=True)
sys.stdin.read()
"""


def scrape(port: int) -> Sample:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer:
        text = answer.read().decode()
    return samples(text)


def samples(text: str) -> Sample:
    return {
        (one.name, tuple(one.labels.values())): one.value
        for family in text_string_to_metric_families(text)
        for one in family.samples
    }


def gathered() -> Sample:
    return {(one.measure.name, one.labels): one.value for one in figures.gather()}


@pytest.mark.django_db
def test_figures_say_what_waits_and_what_is_late(world: World, settings, tmp_path):
    settings.BACKUP_STAMP = str(tmp_path / "stamp")
    Path(settings.BACKUP_STAMP).touch()
    hour_ago = time.time() - 3600
    os.utime(settings.BACKUP_STAMP, (hour_ago, hour_ago))
    late: Correction = file_one(world)
    make_overdue(late, hours=48.5)
    before = gathered()[("vaxreg_overdue_unmarked", ())]
    sweep.sweep()
    daily_job.refresh()
    codes.send("+84912000111", address="10.0.0.1")

    found = gathered()

    assert before >= 1
    assert found[("vaxreg_overdue_unmarked", ())] == 0
    assert found[("vaxreg_breaches_last_hour", ())] >= 1
    assert 0 <= found[("vaxreg_sweep_lag_seconds", ())] < 60
    assert found[("vaxreg_codes_asked", ())] == 1
    assert found[("vaxreg_codes_used", ())] == 0
    assert found[("vaxreg_up", ("database",))] == found[("vaxreg_up", ("redis",))] == 1
    assert found[("vaxreg_queue_depth", ("default",))] == 0
    assert found[("vaxreg_backup_age_seconds", ())] == pytest.approx(3600, abs=60)
    assert 0 < found[("vaxreg_disk_free_ratio", ())] < 1
    sent = {labels[0] for name, labels in found if name == "vaxreg_messages_last_10_minutes"}
    assert "vinaphone" in sent
    assert not [one for one in found if one[0] == "vaxreg_replica_lag_seconds"]
    assert {name for name, _labels in found} <= set(figures.MEASURES)


@pytest.mark.django_db
def test_a_scrape_reads_few_rows_and_nothing_of_a_person(
    world: World, django_assert_max_num_queries
):
    file_one(world)
    codes.send("+84912000111", address="10.0.0.1")

    with django_assert_max_num_queries(45):
        found = figures.gather()

    said = " ".join(label for one in found for label in one.labels)
    assert "912000111" not in said
    assert User.objects.exclude(full_name="").first().full_name not in said


@pytest.mark.django_db
def test_a_database_that_is_down_leaves_out_its_figures_and_is_named():
    class Gone:
        def __call__(self, execute, sql, params, many, context):
            raise OperationalError("gone")

    with connection.execute_wrapper(Gone()):
        found = gathered()

    assert found[("vaxreg_up", ("database",))] == 0
    assert found[("vaxreg_up", ("redis",))] == 1
    assert found[("vaxreg_figures_failed", ("corrections",))] == 1


def test_counts_of_processes_add_up_and_outlive_them(tmp_path):
    server = exporter.server("127.0.0.1", 0, None, tmp_path)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    webs = [
        subprocess.Popen(
            [sys.executable, "-c", WEB, str(tmp_path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings"},
        )
        for _ in range(2)
    ]
    try:
        for web in webs:
            assert web.stdout.readline() == b"counted\n"
        living = scrape(server.server_port)
        webs[0].kill()
        webs[0].wait()
        after = scrape(server.server_port)
        files = {path.stem.partition("_")[2] for path in tmp_path.glob("*.db")}
        again = scrape(server.server_port)
    finally:
        for web in webs:
            web.communicate()
        server.shutdown()
        server.server_close()

    case = "/cases/<str:reference>/"
    assert living[("vaxreg_requests_total", (case, "200"))] == 2
    assert living[("vaxreg_requests_total", (case, "500"))] == 2
    assert living[("vaxreg_request_seconds_total", (case,))] == pytest.approx(6.2)
    assert living[("vaxreg_request_duration_seconds_count", ("page",))] == 4
    assert living[("vaxreg_request_duration_seconds_bucket", ("page", "2.5"))] == 2
    assert after == again == living
    assert len(files) == 2
    assert "archive" in files


@pytest.mark.django_db
def test_a_request_is_counted_by_the_pattern_of_its_address(monkeypatch):
    seen = []
    monkeypatch.setattr(counted, "count", lambda *values: seen.append(values[:2]))

    Client().get("/invitation/secret-token-of-somebody/")
    Client().get("/no/such/page/0912345678/")
    Client().get("/help/")

    assert [status for _route, status in seen] == [404, 404, 200]
    assert seen[1][0] == "(none)"
    assert seen[2][0] == "/help/"
    assert not [route for route, _status in seen if "secret" in route or "0912" in route]


def test_metrics_are_not_on_the_public_port():
    assert Client().get("/metrics").status_code == 404


@pytest.mark.django_db
def test_the_last_minutes_forget_what_is_older(monkeypatch):
    clock = [0.0]
    monkeypatch.setattr(counted.time, "monotonic", lambda: clock[0])
    recent = counted.Recent()
    recent.add(3.0)
    clock[0] = timedelta(minutes=6).total_seconds()
    recent.add(0.1)

    assert recent.total() == (1, 0)


def test_no_worker_answers_where_there_is_none(monkeypatch):
    monkeypatch.setattr(watch, "PING", 0.1)

    assert watch.nodes() == {"celery": 0, "matching": 0}
