"""One phone gets so many SMS in a day; one SMS on the next morning stands for the rest."""

from datetime import datetime, timedelta

import pytest
from django.db.models import F
from django.utils import translation

from messaging import actions, daily_limit, delivery, quiet_hours, sms
from messaging.models import Message, State
from tests.factories.accounts import UserFactory
from tests.messaging.conftest import LAN, write
from vaxreg import db_time

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 22, 12, tzinfo=quiet_hours.VIET_NAM)


@pytest.fixture(autouse=True)
def _three_a_day(settings):
    settings.SMS_PER_PHONE_A_DAY = 3


@pytest.fixture(autouse=True)
def _at_noon(monkeypatch):
    monkeypatch.setattr(db_time, "now", lambda: NOON)


def carriers() -> list[Message]:
    return list(Message.objects.filter(purpose=daily_limit.PURPOSE))


def test_the_fourth_message_of_a_day_is_not_sent_but_carried_by_one_in_the_morning():
    user = UserFactory.create(phone=LAN)

    messages = [write(user_id=user.pk) for _ in range(9)]

    (carrier,) = carriers()
    assert [message.carried_by_id for message in messages] == [None] * 3 + [carrier.pk] * 6
    assert carrier.next_try_at == NOON + timedelta(hours=18)
    assert "/messages/" in carrier.text
    assert list(Message.objects.inbox_of(user.pk)) == messages[::-1]


def test_the_state_of_the_rest_is_that_of_the_message_that_stands_for_it(gateway):
    for _ in range(5):
        write()
    (carrier,) = carriers()
    Message.objects.update(next_try_at=F("next_try_at") - timedelta(days=30_000))

    while delivery.deliver_due():
        pass

    assert set(Message.objects.values_list("state", flat=True)) == {State.SENT}
    assert len(gateway.sent(carrier)) == 1
    assert [len(gateway.sent(one)) for one in Message.objects.filter(carried_by=carrier)] == [0, 0]


def test_somebody_without_an_account_is_told_to_call_because_no_inbox_is_theirs():
    for _ in range(4):
        write()

    (carrier,) = carriers()
    assert "/messages/" not in carrier.text
    assert "1900" in carrier.text


def test_codes_are_sent_and_do_not_count():
    for _ in range(5):
        write(is_secret=True)
    messages = [write() for _ in range(3)]
    code = write(is_secret=True)

    assert not carriers()
    assert {message.carried_by_id for message in [*messages, code]} == {None}


def test_other_phones_and_mails_are_not_held_back():
    for _ in range(4):
        write()

    assert write(recipient="+84987654321").carried_by_id is None
    assert write(channel="email", recipient="lan@example.vn").carried_by_id is None


def test_the_next_day_begins_anew(monkeypatch):
    for _ in range(5):
        write()
    monkeypatch.setattr(db_time, "now", lambda: NOON + timedelta(days=1, minutes=1))

    assert write().carried_by_id is None


def test_the_same_event_is_told_once_also_beyond_the_limit():
    for _ in range(3):
        write()

    first, second = write(dedupe_key="event:1"), write(dedupe_key="event:1")

    assert first == second
    assert len(carriers()) == 1


@pytest.mark.parametrize(
    ("hour", "hours_to_wait"), [(0, 6), (5, 1), (6, 24), (7, 23), (12, 18), (23, 7)]
)
def test_the_morning_is_the_next_six_o_clock_in_viet_nam(hour, hours_to_wait):
    moment = NOON.replace(hour=hour)

    assert quiet_hours.next_morning(moment) - moment == timedelta(hours=hours_to_wait)


def test_both_texts_fit_into_two_sms_in_both_languages():
    for language in ("vi", "en"):
        with translation.override(language):
            for user_id in (None, 1):
                size = sms.segments(sms.as_sent(daily_limit.text(user_id)))
                assert size.segments <= 2, daily_limit.text(user_id)


def test_a_resent_message_is_sent_by_itself():
    messages = [write() for _ in range(4)]
    Message.objects.filter(pk=messages[3].pk).update(state=State.GIVEN_UP, given_up_at=NOON)
    messages[3].refresh_from_db()

    assert actions.resend(messages[3]).carried_by_id is None
