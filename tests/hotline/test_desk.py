"""The hotline desk: searching, checking the caller, and what stands on the caller's page."""

from datetime import date, timedelta
from uuid import UUID

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import SessionKind
from citizens.models import RecordLink, RecordVisit
from corrections import actions
from corrections.models import Correction
from hotline import call_script, search
from hotline.models import CallerCheck
from hotline.search import SearchTooShort, TooManySearches
from tests import world as worlds
from tests.cases import file_one, make_overdue
from tests.conftest import signed_in
from tests.factories.citizens import CitizenFactory, crowd
from tests.hotline.callers import SECRETS, found_page, in_call
from tests.world import World
from vaxreg import db_time

RIGHT = {"date_of_birth": date(1988, 3, 27), "id_number": "001188012345"}


def searched(world: World, typed: str) -> list[int]:
    return search.search(typed, by=world.user("mai")).citizens


@pytest.fixture
def mai(world: World) -> Client:
    return signed_in(world.user("mai"), SessionKind.STAFF)


@pytest.mark.parametrize(
    ("typed", "whose"),
    [
        ("0912 345 678", ["child", "lan"]),
        ("0912.345.678", ["child", "lan"]),
        ("+84 912 345 678", ["child", "lan"]),
        ("84912345678", ["child", "lan"]),
        ("2345", ["lan"]),
        ("012345", ["lan"]),
        ("001188012345", ["lan"]),
        ("001 188 012 345", ["lan"]),
        ("nguyen thi lan", ["lan"]),
        ("NGUYỄN THỊ LAN", ["lan"]),
        ("Nguyen Thi", ["lan"]),
        ("lan 1988", ["lan"]),
        ("nguyen lan 27/03/1988", ["lan"]),
        ("tran van binh 1975", ["binh"]),
        ("lan 1975", []),
        ("9999", []),
        ("0999 999 999", []),
    ],
)
def test_one_box_finds_a_record_by_whatever_the_caller_says(
    world: World, typed: str, whose: list[str]
):
    keys = sorted(world.citizens[name].pk for name in whose)

    assert sorted(searched(world, typed)) == keys


@pytest.mark.parametrize("spelt", ["{}", "{} ", "vr {short}", "{lower}"])
def test_a_reference_finds_the_record_in_any_spelling(
    world: World, correction: Correction, spelt: str
):
    code = correction.reference
    typed = spelt.format(code, short=code[3:].replace("-", " "), lower=code.lower())

    assert searched(world, typed) == [world.citizens["lan"].pk]


def test_the_number_a_caller_gave_finds_their_record(world: World, correction: Correction):
    filing = correction.filing
    filing.channel, filing.told_at = "hotline", filing.received_at
    filing.contact_phone = "+84903000111"
    filing.save()

    assert searched(world, "0903 000 111") == [world.citizens["lan"].pk]


@pytest.mark.parametrize("typed", ["lan", "123", "ng", "%", "💉"])
def test_too_little_searches_nothing(world: World, typed: str):
    with pytest.raises(SearchTooShort):
        searched(world, typed)


@pytest.mark.parametrize("typed", ["suharto", "Suharto", "SUHARTO."])
def test_a_name_of_one_word_is_found_when_it_is_the_whole_name(world: World, typed: str):
    known = CitizenFactory.create(full_name="Suharto")
    CitizenFactory.create(full_name="Suharto Wibowo")

    assert searched(world, typed) == [known.pk]


def test_searching_has_a_limit(world: World):
    for _time in range(60):
        searched(world, "9999")

    with pytest.raises(TooManySearches):
        searched(world, "9999")


def test_what_is_found_is_masked(world: World, mai: Client, correction: Correction):
    html = found_page(mai, correction.reference)

    assert "N. T. Lan" in html
    assert "1988" in html
    assert "091****678" in html
    assert "********2345" in html
    for secret in SECRETS:
        assert secret not in html


def test_a_record_that_was_not_found_cannot_be_asked_for(world: World, mai: Client):
    found_page(mai, "tran van binh")

    answer = mai.get(f"/hotline/check/{world.citizens['lan'].public_id}/")

    assert answer.status_code == 404


@pytest.mark.parametrize(
    ("answers", "passes"),
    [
        (RIGHT, True),
        ({"date_of_birth": date(1988, 3, 27), "phone": "+84912345678"}, True),
        ({"dose_date": date(2021, 8, 29), "dose_site": "tram y te buoi"}, True),
        (RIGHT | {"phone": "+84999999999"}, True),
        (RIGHT | {"phone": "+84999999999", "dose_date": date(2021, 1, 1)}, False),
        ({"date_of_birth": date(1988, 3, 27)}, False),
        ({"date_of_birth": date(1988, 3, 28), "id_number": "001188012345"}, False),
        ({"dose_site": "tram y te", "date_of_birth": date(1988, 3, 27)}, False),
        ({"dose_site": "lang thuong", "date_of_birth": date(1988, 3, 27)}, False),
        ({}, False),
    ],
)
def test_two_right_answers_pass_and_one_wrong_one_may_stand_beside(
    world: World, answers: dict[str, object], passes: bool
):
    worlds.dose(world)

    call = search.check_caller(world.citizens["lan"], answers, by=world.user("mai"))

    assert call.passed is passes
    assert set(call.facts) == set(answers)


def test_every_check_is_on_record_and_never_rewritten(world: World):
    call = search.check_caller(world.citizens["lan"], RIGHT, by=world.user("mai"))

    with pytest.raises(IntegrityError), transaction.atomic():
        CallerCheck.objects.filter(pk=call.pk).update(passed=False)
    with pytest.raises(IntegrityError), transaction.atomic():
        CallerCheck.objects.all().delete()
    assert "001188012345" not in str(CallerCheck.objects.values().get())


def test_wrong_answers_about_one_record_have_a_limit(world: World):
    for _time in range(5):
        search.check_caller(world.citizens["lan"], {"phone": "+84999999999"}, by=world.user("mai"))

    with pytest.raises(TooManySearches):
        search.check_caller(world.citizens["lan"], RIGHT, by=world.user("mai"))
    assert CallerCheck.objects.filter(passed=False).count() == 5


def test_right_answers_use_no_tries_up(world: World):
    calls = [
        search.check_caller(world.citizens["lan"], RIGHT, by=world.user("mai"))
        for _time in range(12)
    ]

    assert all(call.passed for call in calls)


def test_an_agent_never_serves_the_own_family(world: World):
    mai = world.user("mai")
    RecordLink.objects.create(
        user=mai, citizen=world.citizens["lan"], relation="self", proven_by="staff"
    )

    with pytest.raises(PermissionDenied):
        search.check_caller(world.citizens["lan"], RIGHT, by=mai)


def test_a_wrong_answer_comes_back_with_an_empty_form(world: World, mai: Client):
    found_page(mai)

    answer = mai.post(
        f"/hotline/check/{world.citizens['lan'].public_id}/",
        {"date_of_birth": "27/03/1988", "id_number": "001188099999"},
    )

    html = answer.content.decode()
    assert answer.status_code == 422
    assert "27/03/1988" not in html
    assert "001188099999" not in html


def test_the_callers_page_says_what_stands_where_without_the_person(
    world: World, mai: Client, correction: Correction
):
    html = mai.get(in_call(mai, world)).content.decode()

    assert correction.reference in html
    assert "Trạm Y tế Phường Bưởi" in html
    assert "AstraZeneca" in html
    for secret in SECRETS:
        assert secret not in html
    visits = RecordVisit.objects.filter(why="hotline")
    # One for the check of the caller, one for the page.
    assert [(it.user, it.organization) for it in visits] == [
        (world.user("mai"), world.hotline)
    ] * len(visits)
    assert len(visits) >= 2


def test_the_callers_page_closes_after_half_an_hour(world: World, mai: Client):
    address = in_call(mai, world)
    with db_time.at(db_time.now() + timedelta(minutes=31)):
        late = mai.get(address)

    assert mai.get(address).status_code == 200
    assert late.headers["Location"] == "/hotline/"


def test_the_callers_page_opens_in_no_other_session(world: World, mai: Client):
    address = in_call(mai, world)
    elsewhere = signed_in(world.user("mai"), SessionKind.STAFF)

    assert elsewhere.get(address).headers["Location"] == "/hotline/"
    mai.post("/hotline/end/")
    assert mai.get(address).headers["Location"] == "/hotline/"
    assert "N. T. Lan" not in mai.get("/hotline/").content.decode()


def test_a_failed_check_opens_nothing(world: World, mai: Client):
    found_page(mai)
    call = search.check_caller(world.citizens["lan"], {}, by=world.user("mai"))

    assert search.running_call(world.user("mai"), call.public_id) is None
    assert search.running_call(world.user("mai"), UUID(int=0)) is None


def test_nobody_else_opens_the_hotlines_pages(world: World):
    for who in ("minh", "huong", "phuc"):
        assert signed_in(world.user(who), SessionKind.STAFF).get("/hotline/").status_code == 403


def test_a_case_of_another_person_is_not_to_be_had_in_a_call(world: World, mai: Client):
    other = file_one(
        world, whose="binh", key="key-9", proposed={"position": "primary-1"}, named_site=world.buoi
    )
    address = in_call(mai, world)

    assert mai.get(f"{address}{other.reference}/note/").status_code == 404
    assert mai.post(f"{address}{other.reference}/link/").status_code == 404


def test_the_words_read_aloud_hold_both_times_and_what_comes_next(
    world: World, correction: Correction
):
    with db_time.at(correction.received_at + timedelta(hours=12)):
        words = call_script.paragraph(correction, db_time.now())

    assert correction.reference in words
    assert "Trạm Y tế Phường Bưởi" in words
    assert "36" in words
    assert "12" in words


def test_the_words_say_that_it_is_late(world: World, correction: Correction):
    late = make_overdue(correction)

    words = call_script.paragraph(late, db_time.now())

    assert "was due at" in words or "trễ" in words or "quá hạn" in words


@pytest.mark.parametrize(
    "status", ["asked", "refused", "unconfirmed", "accepted", "kept", "withdrawn"]
)
def test_every_standing_has_words_without_names(world: World, correction: Correction, status: str):
    minh = world.user("minh")
    match status:
        case "asked":
            case_ = actions.ask(correction, by=minh, question="Bà Nguyễn Thị Lan tiêm ở đâu?")
        case "refused":
            case_ = actions.refuse(
                correction, by=minh, ground="photo_blurred", remark="Gọi 0912345678"
            )
        case "unconfirmed":
            case_ = actions.cannot_confirm(
                correction, by=minh, searched_words="kho", remark="Bà Nguyễn Thị Lan: không có"
            )
        case "accepted":
            case_ = actions.accept(correction, by=minh)
        case "kept":
            case_ = actions.keep(correction, by=minh, remark="Chờ sổ giấy")
        case _:
            case_ = actions.withdraw(correction, by=world.user("lan"))

    words = call_script.paragraph(case_, db_time.now())

    assert correction.reference in words
    for secret in SECRETS:
        assert secret not in words


@pytest.mark.parametrize(
    ("typed", "index"),
    [
        ("2345", "document_ending"),
        ("nguyen thi lan", "citizen_name_start"),
        ("lan 1988", "citizen_birth_name"),
        ("001188012345", "number_hash"),
    ],
)
def test_no_search_reads_the_whole_country(world: World, typed: str, index: str):
    crowd()
    searched(world, "9999")
    with CaptureQueriesContext(connection) as asked:
        searched(world, typed)
    table = "identitydocument" if typed.isdigit() else "citizen"
    query = next(one["sql"] for one in asked if f'FROM "citizens_{table}"' in one["sql"])

    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN " + query.replace('ORDER BY "citizens_citizen"."id" ASC', ""))
        plan = " ".join(row[0] for row in cursor.fetchall())

    assert index in plan
