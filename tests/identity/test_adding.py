"""VNeID added to an account that is signed in by phone: on the account page, one person each."""

from datetime import date

import pytest

from accounts.models import User
from citizens.access import records_of
from citizens.models import RecordLink
from identity import actions
from identity.models import VneidIdentity
from tests.factories.accounts import UserFactory
from tests.factories.citizens import CitizenFactory, RecordLinkFactory
from tests.sign_in import sign_in_citizen

pytestmark = pytest.mark.django_db

START = "/account/vneid/"


@pytest.fixture
def lan():
    return CitizenFactory.create(
        full_name="Nguyễn Thị Lan",
        date_of_birth=date(1988, 3, 27),
        id_number="001188012345",
        phone="+84912345678",
    )


@pytest.fixture
def user():
    """Another SIM of Lan's: it is not on the record."""
    return UserFactory.create(phone="+84900000123", phone_verified=True)


@pytest.fixture
def client(client, user):
    sign_in_citizen(client, user)
    client.cookies["language"] = "en"
    return client


def page_of(client, address: str) -> str:
    return " ".join(client.get(address, follow=True).content.decode().split())


def test_an_account_is_verified_and_its_record_opens(vneid, client, user, lan):
    offered = page_of(client, "/account/")

    answer = vneid.sign_in(client, "lan", start=START)

    assert "Verify with VNeID" in offered
    assert answer.headers["Location"] == "/record/"
    assert list(records_of(user)) == [lan]
    assert User.objects.get().has_vneid
    page = page_of(client, "/account/")
    assert "verified by VNeID" in page
    assert "001188012345" not in page
    assert "12345" in page
    assert "Verify with VNeID" not in page


def test_afterwards_vneid_enters_the_same_account(vneid, client, user, lan):
    vneid.sign_in(client, "lan", start=START)
    client.post("/sign-out/")

    vneid.sign_in(client, "lan")

    assert User.objects.get() == user


def test_a_record_that_was_open_by_phone_is_verified_now(vneid, client, user, lan):
    link = RecordLinkFactory.create(user=user, citizen=lan)

    vneid.sign_in(client, "lan", start=START)

    link.refresh_from_db()
    assert link.proven_by == "vneid"
    assert RecordLink.objects.count() == 1
    assert "Identity verified by VNeID" in page_of(client, "/record/")


def test_what_health_staff_have_checked_stays_so(vneid, client, user, lan):
    RecordLinkFactory.create(user=user, citizen=lan, proven_by="staff")

    vneid.sign_in(client, "lan", start=START)

    assert RecordLink.objects.get().proven_by == "staff"


def test_an_account_with_another_own_record_is_sent_to_the_hotline(vneid, client, user, lan):
    own = RecordLinkFactory.create(user=user)

    vneid.sign_in(client, "lan", start=START)

    assert list(records_of(user)) == [own.citizen]
    assert "Another record has your personal number too" in page_of(client, "/account/")


@pytest.mark.parametrize(
    ("others", "words"),
    [
        ("account", "belongs to another account"),
        ("person", "has the VNeID of another person"),
        ("staff", "never entered by VNeID"),
        ("session", "not begun in this browser"),
    ],
)
def test_what_cannot_be_added_is_told_in_words(vneid, client, user, lan, others, words):
    if others == "account":
        vneid.sign_in(client, "lan")
        sign_in_citizen(client, user)
        client.cookies["language"] = "en"
    elif others == "person":
        vneid.sign_in(client, "binh", start=START)
    elif others == "staff":
        User.objects.update(email="lan@example.vn")
    before = VneidIdentity.objects.count()
    sent = client.get(START).headers["Location"]
    if others == "session":
        sign_in_citizen(client, UserFactory.create(phone="+84900000999"))
        client.cookies["language"] = "en"

    answer = client.get(vneid.choose(sent, "lan"))

    assert answer.status_code == 403
    assert words in answer.content.decode()
    assert VneidIdentity.objects.count() == before
    assert not records_of(user).exists()


@pytest.mark.parametrize("fault", ["forged", "other_nonce", "expired", "unsigned", "down"])
def test_a_bad_answer_adds_nothing(vneid, client, user, lan, fault):
    answer = vneid.sign_in(client, "lan", fault, start=START)

    assert answer.status_code in (403, 503)
    page = answer.content.decode()
    assert "VNeID was not added" in page or "VNeID does not work just now" in page
    assert not VneidIdentity.objects.exists()
    assert not records_of(user).exists()
    assert not User.objects.get().has_vneid


def another_moment(monkeypatch):
    """Let the next question who has this VNeID be answered as it was a moment ago: nobody."""
    answers = [lambda person: None]
    now = actions._in_force
    monkeypatch.setattr(actions, "_in_force", lambda who: (answers.pop() if answers else now)(who))


def test_a_vneid_that_another_account_took_at_the_same_moment_is_told_in_words(
    vneid, client, user, lan, monkeypatch
):
    vneid.sign_in(client, "lan")
    sign_in_citizen(client, user)
    client.cookies["language"] = "en"
    another_moment(monkeypatch)

    answer = vneid.sign_in(client, "lan", start=START)

    assert answer.status_code == 403
    assert "belongs to another account" in answer.content.decode()


def test_somebody_who_enters_twice_at_once_has_one_account(vneid, client, lan, monkeypatch):
    vneid.sign_in(client, "lan")
    client.post("/sign-out/")
    another_moment(monkeypatch)

    answer = vneid.sign_in(client, "lan")

    assert answer.headers["Location"] == "/record/"
    assert VneidIdentity.objects.count() == 1
