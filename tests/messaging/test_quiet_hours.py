"""Nobody is woken between 22:00 and 06:00 in Việt Nam, and codes do not wait."""

from datetime import UTC, datetime, timedelta

import pytest

from messaging import delivery, quiet_hours
from messaging.models import State
from tests.messaging.conftest import write
from vaxreg import db_time

DAY = datetime(2026, 11, 22, tzinfo=quiet_hours.VIET_NAM)


def at(text: str, day: int = 0) -> datetime:
    """Return this time of the day in Việt Nam."""
    hour, minute, second = (int(part) for part in text.split(":"))
    return DAY + timedelta(days=day, hours=hour, minutes=minute, seconds=second)


@pytest.mark.parametrize(
    ("moment", "awake"),
    [
        (at("21:59:59"), at("21:59:59")),
        (at("22:00:00"), at("06:00:00", day=1)),
        (at("23:59:59"), at("06:00:00", day=1)),
        (at("00:00:00"), at("06:00:00")),
        (at("05:59:59"), at("06:00:00")),
        (at("06:00:00"), at("06:00:00")),
        (at("12:00:00"), at("12:00:00")),
        (datetime(2026, 11, 22, 15, 0, tzinfo=UTC), at("06:00:00", day=1)),
        (datetime(2026, 12, 31, 16, 0, tzinfo=UTC), datetime(2026, 12, 31, 23, 0, tzinfo=UTC)),
    ],
)
def test_quiet_hours_end_at_six(moment, awake):
    assert quiet_hours.awake(moment) == awake
    assert quiet_hours.is_quiet(moment) == (moment != awake)


@pytest.mark.django_db
def test_a_message_written_at_night_waits_for_the_morning_and_then_goes_out(settings):
    with db_time.at(at("22:00:00")):
        message = write(may_wait=True)
        assert delivery.deliver_due() == 0
    with db_time.at(at("05:59:59", day=1)):
        assert delivery.deliver_due() == 0
    with db_time.at(at("06:00:00", day=1)):
        assert delivery.deliver_due() == 1

    message.refresh_from_db()
    assert message.state == State.SENT


@pytest.mark.django_db
def test_a_message_that_may_not_wait_goes_out_at_night():
    with db_time.at(at("23:00:00")):
        write(is_secret=True)

        assert delivery.deliver_due() == 1


@pytest.mark.django_db
def test_a_message_written_before_the_night_and_picked_up_in_it_waits_without_a_try():
    with db_time.at(at("21:59:59")):
        message = write(may_wait=True)
    with db_time.at(at("22:00:30")):
        delivery.deliver_due()
        message.refresh_from_db()
        assert (message.state, message.tries) == (State.WAITING, 0)
        assert message.next_try_at == at("06:00:00", day=1)
