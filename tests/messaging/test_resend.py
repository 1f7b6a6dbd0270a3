"""Sending again: what nobody took goes out itself, what was taken as a copy, and not too often."""

from datetime import timedelta

import pytest

from messaging import actions, delivery, receipts
from messaging.models import Message, State
from tests.messaging.conftest import pass_time, write

pytestmark = pytest.mark.django_db


@pytest.fixture
def unconfirmed(gateway) -> Message:
    """A message that the gateway took and never spoke of again."""
    gateway.mood(receipt="")
    message = write()
    delivery.deliver_due()
    pass_time(timedelta(hours=7))
    gateway.mood()
    message.refresh_from_db()
    return message


def test_a_message_that_nobody_took_goes_out_itself_under_the_same_key(gateway):
    gateway.mood(status=503)
    message = write()
    Message.objects.update(tries=len(delivery.BACK_OFF))
    delivery.deliver_due()
    message.refresh_from_db()
    assert message.state == State.GIVEN_UP
    gateway.mood()

    again = actions.resend(message)
    delivery.deliver_due()

    again.refresh_from_db()
    assert again == message
    assert (again.state, again.tries) == (State.SENT, 1)
    assert len(gateway.sent(message)) == 1


def test_a_message_that_was_taken_goes_out_as_a_copy(gateway, unconfirmed):
    again = actions.resend(unconfirmed)
    delivery.deliver_due()

    assert again.resent_from == unconfirmed
    assert again.key != unconfirmed.key
    assert (again.text, again.recipient) == (unconfirmed.text, unconfirmed.recipient)
    assert len(gateway.sent(again)) == 1


def test_twice_within_ten_minutes_is_too_soon_and_says_when(unconfirmed):
    again = actions.resend(unconfirmed)
    receipts.record_receipt(again.key, "undeliverable")

    with pytest.raises(actions.TooSoon) as soon:
        actions.resend(again)

    unconfirmed.refresh_from_db()
    assert soon.value.retry_at == unconfirmed.resent_at + timedelta(minutes=10)
    pass_time(timedelta(minutes=11))
    third = actions.resend(unconfirmed)
    assert third.resent_from == unconfirmed


def test_there_is_an_end_to_it(unconfirmed):
    message = unconfirmed
    for _ in range(actions.MOST_RESENDS):
        message = actions.resend(message)
        receipts.record_receipt(message.key, "undeliverable")
        pass_time(timedelta(minutes=11))

    with pytest.raises(actions.NotResendable):
        actions.resend(message)


@pytest.mark.parametrize("state", ["waiting", "sent", "delivered"])
def test_what_is_on_its_way_or_has_arrived_is_not_sent_again(gateway, state):
    message = write()
    if state != "waiting":
        delivery.deliver_due()
    if state == "delivered":
        receipts.record_receipt(message.key, "delivered")

    with pytest.raises(actions.NotResendable):
        actions.resend(message)


def test_a_code_is_never_sent_again(gateway):
    gateway.mood(status=400)
    code = write(is_secret=True)
    delivery.deliver_due()

    with pytest.raises(actions.NotResendable):
        actions.resend(code)
