"""Celery is only a hint: without a broker, or with a frozen one, filing works and loses nothing."""

import socket
from collections.abc import Iterator
from datetime import timedelta

import pytest

from corrections import sweep
from corrections.lifecycle import Status
from corrections.models import Correction, OutboxRow
from tests import world as worlds
from tests.cases import file_one
from vaxreg import celery, db_time


@pytest.fixture
def broker(monkeypatch) -> Iterator[list[str]]:
    """Let hints go out for real, to the address that the test puts into the list."""
    address: list[str] = []
    monkeypatch.setattr(celery, "_broken_until", 0.0)
    celery.app.loader.import_default_modules()
    celery.app.conf.update(task_always_eager=False)

    def connect():
        return celery.app.connection_for_write(url=address[0])

    task = celery.app.tasks["corrections.do_errand"]
    real = task.apply_async

    def apply_async(*, args, countdown, retry):
        with connect() as connection:
            return real(args=args, countdown=countdown, retry=retry, connection=connection)  # type: ignore[call-arg]

    monkeypatch.setattr(task, "apply_async", apply_async)
    yield address
    celery.app.conf.update(task_always_eager=True)


@pytest.fixture
def frozen() -> Iterator[str]:
    """A broker that takes the call and never says a word."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(8)
        yield f"redis://127.0.0.1:{listening.getsockname()[1]}/0"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("state", ["down", "frozen"])
def test_filing_works_without_a_broker_and_the_sweep_routes_it(
    transactional_db: None, broker: list[str], frozen: str, state: str, caplog
):
    broker.append(frozen if state == "frozen" else "redis://127.0.0.1:1/0")
    world = worlds.build()

    correction = file_one(world, routed=False)

    assert "hint not sent" in caplog.text
    assert correction.status == Status.RECEIVED
    assert OutboxRow.objects.get().done_at is None
    with db_time.at(db_time.now() + timedelta(seconds=31)):
        sweep.sweep()
    assert Correction.objects.get().holder == world.buoi


@pytest.mark.django_db(transaction=True)
def test_after_one_failure_no_hint_is_tried_for_ten_seconds(
    transactional_db: None, broker: list[str], monkeypatch
):
    broker.append("redis://127.0.0.1:1/0")
    tried = []
    task = celery.app.tasks["corrections.do_errand"]
    real = task.apply_async
    monkeypatch.setattr(task, "apply_async", lambda **k: tried.append(1) or real(**k))
    world = worlds.build()

    file_one(world, routed=False)
    file_one(world, whose="binh", routed=False)

    assert len(tried) == 1
