"""Strangers who type wrong passwords and codes lock no browser in which somebody signed in before."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Attempt, User
from accounts.sign_in import codes
from accounts.sign_in.codes import CodeOutcome
from messaging.models import Message
from tests.accounts.doors import (
    another_code,
    app_code,
    enter_code,
    enter_password,
    last_code,
    make_nurse,
)

pytestmark = pytest.mark.django_db

LAN = "+84912345678"
NURSE = "minh@demo.sotiem.vn"
EMPTY_HOURS = timedelta(days=3)


def staff_browser(nurse: User) -> Client:
    """A browser in which the nurse signed in once; the session has ended since."""
    client = Client()
    enter_password(client)
    enter_code(client, app_code(nurse))
    client.post("/sign-out/")
    return client


def phone_browser() -> Client:
    """A browser in which Lan signed in once; the session has ended since."""
    client = Client()
    client.post("/sign-in/", {"phone": "0912345678"})
    enter_code(client, last_code(LAN), path="/sign-in/code/")
    client.post("/sign-out/")
    Attempt.objects.update(at=timezone.now() - EMPTY_HOURS)
    return client


def guess(client: Client, number: str = "0912345678") -> int:
    """Ask for a code for this number and type a wrong one; return the status of the answer."""
    asked = client.post("/sign-in/", {"phone": number})
    if asked.status_code == 429:
        return 429
    wrong = another_code(last_code("+84" + number[1:]))
    return enter_code(client, wrong, path="/sign-in/code/").status_code


def test_five_wrong_passwords_of_a_stranger_do_not_lock_the_nurse_out():
    nurse = make_nurse()
    hers, stranger = staff_browser(nurse), Client()

    answers = [enter_password(stranger, password=f"wrong {n}").status_code for n in range(6)]

    assert answers == [422] * 5 + [429]
    assert enter_password(stranger).status_code == 429
    assert enter_password(hers).headers["Location"] == "/staff/sign-in/code/"


def test_a_whole_hospital_behind_one_address_does_not_lock_her_out_either(settings):
    nurse = make_nurse()
    hers = staff_browser(nurse)
    settings.WRONG_PASSWORDS_PER_ADDRESS = [(2, timedelta(hours=1))]
    for n in range(2):
        enter_password(Client(), email=f"{n}@demo.sotiem.vn", password="wrong")

    assert enter_password(Client()).status_code == 429
    assert enter_password(hers).status_code == 302


def test_her_own_browser_is_limited_too_and_locks_nobody_else():
    nurse = make_nurse()
    hers = staff_browser(nurse)

    answers = [enter_password(hers, password=f"wrong {n}").status_code for n in range(6)]

    assert answers == [422] * 5 + [429]
    assert enter_password(Client()).status_code == 302


def test_wrong_second_factors_of_somebody_who_knows_the_password_do_not_lock_her_out():
    nurse = make_nurse()
    hers, thief = staff_browser(nurse), Client()
    enter_password(thief)
    for _ in range(5):
        enter_code(thief, "000000")

    enter_password(hers)

    assert enter_code(thief, "000000").status_code == 429
    assert enter_code(hers, "000000").status_code == 422


@pytest.mark.parametrize("copied", ["", "x", "eyJh:1w:abc", None])
def test_a_made_up_cookie_or_that_of_another_person_is_nobodys_device(copied):
    make_nurse()
    other = make_nurse(email="hoa@demo.sotiem.vn", full_name="Hoa")
    stranger = Client()
    if copied is None:
        enter_password(stranger, email="hoa@demo.sotiem.vn")
        enter_code(stranger, app_code(other))
        stranger.post("/sign-out/")
        assert stranger.cookies["device"].value
    else:
        stranger.cookies["device"] = copied
    for n in range(5):
        enter_password(Client(), password=f"wrong {n}")

    assert enter_password(stranger).status_code == 429


def test_the_cookie_names_nobody_and_no_script_reads_it():
    cookie = phone_browser().cookies["device"]

    assert "912345678" not in cookie.value
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")


def test_wrong_codes_for_a_number_do_not_lock_its_own_phone(settings):
    hers = phone_browser()
    settings.CODES_PER_NUMBER = [(100, timedelta(days=1))]

    answers = [guess(Client()) for _ in range(11)]

    assert answers == [422] * 10 + [429]
    hers.post("/sign-in/", {"phone": "0912345678"})
    assert enter_code(hers, last_code(LAN), path="/sign-in/code/").headers["Location"] == "/record/"


def test_codes_that_strangers_ask_for_do_not_use_up_those_of_the_phone():
    hers = phone_browser()
    Client().post("/sign-in/", {"phone": "0912345678"})

    assert Client().post("/sign-in/", {"phone": "0912345678"}).status_code == 429
    assert hers.post("/sign-in/", {"phone": "0912345678"}).status_code == 302


def test_guesses_all_over_the_country_make_codes_longer_and_lock_nobody_out(settings):
    hers = phone_browser()
    settings.WRONG_CODES_PER_HOUR = 4
    short = Client()
    short.post("/sign-in/", {"phone": "0981000001"})
    short_code = last_code("+84981000001")
    asked = [codes.send(f"+8498200000{n}", address="10.0.0.1").code_id for n in range(4)]
    for code_id in asked:
        codes.check(code_id, "000000x")

    refused = enter_code(short, short_code, path="/sign-in/code/")
    hers.post("/sign-in/", {"phone": "0912345678"})
    known = enter_code(hers, _code(LAN), path="/sign-in/code/")
    new = Client()
    page = new.post("/sign-in/", {"phone": "0984000001"}, follow=True).content.decode()
    let_in = enter_code(new, _code("+84984000001"), path="/sign-in/code/")

    assert refused.status_code == 422
    assert "mã dài hơn" in refused.content.decode()
    assert known.status_code == 302
    assert "8 chữ số" in page
    assert (len(_code("+84984000001")), let_in.status_code) == (8, 302)


def test_a_browser_that_signed_in_before_types_a_short_code_while_others_need_a_long_one(settings):
    hers = phone_browser()
    hers.post("/sign-in/", {"phone": "0912345678"})
    settings.WRONG_CODES_PER_HOUR = 0

    assert enter_code(hers, _code(LAN), path="/sign-in/code/").status_code == 302


def test_a_long_code_still_has_five_tries():
    code_id = codes.send(LAN, address="10.0.0.1").code_id
    assert code_id

    outcomes = [codes.check(code_id, "00000000").outcome for _ in range(5)]

    assert outcomes == [CodeOutcome.WRONG] * 4 + [CodeOutcome.TOO_MANY]


def _code(phone: str) -> str:
    text = Message.objects.to(phone).order_by("-pk")[0].text
    found = re.search(r"#(\d+)$", text)
    assert found
    return found[1]
