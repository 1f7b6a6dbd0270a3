"""A real Celery worker on a real broker: a message that kills it is not delivered for ever."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import pytest
import redis
from django.conf import settings as project
from django.db import connection

from background import set_aside
from background.models import WorkTry
from corrections.models import OutboxRow
from tests import world as worlds
from tests.cases import file_one
from tests.launcher.house import wait_for
from vaxreg import celery

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.drill]
Send = Callable[..., None]


def database_url() -> str:
    """Return the address of the database of this test."""
    parameters = connection.get_connection_params()
    keys = {"host": "host", "port": "port", "user": "user", "password": "password"}
    query = "&".join(
        f"{key}={parameters[name]}" for name, key in keys.items() if name in parameters
    )
    return f"postgres:///{parameters['dbname']}?{query}"


@pytest.fixture
def send(transactional_db: None, tmp_path, monkeypatch) -> Iterator[Send]:
    """Start a worker that listens to a queue of its own; return what sends it a task."""
    queue = f"drill-{uuid4().hex}"
    command = [sys.executable, "-m", "celery", "-A", "tests.background.drill_worker", "worker"]
    log = (tmp_path / "worker.log").open("wb")
    worker = subprocess.Popen(
        [*command, "-Q", queue, "-c", "1", "-l", "info", "-n", f"{queue}@localhost"],
        cwd=project.BASE_DIR,
        env={
            **os.environ,
            "DATABASE_URL": database_url(),
            "DJANGO_SETTINGS_MODULE": "vaxreg.settings",
        },
        stdout=log,
        stderr=log,
    )
    celery.app.loader.import_default_modules()
    celery.app.conf.update(task_always_eager=False)
    # Hints would go to the queue of another worker.
    monkeypatch.setattr(celery, "_publish", lambda name, args: None)

    def sent(name: str, *args: Any) -> None:
        celery.app.tasks[name].apply_async(args=args, queue=queue)

    try:
        yield sent
        assert worker.poll() is None, (tmp_path / "worker.log").read_text()
    finally:
        celery.app.conf.update(task_always_eager=True)
        worker.kill()
        worker.wait()
        log.close()
        redis.Redis.from_url(project.REDIS_URL).delete(queue)


def test_a_task_that_kills_its_worker_is_set_aside_and_the_next_one_is_done(send: Send):
    world = worlds.build()
    file_one(world, routed=False)
    row = OutboxRow.objects.get()

    send("reporting.keep_figures")
    send("corrections.do_errand", row.pk)

    wait_for(lambda: WorkTry.objects.set_aside().exists(), 60, "set aside")
    wait_for(lambda: OutboxRow.objects.get(pk=row.pk).done_at is not None, 60, "the next task")
    task = WorkTry.objects.get()
    assert (task.work, task.tries) == ("reporting.keep_figures", 3)
    assert "the task reporting.keep_figures" in set_aside.notice()
