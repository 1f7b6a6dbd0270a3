"""Receipts: only the gateway's own are believed, in any order, and a failed one is made good."""

import json
import time
from datetime import timedelta

import pytest

from messaging import actions, delivery, receipts
from messaging.models import Message, State
from messaging.views.hooks import signature
from tests.messaging.conftest import SECRET, GatewayProcess, pass_time, write
from vaxreg import db_time

pytestmark = pytest.mark.django_db


def bring(client, body: bytes, *, secret: str = SECRET, moment: int | None = None):
    """Call the hook as the gateway does."""
    stamp = str(moment or int(time.time()))
    return client.post(
        "/hooks/sms/",
        body,
        content_type="application/json",
        headers={"X-Timestamp": stamp, "X-Signature": signature(secret, stamp, body)},
    )


def receipt(message: Message, state: str = "delivered") -> bytes:
    return json.dumps({"id": str(message.key), "state": state}).encode()


@pytest.fixture
def sent(gateway) -> Message:
    message = write()
    delivery.deliver_due()
    message.refresh_from_db()
    return message


def test_a_signed_receipt_is_noted(client, sent):
    answer = bring(client, receipt(sent))

    sent.refresh_from_db()
    assert answer.status_code == 204
    assert sent.state == State.DELIVERED


@pytest.mark.django_db(transaction=True)
def test_the_real_gateway_brings_a_receipt_that_the_hook_believes(live_server, gateway, settings):
    calling = GatewayProcess("--callback", f"{live_server.url}/hooks/sms/")
    settings.SMS_GATEWAY_URL = f"{calling.url}/messages"
    message = write()

    delivery.deliver_due()
    for _ in range(100):
        message.refresh_from_db()
        if message.state == State.DELIVERED:
            break
        time.sleep(0.05)
    calling.stop()

    assert message.state == State.DELIVERED


@pytest.mark.parametrize(
    "forged", [{"secret": "guessed"}, {"moment": int(time.time()) - 3600}, {"moment": 1}]
)
def test_a_receipt_that_is_not_the_gateways_or_old_is_refused(client, sent, forged):
    answer = bring(client, receipt(sent), **forged)

    sent.refresh_from_db()
    assert answer.status_code == 403
    assert sent.state == State.SENT


def test_without_a_secret_in_the_settings_nothing_is_believed(client, sent, settings):
    settings.SMS_RECEIPT_SECRET = ""

    assert bring(client, receipt(sent), secret="").status_code == 403


@pytest.mark.parametrize("body", [b"", b"[]", b"1", b'{"id": "x", "state": "delivered"}', b"\xff"])
def test_a_receipt_that_makes_no_sense_is_refused_with_400(client, gateway, body):
    assert bring(client, body).status_code == 400


def test_a_receipt_for_a_message_that_nobody_knows_changes_nothing(client, gateway):
    body = b'{"id": "7f0c3c2e-0000-4000-8000-000000000009", "state": "delivered"}'

    assert bring(client, body).status_code == 204


def test_a_receipt_before_our_own_note_that_it_was_sent_stops_further_tries(gateway):
    gateway.mood(lie="silent", times=1)
    message = write()
    delivery.deliver_due()

    receipts.record_receipt(message.key, "delivered")
    pass_time(timedelta(days=1))

    assert delivery.deliver_due() == 0
    message.refresh_from_db()
    assert message.state == State.DELIVERED


def test_that_it_arrived_is_believed_over_a_failure_before_and_after(sent):
    receipts.record_receipt(sent.key, "undeliverable")
    receipts.record_receipt(sent.key, "delivered")
    receipts.record_receipt(sent.key, "failed")

    sent.refresh_from_db()
    assert sent.state == State.DELIVERED
    assert sent.given_up_at is None
    assert Message.objects.count() == 1


def test_after_a_failed_receipt_a_copy_under_a_key_of_its_own_goes_out_later(gateway, sent):
    receipts.record_receipt(sent.key, "failed")
    receipts.record_receipt(sent.key, "failed")

    sent.refresh_from_db()
    (copy,) = sent.resends.all()
    assert sent.state == State.GIVEN_UP
    assert copy.key != sent.key
    assert copy.next_try_at >= db_time.now() + timedelta(minutes=4)
    pass_time(timedelta(minutes=6))
    delivery.deliver_due()
    assert len(gateway.sent(copy)) == 1


def test_copies_after_failed_receipts_end(sent):
    message: Message | None = sent

    for _ in range(5):
        if message is None:
            break
        receipts.record_receipt(message.key, "failed")
        message = Message.objects.filter(state=State.WAITING).first()

    assert Message.objects.count() == 1 + len(receipts.SEND_ANEW_AFTER)
    assert set(Message.objects.values_list("state", flat=True)) == {State.GIVEN_UP}


def test_a_number_that_cannot_be_reached_is_not_tried_again(sent):
    receipts.record_receipt(sent.key, "undeliverable")

    assert list(Message.objects.values_list("state", flat=True)) == [State.GIVEN_UP]


def test_a_code_is_not_sent_again_after_a_failed_receipt_and_is_wiped(gateway):
    code = write(is_secret=True)
    delivery.deliver_due()

    receipts.record_receipt(code.key, "failed")

    code.refresh_from_db()
    assert code.text == ""
    assert Message.objects.count() == 1
    with pytest.raises(actions.NotResendable):
        actions.resend(code)
