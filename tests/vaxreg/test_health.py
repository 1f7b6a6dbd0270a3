"""/healthz says that the process lives, /readyz that it can work, and what is wrong if not."""

import json
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import OperationalError, connection
from django.test import Client

from corrections import sweep
from corrections.models import Correction, CorrectionEvent, OutboxRow
from reporting import daily_job
from vaxreg import db_time


def ready():
    answer = Client().get("/readyz", headers={"host": "10.0.0.7"})
    return answer.status_code, json.loads(answer.content)


class Gone:
    """A database connection that nobody answers."""

    def __call__(self, execute, sql, params, many, context):
        raise OperationalError("server closed the connection unexpectedly")


def test_alive_needs_no_database_no_session_and_no_known_host():
    answer = Client().get("/healthz", headers={"host": "10.0.0.7"})

    assert answer.status_code == 200
    assert answer.json() == {"status": "ok"}
    assert answer.headers["Cache-Control"] == "no-store"
    assert not answer.cookies


@pytest.mark.django_db
def test_ready_once_everything_was_swept_and_counted():
    sweep.sweep()
    daily_job.refresh()

    status, said = ready()

    assert status == 200
    checks = ("database", "redis", "sweep", "outbox", "figures")
    assert said == {"status": "ok", "checks": dict.fromkeys(checks, "ok")}


@pytest.mark.django_db
def test_two_commands_do_what_a_house_needs_to_be_ready():
    call_command("sweep", stdout=StringIO())
    call_command("keep_figures")

    assert ready()[0] == 200


@pytest.mark.django_db
def test_figures_that_stand_still_for_three_minutes_are_trouble():
    with db_time.at(db_time.now() - timedelta(minutes=4)):
        daily_job.refresh()
    sweep.sweep()

    status, said = ready()

    assert status == 503
    assert "stand still" in said["checks"]["figures"]


@pytest.mark.django_db
def test_not_ready_before_the_first_sweep():
    status, said = ready()

    assert status == 503
    assert said["checks"]["sweep"] == "the sweep has never run"


@pytest.mark.django_db
@pytest.mark.parametrize(("minutes", "status"), [(2, 200), (4, 503)])
def test_a_sweep_that_has_been_silent_for_three_minutes_is_trouble(minutes, status):
    with db_time.at(db_time.now() - timedelta(minutes=minutes)):
        sweep.sweep()
    daily_job.refresh()

    assert ready()[0] == status


def test_an_errand_that_nobody_does_is_trouble(correction: Correction):
    sweep.sweep()
    event = CorrectionEvent.objects.filter(correction=correction).latest("id")
    long_ago = db_time.now() - timedelta(minutes=3)
    OutboxRow.objects.update(done_at=db_time.now())
    row, _created = OutboxRow.objects.update_or_create(
        event=event,
        errand=OutboxRow.Errand.TELL,
        defaults={"created_at": long_ago, "not_before": long_ago, "done_at": None},
    )

    status, said = ready()

    assert status == 503
    assert said["checks"]["outbox"].startswith(f"outbox row {row.pk} is not done since")


@pytest.mark.django_db
def test_redis_that_is_down_is_named_and_the_rest_is_still_checked(settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    sweep.sweep()

    status, said = ready()

    assert status == 503
    assert said["checks"]["redis"] == "Redis does not answer: ConnectionError"
    assert said["checks"]["database"] == said["checks"]["sweep"] == "ok"


@pytest.mark.django_db
def test_a_database_that_is_down_is_named_and_never_breaks_the_answer():
    with connection.execute_wrapper(Gone()):
        status, said = ready()

    assert status == 503
    assert said["status"] == "trouble"
    assert said["checks"]["database"] == "PostgreSQL does not answer: OperationalError"
    assert said["checks"]["sweep"].startswith("not checked")
    assert said["checks"]["redis"] == "ok"


@pytest.mark.django_db
def test_with_the_database_down_a_page_says_so_in_both_languages_and_asks_to_come_back():
    with connection.execute_wrapper(Gone()):
        answer = Client(raise_request_exception=False).get("/demo/inbox/")

    assert answer.status_code == 503
    assert answer.headers["Retry-After"]
    assert "1900 9095" in answer.content.decode()
