"""SMS through a gateway of every mood: one SMS per id at most, and the row says what became of it."""

import uuid
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as effort
from hypothesis import strategies as some

from messaging import actions, delivery, receipts
from messaging.models import Message, State
from tests.messaging.conftest import LAN, GatewayProcess, pass_time, write
from vaxreg import db_time

pytestmark = pytest.mark.django_db


def fresh(message: Message) -> Message:
    message.refresh_from_db()
    return message


def test_the_gateway_gets_number_and_plain_text_under_the_key_of_the_message(gateway):
    message = write(text="Sổ Tiêm: đề xuất đã được nhận")

    delivery.deliver_due()

    assert fresh(message).state == State.SENT
    assert message.accepted_at == message.sent_at
    (sms,) = gateway.sent(message)
    assert sms["to"] == LAN
    assert sms["text"] == "So Tiem: de xuat da duoc nhan"


def test_with_diacritics_if_the_settings_say_so_when_it_is_written(gateway, settings):
    settings.SMS_WITH_DIACRITICS = True
    message = write(text="Sổ Tiêm: đã nhận")
    settings.SMS_WITH_DIACRITICS = False

    delivery.deliver_due()

    assert gateway.sent(message)[0]["text"] == "Sổ Tiêm: đã nhận"


def test_a_call_is_read_out_in_its_language_and_confirmed_like_an_sms(gateway):
    message = write(channel="call", text="Mã của bạn là: 1, 2, 3")

    delivery.deliver_due()

    (told,) = gateway.sent(message)
    assert (told["kind"], told["to"], told["text"]) == ("call", LAN, "Mã của bạn là: 1, 2, 3")
    gateway.wait_for_state(message, "delivered")
    Message.objects.update(ask_at=db_time.now())
    assert receipts.ask_due() == 1
    assert fresh(message).state == State.DELIVERED


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        (200, State.SENT),
        (202, State.SENT),
        (302, State.FAILED),
        (400, State.GIVEN_UP),
        (401, State.FAILED),
        (404, State.FAILED),
        (422, State.GIVEN_UP),
        (429, State.FAILED),
        (500, State.FAILED),
        (503, State.FAILED),
    ],
)
def test_what_the_gateway_answers_decides_what_becomes_of_the_message(gateway, answer, state):
    gateway.mood(status=answer)
    message = write()

    delivery.deliver_due()

    assert fresh(message).state == state


def test_a_refused_number_is_given_up_and_others_are_sent(gateway):
    gateway.mood(refused=[LAN])
    refused, other = write(), write(recipient="+84987654321")

    delivery.deliver_due()

    assert fresh(refused).state == State.GIVEN_UP
    assert refused.given_up_at is not None
    assert fresh(other).state == State.SENT


@pytest.mark.parametrize("lie", ["silent", "drops"])
def test_an_sms_sent_without_an_answer_is_tried_again_and_sent_once(gateway, lie):
    gateway.mood(lie=lie, times=1)
    message = write()
    delivery.deliver_due()
    assert fresh(message).state == State.FAILED
    pass_time(timedelta(minutes=1))

    delivery.deliver_due()

    assert fresh(message).state == State.SENT
    assert len(gateway.sent(message)) == 1


def test_a_slow_gateway_fails_the_try_and_not_the_messages_behind_it(gateway):
    gateway.mood(delay=1.5, times=1)
    slow, quick = write(), write()

    delivery.deliver_due()

    assert fresh(slow).state == State.FAILED
    assert fresh(quick).state == State.SENT


def test_the_token_is_asked_for(gateway):
    assert gateway.call("/sent", token="wrong")[0] == 401
    assert gateway.call("/messages", {"id": "1", "to": LAN, "text": "x"}, token="")[0] == 401


def test_an_id_stays_known_when_the_gateway_is_killed_and_started_again(tmp_path):
    gateway = GatewayProcess("--journal", str(tmp_path / "sent"))
    body = {"id": "7f0c3c2e-0000-4000-8000-000000000001", "to": LAN, "text": "x"}
    first = gateway.call("/messages", body)
    gateway.stop()
    gateway.start()

    second = gateway.call("/messages", body)
    sent = gateway.call("/sent")[1]
    gateway.stop()

    assert first == second
    assert len(sent) == 1


def test_delivery_is_learnt_by_asking_when_no_receipt_comes(gateway):
    message = write()
    delivery.deliver_due()
    gateway.wait_for_state(message, "delivered")
    assert receipts.ask_due() == 0
    pass_time(timedelta(minutes=3))

    receipts.ask_due()

    assert fresh(message).state == State.DELIVERED
    assert message.delivered_at is not None


def test_a_message_that_the_gateway_forgot_goes_out_again_under_the_same_key(gateway):
    gateway.mood(lie="forgets")
    message = write()
    delivery.deliver_due()
    assert fresh(message).state == State.SENT
    gateway.mood()
    pass_time(timedelta(minutes=3))

    receipts.ask_due()
    assert fresh(message).state == State.FAILED
    pass_time(timedelta(minutes=1))
    delivery.deliver_due()

    assert fresh(message).state == State.SENT
    assert len(gateway.sent(message)) == 1


def test_a_gateway_that_always_forgets_is_not_asked_for_ever(gateway):
    gateway.mood(lie="forgets")
    message = write()

    for _ in range(20):
        delivery.deliver_due()
        pass_time(timedelta(days=1))
        receipts.ask_due()
        pass_time(timedelta(days=1))

    assert fresh(message).state == State.GIVEN_UP
    assert message.tries == len(delivery.BACK_OFF) + 1


def test_a_message_that_was_swallowed_is_called_unconfirmed_after_six_hours(gateway):
    gateway.mood(lie="swallows")
    message = write()
    delivery.deliver_due()
    assert not fresh(message).is_unconfirmed(db_time.now())

    for _ in range(7):
        pass_time(timedelta(hours=1))
        receipts.ask_due()

    assert fresh(message).state == State.SENT
    assert message.is_unconfirmed(db_time.now())
    assert list(Message.objects.unconfirmed()) == [message]
    assert message.ask_at is None
    assert gateway.sent(message) == []


def test_a_gateway_that_is_gone_when_asked_costs_one_question_per_round(gateway, settings):
    for _ in range(3):
        write()
    delivery.deliver_due()
    pass_time(timedelta(minutes=3))
    settings.SMS_GATEWAY_URL = "http://127.0.0.1:9/messages"

    assert receipts.ask_due() == 1
    assert set(Message.objects.values_list("state", flat=True)) == {State.SENT}


LIES = ["swallows", "forgets", "silent", "drops"]
MOODS = some.sampled_from(
    [
        *({}, {"status": 429}, {"status": 503}, {"refused": [LAN]}),
        *({"lie": lie} for lie in LIES),
        *({"receipt": receipt} for receipt in ("", "failed", "undeliverable")),
        *({"lie": lie, "receipt": "failed"} for lie in LIES),
    ]
)
ACTS = some.sampled_from(["try", "try at once", "ask", "resend", "wait"])
STEPS = some.lists(some.one_of(MOODS, some.just("try"), ACTS), min_size=4, max_size=12)


@effort(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_whatever_its_moods_the_gateway_never_sends_two_sms_for_one_id(gateway, settings, steps):
    settings.SMS_GATEWAY_TIMEOUT = 0.15
    Message.objects.all().delete()
    gateway.mood()
    # What the gateway takes late from an example before has another text.
    message = write(text=f"tin {uuid.uuid4()}")

    for step in steps:
        match step:
            case dict():
                gateway.mood(**step)
            case "try":
                delivery.deliver_due()
                pass_time(timedelta(hours=8))
            case "try at once":
                Message.objects.update(claimed_until=None)
                delivery.deliver(message.pk)
            case "ask":
                receipts.ask_due()
            case "wait":
                pass_time(timedelta(minutes=20))
            case "resend":
                try:
                    actions.resend(message)
                except (actions.TooSoon, actions.NotResendable):
                    continue

    sent = [sms["id"] for sms in gateway.call("/sent")[1] if sms["text"] == message.text]
    assert len(sent) == len(set(sent))
    keys = {str(row.key) for row in Message.objects.all()}
    assert set(sent) <= keys
    assert Message.objects.count() <= 1 + actions.MOST_RESENDS + len(receipts.SEND_ANEW_AFTER)
    for row in Message.objects.exclude(state=State.DELIVERED):
        assert (row.sent_at is not None) == (row.state == State.SENT)
