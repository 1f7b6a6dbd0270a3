"""The files for Prometheus and Grafana name only what is measured, and each alarm fires when it should."""

import inspect
import json
import os
import re
import shutil
import subprocess

import pytest
import yaml

from launcher.places import ROOT
from vaxreg.middleware import counted
from watching import exporter, figures

PROMETHEUS = ROOT / "deploy" / "prometheus"
RULES = yaml.safe_load((PROMETHEUS / "alerts.yml").read_text())["groups"][0]["rules"]
DASHBOARD = json.loads((ROOT / "deploy" / "grafana" / "vaxreg.json").read_text())
OF_REQUESTS = {
    "vaxreg_requests_total",
    "vaxreg_request_seconds_total",
    "vaxreg_request_duration_seconds_bucket",
    "vaxreg_request_duration_seconds_count",
}


def measured() -> set[str]:
    figures.sources()
    assert exporter.NODES.name in figures.MEASURES
    return {*figures.MEASURES, *OF_REQUESTS}


def named(text: str) -> set[str]:
    return set(re.findall(r"\bvaxreg_\w+", text))


def promtool(*arguments: str) -> subprocess.CompletedProcess[str]:
    found = shutil.which("promtool")
    if found is None and os.environ.get("E2E_REQUIRED") != "1":
        pytest.skip("promtool is not installed (Debian: prometheus); CI installs it")
    assert found, "promtool is needed: apt install prometheus"
    return subprocess.run(
        [found, *arguments], cwd=PROMETHEUS, capture_output=True, text=True, check=False
    )


def test_each_alarm_fires_when_it_should_and_not_before():
    done = promtool("test", "rules", "tests.yml")

    assert done.returncode == 0, done.stdout + done.stderr


def test_prometheus_takes_its_configuration():
    done = promtool("check", "config", "prometheus.yml")

    assert done.returncode == 0, done.stdout + done.stderr


def test_no_alarm_is_without_a_test():
    tests = (PROMETHEUS / "tests.yml").read_text()

    for rule in RULES:
        assert f'alertname="{rule["alert"]}"' in tests, rule["alert"]
        assert rule["labels"]["severity"] in {"page", "look"}
        assert rule["annotations"]["summary"]


def test_alarms_and_dashboard_name_only_what_is_measured():
    known = measured()
    queries = [target["expr"] for panel in DASHBOARD["panels"] for target in panel["targets"]]

    assert queries
    for text in (*queries, *(rule["expr"] for rule in RULES)):
        assert "vaxreg" in text
        assert named(text) <= known, text


def test_everything_measured_is_on_the_dashboard_or_rings():
    shown = named(json.dumps(DASHBOARD) + json.dumps(RULES))

    rarely_asked = {"vaxreg_queue_unacked", "vaxreg_messages_given_up_last_10_minutes"}
    assert measured() - rarely_asked <= shown


def test_the_counters_have_the_names_of_the_files():
    source = inspect.getsource(counted)

    for name in OF_REQUESTS:
        assert f'"{re.sub("_(total|bucket|count)$", "", name)}"' in source


def test_panels_have_a_place_each():
    places = [(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in DASHBOARD["panels"]]

    assert len(places) == len(set(places))
