"""Pages of supervisors: how many were opened outside, the rows behind it, review, ask, lift."""

from datetime import timedelta

import pytest
from django.test import Client

from citizens.looking import break_glass, rules, stops
from citizens.models import LookingReview, LookingStop, RecordVisit
from messaging.models import Message
from organizations.models import Membership
from tests.citizens.looking.looks import looked_at
from tests.conftest import SignIn
from tests.factories.accounts import staff_user
from tests.world import World
from vaxreg import db_time

pytestmark = pytest.mark.django_db
LIST = "/people/looking/"


def text_of(answer) -> str:
    return " ".join(answer.content.decode().split())


@pytest.fixture
def huong(world: World, as_staff: SignIn) -> Client:
    client = as_staff(world.user("huong"))
    client.cookies["language"] = "en"
    return client


def page_of(world: World, who: str) -> str:
    return f"{LIST}{world.user(who).public_id}/"


def test_the_list_counts_today_and_thirty_days_and_leads_to_the_rows(world: World, huong: Client):
    minh = world.user("minh")
    looked_at(minh, 3, ago=timedelta(days=29))
    looked_at(minh, 2, ago=timedelta(0))
    looked_at(minh, 4, ago=timedelta(days=31))
    looked_at(world.user("tuan"), 9)

    listed = huong.get(LIST)
    rows = huong.get(page_of(world, "minh"))

    line = listed.context["lines"][0]
    assert [one.user for one in listed.context["lines"]] == [minh]
    assert (line.today, line.month) == (2, 5)
    assert len(rows.context["file"].rows) == 5
    assert len(huong.get(f"{page_of(world, 'minh')}?show=today").context["file"].rows) == 2


def test_names_are_masked_and_the_reader_leaves_a_row(world: World, huong: Client):
    [person] = looked_at(world.user("minh"), 1)

    shown = text_of(huong.get(page_of(world, "minh")))

    assert person.full_name not in shown
    assert RecordVisit.objects.filter(user=world.user("huong"), citizen=person, why="list").exists()


@pytest.mark.parametrize("who", ["tuan", "duc", "phuc", "huong"])
def test_nobody_sees_those_whom_they_do_not_supervise(world: World, huong: Client, who):
    looked_at(world.user(who), 2)

    assert huong.get(page_of(world, who)).status_code == 404
    assert huong.post(page_of(world, who), {"lift": "1", "reason": "x"}).status_code == 404


def test_reviewed_is_noted_and_asked_is_sent(world: World, huong: Client):
    looked_at(world.user("minh"), 1)

    huong.post(page_of(world, "minh"), {"fine": "1", "note": ""})
    huong.post(page_of(world, "minh"), {"ask": "1", "note": "Vì sao xem 5 người này?"})

    kept = LookingReview.objects.order_by("pk").values_list("verdict", "by__full_name")
    assert list(kept) == [("fine", "Đỗ Thu Hương"), ("ask", "Đỗ Thu Hương")]
    told = Message.objects.get(purpose="looking.asked")
    assert (told.user, "Vì sao xem 5 người này?" in told.text) == (world.user("minh"), True)


@pytest.mark.parametrize("sent", [{"ask": "1", "note": " "}, {"lift": "1", "reason": ""}])
def test_without_words_nothing_is_stored(world: World, huong: Client, sent):
    stops.stop(world.user("minh"), in_hour=31, in_day=31)

    answer = huong.post(page_of(world, "minh"), sent)

    assert answer.status_code == 422
    assert not LookingReview.objects.exists()
    assert LookingStop.objects.filter(lifted_at=None).exists()


def test_a_stop_is_lifted_with_a_reason_and_the_person_opens_records_again(
    world: World, huong: Client
):
    minh = world.user("minh")
    looked_at(minh, 40)
    stops.stop(minh, in_hour=40, in_day=40)
    assert huong.get(LIST).context["lines"][0].stop is not None

    huong.post(page_of(world, "minh"), {"lift": "1", "reason": "Rà soát trùng hồ sơ"})

    stop = LookingStop.objects.get()
    assert (stop.lifted_by, stop.lift_reason) == (world.user("huong"), "Rà soát trùng hồ sơ")
    again = huong.post(page_of(world, "minh"), {"lift": "1", "reason": "Lần nữa"}, follow=True)
    assert "A colleague has lifted the stop" in text_of(again)


def test_emergencies_are_listed_with_their_reason(world: World, huong: Client):
    break_glass.open_record(
        world.citizens["binh"], reason="Sốc phản vệ ở trạm", by=world.user("minh")
    )

    assert huong.get(LIST).context["lines"][0].emergencies == 1
    shown = text_of(huong.get(page_of(world, "minh")))
    assert "Sốc phản vệ ở trạm" in shown
    assert "Trần Văn Bình" not in shown


@pytest.fixture
def minister(world: World, as_staff: SignIn) -> Client:
    user = staff_user(email="bo@example.vn", full_name="Bộ")
    Membership.objects.create(
        user=user, organization=world.ministry, role="officer", since=db_time.now()
    )
    client = as_staff(user)
    client.cookies["language"] = "en"
    return client


def numbers(**changed: object) -> dict[str, object]:
    known = {name: getattr(rules.in_force(), name) for name in rules.NUMBERS}
    return {**known, "note": "Theo công văn", "instead_of": rules.in_force().version, **changed}


def test_the_ministry_puts_new_limits_into_force(world: World, minister: Client):
    minister.post(f"{LIST}limits/", numbers(ask_hour=5))

    assert rules.in_force().ask_hour == 5
    assert "After 5 people in an hour" in text_of(minister.get(LIST))
    assert minister.post(f"{LIST}limits/", numbers(instead_of=0)).status_code == 409


@pytest.mark.parametrize(
    "wrong",
    [
        {"ask_hour": 50},
        {"wait_hour": 5},
        {"stop_day": 10},
        {"wait_minutes": 500},
        {"ask_day": ""},
        {"break_glass_day": 0},
        {"note": ""},
    ],
)
def test_limits_that_make_no_sense_are_refused_in_words(world: World, minister: Client, wrong):
    answer = minister.post(f"{LIST}limits/", numbers(**wrong))

    assert answer.status_code == 422
    assert rules.in_force().version == 0
