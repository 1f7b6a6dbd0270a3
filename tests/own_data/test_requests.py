"""Requests to use a record for less, or against a use: who answers, by when, and what follows."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction

from accounts.models import SessionKind
from citizens.merging import merge
from citizens.models import Citizen, Restriction
from corrections.models import DayOff
from hotline import search
from messaging.models import Message
from organizations.models import Membership
from own_data import clock, requests
from own_data.models import DataRequest, RequestState
from own_data.requests import NotPossible
from tests.api.programs import program
from tests.cases import file_one
from tests.factories.accounts import verify_again
from tests.routes import in_a_call
from tests.world import World
from vaxreg import db_time

pytestmark = pytest.mark.django_db


def here(day: int, hour: int, month: int = 3) -> datetime:
    """A moment of 2026 in Viet Nam."""
    return datetime(2026, month, day, hour, tzinfo=clock.HERE)


def ask(world: World, whose: str = "lan", kind: str = "restriction", by: str = "lan"):
    said = {"what": "Không cho ứng dụng đọc", "why": "Tôi không dùng nữa"}
    return requests.file(world.citizens[whose], kind=kind, by=world.user(by), **said)


def accepted(world: World, kind: str = "restriction") -> DataRequest:
    return requests.answer(ask(world, kind=kind), accepted=True, words="", by=world.user("huong"))


def carried_out(world: World) -> DataRequest:
    return requests.complete(accepted(world), result="Đã chặn", by=world.user("huong"))


@pytest.mark.parametrize(
    ("received", "answer_due"),
    [
        (here(2, 9), here(5, 0)),  # Monday: Tuesday and Wednesday
        (here(5, 23), here(10, 0)),  # Thursday night: Friday and Monday
        (here(7, 10), here(11, 0)),  # Saturday: Monday and Tuesday
        (here(29, 12, month=4), here(6, 0, month=5)),  # 30/4, 1/5 and the weekend are off
        (datetime(2026, 3, 1, 18, tzinfo=UTC), here(5, 0)),  # Monday already in Viet Nam
    ],
)
def test_the_answer_is_due_after_two_working_days_of_viet_nam(world, received, answer_due):
    assert clock.answer_due(received) == answer_due


def test_a_day_off_that_was_decreed_moves_the_answer(world):
    DayOff.objects.create(day=date(2026, 3, 3), name="Nghỉ", made_at=db_time.now())

    assert clock.answer_due(here(2, 9)) == here(6, 0)


@pytest.mark.parametrize(
    ("received", "extended", "due"),
    [
        (here(2, 9), False, here(13, 0)),
        (here(2, 9), True, here(23, 0)),
        (here(31, 23), False, here(11, 0, month=4)),
        (datetime(2026, 3, 1, 18, tzinfo=UTC), False, here(13, 0)),
    ],
)
def test_it_is_done_within_ten_days_and_twenty_with_an_extension(received, extended, due):
    assert clock.completion_due(received, extended=extended) == due


@pytest.mark.parametrize(
    ("without", "office"),
    [((), "tay_ho"), (("huong",), "so_y_te"), (("huong", "phuc"), "ministry")],
)
def test_the_nearest_office_with_an_officer_answers(world, without, office):
    users = [world.user(name) for name in without]
    Membership.objects.filter(user__in=users).update(until=db_time.now() - timedelta(days=1))

    assert ask(world).holder == getattr(world, office)


def test_a_person_without_an_area_is_answered_by_the_ministry(world):
    Citizen.objects.filter(pk=world.citizens["lan"].pk).update(area=None)
    world.citizens["lan"].refresh_from_db()

    assert ask(world).holder == world.ministry


def test_a_request_goes_through_its_steps_and_each_is_told_once(world):
    huong = world.user("huong")
    asked = ask(world)
    states = [asked.state]
    asked = requests.answer(asked, accepted=True, words="Vâng", by=huong)
    states.append(asked.state)
    asked = requests.extend(asked, reason="Chờ đối tác", by=huong)
    states.append(asked.state)
    asked = requests.complete(asked, result="Đã chặn", by=huong)
    states.append(asked.state)

    assert states == [
        RequestState.RECEIVED,
        RequestState.ACCEPTED,
        RequestState.EXTENDED,
        RequestState.COMPLETED,
    ]
    told = Message.objects.filter(purpose__startswith="own_data.").order_by("pk")
    assert [one.purpose.removeprefix("own_data.") for one in told] == [
        "received",
        "accepted",
        "extended",
        "completed",
    ]
    assert {one.recipient for one in told} == {"+84912345678"}


def test_a_refusal_needs_a_reason(world):
    asked = ask(world)

    with pytest.raises(ValidationError):
        requests.answer(asked, accepted=False, words="", by=world.user("huong"))

    refused = requests.answer(asked, accepted=False, words="Luật yêu cầu", by=world.user("huong"))
    assert refused.state == RequestState.REFUSED


@pytest.mark.parametrize(
    "step",
    [
        lambda one, by: requests.answer(one, accepted=True, words="", by=by),
        lambda one, by: requests.extend(one, reason="Lâu", by=by),
    ],
)
def test_a_step_that_was_taken_is_not_taken_again(world, step):
    asked = carried_out(world)

    with pytest.raises(NotPossible):
        step(asked, world.user("huong"))


def test_time_is_extended_once_and_not_after_the_deadline(world):
    huong = world.user("huong")
    asked = requests.extend(accepted(world), reason="Chờ", by=huong)
    with pytest.raises(NotPossible):
        requests.extend(asked, reason="Chờ nữa", by=huong)

    other = requests.answer(ask(world, kind="objection"), accepted=True, words="", by=huong)
    with db_time.at(other.due_at + timedelta(seconds=1)), pytest.raises(NotPossible):
        requests.extend(other, reason="Chờ", by=huong)


@pytest.mark.parametrize("who", ["duc", "minh", "mai", "lan"])
def test_only_officers_above_the_person_answer(world, who):
    asked = ask(world)

    with pytest.raises(PermissionDenied):
        requests.answer(asked, accepted=True, words="", by=world.user(who))


def test_the_officer_of_the_province_may_answer_too(world):
    asked = requests.answer(ask(world), accepted=True, words="", by=world.user("phuc"))

    assert asked.answered_by == world.user("phuc")


def test_nobody_answers_about_their_own_family(world):
    verify_again(world.user("huong"), id_number="001188012345")

    with pytest.raises(PermissionDenied):
        requests.answer(ask(world), accepted=False, words="Không", by=world.user("huong"))


def test_a_request_is_about_a_record_that_one_may_open(world):
    with pytest.raises(PermissionDenied):
        ask(world, whose="binh")

    assert ask(world, whose="child").citizen == world.citizens["child"]


def test_one_request_of_a_kind_is_open_and_a_refused_one_may_be_asked_again(world):
    asked = ask(world)
    with pytest.raises(ValidationError):
        ask(world)
    ask(world, kind="objection")

    requests.answer(asked, accepted=False, words="Không", by=world.user("huong"))

    assert ask(world).state == RequestState.RECEIVED


def test_the_database_keeps_who_and_when_together(world):
    asked = ask(world)
    for half in ({"is_accepted": True}, {"answered_at": db_time.now()}, {"result": "Xong"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            DataRequest.objects.filter(pk=asked.pk).update(**half)


def test_a_late_step_stays_late(world):
    asked = ask(world)
    with db_time.at(asked.answer_due_at + timedelta(hours=1)):
        assert asked.is_overdue(db_time.now())
        late = requests.answer(asked, accepted=False, words="Không", by=world.user("huong"))

    assert late.was_late
    assert not late.is_overdue(db_time.now())


def test_programs_read_a_restricted_record_no_more_and_its_person_does(world, as_citizen):
    case = file_one(world)
    record = world.citizens["lan"].public_id
    paths = [
        f"/api/v1/records/{record}/doses/",
        f"/api/v1/corrections/{case.reference}/",
    ]
    app = program(world.user("lan"), SessionKind.CITIZEN)
    assert [app.get(path).status_code for path in paths] == [200, 200]

    carried_out(world)

    assert [app.get(path).status_code for path in paths] == [404, 404]
    listed = app.get("/api/v1/records/").json()
    assert [one["full_name"] for one in listed] == ["Lê Nguyễn Minh Anh"]
    assert app.get("/api/v1/corrections/").json()["results"] == []
    session = as_citizen(world.user("lan"))
    assert [session.get(path).status_code for path in paths] == [200, 200]


def test_an_objection_alone_restricts_nothing(world):
    requests.complete(accepted(world, "objection"), result="Xong", by=world.user("huong"))

    assert not Citizen.objects.restricted().exists()


def test_a_merged_record_is_restricted_as_a_whole(world):
    carried_out(world)
    lan, child = world.citizens["lan"], world.citizens["child"]
    merge(lan, into=child, by=world.user("phuc"), why="Một người")

    assert set(Citizen.objects.restricted()) == {lan, child}


def test_the_person_ends_the_restriction_and_the_row_stays(world, as_citizen):
    carried_out(world)
    lan = as_citizen(world.user("lan"))
    record = str(world.citizens["lan"].public_id)
    assert record in lan.get("/account/data/requests/").content.decode()

    lan.post("/account/data/requests/end/", {"record": record})

    assert not Citizen.objects.restricted().exists()
    assert Restriction.objects.get().until is not None


def test_the_citizen_files_and_reads_the_deadlines(world, as_citizen):
    lan = as_citizen(world.user("lan"))
    said = {
        "record": str(world.citizens["lan"].public_id),
        "kind": "objection",
        "what": "Không dùng cho nghiên cứu",
        "why": "Riêng tư",
    }

    assert lan.post("/account/data/requests/", {**said, "why": ""}).status_code == 422
    assert lan.post("/account/data/requests/", said).status_code == 302
    assert lan.post("/account/data/requests/", said).status_code == 422

    page = lan.get("/account/data/requests/").content.decode()
    assert "Không dùng cho nghiên cứu" in page
    assert world.tay_ho.name in page


def test_the_officer_sees_what_is_due_and_answers_on_the_page(world, as_staff):
    asked = ask(world)
    huong = as_staff(world.user("huong"))
    page = f"/oversight/data-requests/{asked.public_id}/"
    for place in ("/oversight/", "/oversight/waiting/", "/oversight/data-requests/"):
        assert page in huong.get(place).content.decode(), place
    assert "Nguyễn Thị Lan" not in huong.get("/oversight/data-requests/").content.decode()

    refused = huong.post(page, {"answer": "1", "outcome": "refuse", "words": ""})
    assert refused.status_code == 422
    huong.post(page, {"answer": "1", "outcome": "accept", "words": "Vâng"})
    again = huong.post(page, {"answer": "1", "outcome": "refuse", "words": "Không"})
    assert again.status_code == 302
    huong.post(page, {"extend": "1", "reason": "Chờ đối tác"})
    huong.post(page, {"complete": "1", "result": "Đã chặn"})

    asked.refresh_from_db()
    assert asked.state == RequestState.COMPLETED
    assert asked.is_accepted
    assert page not in huong.get("/oversight/waiting/").content.decode()
    assert as_staff(world.user("duc")).get(page).status_code == 404


def test_staff_see_the_mark_on_the_case(world, as_staff):
    case = file_one(world)
    nurse = world.user("minh")
    nurse.language = "en"
    nurse.save()
    minh, words = as_staff(nurse), "This record is used for less"
    assert words not in minh.get(f"/review/{case.reference}/").content.decode()

    carried_out(world)

    assert words in minh.get(f"/review/{case.reference}/").content.decode()


def test_the_site_still_reads_the_case_by_its_own_program(world):
    case = file_one(world)
    carried_out(world)

    answer = program(world.user("minh"), SessionKind.STAFF).get(
        f"/api/v1/corrections/{case.reference}/"
    )

    assert answer.status_code == 200


def test_agents_of_the_hotline_see_the_mark_too(world, as_staff):
    case = file_one(world)
    mai = world.user("mai")
    mai.language = "en"
    mai.save()
    client, call = as_staff(mai), search.begin_with_new(world.citizens["lan"], by=mai)
    page = f"/hotline/calls/{call.public_id}/"
    in_a_call(client, page, case)
    assert "This record is used for less" not in client.get(page).content.decode()

    carried_out(world)

    assert "This record is used for less" in client.get(page).content.decode()
