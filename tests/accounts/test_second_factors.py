"""Members of staff change their second factors, after they have proven one of them just now."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from accounts.models import User
from accounts.sessions import FRESH_FOR
from accounts.sign_in import two_factor
from messaging.models import Message
from tests.accounts.doors import app_code, enter_code, enter_password, make_nurse
from tests.pages import in_english
from tests.sign_in import sign_in_citizen, sign_in_staff

pytestmark = pytest.mark.django_db

OVERVIEW = "/account/second-factors/"
CODES = f"{OVERVIEW}recovery-codes/"
CONFIRM = f"{OVERVIEW}confirm/"
CHANGES = [f"{OVERVIEW}passkeys/add/", f"{OVERVIEW}passkeys/remove/", CODES]


@pytest.fixture
def minh():
    return make_nurse()


def at_work(minh: User) -> Client:
    client = Client()
    sign_in_staff(client, minh)
    in_english(client)
    return client


def letters(purpose: str) -> list[str]:
    return list(Message.objects.filter(purpose=purpose).values_list("text", flat=True))


def test_new_recovery_codes_are_shown_once_and_end_the_old_ones(minh):
    client, old = at_work(minh), two_factor.recovery_codes(minh)

    shown = client.post(CODES, {"renew": "1"}, follow=True).content.decode()
    new = two_factor.recovery_codes(minh)
    away = client.get(OVERVIEW).content.decode()
    not_ticked = client.post(CODES, {"saved": ""})
    client.post(CODES, {"saved": "on"})

    assert len(new) == 10
    assert not set(old) & set(new)
    assert all(code in shown for code in new)
    assert f'href="{CODES}"' in away
    assert not_ticked.status_code == 422
    assert client.get(CODES).headers["Location"] == OVERVIEW
    assert new[0] not in client.get(OVERVIEW).content.decode()
    assert len(letters("account.recovery_codes_renewed")) == 1


def test_codes_that_nobody_confirmed_are_shown_again_at_the_next_sign_in(minh):
    at_work(minh).post(CODES, {"renew": "1"})
    client = Client()
    enter_password(client)

    answer = enter_code(client, app_code(minh))

    assert answer.headers["Location"] == "/staff/sign-in/recovery-codes/"


def test_a_used_recovery_code_is_told_by_e_mail_and_counted_down(minh):
    client = Client()
    enter_password(client)
    enter_code(client, two_factor.recovery_codes(minh)[3])

    (told,) = letters("account.recovery_code_used")
    in_english(client)
    assert "9" in told
    assert "1900 9095" in told
    assert "9 recovery codes left" in client.get("/account/").content.decode()
    assert "You have 9 codes left" in client.get(OVERVIEW).content.decode()


def test_a_warning_comes_before_the_last_code(minh):
    client = at_work(minh)
    for code in two_factor.recovery_codes(minh)[:7]:
        assert two_factor.check(minh, code)

    assert "Make new ones before" in client.get(OVERVIEW).content.decode()


@pytest.mark.parametrize("path", CHANGES)
def test_an_open_screen_changes_nothing_until_a_factor_is_proven_again(minh, path):
    with time_machine.travel("2026-11-22 08:00+07:00", tick=False) as travel:
        client, codes = at_work(minh), two_factor.recovery_codes(minh)
        travel.shift(FRESH_FOR + timedelta(seconds=1))

        answers = [client.get(path), client.post(path, {"renew": "1", "passkey": "1"})]

        assert {one.headers["Location"].partition("?")[0] for one in answers} == {CONFIRM}
        assert two_factor.recovery_codes(minh) == codes
        wrong = enter_code(client, "000000", CONFIRM)
        right = client.post(CONFIRM, {"code": app_code(minh), "next": CHANGES[0]})

        assert wrong.status_code == 422
        assert right.headers["Location"] == CHANGES[0]
        assert client.get(CHANGES[0]).status_code == 200


@pytest.mark.parametrize("back", ["https://evil.example", "//evil.example", "javascript:alert(1)"])
def test_confirming_leads_to_no_other_site(minh, back):
    answer = at_work(minh).post(CONFIRM, {"code": app_code(minh), "next": back})

    assert answer.headers["Location"] == OVERVIEW


@pytest.mark.parametrize("path", [OVERVIEW, CONFIRM, *CHANGES])
def test_citizens_have_no_second_factors(path):
    client = Client()
    sign_in_citizen(client, User.objects.create_user(phone="+84912345678"))

    assert client.get(path).headers["Location"].startswith("/staff/sign-in/")
