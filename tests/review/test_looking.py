"""Pages of a look outside of one's cases: asked why, slowed, stopped, and an emergency of an hour."""

import re
from datetime import timedelta

import pytest
from django.test import Client

from citizens.looking import gate, stops
from citizens.models import BreakGlass, LookingStop, RecordVisit
from corrections import actions
from corrections.models import Correction
from corrections.visits import log_reading
from messaging.models import Message
from tests.cases import file_one, make_overdue
from tests.citizens.looking.looks import looked_at
from tests.conftest import SignIn
from tests.world import World
from vaxreg import db_time

pytestmark = pytest.mark.django_db
WHY = "Trạm báo hồ sơ này đang tranh chấp"
EMERGENCY = "/review/emergency/"


def text_of(answer) -> str:
    return " ".join(answer.content.decode().split())


def english(client: Client) -> Client:
    client.cookies["language"] = "en"
    return client


@pytest.fixture
def page(world: World, correction: Correction) -> str:
    """Lan's case lies beneath Hương, on time, and waits for Minh: it is outside for Hương."""
    return f"/oversight/cases/{correction.reference}/"


@pytest.fixture
def huong(world: World, as_staff: SignIn) -> Client:
    return english(as_staff(world.user("huong")))


@pytest.fixture
def minh(world: World, as_staff: SignIn) -> Client:
    return english(as_staff(world.user("minh")))


def hidden(answer, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', answer.content.decode())
    assert found, name
    return found[1].replace("&amp;", "&")


def say_why(client: Client, asked, reason: str = WHY):
    sent = {"reason": reason, "people": hidden(asked, "people"), "next": hidden(asked, "next")}
    return client.post("/review/why/", sent)


def test_slowed_the_page_asks_why_and_opens_with_the_reason_in_the_row(
    world: World, huong: Client, page: str, correction: Correction
):
    looked_at(world.user("huong"), 10)

    asked = huong.get(page)
    answered = say_why(huong, asked)

    assert asked.status_code == 403
    assert "Why do you look?" in text_of(asked)
    assert "Nguyễn Thị Lan" not in text_of(asked)
    assert answered.url == page
    assert "Nguyễn Thị Lan" in text_of(huong.get(page))
    row = RecordVisit.objects.filter(user=world.user("huong"), citizen=correction.citizen).get()
    assert (row.reason, row.ground, row.reference) == (WHY, "below", correction.reference)


@pytest.mark.parametrize("reason", ["", "   ", "vì"])
def test_without_a_reason_it_stays_closed_and_nothing_is_stored(
    world: World, huong: Client, page: str, reason
):
    looked_at(world.user("huong"), 10)

    answer = say_why(huong, huong.get(page), reason)

    assert answer.status_code == 422
    assert huong.get(page).status_code == 403


def test_the_reason_for_another_account_opens_nothing(
    world: World, huong: Client, minh: Client, page: str
):
    looked_at(world.user("huong"), 10)

    say_why(minh, huong.get(page))

    assert huong.get(page).status_code == 403


def test_slowed_more_the_page_says_from_when_it_opens(world: World, huong: Client, page: str):
    looked_at(world.user("huong"), 20, ago=timedelta(minutes=1))
    say_why(huong, huong.get(page))

    waits = huong.get(page)

    assert waits.status_code == 429
    assert 200 < int(waits.headers["Retry-After"]) <= 240
    assert "The next one opens from:" in text_of(waits)
    with db_time.at(db_time.now() + timedelta(minutes=5)):
        assert huong.get(page).status_code == 200


def test_stopped_is_said_with_the_next_step_and_told_to_the_supervisor(
    world: World, huong: Client, page: str
):
    looked_at(world.user("huong"), 30)

    stopped = huong.get(page)
    huong.get(page)

    assert stopped.status_code == 403
    assert "Hoàng Hồng Phúc" in text_of(stopped)
    assert f"{EMERGENCY}?people=" in text_of(stopped)
    stop = LookingStop.objects.get(user=world.user("huong"))
    assert (stop.in_hour, stop.in_day) == (30, 30)
    told = Message.objects.get(purpose="looking.stopped")
    assert told.user == world.user("phuc")


def test_whoever_is_stopped_works_on_with_their_own_cases(world: World, huong: Client, page: str):
    stops.stop(world.user("huong"), in_hour=30, in_day=30)
    overdue = make_overdue(file_one(world, whose="child", key="key-2"))

    assert huong.get(page).status_code == 403
    assert huong.get(f"/oversight/cases/{overdue.reference}/").status_code == 200
    assert huong.get("/oversight/").status_code == 200


def test_the_interface_is_stopped_as_the_pages_are(
    world: World, huong: Client, correction: Correction
):
    looked_at(world.user("huong"), 30)

    answer = huong.get(f"/api/v1/corrections/{correction.reference}/")

    assert answer.status_code == 403
    assert answer.json()["errors"][0]["code"] == "looking_stopped"
    assert LookingStop.objects.filter(user=world.user("huong")).exists()


def test_a_photo_is_stopped_as_the_case_is(world: World, huong: Client, correction: Correction):
    looked_at(world.user("huong"), 10)

    with pytest.raises(gate.SayWhy):
        log_reading(world.user("huong"), correction, seen="photo")


def test_a_case_of_the_desk_long_done_is_outside(
    world: World, minh: Client, correction: Correction
):
    actions.withdraw(correction, by=world.user("lan"))
    with db_time.at(db_time.now() + timedelta(days=31)):
        looked_at(world.user("minh"), 10)

        assert minh.get(f"/review/{correction.reference}/").status_code in (403, 302)


def test_an_agent_is_asked_why_after_many_people_without_a_call(
    world: World, correction: Correction, as_staff: SignIn
):
    mai = english(as_staff(world.user("mai")))
    looked_at(world.user("mai"), 10, ground="no_call")
    session = mai.session
    session["hotline.found"] = [[correction.citizen_id], False, ""]
    session.save()

    answer = mai.get(f"/hotline/check/{correction.citizen.public_id}/")

    assert answer.status_code == 403
    assert "Why do you look?" in text_of(answer)


@pytest.mark.parametrize("typed", ["001075067890", "001 075 067 890"])
def test_an_emergency_opens_one_record_for_an_hour(world: World, minh: Client, typed):
    opened = minh.post(EMERGENCY, {"typed": typed, "reason": WHY})

    shown = text_of(minh.get(opened.url))
    assert "Trần Văn Bình" in shown
    assert "001075067890" not in shown
    assert Message.objects.filter(purpose="record.break_glass").count() == 2
    with db_time.at(db_time.now() + timedelta(minutes=61)):
        assert minh.get(opened.url).url == EMERGENCY


def test_whoever_is_stopped_opens_the_very_person_in_an_emergency(
    world: World, huong: Client, page: str
):
    stops.stop(world.user("huong"), in_hour=30, in_day=30)
    link = re.search(rf'href="({EMERGENCY}\?people=[^"]+)"', huong.get(page).content.decode())
    assert link

    form = huong.get(link[1])
    opened = huong.post(EMERGENCY, {"people": hidden(form, "people"), "reason": WHY})

    assert "Nguyễn Thị Lan" in text_of(huong.get(opened.url))
    assert huong.get(page).status_code == 200


def test_nobody_else_reads_an_emergency(world: World, minh: Client, as_staff: SignIn):
    opened = minh.post(EMERGENCY, {"typed": "001075067890", "reason": WHY})

    assert as_staff(world.user("tuan")).get(opened.url).status_code == 404


def test_the_owner_reads_who_opened_it_and_why(world: World, minh: Client, as_citizen: SignIn):
    minh.post(EMERGENCY, {"typed": "001075067890", "reason": WHY})

    shown = text_of(english(as_citizen(world.user("binh"))).get("/record/who/"))

    assert "Reviewer · Trạm Y tế Phường Bưởi, opened the record in an emergency" in shown
    assert WHY in shown


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("", "Type the whole ID number"),
        ("001", "No record has this number"),
        ("001000000000", "No record has this number"),
        ("Trần Văn Bình", "No record has this number"),
        ("VR-AAAA-AAAA", "No record has this number"),
    ],
)
def test_nobody_is_found_by_less_than_a_whole_number(world: World, minh: Client, typed, says):
    answer = minh.post(EMERGENCY, {"typed": typed, "reason": WHY})

    assert answer.status_code == 422
    assert says in text_of(answer)
    assert WHY in text_of(answer)
    assert not BreakGlass.objects.exists()


def test_numbers_are_not_tried_one_after_the_other(world: World, minh: Client):
    for number in range(10):
        minh.post(EMERGENCY, {"typed": f"00100000000{number}", "reason": WHY})

    assert minh.post(EMERGENCY, {"typed": "001075067890", "reason": WHY}).status_code == 429
