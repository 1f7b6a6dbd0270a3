"""What somebody on call asks of messaging; what waits on purpose is no trouble."""

from datetime import datetime, timedelta

import pytest

from messaging import delivery, queries
from messaging.models import Message
from messaging.quiet_hours import VIET_NAM
from tests.messaging.conftest import pass_time, write
from vaxreg import db_time

pytestmark = pytest.mark.django_db


def test_nothing_waits_and_nothing_failed():
    assert queries.health() == queries.Health(None, 0, 0)


def test_the_age_is_that_of_the_message_that_waits_longest():
    now = db_time.now()
    with db_time.at(now - timedelta(minutes=7)):
        write()
    with db_time.at(now):
        write()

        assert queries.health().oldest_waiting == timedelta(minutes=7)


def test_what_is_held_for_the_morning_or_a_digest_does_not_count():
    with db_time.at(datetime(2026, 11, 22, 23, 0, tzinfo=VIET_NAM)):
        write(may_wait=True)
        write(channel="email", recipient="lan@example.vn", digest="reminders")

        assert queries.health().oldest_waiting is None


def test_given_up_and_unconfirmed_ones_of_the_last_day_are_counted(gateway):
    gateway.mood(receipt="")
    write()
    delivery.deliver_due()
    pass_time(timedelta(hours=7))
    gateway.mood(status=400)
    old, _young = write(), write()
    delivery.deliver_due()
    Message.objects.filter(pk=old.pk).update(given_up_at=db_time.now() - timedelta(days=2))

    health = queries.health()

    assert (health.given_up_last_day, health.unconfirmed_last_day) == (1, 1)
