"""Whoever waits for a code reads what became of it, and can have it read out in a call."""

import re
from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.sign_in.code_message import ASKS_FOR
from messaging.models import Channel, Message, State
from tests.pages import in_english
from vaxreg import db_time

pytestmark = pytest.mark.django_db

LAN = "+84912345678"
NOW = datetime(2026, 5, 3, 14, 2, tzinfo=timezone.get_default_timezone())


@pytest.fixture
def waiting(client: Client) -> Client:
    """A phone whose owner has asked for a code."""
    in_english(client)
    assert client.post("/sign-in/", {"phone": "0912 345 678"}).status_code == 302
    return client


def text_of(client: Client) -> str:
    page = client.get("/sign-in/code/").content.decode()
    return " ".join(re.sub(r"<[^>]+>", " ", page.split("<main")[1]).split())


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ({}, "The SMS is being sent."),
        ({"state": State.SENT, "sent_at": NOW}, "Sent at 14:02. The operator has not said yet"),
        (
            {"state": State.DELIVERED, "sent_at": NOW, "delivered_at": NOW},
            "The operator says that the SMS reached the phone at 14:02.",
        ),
        ({"state": State.FAILED}, "The SMS could not be sent yet; we try again by ourselves."),
        (
            {"state": State.GIVEN_UP, "given_up_at": NOW},
            "The operator could not deliver the SMS. Take another way below.",
        ),
    ],
)
def test_the_page_says_what_became_of_the_sms(waiting: Client, state: dict[str, object], said: str):
    Message.objects.update(**state)

    assert said in text_of(waiting)


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ({}, "We are calling you."),
        ({"state": State.SENT, "sent_at": NOW}, "Your phone rings in a moment."),
        (
            {"state": State.DELIVERED, "sent_at": NOW, "delivered_at": NOW},
            "The call was answered at 14:02.",
        ),
        ({"state": State.FAILED}, "The call could not be made yet; we try again by ourselves."),
        ({"state": State.GIVEN_UP, "given_up_at": NOW}, "The call did not reach the phone."),
    ],
)
def test_the_page_says_what_became_of_the_call(
    waiting: Client, settings, state: dict[str, object], said: str
):
    call(waiting, settings)
    Message.objects.filter(channel=Channel.CALL).update(**state)

    text = text_of(waiting)
    assert said in text
    assert "Enter the code from the call" in text


def test_a_code_is_read_out_twice_digit_by_digit_and_opens_the_session(waiting: Client, settings):
    call(waiting, settings)

    message = Message.objects.get(channel=Channel.CALL)
    (digits, again) = re.findall(r"(?:\d, ){5}\d", message.text)
    assert digits == again
    assert message.recipient == LAN
    assert message.is_secret
    answer = waiting.post("/sign-in/code/", {"code": digits.replace(", ", "")})
    assert answer.headers["Location"] == "/record/"


def test_a_call_counts_as_a_code_and_waits_as_long(waiting: Client):
    answer = waiting.post("/sign-in/code/again/", {"by": "call"})

    assert answer.status_code == 429
    assert not Message.objects.filter(channel=Channel.CALL).exists()


def test_the_page_asks_again_while_more_may_be_heard_and_then_no_longer(waiting: Client):
    page = "/sign-in/code/state/"
    asks_again = f'hx-get="{page}"'

    assert asks_again in waiting.get(page).content.decode()
    with db_time.at(db_time.now() + ASKS_FOR + timedelta(seconds=1)):
        assert asks_again not in waiting.get(page).content.decode()
    Message.objects.update(state=State.GIVEN_UP, given_up_at=NOW)
    assert asks_again not in waiting.get(page).content.decode()


def test_nothing_is_said_where_nothing_was_asked_or_the_message_is_gone(waiting: Client):
    assert Client().get("/sign-in/code/state/").status_code == 204
    Message.objects.all().delete()

    assert "SMS is" not in text_of(waiting)


def call(client: Client, settings) -> None:
    """Ask for a call, as if the wait after the SMS were over."""
    settings.CODES_PER_NUMBER = ((5, timedelta(minutes=1)),)
    assert client.post("/sign-in/code/again/", {"by": "call"}).status_code == 302
