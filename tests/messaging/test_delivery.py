"""Messages are delivered once, after commit, and nothing that was written down is lost."""

import smtplib
import threading
from datetime import timedelta

import pytest
from django.core import mail
from django.core.mail import EmailMessage
from django.db import connection
from django.db.models import F
from django.utils import timezone

from messaging import actions, channels, delivery
from messaging.masking import masked_recipient
from messaging.models import Channel, Message, State

LAN = "+84912345678"


class Flaky:
    """A channel that fails as often as told, and remembers what it delivered."""

    gives_receipts = False

    def __init__(self, failures=0, error=OSError):
        self.failures = failures
        self.error = error
        self.delivered = []
        self.lock = threading.Lock()

    def deliver(self, message):
        with self.lock:
            if self.failures:
                self.failures -= 1
                raise self.error("no")
            self.delivered.append(message.pk)


@pytest.fixture
def channel(monkeypatch, settings):
    settings.DEMO = False
    flaky = Flaky()
    monkeypatch.setitem(channels.CHANNELS, Channel.SMS, flaky)
    return flaky


def write(**extra) -> Message:
    values = {
        "purpose": "test",
        "channel": "sms",
        "recipient": LAN,
        "text": "Chào chị Lan",
        **extra,
    }
    return actions.send(**values)


def pass_time(by: timedelta) -> None:
    """Let the messages' times lie further back."""
    Message.objects.update(next_try_at=F("next_try_at") - by)
    Message.objects.exclude(claimed_until=None).update(claimed_until=F("claimed_until") - by)


@pytest.mark.django_db
def test_a_message_is_delivered_after_commit(channel, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        message = write()
        assert channel.delivered == []

    message.refresh_from_db()
    assert channel.delivered == [message.pk]
    assert message.state == State.SENT
    assert message.sent_at is not None


@pytest.mark.django_db
def test_a_message_whose_hint_was_lost_is_delivered_by_the_next_round(channel):
    message = write()

    delivery.deliver_due()

    assert channel.delivered == [message.pk]


@pytest.mark.django_db
def test_a_second_delivery_of_the_same_message_does_nothing(channel):
    message = write()

    answers = [delivery.deliver(message.pk), delivery.deliver(message.pk), delivery.deliver_due()]

    assert answers == [True, False, 0]
    assert channel.delivered == [message.pk]


@pytest.mark.django_db
def test_the_same_dedupe_key_sends_once(channel):
    first = write(dedupe_key="breach-7-24h")
    second = write(dedupe_key="breach-7-24h", text="again")

    delivery.deliver_due()

    assert first == second
    assert len(channel.delivered) == 1


@pytest.mark.django_db
def test_a_failed_message_waits_longer_each_time_and_is_given_up_in_the_end(channel):
    channel.failures = 100
    message = write()
    waits = []

    for _ in range(len(delivery.BACK_OFF)):
        delivery.deliver_due()
        message.refresh_from_db()
        assert message.state == State.FAILED
        assert delivery.deliver_due() == 0
        waits.append(message.next_try_at)
        pass_time(timedelta(days=1))
    delivery.deliver_due()

    message.refresh_from_db()
    assert message.state == State.GIVEN_UP
    assert message.tries == len(delivery.BACK_OFF) + 1
    assert waits == sorted(waits)


@pytest.mark.django_db
def test_messages_that_failed_together_do_not_come_back_together(channel):
    channel.failures = 100
    for _ in range(20):
        write()

    delivery.deliver_due()

    times = set(Message.objects.values_list("next_try_at", flat=True))
    spread = max(times) - min(times)
    assert len(times) == 20
    assert spread > timedelta(milliseconds=100)


@pytest.mark.django_db
def test_a_message_that_failed_once_is_sent_at_the_next_try(channel):
    channel.failures = 1
    message = write()
    delivery.deliver_due()
    pass_time(timedelta(minutes=1))

    delivery.deliver_due()

    message.refresh_from_db()
    assert message.state == State.SENT


@pytest.mark.django_db
def test_a_message_that_can_never_be_delivered_is_given_up_at_once(channel):
    channel.failures, channel.error = 1, channels.Undeliverable
    message = write()

    delivery.deliver_due()

    message.refresh_from_db()
    assert (message.state, message.tries) == (State.GIVEN_UP, 1)


@pytest.mark.django_db
def test_one_broken_message_does_not_stop_those_behind_it(channel):
    channel.failures, channel.error = 1, RuntimeError
    write()
    good = write()

    delivery.deliver_due()

    assert channel.delivered == [good.pk]


@pytest.mark.django_db
def test_a_code_that_has_expired_is_not_sent_any_more_and_is_wiped(channel):
    message = write(is_secret=True, useless_after=timezone.now() - timedelta(seconds=1))

    delivery.deliver_due()

    message.refresh_from_db()
    assert channel.delivered == []
    assert (message.state, message.text) == (State.GIVEN_UP, "")


@pytest.mark.django_db
def test_a_secret_is_wiped_once_it_is_delivered_and_other_texts_are_kept(channel):
    secret, letter = write(is_secret=True), write()

    delivery.deliver_due()

    secret.refresh_from_db()
    letter.refresh_from_db()
    assert secret.text == ""
    assert letter.text == "Chào chị Lan"


@pytest.mark.django_db
def test_old_messages_with_codes_are_forgotten_and_letters_and_waiting_ones_kept(channel):
    write(is_secret=True)
    letter = write()
    delivery.deliver_due()
    waiting = write(is_secret=True)
    Message.objects.update(created_at=timezone.now() - timedelta(days=3))
    young = write(is_secret=True)

    actions.forget_secrets(timedelta(days=2))

    assert set(Message.objects.all()) == {letter, waiting, young}


@pytest.mark.django_db
def test_a_message_claimed_by_a_worker_that_died_is_taken_up_again(channel):
    message = write()
    Message.objects.update(claimed_until=timezone.now() + timedelta(seconds=60), tries=1)
    assert delivery.deliver_due() == 0

    pass_time(timedelta(seconds=61))
    delivery.deliver_due()

    assert channel.delivered == [message.pk]


@pytest.mark.django_db(transaction=True)
def test_ten_rounds_at_once_deliver_each_message_exactly_once(channel, monkeypatch, settings):
    settings.SMS_PER_PHONE_A_DAY = 100
    monkeypatch.setattr(actions, "hint", lambda *args: None)
    messages = [write().pk for _ in range(40)]
    start = threading.Barrier(10)

    def sweep():
        start.wait()
        try:
            delivery.deliver_due()
        finally:
            connection.close()

    threads = [threading.Thread(target=sweep) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    delivery.deliver_due()

    assert sorted(channel.delivered) == messages


@pytest.mark.django_db
def test_e_mail_goes_through_djangos_backend(settings):
    settings.DEMO = False
    message = write(channel="email", recipient="lan@example.vn", subject="Kết quả")

    delivery.deliver_due()

    assert mail.outbox[0].to == ["lan@example.vn"]
    assert str(message.key) in mail.outbox[0].extra_headers["Message-ID"]


@pytest.mark.django_db
@pytest.mark.parametrize(("code", "state"), [(550, State.GIVEN_UP), (451, State.FAILED)])
def test_a_refused_e_mail_address_is_given_up_and_a_busy_server_asked_again(
    settings, monkeypatch, code, state
):
    settings.DEMO = False

    def refuse(self, *args):
        raise smtplib.SMTPRecipientsRefused({"lan@example.vn": (code, b"no")})

    monkeypatch.setattr(EmailMessage, "send", refuse)
    message = write(channel="email", recipient="lan@example.vn")

    delivery.deliver_due()

    message.refresh_from_db()
    assert message.state == state


@pytest.mark.django_db
def test_nothing_leaves_the_machine_in_demo_mode(settings, monkeypatch):
    settings.DEMO = True
    monkeypatch.setitem(channels.CHANNELS, Channel.SMS, Flaky(failures=100))
    sms = write(is_secret=True)
    letter = write(channel="email", recipient="lan@example.vn")

    delivery.deliver_due()

    sms.refresh_from_db()
    letter.refresh_from_db()
    assert sms.state == letter.state == State.SENT
    assert sms.text == "Chào chị Lan"
    assert mail.outbox == []


@pytest.mark.django_db
@pytest.mark.parametrize("demo", [True, False])
def test_the_log_shows_a_text_in_demo_mode_only(settings, caplog, demo):
    settings.DEMO = demo
    caplog.set_level("INFO")
    write(channel="console", text="mã 123456")

    delivery.deliver_due()

    assert ("123456" in caplog.text) is demo
    assert LAN not in caplog.text


@pytest.mark.django_db
def test_without_a_gateway_messages_wait_and_are_not_lost(settings):
    settings.DEMO = False
    settings.SMS_GATEWAY_URL = ""
    message = write()

    delivery.deliver_due()

    message.refresh_from_db()
    assert message.state == State.FAILED


@pytest.mark.parametrize(
    ("channel", "recipient", "masked"),
    [
        ("sms", LAN, "09•• ••• 678"),
        ("email", "minh@demo.sotiem.vn", "m•••@demo.sotiem.vn"),
    ],
)
def test_recipients_are_masked_for_others(channel, recipient, masked):
    assert masked_recipient(Message(channel=channel, recipient=recipient)) == masked
