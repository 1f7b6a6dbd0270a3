"""Asking to be called back, and agents who call: nobody twice, and what came of it is kept."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.test import Client

from accounts.models import SessionKind, User
from citizens.models import RecordVisit
from hotline import callbacks
from hotline.callbacks import NotYourCall, TooManyCallbacks
from hotline.models import BestTime, CallbackRequest, CallbackTry
from organizations.models import Membership
from tests import world as worlds
from tests.conftest import signed_in
from tests.factories.accounts import staff_user
from tests.hotline.callers import in_call
from tests.world import World
from vaxreg import db_time

NUMBER = "+84903000111"
LAN = "+84912345678"
ASK = "/call-me-back/"
LIST = "/hotline/callbacks/"


@pytest.fixture
def mai(world: World) -> Client:
    return signed_in(world.user("mai"), SessionKind.STAFF)


@pytest.fixture
def oanh(world: World) -> User:
    """A second agent of the hotline."""
    agent = staff_user(email="oanh@example.vn", full_name="Lý Thị Oanh")
    Membership.objects.create(
        user=agent,
        organization=world.hotline,
        role="hotline",
        since=db_time.now() - worlds.LONG_AGO,
    )
    return agent


@pytest.fixture
def asked(world: World) -> CallbackRequest:
    return callbacks.ask(NUMBER, BestTime.EVENING, address="10.0.0.1")


def test_somebody_without_an_account_asks_to_be_called_back(world: World):
    caller = Client()

    answer = caller.post(ASK, {"phone": "0903 000 111", "best_time": "morning"}, follow=True)

    row = CallbackRequest.objects.get()
    assert (row.phone, row.best_time, row.citizen, row.noted_by) == (NUMBER, "morning", None, None)
    shown = answer.content.decode()
    assert answer.status_code == 200
    assert 'name="phone"' not in shown
    assert "0903" not in shown


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"best_time": "any"}, "phone"),
        ({"phone": "0903", "best_time": "any"}, "phone"),
        ({"phone": "không có", "best_time": "any"}, "phone"),
        ({"phone": "0903 000 111"}, "best_time"),
        ({"phone": "0903 000 111", "best_time": "at night"}, "best_time"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_kept(
    world: World, typed: dict[str, str], field: str
):
    answer = Client().post(ASK, typed)

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert typed.get("phone", "") in answer.content.decode()
    assert not CallbackRequest.objects.exists()


@pytest.mark.parametrize("phone", [LAN, NUMBER, "+84987654321"])
def test_a_known_and_an_unknown_number_get_the_same_answer(world: World, phone: str):
    answer = Client().post(ASK, {"phone": phone, "best_time": "any"})

    assert answer.headers["Location"] == f"{ASK}?sent=1"


def test_who_signed_in_finds_their_number_filled_in(world: World):
    shown = signed_in(world.user("lan"), SessionKind.CITIZEN).get(ASK).content.decode()

    assert 'value="0912 345 678"' in shown


def test_who_asks_twice_stands_in_the_list_once(world: World, asked: CallbackRequest):
    again = callbacks.ask(NUMBER, BestTime.ANY, address="10.0.0.2")

    assert again == asked
    assert CallbackRequest.objects.count() == 1


def test_one_number_asks_three_times_a_day_and_no_more(world: World, asked: CallbackRequest):
    for _time in range(2):
        callbacks.ask(NUMBER, BestTime.ANY, address="10.0.0.2")

    with pytest.raises(TooManyCallbacks):
        callbacks.ask(NUMBER, BestTime.ANY, address="10.0.0.3")


def test_an_address_that_asks_for_many_numbers_is_told_when_it_may_again(
    world: World, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(callbacks, "PER_ADDRESS", [(2, timedelta(hours=1))])
    caller = Client()
    numbers = ["0903 000 111", "0903 000 112", "0903 000 113"]

    answers = [caller.post(ASK, {"phone": one, "best_time": "any"}) for one in numbers]

    assert [answer.status_code for answer in answers] == [302, 302, 429]
    assert int(answers[2].headers["Retry-After"]) > 0
    assert "1900 9095" in answers[2].content.decode()
    assert CallbackRequest.objects.count() == 2


@pytest.mark.parametrize("where", ["/follow/", "/sign-in/code/"])
def test_where_somebody_is_stuck_they_can_leave_a_number(world: World, where: str):
    client = Client()
    if "code" in where:
        client.post("/sign-in/", {"phone": "0912 345 678"})

    assert f'href="{ASK}"' in client.get(where).content.decode()


def test_the_list_shows_whom_to_call_and_no_number(
    world: World, mai: Client, asked: CallbackRequest
):
    shown = mai.get(LIST).content.decode()

    assert "09•• ••• 111" in shown
    assert str(BestTime.EVENING.label) in shown
    assert f"{LIST}{asked.public_id}/claim/" in shown
    assert "000 111" not in shown
    assert "3000111" not in shown


def test_the_number_is_shown_to_who_takes_the_call_and_to_nobody_else(
    world: World, mai: Client, oanh: User, asked: CallbackRequest
):
    other = signed_in(oanh, SessionKind.STAFF)
    before = mai.get(f"{LIST}{asked.public_id}/")

    taken = mai.post(f"{LIST}{asked.public_id}/claim/", follow=True).content.decode()
    second = other.post(f"{LIST}{asked.public_id}/claim/", follow=True).content.decode()

    assert before.headers["Location"] == LIST
    assert f'href="tel:{NUMBER}"' in taken
    assert f"tel:{NUMBER}" not in second
    assert world.user("mai").full_name in second
    assert other.get(f"{LIST}{asked.public_id}/").headers["Location"] == LIST


def test_a_claim_ends_after_half_an_hour(world: World, oanh: User, asked: CallbackRequest):
    callbacks.claim(asked, by=world.user("mai"))
    later = db_time.now() + callbacks.CLAIM_TIME

    with db_time.at(later - timedelta(seconds=1)), pytest.raises(NotYourCall):
        callbacks.claim(asked, by=oanh)
    with db_time.at(later + timedelta(seconds=1)):
        taken = callbacks.claim(asked, by=oanh)

    assert taken.claimed_by == oanh
    with pytest.raises(NotYourCall):
        callbacks.note_try(asked, by=world.user("mai"), result=CallbackTry.Result.REACHED)


@pytest.mark.parametrize("result", ["reached", "not_reached"])
def test_what_came_of_the_call_closes_it_and_leaves_a_row(
    world: World, mai: Client, asked: CallbackRequest, result: str
):
    mai.post(f"{LIST}{asked.public_id}/claim/")

    answer = mai.post(f"{LIST}{asked.public_id}/", {"result": result})

    row = CallbackTry.objects.get()
    asked.refresh_from_db()
    assert answer.headers["Location"] == LIST
    assert (row.request, row.agent, row.result) == (asked, world.user("mai"), result)
    assert asked.closed_at is not None
    assert str(asked.public_id) not in mai.get(LIST).content.decode()
    assert mai.post(f"{LIST}{asked.public_id}/claim/").status_code == 404


@pytest.mark.parametrize("again", ["hour", "three_hours", "tomorrow"])
def test_who_was_not_reached_is_tried_again_then_by_anybody(
    world: World, mai: Client, oanh: User, asked: CallbackRequest, again: str
):
    mai.post(f"{LIST}{asked.public_id}/claim/")

    mai.post(f"{LIST}{asked.public_id}/", {"again": again})

    asked.refresh_from_db()
    row = CallbackTry.objects.get()
    assert (asked.closed_at, asked.claimed_by) == (None, None)
    assert asked.not_before == row.again_at
    assert row.again_at > db_time.now()
    assert callbacks.due_count() == 0
    with db_time.at(row.again_at):
        assert callbacks.due_count() == 1
    callbacks.claim(asked, by=oanh)


@pytest.mark.parametrize("said", [{}, {"result": "again"}, {"result": "x"}, {"again": "never"}])
def test_without_saying_what_came_of_it_nothing_is_stored(
    world: World, mai: Client, asked: CallbackRequest, said: dict[str, str]
):
    mai.post(f"{LIST}{asked.public_id}/claim/")

    answer = mai.post(f"{LIST}{asked.public_id}/", said)

    assert answer.headers["Location"] == f"{LIST}{asked.public_id}/"
    assert not CallbackTry.objects.exists()


def test_a_try_is_never_rewritten(world: World, asked: CallbackRequest):
    callbacks.claim(asked, by=world.user("mai"))
    callbacks.note_try(asked, by=world.user("mai"), result=CallbackTry.Result.REACHED)

    with pytest.raises(IntegrityError), transaction.atomic():
        CallbackTry.objects.update(result="not_reached")
    with pytest.raises(IntegrityError), transaction.atomic():
        CallbackTry.objects.all().delete()


def test_an_agent_notes_during_a_call_that_the_caller_is_to_be_called_back(
    world: World, mai: Client
):
    address = in_call(mai, world)
    form = mai.get(f"{address}callback/").content.decode()

    mai.post(f"{address}callback/", {"best_time": "afternoon"})

    row = CallbackRequest.objects.get()
    assert "091****678" in form
    assert (row.phone, row.citizen, row.noted_by) == (
        *(LAN, world.citizens["lan"], world.user("mai")),
    )


def test_who_saw_the_number_of_a_record_stands_in_it(world: World, mai: Client):
    mai.post(f"{in_call(mai, world)}callback/", {"best_time": "any"})
    row = CallbackRequest.objects.get()

    mai.post(f"{LIST}{row.public_id}/claim/")
    mai.get(f"{LIST}{row.public_id}/")

    visit = RecordVisit.objects.get(why="call")
    assert (visit.user, visit.citizen) == (world.user("mai"), world.citizens["lan"])
    assert visit.organization == world.hotline


@pytest.mark.parametrize("who", ["minh", "huong", "lan", "binh"])
def test_only_agents_take_calls(world: World, asked: CallbackRequest, who: str):
    user = world.user(who)

    with pytest.raises(PermissionDenied):
        callbacks.claim(asked, by=user)
    with pytest.raises(PermissionDenied):
        callbacks.note_try(asked, by=user, result=CallbackTry.Result.REACHED)
    with pytest.raises(PermissionDenied):
        callbacks.note(world.citizens["lan"], LAN, BestTime.ANY, by=user)


def test_who_is_to_be_called_first_stands_first(world: World, asked: CallbackRequest):
    later = callbacks.ask(LAN, BestTime.ANY, address="10.0.0.9")
    callbacks.claim(asked, by=world.user("mai"))
    callbacks.note_try(
        asked,
        by=world.user("mai"),
        result=CallbackTry.Result.AGAIN,
        again_at=db_time.now() + timedelta(hours=1),
    )

    assert list(callbacks.waiting()) == [later, asked]


def test_a_number_is_forgotten_after_30_days(world: World, asked: CallbackRequest):
    with db_time.at(db_time.now() + callbacks.KEPT - timedelta(hours=1)):
        assert callbacks.forget() == 0
    with db_time.at(db_time.now() + callbacks.KEPT + timedelta(hours=1)):
        assert callbacks.forget() == 1

    asked.refresh_from_db()
    assert asked.phone == ""
    assert asked.closed_at is not None
