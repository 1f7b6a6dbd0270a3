"""How a desk calls a citizen: a number is shown once somebody has said why, and leaves rows."""

from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from citizens import phones
from citizens.models import RecordVisit
from corrections import actions, history
from corrections.lifecycle import Ground, StepNotPossible
from corrections.models import Correction
from corrections.phone_calls import OUTCOMES, REASON_LABELS, CallReason
from review import phone_numbers
from tests.cases import colleague, file_one
from tests.conftest import SignIn
from tests.factories.citizens import RecordLinkFactory
from tests.world import World

LAN = "+84912345678"


def page(case: Correction, step: str = "call/") -> str:
    return f"/review/{case.reference}/{step}"


@pytest.fixture
def minh(world: World, as_staff: SignIn) -> Client:
    return as_staff(world.user("minh"))


def test_the_number_is_masked_until_somebody_says_why(correction: Correction, minh: Client):
    shown = minh.get(page(correction)).content.decode()

    assert "09•• ••• 678" in shown
    assert "tel:+84912" not in shown
    assert "345 678" not in shown
    assert not correction.events.filter(step="call").exists()


@pytest.mark.parametrize("reason", [one for one in CallReason if one != CallReason.OTHER])
def test_one_tap_shows_the_number_to_dial_and_leaves_who_when_and_why(
    world: World, correction: Correction, minh: Client, reason: CallReason
):
    answer = minh.post(page(correction), {"reason": reason.value, "words": ""})

    event = correction.events.get(step="call")
    visit = RecordVisit.objects.get(citizen=correction.citizen, why="call")
    assert answer.status_code == 200
    assert f'href="tel:{LAN}"' in answer.content.decode()
    assert (event.by, event.organization) == (world.user("minh"), world.buoi)
    assert event.data == {"reason": reason.value}
    assert (visit.user, visit.organization) == (world.user("minh"), world.buoi)


def test_a_call_changes_nothing_else(correction: Correction, minh: Client):
    before = (correction.status, correction.version, correction.due_at, correction.reviewer_id)

    minh.post(page(correction), {"reason": "paper"})

    correction.refresh_from_db()
    assert before == (
        *(correction.status, correction.version, correction.due_at, correction.reviewer_id),
    )


def test_staff_read_in_the_history_who_opened_the_number_and_why(
    world: World, correction: Correction, minh: Client
):
    minh.post(page(correction), {"reason": "other", "words": "Bà gọi nhỡ trạm sáng nay"})

    line = history.entries(correction, history.Audience.STAFF)[-1]
    assert (line.step, line.who) == ("call", "Phạm Thị Minh · Trạm Y tế Phường Bưởi")
    assert line.details == (str(REASON_LABELS[CallReason.OTHER]), "Bà gọi nhỡ trạm sáng nay")
    told = history.entries(correction, history.Audience.CITIZEN)
    assert "call" not in {line.step for line in told}


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({}, "reason"),
        ({"reason": ""}, "reason"),
        ({"reason": "curious"}, "reason"),
        ({"reason": "other"}, "words"),
        ({"reason": "other", "words": " \u200b "}, "words"),
        ({"reason": "paper", "words": "x" * 501}, "words"),
    ],
)
def test_without_a_reason_no_number_is_shown_and_nothing_is_stored(
    correction: Correction, minh: Client, typed: dict[str, Any], field: str
):
    answer = minh.post(page(correction), typed)

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert "tel:+84912" not in answer.content.decode()
    assert not correction.events.filter(step="call").exists()
    assert not RecordVisit.objects.filter(why="call").exists()


@pytest.mark.parametrize("who", ["tuan", "duc", "huong", "phuc", "mai"])
def test_who_does_not_hold_the_case_finds_no_such_page(
    world: World, correction: Correction, as_staff: SignIn, who: str
):
    client = as_staff(world.user(who))

    assert client.get(page(correction)).status_code == 404
    assert client.post(page(correction), {"reason": "paper"}).status_code == 404
    assert not correction.events.filter(step="call").exists()


def test_nobody_opens_numbers_of_a_case_of_their_own_family(
    world: World, correction: Correction, minh: Client
):
    RecordLinkFactory.create(
        relative=True,
        user=world.user("minh"),
        citizen=correction.citizen,
    )

    assert minh.get(page(correction)).status_code == 403
    assert minh.post(page(correction), {"reason": "paper"}).status_code == 403


def test_nobody_is_called_while_a_colleague_works_on_the_case(
    world: World, correction: Correction, minh: Client
):
    actions.pick_up(correction, by=colleague(world))

    answer = minh.post(page(correction), {"reason": "other", "words": "Hỏi lại ngày"})

    assert minh.get(page(correction)).headers["Location"] == page(correction, "")
    assert answer.status_code == 409
    assert "Hỏi lại ngày" in answer.content.decode()
    assert "tel:+84912" not in answer.content.decode()


def test_a_decided_case_may_still_be_called_about_a_withdrawn_one_not(
    world: World, correction: Correction
):
    refused = actions.refuse(
        correction, by=world.user("minh"), ground=Ground.PHOTO_BLURRED, remark="Ảnh mờ"
    )
    withdrawn = actions.withdraw(file_one(world, whose="binh"), by=world.user("binh"))

    actions.call(refused, by=world.user("minh"), reason=CallReason.RESULT)

    assert refused.events.filter(step="call").count() == 1
    with pytest.raises(StepNotPossible):
        actions.call(withdrawn, by=world.user("minh"), reason=CallReason.RESULT)


def test_somebody_who_opens_number_after_number_is_stopped(
    world: World, correction: Correction, minh: Client, monkeypatch: pytest.MonkeyPatch
):
    most = 3
    monkeypatch.setattr(phone_numbers, "PER_PERSON", [(most, phone_numbers.PER_PERSON[0][1])])
    for _time in range(most):
        assert minh.post(page(correction), {"reason": "paper"}).status_code == 200

    stopped = minh.post(page(correction), {"reason": "paper"})

    assert stopped.status_code == 429
    assert int(stopped.headers["Retry-After"]) > 0
    assert "tel:+84912" not in stopped.content.decode()
    assert correction.events.filter(step="call").count() == most


def test_the_numbers_of_a_child_are_those_of_the_guardian(world: World):
    case = file_one(world, whose="child")

    numbers = {
        one.number: [str(label) for label in one.whose] for one in phone_numbers.of_case(case)
    }

    assert set(numbers) >= {LAN}
    assert str(phones.GUARDIAN) in numbers[LAN]
    assert str(phone_numbers.ANSWERS) in numbers[LAN]


def test_each_number_is_told_once_with_all_that_it_is(world: World, correction: Correction):
    found = phone_numbers.of_case(correction)

    assert [one.number for one in found] == [LAN]
    labels = (phone_numbers.ANSWERS, phones.OWN_ACCOUNT, phones.ON_RECORD)
    assert found[0].whose == labels


def test_an_account_whose_phone_is_not_verified_is_not_called(world: World, correction: Correction):
    uncle = User.objects.create_user(phone="+84977000111", full_name="Nguyễn Văn Cậu")
    RecordLinkFactory.create(
        relative=True,
        user=uncle,
        citizen=correction.citizen,
    )

    assert [one.number for one in phone_numbers.of_case(correction)] == [LAN]


def test_a_case_without_any_number_offers_no_call(
    world: World, correction: Correction, minh: Client, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(phone_numbers, "of_case", lambda case: [])

    shown = minh.get(page(correction)).content.decode()

    assert 'name="reason"' not in shown
    assert page(correction, "ask/") in shown


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_what_came_of_the_call_is_one_tap_and_stands_in_the_history(
    correction: Correction, minh: Client, outcome: Any
):
    shown = minh.post(page(correction), {"reason": "paper"}).content.decode()

    minh.post(page(correction, "note/"), {"text": str(outcome)})

    assert f'value="{outcome}"' in shown
    assert history.entries(correction, history.Audience.STAFF)[-1].details == (str(outcome),)
