"""A trouble reaches people once, and again when it is over; it is never a flood."""

import json
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from django.core import mail
from django.db import OperationalError, connection
from django.utils import timezone

from accounts import health as accounts_health
from accounts.models import SignInCode, User
from corrections import sweep, tasks
from messaging import health as messaging_health
from reporting import daily_job
from watching import alarms, checks
from watching.alarms import Bell
from watching.models import Alarm

pytestmark = pytest.mark.django_db

WRONG = {"sweep": "the sweep is silent"}


class Webhook(HTTPServer):
    """Takes what is posted or asked for, and answers `status`."""

    got: list[dict[str, str]]
    asked: list[str]
    status = 200

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/secret-path"


class Hook(BaseHTTPRequestHandler):
    server: Webhook

    def do_POST(self) -> None:
        self.server.got.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self._answer()

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        self._answer()

    def _answer(self) -> None:
        self.send_response(self.server.status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass


@pytest.fixture
def webhook() -> Iterator[Webhook]:
    server = Webhook(("127.0.0.1", 0), Hook)
    server.got, server.asked = [], []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def told(settings, webhook: Webhook) -> Webhook:
    settings.ALARM_EMAILS = ["oncall@example.vn"]
    settings.ALARM_WEBHOOK = webhook.url
    return webhook


def look(bell: Bell, found: dict[str, str], minutes: float, since: datetime) -> None:
    bell.look(found, since + timedelta(minutes=minutes))


def test_a_trouble_is_told_once_and_again_when_it_is_over(told: Webhook):
    bell, start = Bell(), timezone.now()

    for minute in range(30):
        look(bell, WRONG, minute, start)
    assert [one["state"] for one in told.got] == ["wrong"]
    for minute in range(30, 40):
        look(bell, {}, minute, start)

    assert [one["state"] for one in told.got] == ["wrong", "over"]
    assert "the sweep is silent" in told.got[0]["text"]
    assert len(mail.outbox) == 2
    assert mail.outbox[0].to == ["oncall@example.vn"]
    alarm = Alarm.objects.get()
    assert alarm.since == start
    assert alarm.over_at == start + timedelta(minutes=35)


def test_what_comes_and_goes_each_minute_rings_once(told: Webhook):
    bell, start = Bell(), timezone.now()

    for minute in range(0, 60, 2):
        look(bell, WRONG, minute, start)
        look(bell, {}, minute + 0.1, start)
        look(bell, WRONG, minute + 1, start)

    assert [one["state"] for one in told.got] == ["wrong"]


def test_what_is_gone_within_a_minute_rings_never(told: Webhook):
    bell, start = Bell(), timezone.now()

    look(bell, WRONG, 0, start)
    look(bell, {}, 0.5, start)

    assert told.got == []
    assert Alarm.objects.get().over_at is not None


def test_a_watcher_that_starts_anew_tells_nothing_twice(told: Webhook):
    start = timezone.now()
    for minute in range(5):
        look(Bell(), WRONG, minute, start)

    assert len(told.got) == 1


def test_what_nobody_took_is_told_again(told: Webhook, settings):
    settings.ALARM_EMAILS = []
    told.status = 500
    bell, start = Bell(), timezone.now()
    look(bell, WRONG, 0, start)
    look(bell, WRONG, 1, start)
    assert Alarm.objects.get().told_at is None
    told.status = 200

    look(bell, WRONG, 2, start)
    look(bell, WRONG, 3, start)

    assert len(told.got) == 2
    assert Alarm.objects.get().told_at == start + timedelta(minutes=2)


def test_without_the_database_it_is_told_all_the_same_and_only_once(told: Webhook):
    class Gone:
        def __call__(self, execute, sql, params, many, context):
            raise OperationalError("gone")

    bell, start = Bell(), timezone.now()
    look(bell, WRONG, 0, start)
    look(bell, WRONG, 1, start)
    with connection.execute_wrapper(Gone()):
        found = alarms.troubles()
        assert found["database"].startswith("PostgreSQL does not answer")
        assert "sweep" not in found
        for minute in range(2, 12):
            look(bell, found, minute, start)
    look(bell, {}, 13, start)
    look(bell, {}, 19, start)

    said = [(one["alarm"], one["state"]) for one in told.got]
    assert said[:2] == [("sweep", "wrong"), ("database", "wrong")]
    assert sorted(said[2:]) == [("database", "over"), ("sweep", "over")]


def test_many_troubles_at_once_are_no_flood(told: Webhook):
    bell, start = Bell(), timezone.now()
    many = {f"check{n}": "wrong" for n in range(60)}

    look(bell, many, 0, start)
    look(bell, many, 1, start)
    look(bell, many, 2, start)

    assert len(told.got) == alarms.MOST_AN_HOUR


def test_the_checks_find_a_full_disk_an_old_backup_and_codes_that_nobody_types(settings, tmp_path):
    sweep.sweep()
    daily_job.refresh()
    assert alarms.troubles() == {}
    settings.DISK_FREE = 0.9999
    settings.BACKUP_STAMP = str(tmp_path / "none")
    settings.CODES_USED_FROM = 3
    now = timezone.now()
    user = User.objects.create(phone="+84912000111")
    for _ in range(3):
        SignInCode.objects.create(
            user=user, code_hash="x", created_at=now, expires_at=now + timedelta(minutes=10)
        )

    found = alarms.troubles()

    assert set(found) == {"disk", "backup", "codes"}
    assert "0 were typed in" in found["codes"]
    assert "912000111" not in str(found)


def test_a_fresh_backup_is_no_trouble_and_an_old_one_is(settings, tmp_path):
    stamp = Path(settings.BASE_DIR, tmp_path, "stamp")
    stamp.touch()
    settings.BACKUP_STAMP = str(stamp)
    assert checks.backup_trouble() == ""
    settings.BACKUP_HOURS = -1

    assert "hours old" in checks.backup_trouble()


def test_all_codes_of_an_hour_are_an_alarm(settings):
    settings.CODES_PER_HOUR = 0

    assert "sign-in by code has stopped" in accounts_health.codes_trouble()


def test_lost_messages_are_an_alarm_from_a_share_on():
    assert messaging_health.lost_trouble() == ""


def test_each_pass_of_the_sweep_calls_who_would_miss_it(settings, webhook: Webhook, caplog):
    settings.SWEEP_PING = webhook.url
    tasks.sweep()
    webhook.status = 500
    tasks.sweep()
    settings.SWEEP_PING = "http://127.0.0.1:1/secret-path"

    tasks.sweep()

    assert webhook.asked == ["/secret-path", "/secret-path"]
    assert "secret-path" not in caplog.text
