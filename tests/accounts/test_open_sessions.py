"""People see where they are signed in, and end a session on another device."""

from datetime import timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.test import Client

from accounts import cleaning, sessions
from accounts.models import User
from tests.accounts.doors import app_code, enter_code, enter_password, last_code, make_nurse
from vaxreg import db_time

pytestmark = pytest.mark.django_db

LAN = "+84912345678"
PHONE = (
    "Mozilla/5.0 (Linux; Android 13; SM-A536E) AppleWebKit/537.36 (KHTML, like Gecko)"
    " Chrome/119.0.0.0 Mobile Safari/537.36"
)
DESK = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:94.0) Gecko/20100101 Firefox/94.0"


@pytest.fixture
def nurse(settings):
    settings.ROOT_URLCONF = "vaxreg.urls"
    return make_nurse()


def at_work(nurse: User, agent: str = DESK) -> Client:
    client = Client(headers={"user-agent": agent})
    enter_password(client)
    enter_code(client, app_code(nurse))
    return client


def by_phone(agent: str = PHONE) -> Client:
    client = Client(headers={"user-agent": agent})
    client.post("/sign-in/", {"phone": "0912345678"})
    enter_code(client, last_code(LAN), path="/sign-in/code/")
    return client


def page(client: Client) -> str:
    return client.get("/account/").content.decode()


def test_a_member_of_staff_sees_the_browser_and_that_it_is_this_one(nurse):
    shown = page(at_work(nurse))

    assert "Firefox · Windows" in shown
    assert "thiết bị này" in shown
    assert "/account/sessions/end/" not in shown


def test_a_citizen_ends_the_session_on_a_lost_phone_and_keeps_this_one(nurse, settings):
    settings.CODES_PER_NUMBER = [(9, timedelta(days=1))]
    lost, here = by_phone(), by_phone(DESK)
    other = UserSession.objects.get(user_agent=PHONE)

    shown = page(here)
    here.post("/account/sessions/end/", {"session": other.pk})

    assert "Chrome Mobile · Android" in shown
    assert "Chrome Mobile" not in page(here)
    assert lost.get("/account/").status_code == 302
    assert here.get("/account/").status_code == 200


def test_everywhere_but_here_is_one_button(nurse, settings):
    settings.CODES_PER_NUMBER = [(9, timedelta(days=1))]
    staff, here, others = at_work(nurse), by_phone(DESK), [by_phone(), by_phone("curl")]

    shown = page(here)
    here.post("/account/sessions/end/", {"session": "others"})

    assert 'value="others"' in shown
    assert 'value="others"' not in page(here)
    assert {one.get("/account/").status_code for one in others} == {302}
    assert here.get("/account/").status_code == staff.get("/account/").status_code == 200


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("113.161.72.9", "113.161.•.•"),
        ("127.0.0.1", "127.0.•.•"),
        ("2001:ee0:4f00:1::9", "2001:0ee0:•"),
    ],
)
def test_the_network_is_shown_without_the_device_in_it(nurse, address, shown):
    client = at_work(nurse)
    UserSession.objects.update(ip=address)

    text = page(client)

    assert shown in text
    assert address not in text


def test_nobody_ends_the_session_of_somebody_else_nor_this_one_here(nurse):
    staff, citizen = at_work(nurse), by_phone()
    hers = UserSession.objects.get(user=nurse)

    answers = [
        citizen.post("/account/sessions/end/", {"session": key}).status_code
        for key in (hers.pk, "x", "", "99999999999999999999")
    ]

    own = UserSession.objects.exclude(user=nurse).get()
    answers.append(citizen.post("/account/sessions/end/", {"session": own.pk}).status_code)

    assert answers == [404] * 5
    assert citizen.get("/account/").status_code == 200
    assert staff.get("/account/").status_code == 200


@pytest.mark.parametrize("how", ["signed out", "everywhere", "idle"])
def test_a_session_that_has_ended_is_not_shown(nurse, settings, how):
    settings.CODES_PER_NUMBER = [(9, timedelta(days=1))]
    first = by_phone()
    if how == "signed out":
        first.post("/sign-out/")
    elif how == "everywhere":
        sessions.end_all(User.objects.get(phone=LAN))
    else:
        session = first.session
        session[sessions.SEEN_AT] -= 31 * 60
        session.save()

    assert "Chrome Mobile" not in page(by_phone(DESK))


@pytest.mark.parametrize(
    "agent", ["", "curl", "x" * 5000, "Mozilla/5.0 (<script>alert(1)</script>)"]
)
def test_a_browser_that_tells_nothing_of_itself_is_listed_too(nurse, agent):
    shown = page(by_phone(agent))

    assert "thiết bị này" in shown
    assert "<script>alert" not in shown


def test_the_rows_go_after_a_day(nurse):
    by_phone()

    with db_time.at(db_time.now() + timedelta(hours=25)):
        cleaning.purge()

    assert not UserSession.objects.exists()
