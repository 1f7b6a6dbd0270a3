"""The messages to a caller: what became of each, and sending one again."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from accounts.models import SessionKind
from corrections.models import Correction
from corrections.notices import message_key
from hotline import message_log, upload_links
from hotline.models import CallerCheck, MessageResend
from messaging import actions
from messaging.models import Message, State
from messaging.outcome import outcome_of
from tests.cases import file_one
from tests.conftest import signed_in
from tests.factories.citizens import RecordLinkFactory
from tests.hotline.callers import in_call
from tests.world import World
from vaxreg import db_time

LAN = "+84912345678"
SECRET_TEXT = "VR-0000 https://sotiem.example/corrections/xyz 123456"


@pytest.fixture
def mai(world: World) -> Client:
    return signed_in(world.user("mai"), SessionKind.STAFF)


def told(case: Correction, user_id: int | None, **state: Any) -> Message:
    """A message about the filing of a case, in this state."""
    message = actions.send(
        purpose="correction.received",
        channel="sms",
        recipient=LAN,
        text=SECRET_TEXT,
        user_id=user_id,
        dedupe_key=message_key(case.events.get(step="file").pk),
    )
    Message.objects.filter(pk=message.pk).update(**state)
    message.refresh_from_db()
    return message


def given_up(case: Correction, world: World) -> Message:
    now = db_time.now()
    user = world.user("lan").pk
    return told(case, user, state="given_up", given_up_at=now, accepted_at=now)


def call_of(world: World) -> CallerCheck:
    return CallerCheck.objects.filter(agent=world.user("mai"), passed=True).latest("pk")


def shown_outcome(world: World, case: Correction, **state: Any) -> tuple[str, str]:
    message = told(case, world.user("lan").pk, **state)
    found = outcome_of(message, db_time.now())
    return found.kind, found.words


NOW = "now"
STATES: list[tuple[dict[str, Any], str]] = [
    ({"state": State.WAITING}, "info"),
    ({"state": State.FAILED, "tries": 1}, "info"),
    ({"state": State.SENT, "sent_at": NOW}, "info"),
    ({"state": State.SENT, "sent_at": NOW, "confirm_by": NOW}, "soon"),
    ({"state": State.DELIVERED, "sent_at": NOW, "delivered_at": NOW}, "ok"),
    ({"state": State.GIVEN_UP, "given_up_at": NOW, "accepted_at": NOW}, "over"),
    ({"state": State.GIVEN_UP, "given_up_at": NOW}, "over"),
]


def test_each_end_of_a_message_is_told_in_words_of_its_own(world: World, correction: Correction):
    now = db_time.now()
    words = []
    for state, kind in STATES:
        with transaction.atomic():
            values = {name: now if value == NOW else value for name, value in state.items()}
            found = shown_outcome(world, correction, **values)
            assert found[0] == kind, state
            words.append(found[1])
            transaction.set_rollback(True)

    assert len(set(words)) == len(words)


@pytest.mark.parametrize("has_inbox", [True, False])
def test_a_message_that_another_one_stands_for_is_not_told_as_sent(
    world: World, correction: Correction, has_inbox: bool
):
    carrier = Message.objects.create(
        purpose="more_messages", channel="sms", recipient=LAN, state="sent", sent_at=db_time.now()
    )
    user = world.user("lan").pk if has_inbox else None
    carried = told(correction, user, carried_by=carrier, state="sent", sent_at=db_time.now())

    assert outcome_of(carried, db_time.now()).icon == "inbox"


def test_the_agent_reads_what_became_of_each_message_and_no_text(
    world: World, mai: Client, correction: Correction
):
    address = in_call(mai, world)
    given_up(correction, world)
    upload_links.send_link(correction, by=world.user("mai"))
    actions.send(
        purpose="sign_in_code", channel="sms", recipient=LAN, text="Mã 246810", is_secret=True
    )

    page = mai.get(address).content.decode()

    for shown in ("091****678", correction.reference, f"{address}messages/"):
        assert shown in page
    logged = message_log.of_caller(call_of(world), world.user("mai"))
    assert [str(one.about) for one in logged] == [
        str(message_log.ABOUT_THE_PERSON["sign_in_code"]),
        str(message_log.ABOUT["correction.upload_link"]),
        str(message_log.ABOUT["correction.received"]),
    ]
    for text in ("246810", "sotiem.example", "/upload/", LAN, "0912 345 678</"):
        assert text not in page


def test_messages_about_somebody_elses_case_on_the_same_phone_are_left_out(
    world: World, mai: Client
):
    other = file_one(world, whose="child")
    told(other, world.user("lan").pk)
    in_call(mai, world)

    assert message_log.of_caller(call_of(world), world.user("mai")) == []


def test_codes_to_another_phone_are_left_out(world: World, mai: Client):
    in_call(mai, world)
    actions.send(
        purpose="sign_in_code", channel="sms", recipient="+84987654321", text="1", is_secret=True
    )
    actions.send(purpose="officer.note", channel="sms", recipient=LAN, text="Việc của trạm")

    assert message_log.of_caller(call_of(world), world.user("mai")) == []


def test_what_did_not_arrive_is_sent_again_and_leaves_who_did_it(
    world: World, mai: Client, correction: Correction
):
    message = given_up(correction, world)
    address = in_call(mai, world)

    answer = mai.post(f"{address}messages/{message.key}/again/")

    row = MessageResend.objects.get()
    assert answer.headers["Location"] == address
    assert (row.agent, row.message, row.call) == (world.user("mai"), message, call_of(world))
    assert message.resends.get().text == SECRET_TEXT
    page = mai.get(address).content.decode()
    assert world.user("mai").full_name in page
    assert f"messages/{message.key}/again/" not in page


def test_who_sent_a_message_again_is_never_rewritten(
    world: World, mai: Client, correction: Correction
):
    message = given_up(correction, world)
    mai.post(f"{in_call(mai, world)}messages/{message.key}/again/")

    with pytest.raises(IntegrityError), transaction.atomic():
        MessageResend.objects.update(at=db_time.now() - timedelta(days=1))
    with pytest.raises(IntegrityError), transaction.atomic():
        MessageResend.objects.all().delete()


def test_twice_in_ten_minutes_is_once(world: World, mai: Client, correction: Correction):
    message = given_up(correction, world)
    address = in_call(mai, world)

    for _time in range(2):
        mai.post(f"{address}messages/{message.key}/again/")

    assert MessageResend.objects.count() == 1
    assert message.resends.count() == 1


@pytest.mark.parametrize("what", ["delivered", "code", "link"])
def test_what_arrived_or_holds_a_secret_is_not_sent_again(
    world: World, mai: Client, correction: Correction, what: str
):
    now = db_time.now()
    if what == "delivered":
        user = world.user("lan").pk
        message = told(correction, user, state="delivered", sent_at=now, delivered_at=now)
    elif what == "code":
        message = actions.send(
            purpose="sign_in_code", channel="sms", recipient=LAN, text="Mã", is_secret=True
        )
    else:
        message = upload_links.send_link(correction, by=world.user("mai"))
    if what != "delivered":
        Message.objects.filter(pk=message.pk).update(state="given_up", given_up_at=now)
    address = in_call(mai, world)

    mai.post(f"{address}messages/{message.key}/again/")

    assert f"messages/{message.key}/again/" not in mai.get(address).content.decode()
    assert not MessageResend.objects.exists()
    assert not message.resends.exists()


def test_a_message_to_somebody_else_is_not_found(world: World, mai: Client):
    other = file_one(world, whose="binh")
    message = given_up(other, world)

    answer = mai.post(f"{in_call(mai, world)}messages/{message.key}/again/")

    assert answer.status_code == 404
    assert not MessageResend.objects.exists()


def test_an_agent_who_sends_again_and_again_is_stopped(
    world: World, mai: Client, correction: Correction, monkeypatch: pytest.MonkeyPatch
):
    message = given_up(correction, world)
    address = in_call(mai, world)
    monkeypatch.setattr(message_log, "PER_AGENT", [(2, timedelta(hours=1))])

    answers = [mai.post(f"{address}messages/{message.key}/again/").status_code for _ in range(3)]

    assert answers == [302, 302, 429]


def test_an_account_that_no_longer_opens_the_record_is_not_told_of(world: World, mai: Client):
    binh = world.user("binh")
    link = RecordLinkFactory.create(
        relative=True,
        user=binh,
        citizen=world.citizens["lan"],
    )
    in_call(mai, world)
    actions.send(
        purpose="sign_in_code", channel="sms", recipient=binh.phone, text="1", is_secret=True
    )
    before = message_log.of_caller(call_of(world), world.user("mai"))
    link.until = db_time.now()
    link.save()

    assert len(before) == 1
    assert message_log.of_caller(call_of(world), world.user("mai")) == []
