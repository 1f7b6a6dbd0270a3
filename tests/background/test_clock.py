"""Of several beats one sends the tasks of the schedule; the next goes on where it ended."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from celery.beat import ScheduleEntry
from celery.schedules import crontab
from django.db import InterfaceError, OperationalError

from background import clock
from background.clock import LOOK, ElectedScheduler
from background.models import ClockEntry, Lease
from vaxreg.celery import app

pytestmark = pytest.mark.django_db
# Ten past three at night in Viet Nam.
NOW = datetime(2021, 12, 1, 20, 10, tzinfo=UTC)
MINUTE, NIGHT = "Every minute", "Every night at three"


class Beat(ElectedScheduler):
    """A beat that tells what it sends."""

    def setup_schedule(self) -> None:
        self.update_from_dict(
            {
                MINUTE: {"task": "corrections.sweep", "schedule": timedelta(minutes=1)},
                NIGHT: {"task": "background.forget", "schedule": crontab(hour=3, minute=0)},
            }
        )

    def __init__(self, sent: list[tuple[str, str]], name: str) -> None:
        super().__init__(app)
        self._sent, self._name = sent, name

    def apply_entry(self, entry: ScheduleEntry, producer: object = None) -> None:
        self._sent.append((self._name, entry.name))

    def look(self) -> None:
        """Tick until nothing is due."""
        while self.tick() == 0:
            pass


@pytest.fixture
def sent() -> list[tuple[str, str]]:
    return []


@pytest.fixture
def clocks() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def two(sent, clocks) -> tuple[Beat, Beat]:
    """Two beats that have looked once, and a minute that has passed since."""
    first, second = Beat(sent, "first"), Beat(sent, "second")
    first.look()
    second.look()
    clocks.shift(timedelta(minutes=1))
    return first, second


def run_out() -> None:
    Lease.objects.update(until=datetime(2021, 1, 1, tzinfo=UTC))


def test_one_of_two_beats_sends(two, sent):
    first, second = two

    second.look()
    first.look()

    assert sent == [("first", MINUTE)]
    assert second.tick() == LOOK


def test_a_beat_that_stops_gives_the_schedule_to_the_next(two, sent):
    first, second = two
    first.look()

    first.close()
    second.look()
    first.look()

    assert sent == [("first", MINUTE)]
    assert Lease.objects.get().holder == second.holder


def test_a_beat_that_died_is_followed_when_its_lease_has_run_out(two, sent, clocks):
    first, second = two
    run_out()

    second.look()
    first.look()
    clocks.shift(timedelta(minutes=1))
    first.look()
    second.look()

    assert sent == [("second", MINUTE)] * 2


def test_what_nobody_sent_in_the_night_is_sent_once(sent, clocks):
    ClockEntry.objects.create(name=NIGHT, sent_at=NOW - timedelta(days=1))
    first, second = Beat(sent, "first"), Beat(sent, "second")

    first.look()
    run_out()
    second.look()

    assert sent == [("first", NIGHT)]


@pytest.mark.parametrize("error", [OperationalError, InterfaceError])
def test_a_beat_without_a_database_looks_again(two, sent, monkeypatch, error):
    first, _second = two
    with monkeypatch.context() as without:

        def fails(*_args: object) -> bool:
            raise error

        without.setattr(clock.leases, "take", fails)
        # The test's own transaction lives on this connection.
        without.setattr(clock.connection, "close", lambda: None)
        assert first.tick() == LOOK

    first.look()

    assert sent == [("first", MINUTE)]
