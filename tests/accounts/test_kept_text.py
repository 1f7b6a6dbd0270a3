"""What somebody types while their session ends is back after they sign in again."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from accounts import sessions
from accounts.sign_in import kept_text, two_factor
from messaging.models import Message
from tests.accounts.doors import PASSWORD, SECRET, app_code, enter_code, enter_password, last_code
from tests.cases import file_one
from tests.world import World
from vaxreg import db_time

pytestmark = pytest.mark.django_db

LAN = "+84912345678"
WORDS = "Trên giấy ghi lô FG3527,\nnhìn không rõ."


@pytest.fixture(autouse=True)
def _whole_site(settings):
    settings.ROOT_URLCONF = "vaxreg.urls"
    settings.CODES_PER_NUMBER = [(9, timedelta(days=1))]


def sign_in_by_phone(client: Client, number: str = "0912345678") -> str:
    """Sign in, and return where that leads."""
    client.post("/sign-in/", {"phone": number})
    answer = enter_code(client, last_code("+84" + number[1:]), path="/sign-in/code/")
    return str(answer.headers["Location"])


def end_session(client: Client) -> None:
    session = client.session
    session[sessions.SEEN_AT] -= 3600
    session.save()


def send(client: Client, path: str, data: dict[str, object], page: str = "") -> str:
    """Send a form whose session has ended; return the address of the sign-in."""
    end_session(client)
    referer = f"http://testserver{page or path}"
    answer = client.post(path, data, headers={"referer": referer})
    assert answer.status_code == 302
    return str(answer.headers["Location"])


def back_at(client: Client, sign_in: str) -> str:
    """Sign in at this address by phone and return the page to which it leads."""
    next_page = sign_in.partition("next=")[2]
    client.post("/sign-in/", {"phone": "0912345678", "next": next_page.replace("%2F", "/")})
    answer = enter_code(client, last_code(LAN), path="/sign-in/code/")
    return client.get(answer.headers["Location"]).content.decode()


@pytest.fixture
def lan(world: World) -> Client:
    client = Client()
    sign_in_by_phone(client)
    return client


def test_a_citizen_reads_back_what_was_typed_and_it_is_shown_once(lan, correction):
    path = f"/corrections/{correction.reference}/withdraw/"
    sign_in = send(lan, path, {"reason": WORDS, "csrfmiddlewaretoken": "x"})

    page = back_at(lan, sign_in)

    assert "FG3527" in page
    assert f'data-action="{path}"' in page
    kept = page.partition('id="kept-fields"')[2].partition("</script>")[0]
    assert "reason" in kept
    assert "csrfmiddlewaretoken" not in kept
    assert "FG3527" not in lan.get(path).content.decode()


def test_a_nurse_reads_back_her_note_after_password_and_second_factor(world):
    nurse, case, client = world.user("minh"), file_one(world), Client()
    nurse.set_password(PASSWORD)
    nurse.save()
    two_factor.set_up(nurse, SECRET)
    two_factor.mark_recovery_codes_seen(nurse)
    email = str(nurse.email)
    enter_password(client, email)
    enter_code(client, app_code(nurse))
    page = f"/review/{case.reference}/"
    end_session(client)

    answer = client.post(
        f"{page}note/", {"text": WORDS}, headers={"referer": f"http://testserver{page}"}
    )
    client.post("/staff/sign-in/", {"email": email, "password": PASSWORD, "next": page})
    with time_machine.travel(timezone.now() + timedelta(seconds=60)):
        back = enter_code(client, app_code(nurse))
        shown = client.get(back.headers["Location"]).content.decode()

    assert answer.headers["Location"].startswith("/staff/sign-in/")
    assert back.headers["Location"] == page
    assert "FG3527" in shown
    assert f'data-action="{page}note/"' in shown


def test_somebody_else_who_signs_in_gets_nothing_of_it(lan, world, correction):
    path = f"/corrections/{correction.reference}/withdraw/"
    send(lan, path, {"reason": WORDS})

    sign_in_by_phone(lan, "0987654321")

    assert "FG3527" not in lan.get("/record/").content.decode()
    assert kept_text.KEPT not in lan.session


def test_it_is_forgotten_after_an_hour(lan, correction):
    path = f"/corrections/{correction.reference}/withdraw/"
    sign_in = send(lan, path, {"reason": WORDS})

    with db_time.at(db_time.now() + timedelta(minutes=61)):
        page = back_at(lan, sign_in)

    assert "FG3527" not in page


def test_it_is_not_readable_in_the_session(lan, correction):
    send(lan, f"/corrections/{correction.reference}/withdraw/", {"reason": WORDS})

    assert "FG3527" not in str(dict(lan.session))


def test_what_was_kept_under_a_key_that_is_gone_is_forgotten(lan, correction, settings):
    send(lan, f"/corrections/{correction.reference}/withdraw/", {"reason": WORDS})
    settings.ACCOUNTS_KEYS = ["another key of the tests, long enough for it"]

    sign_in_by_phone(lan)

    assert lan.get("/record/").status_code == 200
    assert kept_text.KEPT not in lan.session


def test_a_form_that_saved_itself_does_not_win_over_what_was_sent_later(lan, correction):
    path = f"/corrections/{correction.reference}/withdraw/"
    send(lan, path, {"reason": "Trên giấy"})
    referer = {"referer": f"http://testserver{path}"}
    answer = lan.post(path, {"reason": WORDS}, headers=referer)

    assert "FG3527" in back_at(lan, answer.headers["Location"])


@pytest.mark.parametrize(
    "data",
    [
        {"present": "bí mật cũ", "password": "bí mật mới", "again": "bí mật mới"},
        {"csrfmiddlewaretoken": "x"},
        {"reason": "x" * 70_000},
        {},
    ],
)
def test_secrets_nothing_and_too_much_are_not_kept(lan, data):
    send(lan, "/account/", data)

    kept = lan.session.get(kept_text.KEPT)
    assert kept is None


def test_nothing_is_kept_of_somebody_who_was_never_signed_in(client):
    client.post(
        "/account/", {"full_name": WORDS}, headers={"referer": "http://testserver/account/"}
    )

    assert kept_text.KEPT not in client.session


def test_no_message_is_sent_and_nothing_stored_before_the_sign_in(lan, correction):
    before = Message.objects.count()

    send(lan, f"/corrections/{correction.reference}/withdraw/", {"reason": WORDS})

    correction.refresh_from_db()
    assert correction.is_open
    assert Message.objects.count() == before
