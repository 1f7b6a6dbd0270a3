"""Every answer of VNeID that must not be believed, and every way not to answer: refused in words."""

import pytest
from django.contrib.sessions.models import Session

from accounts.models import User
from citizens.models import RecordLink
from identity.models import VneidIdentity
from identity.vneid.allauth import remembered
from messaging.models import Message
from tests.factories.citizens import CitizenFactory

pytestmark = pytest.mark.django_db

NOT_PROVEN = "did not prove that it comes from VNeID"
TOO_OLD = "was too old"
UNREADABLE = "cannot be read"
NO_ANSWER = "does not answer just now"
TOO_LITTLE = "did not give your full name"
# What goes wrong with one sign-in -> what its citizen reads.
LIES = {
    "other_nonce": NOT_PROVEN,
    "no_nonce": NOT_PROVEN,
    "other_audience": NOT_PROVEN,
    "more_audiences": NOT_PROVEN,
    "other_party": NOT_PROVEN,
    "other_issuer": NOT_PROVEN,
    "expired": TOO_OLD,
    "from_tomorrow": NOT_PROVEN,
    "forged": NOT_PROVEN,
    "changed": NOT_PROVEN,
    "unknown_key": NOT_PROVEN,
    "unsigned": NOT_PROVEN,
    "by_secret": NOT_PROVEN,
    "by_public_key": NOT_PROVEN,
    "old_sign_in": TOO_OLD,
    "other_subject": NOT_PROVEN,
    "low_level": "not identified at level 2",
    "no_number": TOO_LITTLE,
    "no_birthdate": TOO_LITTLE,
}
SILENCES = {
    "slow": NO_ANSWER,
    "trickle": NO_ANSWER,
    "trickling_headers": NO_ANSWER,
    "down": NO_ANSWER,
    "error": NO_ANSWER,
    "unreadable": UNREADABLE,
    "huge": NO_ANSWER,
    "elsewhere": UNREADABLE,
}
ENDLESS = ["slow", "trickle", "trickling_headers"]
# Seconds.
SHORT = 0.3
AT_THE_EXCHANGE = {**SILENCES, "no_id_token": UNREADABLE}


@pytest.fixture
def lan():
    """The record that an answer would open if it were believed."""
    return CitizenFactory.create(
        full_name="Nguyễn Thị Lan",
        date_of_birth="1988-03-27",
        id_number="001188012345",
        phone="+84912345678",
    )


@pytest.fixture
def client(client):
    client.cookies["language"] = "en"
    return client


def assert_nobody_entered(client, answer, words: str) -> None:
    page = answer.content.decode()
    assert answer.status_code in (403, 503), page
    assert words in page
    # The other ways to sign in, and somebody to call.
    assert 'href="/sign-in/' in page
    assert "1900 9095" in page
    assert client.get("/record/").headers["Location"].startswith("/sign-in/")
    tables = (User, VneidIdentity, RecordLink, Message)
    assert not [table.__name__ for table in tables if table.objects.exists()]


@pytest.mark.parametrize(("fault", "words"), LIES.items())
def test_an_answer_that_must_not_be_believed_is_refused(vneid, client, lan, fault, words):
    answer = vneid.sign_in(client, "lan", fault)

    assert_nobody_entered(client, answer, words)
    assert answer.status_code == 403


@pytest.mark.parametrize(("fault", "words"), SILENCES.items())
def test_nobody_is_sent_to_a_provider_that_does_not_answer(
    vneid, client, lan, settings, fault, words
):
    vneid.set_fault(fault)
    if fault in ENDLESS:
        settings.VNEID_TIMEOUT = SHORT

    answer = client.get("/sign-in/vneid/")

    assert_nobody_entered(client, answer, words)
    assert answer.headers["Retry-After"]


@pytest.mark.parametrize(("fault", "words"), AT_THE_EXCHANGE.items())
def test_a_provider_that_fails_half_way_is_told_in_words(
    vneid, client, lan, settings, fault, words
):
    sent = client.get("/sign-in/vneid/")
    back = vneid.choose(sent.headers["Location"], "lan", fault)
    if fault in ENDLESS:
        settings.VNEID_TIMEOUT = SHORT

    assert_nobody_entered(client, client.get(back), words)


@pytest.mark.parametrize("fault", ENDLESS)
def test_whoever_never_ends_is_not_waited_for(vneid, client, settings, caplog, fault):
    vneid.set_fault(fault)
    settings.VNEID_TIMEOUT = SHORT

    client.get("/sign-in/vneid/")

    told = next(one for one in caplog.records if one.getMessage() == "vneid_refused")
    assert told.detail in ("Timeout", "ReadTimeout", "TooLong")


def test_a_provider_that_is_not_there_is_told_in_words(vneid, client, lan, settings):
    settings.VNEID_ISSUER = "http://127.0.0.1:9"

    assert_nobody_entered(client, client.get("/sign-in/vneid/"), NO_ANSWER)


def test_a_provider_that_says_it_is_another_one_is_refused(vneid, client, lan, settings):
    settings.VNEID_ISSUER = vneid.issuer.replace("127.0.0.1", "localhost")

    assert_nobody_entered(client, client.get("/sign-in/vneid/"), NOT_PROVEN)


def test_keys_that_cannot_be_fetched_are_told_in_words(vneid, client, lan):
    sent = client.get("/sign-in/vneid/")
    back = vneid.choose(sent.headers["Location"], "lan")
    vneid.set_fault("down")

    assert_nobody_entered(client, client.get(back), NO_ANSWER)


def test_an_answer_to_another_browser_is_refused(vneid, client, lan):
    sent = client.get("/sign-in/vneid/")
    back = vneid.choose(sent.headers["Location"], "lan")
    client.cookies.clear()
    client.cookies["language"] = "en"

    assert_nobody_entered(client, client.get(back), "not begun in this browser")


@pytest.mark.parametrize(
    "query", ["", "?code=x", "?state=x", "?code=x&state=x", "?error=server_error", "?code="]
)
def test_an_answer_that_nobody_asked_for_is_refused(vneid, client, lan, query):
    answer = client.get(f"/sign-in/vneid/back/{query}")

    assert_nobody_entered(client, answer, "not begun in this browser")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("iss=https://another.example", NOT_PROVEN),
        ("error=server_error", UNREADABLE),
        ("code=", UNREADABLE),
        ("code=guessed", NOT_PROVEN),
    ],
)
def test_an_answer_that_was_tampered_with_is_refused(vneid, client, lan, change, words):
    sent = client.get("/sign-in/vneid/")
    back = vneid.choose(sent.headers["Location"], "lan")

    assert_nobody_entered(client, client.get(f"{back}&{change}"), words)


def test_an_answer_is_good_once(vneid, client, lan):
    sent = client.get("/sign-in/vneid/")
    back = vneid.choose(sent.headers["Location"], "lan")
    first = client.get(back)
    client.post("/sign-out/")

    again = client.get(back)

    assert first.headers["Location"] == "/record/"
    assert again.status_code == 403
    assert "not begun in this browser" in again.content.decode()


def test_whoever_says_no_at_vneid_reads_so_and_can_go_another_way(vneid, client):
    answer = vneid.sign_in(client, "", start="/sign-in/vneid/?next=/corrections/")

    page = answer.content.decode()
    assert answer.status_code == 200
    assert "You did not finish at VNeID" in page
    assert "/sign-in/?next=%2Fcorrections%2F" in page
    assert not User.objects.exists()


def test_while_others_wait_for_vneid_the_next_one_is_told_at_once(vneid, client, monkeypatch):
    from identity.vneid import calls

    monkeypatch.setattr(calls, "PATIENCE", 0.01)
    taken = 0
    while calls._turns.acquire(blocking=False):
        taken += 1
    try:
        answer = client.get("/sign-in/vneid/")
    finally:
        for _ in range(taken):
            calls._turns.release()

    assert answer.status_code == 503
    assert "Too many people sign in with VNeID" in answer.content.decode()


def test_keys_that_changed_since_the_last_sign_in_are_fetched_anew(vneid, client, lan):
    vneid.sign_in(client, "lan")
    remembered.put(f"{vneid.issuer}/keys", [])
    client.post("/sign-out/")

    assert vneid.sign_in(client, "lan").headers["Location"] == "/record/"


def test_a_refused_answer_leaves_no_session_that_is_signed_in(vneid, client):
    vneid.sign_in(client, "lan", "forged")

    assert not [one for one in Session.objects.all() if "_auth_user_id" in one.get_decoded()]
