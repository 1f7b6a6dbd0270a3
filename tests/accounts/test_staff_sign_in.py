"""The staff's door: password, then the second factor; never one of them alone."""

import time
from datetime import timedelta

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.test import Client
from django.urls import Resolver404, resolve

from accounts import urls as accounts_urls
from accounts.models import User
from accounts.sign_in import two_factor
from tests.accounts.doors import (
    PASSWORD,
    SECRET,
    app_code,
    comparable,
    enter_code,
    enter_password,
    last_code,
    make_nurse,
)
from vaxreg import db_time

pytestmark = pytest.mark.django_db

NEW_PASSWORD = "năm con mèo ngủ say"
NEW_WITH_PRESENT = {"present": PASSWORD, "password": NEW_PASSWORD, "again": NEW_PASSWORD}


@pytest.fixture
def minh():
    return make_nurse()


def test_a_nurse_signs_in_with_password_and_app(client, minh):
    first = enter_password(client)
    second = enter_code(client, app_code(minh))

    assert first.headers["Location"] == "/staff/sign-in/code/"
    assert second.headers["Location"] == "/"
    assert client.get("/review/").content == b"a queue"


def test_the_session_id_changes_with_the_password_and_with_the_second_factor(client, minh):
    session = client.session
    session["planted"] = "by somebody else"
    session.save()
    keys = [session.session_key]
    client.cookies["session"] = session.session_key
    enter_password(client)
    keys.append(client.session.session_key)

    enter_code(client, app_code(minh))

    keys.append(client.session.session_key)
    assert len(set(keys)) == 3


def test_the_password_alone_opens_nothing(client, minh):
    enter_password(client)

    for path in ("/review/", "/record/", "/both/", "/account/", "/account/password/"):
        assert client.get(path).status_code == 302, path


def test_no_stage_of_signing_in_can_be_skipped(client, minh):
    minh.must_change_password = True
    minh.save()
    enter_password(client)

    for step in ("password", "set-up", "recovery-codes"):
        answer = client.post(
            f"/staff/sign-in/{step}/",
            {"password": NEW_PASSWORD, "again": NEW_PASSWORD, "saved": "on", "code": "000000"},
        )
        assert answer.headers["Location"] == "/staff/sign-in/", step
    minh.refresh_from_db()
    assert minh.check_password(PASSWORD)
    assert client.get("/review/").status_code == 302


def test_a_code_of_the_app_works_once(client, minh):
    code = app_code(minh)
    enter_password(client)
    enter_code(client, code)
    other = Client()
    enter_password(other)

    again = enter_code(other, code)

    assert again.status_code == 422
    assert other.get("/review/").status_code == 302


def test_a_recovery_code_stands_in_for_the_app_once(minh):
    code = two_factor.recovery_codes(minh)[0]
    first, second = Client(), Client()
    enter_password(first)
    enter_password(second)

    good = enter_code(first, code)
    again = enter_code(second, code)

    assert good.headers["Location"] == "/"
    assert again.status_code == 422


def test_wrong_second_factors_are_counted_over_all_sign_ins(minh):
    for _ in range(5):
        client = Client()
        enter_password(client)
        assert enter_code(client, "000000").status_code == 422
    client = Client()
    enter_password(client)

    answer = enter_code(client, app_code(minh))

    assert answer.status_code == 429
    assert "1900 9095" in answer.content.decode()


def test_five_wrong_passwords_close_the_door_for_a_while(client, minh):
    with time_machine.travel("2026-11-22 08:00+07:00", tick=False):
        for _ in range(5):
            assert enter_password(client, password="wrong").status_code == 422

        answer = enter_password(client)

    assert answer.status_code == 429


def test_an_address_without_account_gets_the_very_same_answers(minh):
    seen = {}
    # The last answer says in minutes when to try again.
    with db_time.at(db_time.now()):
        for email in ("minh@demo.sotiem.vn", "hoa@demo.sotiem.vn"):
            client = Client()
            seen[email] = [
                comparable(enter_password(client, email, "wrong"), email) for _ in range(6)
            ]

    assert seen["minh@demo.sotiem.vn"] == seen["hoa@demo.sotiem.vn"]
    assert [answer[0] for answer in seen["hoa@demo.sotiem.vn"]] == [422] * 5 + [429]


def test_a_closed_account_is_refused_like_a_wrong_password(client, minh):
    User.objects.filter(pk=minh.pk).update(is_active=False)

    assert enter_password(client).status_code == 422


def test_dismissal_ends_a_session_on_the_next_request(client, minh):
    enter_password(client)
    enter_code(client, app_code(minh))

    User.objects.filter(pk=minh.pk).update(is_active=False)

    assert client.get("/review/").status_code == 302


def test_the_first_sign_in_asks_for_a_new_password_and_an_app_and_shows_recovery_codes(client):
    hoa = User.objects.create_user(
        email="hoa@demo.sotiem.vn", password=PASSWORD, must_change_password=True
    )

    begun = enter_password(client, "hoa@demo.sotiem.vn")
    changed = client.post(
        begun.headers["Location"], {"password": NEW_PASSWORD, "again": NEW_PASSWORD}
    )
    page = client.get(changed.headers["Location"])
    secret = page.context["secret"]
    code = format_hotp_value(hotp_value(secret, int(time.time()) // 30))
    bound = enter_code(client, code, changed.headers["Location"])
    shown = client.get(bound.headers["Location"])
    done = client.post(bound.headers["Location"], {"saved": "on"})

    hoa.refresh_from_db()
    assert begun.headers["Location"] == "/staff/sign-in/password/"
    assert changed.headers["Location"] == "/staff/sign-in/set-up/"
    assert bound.headers["Location"] == "/staff/sign-in/recovery-codes/"
    assert two_factor.recovery_codes(hoa)[0] in shown.content.decode()
    assert done.headers["Location"] == "/"
    assert client.get("/review/").status_code == 200
    assert hoa.check_password(NEW_PASSWORD)
    assert not hoa.must_change_password


def test_the_secret_of_an_app_stands_nowhere_in_the_clear(client, minh):
    stored = str(list(Authenticator.objects.values_list("data", flat=True)))

    assert SECRET not in stored


@pytest.mark.parametrize(
    "password",
    [
        "short",
        "eleven-char",
        "password1234",
        "sotiem202112",
        "SoTiemChung2021!",
        "minh@demo.sotiem",
    ],
)
def test_weak_passwords_are_refused(client, minh, password):
    minh.must_change_password = True
    minh.save()
    enter_password(client)
    enter_code(client, app_code(minh))

    answer = client.post("/staff/sign-in/password/", {"password": password, "again": password})

    assert answer.status_code == 422


@pytest.mark.parametrize("password", ["bamuoibayconvit", "x" * 11 + "yz1", "ốc" * 60])
def test_long_passwords_of_any_letters_are_fine_and_never_cut(client, minh, password):
    minh.must_change_password = True
    minh.save()
    enter_password(client)
    enter_code(client, app_code(minh))

    client.post("/staff/sign-in/password/", {"password": password, "again": password})

    minh.refresh_from_db()
    assert minh.check_password(password)
    assert not minh.check_password(password[:-1])


def test_staff_are_signed_out_after_fifteen_idle_minutes(client, minh):
    with time_machine.travel("2026-11-22 08:00+07:00", tick=False) as travel:
        enter_password(client)
        enter_code(client, app_code(minh))
        travel.shift(timedelta(minutes=14))
        still = client.get("/review/")
        travel.shift(timedelta(minutes=15))
        gone = client.get("/review/")

    assert still.status_code == 200
    assert gone.headers["Location"] == "/staff/sign-in/?next=%2Freview%2F"


def test_changing_the_password_ends_the_sessions_on_other_devices(minh):
    here, elsewhere = Client(), Client()
    with time_machine.travel("2026-11-22 08:00+07:00", tick=False) as travel:
        for client in (here, elsewhere):
            enter_password(client)
            enter_code(client, app_code(minh))
            travel.shift(timedelta(seconds=60))

        here.post("/account/password/", NEW_WITH_PRESENT)

        assert here.get("/review/").status_code == 200
        assert elsewhere.get("/review/").status_code == 302


def test_an_open_screen_is_not_enough_to_change_the_password(client, minh, as_staff):
    client = as_staff(minh)
    client.cookies["language"] = "en"
    for wrong in ({"present": ""}, {"present": "a guess of somebody"}):
        answer = client.post("/account/password/", {**NEW_WITH_PRESENT, **wrong})
        assert answer.status_code == 422
    assert "This is not your present password." in answer.content.decode()
    minh.refresh_from_db()
    assert minh.check_password(PASSWORD)


def test_guessing_the_present_password_ends(client, minh, as_staff):
    client = as_staff(minh)
    for _ in range(5):
        client.post("/account/password/", {**NEW_WITH_PRESENT, "present": "a guess of somebody"})

    answer = client.post("/account/password/", NEW_WITH_PRESENT)

    assert answer.status_code == 429
    minh.refresh_from_db()
    assert minh.check_password(PASSWORD)


@pytest.mark.parametrize("address", ["/accounts/login/", "/accounts/signup/", "/admin/", "/2fa/"])
def test_django_allauths_own_addresses_are_not_there(address):
    with pytest.raises(Resolver404):
        resolve(address, "vaxreg.urls")


def test_the_pages_that_can_begin_a_session_are_these():
    """A new way in must be added here, and to the tests of one factor."""
    names = {page.name for page in accounts_urls.pages}

    assert names == {
        "sign_in",
        "code",
        "code_state",
        "send_again",
        "sign_out",
        "sign_out_everywhere",
        "account",
        "end_session",
        "end_token",
        "password",
        "email",
        "email_code",
        "email_remove",
        "second_factors",
        "confirm",
        "passkey_add",
        "passkey_remove",
        "recovery_codes",
        "staff_sign_in",
        "staff_second_factor",
        "staff_new_password",
        "staff_set_up",
        "staff_invitation",
        "staff_recovery_codes",
        "demo_second_factors",
    }


def test_a_phone_code_never_opens_a_staff_page_even_for_a_nurse(client):
    make_nurse(phone="+84912345678", phone_verified=True)
    client.post("/sign-in/", {"phone": "0912345678"})

    client.post("/sign-in/code/", {"code": last_code("+84912345678")})

    assert client.get("/record/").status_code == 200
    assert client.get("/review/").headers["Location"] == "/staff/sign-in/?next=%2Freview%2F"
    assert client.get("/account/password/").status_code == 302


def test_a_staff_session_opens_no_citizens_page(client, minh):
    enter_password(client)
    enter_code(client, app_code(minh))

    assert client.get("/record/").headers["Location"] == "/sign-in/?next=%2Frecord%2F"


def test_a_session_marked_staff_without_a_second_factor_is_ended(client, minh):
    enter_password(client)
    enter_code(client, app_code(minh))
    session = client.session
    session["account_authentication_methods"] = [{"method": "password", "at": 0}]
    session.save()

    assert client.get("/review/").status_code == 302
    assert client.get("/both/").status_code == 302


def test_a_session_that_came_through_no_door_of_ours_opens_nothing(client, minh):
    client.force_login(minh)

    for path in ("/review/", "/record/", "/both/"):
        assert client.get(path).status_code == 302, path
