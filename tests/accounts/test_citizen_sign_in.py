"""The citizens' door: phone number, then the code."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from accounts.models import User
from messaging.models import Message
from tests.accounts.doors import another_code, comparable, last_code
from vaxreg import db_time

pytestmark = pytest.mark.django_db

LAN = "+84912345678"
TYPED = "0912 345 678"


def ask(client: Client, phone: str = TYPED, **extra):
    return client.post("/sign-in/", {"phone": phone, **extra})


def test_a_citizen_signs_in_with_number_and_code(client):
    asked = ask(client)
    entered = client.post("/sign-in/code/", {"code": last_code(LAN)})

    assert asked.headers["Location"] == "/sign-in/code/"
    assert entered.headers["Location"] == "/record/"
    assert client.get("/record/").content == b"a record"


@pytest.mark.parametrize("written", ["{0} {1}", "{0}-{1}", " {0}{1} ", "{0}.{1}"])
def test_a_code_is_accepted_however_it_was_copied(client, written):
    ask(client)
    code = last_code(LAN)

    entered = client.post("/sign-in/code/", {"code": written.format(code[:3], code[3:])})

    assert entered.status_code == 302


@pytest.mark.parametrize(
    "phone", ["0912345678", "+84 912 345 678", "84912345678", "0084912345678", "0912.345.678"]
)
def test_a_number_is_accepted_however_it_is_written(client, phone):
    assert ask(client, phone).status_code == 302
    assert Message.objects.get().recipient == LAN


@pytest.mark.parametrize("phone", ["", "0912", "abc", "+1 202 555 0101", "024 3825 3531"])
def test_other_numbers_get_words_and_no_sms(client, phone):
    answer = ask(client, phone)

    assert answer.status_code == 422
    assert "error-summary" in answer.content.decode()
    assert not Message.objects.exists()
    assert not User.objects.exists()


def test_a_number_never_seen_gets_the_very_same_answers_as_a_known_one():
    User.objects.create_user(phone=LAN, phone_verified=True, full_name="Nguyễn Thị Lan")
    seen = {}
    for phone in ("0912 345 678", "0912 345 679"):
        client = Client()
        answers = [ask(client, phone), client.get("/sign-in/code/")]
        wrong = another_code(last_code("+84" + phone.replace(" ", "")[1:]))
        answers.append(client.post("/sign-in/code/", {"code": wrong}))
        answers.append(client.post("/sign-in/code/again/"))
        seen[phone] = [comparable(answer, phone, wrong) for answer in answers]

    assert seen["0912 345 678"] == seen["0912 345 679"]
    assert [answer[0] for answer in seen["0912 345 679"]] == [302, 200, 422, 429]


def test_a_wrong_code_is_answered_with_the_tries_that_are_left(client):
    ask(client)

    answer = client.post("/sign-in/code/", {"code": another_code(last_code(LAN))})

    assert answer.status_code == 422
    assert "Bạn còn 4 lần thử" in answer.content.decode()


def test_after_five_wrong_codes_the_page_leads_to_a_new_code_and_the_hotline(client):
    ask(client)
    wrong = another_code(last_code(LAN))

    for _ in range(5):
        answer = client.post("/sign-in/code/", {"code": wrong})

    assert answer.status_code == 429
    assert client.get("/sign-in/code/").headers["Location"] == "/sign-in/"
    assert "1900 9095" in answer.content.decode()
    assert 'href="/sign-in/"' in answer.content.decode()


def test_an_expired_code_says_so(client):
    ask(client)

    with db_time.at(timezone.now() + timedelta(minutes=11)):
        answer = client.post("/sign-in/code/", {"code": last_code(LAN)})

    assert answer.status_code == 422
    assert "Mã đã hết hạn" in answer.content.decode()


def test_a_new_code_replaces_the_old_one_for_this_session(client):
    ask(client)
    old = last_code(LAN)

    with db_time.at(timezone.now() + timedelta(seconds=61)):
        again = client.post("/sign-in/code/again/")
        with_old = client.post("/sign-in/code/", {"code": old})
        with_new = client.post("/sign-in/code/", {"code": last_code(LAN)})

    assert again.headers["Location"] == "/sign-in/code/"
    assert old == last_code(LAN) or with_old.status_code == 422
    assert with_new.status_code == 302


def test_asking_again_too_soon_says_how_long_to_wait(client):
    ask(client)

    answer = client.post("/sign-in/code/again/")

    assert answer.status_code == 429
    assert 1 <= int(answer.headers["Retry-After"]) <= 60
    assert Message.objects.count() == 1


def test_going_back_and_sending_the_same_number_again_leads_to_the_code_that_was_sent(client):
    ask(client)

    again = ask(client)

    assert again.headers["Location"] == "/sign-in/code/"
    assert Message.objects.count() == 1


def test_a_code_works_only_in_the_session_that_asked_for_it(client):
    ask(client)

    elsewhere = Client().post("/sign-in/code/", {"code": last_code(LAN)})

    assert elsewhere.headers["Location"] == "/sign-in/"


def test_signing_in_changes_the_session_id_and_holds_no_code(client):
    ask(client)
    before = client.session.session_key
    stored = str(dict(client.session))

    client.post("/sign-in/code/", {"code": last_code(LAN)})

    assert client.session.session_key != before
    assert last_code(LAN) not in stored
    assert not Client(headers={"cookie": f"session={before}"}).get("/record/").content


@pytest.mark.parametrize(
    ("back", "leads_to"),
    [
        ("/corrections/7/", "/corrections/7/"),
        ("https://evil.example/", "/record/"),
        ("//evil.example/", "/record/"),
        ("/\\evil.example/", "/record/"),
        ("javascript:alert(1)", "/record/"),
        ("", "/record/"),
    ],
)
def test_after_signing_in_people_come_back_to_where_they_were_and_nowhere_else(
    client, back, leads_to
):
    ask(client, next=back)

    entered = client.post("/sign-in/code/", {"code": last_code(LAN)})

    assert entered.headers["Location"] == leads_to


def test_a_citizen_is_signed_out_after_thirty_idle_minutes_and_told_why(client):
    with time_machine.travel("2026-11-22 08:00+07:00", tick=False) as travel:
        ask(client)
        client.post("/sign-in/code/", {"code": last_code(LAN)})
        travel.shift(timedelta(minutes=29))
        still = client.get("/record/")
        travel.shift(timedelta(minutes=30))
        gone = client.get("/record/")
        told = client.get(gone.headers["Location"])

    assert still.status_code == 200
    assert gone.headers["Location"] == "/sign-in/?next=%2Frecord%2F"
    assert "không thao tác trong 30 phút" in told.content.decode()


def test_a_citizen_is_signed_out_after_a_day_however_busy(client):
    with time_machine.travel("2026-11-22 08:00+07:00", tick=False) as travel:
        ask(client)
        client.post("/sign-in/code/", {"code": last_code(LAN)})
        for _ in range(57):
            travel.shift(timedelta(minutes=25))
            assert client.get("/record/").status_code == 200
        travel.shift(timedelta(minutes=15))

        assert client.get("/record/").status_code == 302


def test_signing_out_kills_the_session_on_the_server_and_clears_the_browser(client):
    ask(client)
    client.post("/sign-in/code/", {"code": last_code(LAN)})
    cookie = client.cookies["session"].value

    out = client.post("/sign-out/")

    assert out.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert Client(headers={"cookie": f"session={cookie}"}).get("/record/").status_code == 302


def test_signing_out_needs_a_post(client):
    assert client.get("/sign-out/").status_code == 405


def test_reloading_the_page_of_a_refused_resend_sends_nothing(client):
    ask(client)
    client.post("/sign-in/code/again/")

    reloaded = client.get("/sign-in/code/again/")

    assert reloaded.headers["Location"] == "/sign-in/code/"
    assert Message.objects.count() == 1
