"""Passkeys of staff: one proves who signs in, and nothing made up stands for it."""

import json
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from cryptography.hazmat.primitives.asymmetric import ec
from django.test import Client

from accounts.models import User
from accounts.sign_in import passkeys, two_factor
from messaging.models import Message
from tests.accounts.authenticator import Passkey
from tests.accounts.doors import app_code, enter_code, enter_password, make_nurse
from tests.pages import in_english
from tests.sign_in import sign_in_staff
from vaxreg import db_time

pytestmark = pytest.mark.django_db

ADD = "/account/second-factors/passkeys/add/"
REMOVE = "/account/second-factors/passkeys/remove/"
OVERVIEW = "/account/second-factors/"
STEP = "/staff/sign-in/code/"


@pytest.fixture
def minh():
    return make_nurse()


@pytest.fixture
def desk(client: Client, minh: User) -> Client:
    """Minh, signed in a moment ago."""
    sign_in_staff(client, minh)
    in_english(client)
    return client


def add(client: Client, key: Passkey, name: str = "Desk", **said):
    options = client.get(ADD).context["options"]
    return client.post(ADD, {"name": name, "passkey": key.make(options, **said)}, follow=True)


def registered(minh: User, name: bytes = b"minh's desk") -> Passkey:
    client, key = Client(), Passkey(name)
    sign_in_staff(client, minh)
    assert add(client, key).status_code == 200
    return key


def asked(client: Client) -> str:
    """Enter the password, and return what the page asks the browser for."""
    enter_password(client)
    return client.get(STEP).context["options"]


def prove(client: Client, answer: str):
    return client.post(STEP, {"passkey": answer})


def test_a_passkey_is_added_named_used_and_its_owner_is_told(desk, minh):
    key = Passkey()
    shown = add(desk, key, name="Desk of room 2").content.decode()
    browser = Client()

    answer = prove(browser, key.prove(asked(browser)))

    assert "Desk of room 2" in shown
    assert answer.headers["Location"] == "/"
    assert browser.get("/review/").content == b"a queue"
    assert passkeys.passkeys_of(minh)[0].last_used_at is not None
    assert Message.objects.filter(purpose="account.passkey_added").to(str(minh.email)).exists()


def test_somebody_without_a_passkey_is_offered_none(client, minh):
    assert asked(client) == ""
    assert "data-passkey" not in client.get(STEP).content.decode()


def test_a_passkey_alone_opens_nothing(client, minh):
    key = registered(minh)
    options = asked(client)
    stranger = Client()

    assert prove(stranger, key.prove(options)).headers["Location"] == "/staff/sign-in/"
    assert stranger.get("/review/").status_code == 302


STRANGE = {
    "of another site": {"origin": "https://sotiem.example.com"},
    "of a sub-domain": {"origin": "http://evil.localhost"},
    "over another protocol": {"origin": "https://localhost"},
    "on another port": {"origin": "http://localhost:8080"},
    "for another site": {"rp_id": "example.com"},
    "to another challenge": {"challenge": b"x" * 32},
    "without fingerprint or PIN": {"unverified": True},
    "of another kind": {"kind": "payment.get"},
}
MADE_UP = [
    "",
    "{",
    "[]",
    "null",
    "7",
    '{"id": "x"}',
    '{"id":"x","rawId":"x","response":{}}',
    "{" * 9000,
]


@pytest.mark.parametrize("said", STRANGE.values(), ids=STRANGE.keys())
def test_an_answer_that_fits_not_is_refused(client, minh, said):
    key = registered(minh)

    answer = prove(client, key.prove(asked(client), **said))

    assert answer.status_code == 422
    assert client.get("/review/").status_code == 302


@pytest.mark.parametrize("said", STRANGE.values(), ids=STRANGE.keys())
def test_a_registration_that_fits_not_is_refused(desk, minh, said):
    assert add(desk, Passkey(), **said).status_code == 422
    assert not passkeys.passkeys_of(minh)


@pytest.mark.parametrize("text", MADE_UP)
def test_made_up_answers_are_told_and_break_nothing(desk, minh, text):
    registered(minh)
    stranger = Client()
    asked(stranger)

    assert prove(stranger, text).status_code == 422
    assert desk.post(ADD, {"name": "Desk", "passkey": text}).status_code == 422


def test_an_answer_is_good_for_one_challenge_once(minh):
    key = registered(minh)
    first, second = Client(), Client()
    answer = key.prove(asked(first))
    asked(second)

    assert prove(second, answer).status_code == 422
    assert prove(first, answer).headers["Location"] == "/"
    again = Client()
    asked(again)
    assert prove(again, answer).status_code == 422


def test_an_older_page_of_the_same_browser_asks_in_vain(client, minh):
    key = registered(minh)
    older = asked(client)
    client.get(STEP)

    assert prove(client, key.prove(older)).status_code == 422


def test_a_challenge_waits_ten_minutes(client, minh):
    key = registered(minh)
    answer = key.prove(asked(client))

    with db_time.at(db_time.now() + passkeys.ANSWER_WITHIN + timedelta(seconds=1)):
        assert prove(client, answer).status_code == 422


def test_a_challenge_for_adding_proves_nobody(desk, minh):
    key = registered(minh)
    options = json.loads(desk.get(ADD).context["options"])
    as_sign_in = json.dumps({"challenge": options["challenge"], "rpId": "localhost"})

    answer = desk.post(f"{OVERVIEW}confirm/", {"passkey": key.prove(as_sign_in)})

    assert answer.status_code == 422


def test_the_passkey_of_somebody_else_and_a_foreign_signature_are_refused(client, minh):
    hers = registered(make_nurse(email="hoa@demo.sotiem.vn"), b"hoa's desk")
    his = registered(minh)

    assert prove(client, hers.prove(asked(client))).status_code == 422
    forged = his.prove(asked(client), signed_by=ec.generate_private_key(ec.SECP256R1()))
    assert prove(client, forged).status_code == 422
    his.handle = b"somebody else"
    assert prove(client, his.prove(asked(client))).status_code == 422


@pytest.mark.parametrize(
    ("stored", "counter", "status"),
    [(5, 6, 302), (5, 5, 422), (5, 4, 422), (5, 0, 422), (0, 0, 302), (0, 1, 302)],
)
def test_a_counter_that_goes_back_is_that_of_a_copy(client, minh, stored, counter, status):
    key = registered(minh)
    row = Authenticator.objects.get(user=minh, type=Authenticator.Type.WEBAUTHN)
    row.data["counter"] = stored
    row.save()

    answer = prove(client, key.prove(asked(client), counter=counter))

    told = Message.objects.filter(purpose="account.passkey_copied").exists()
    assert (answer.status_code, told) == (status, status == 422 and stored > 0)


def test_one_credential_belongs_to_one_account(desk, minh):
    key = registered(make_nurse(email="hoa@demo.sotiem.vn"))

    assert add(desk, key).status_code == 422
    assert not passkeys.passkeys_of(minh)


def test_ten_passkeys_are_enough(desk, minh):
    for number in range(passkeys.MOST):
        assert add(desk, Passkey(f"key {number:04}".encode())).status_code == 200

    refused = add(desk, Passkey(b"one more key"))

    assert refused.status_code == 422
    assert len(passkeys.passkeys_of(minh)) == passkeys.MOST


def test_a_removed_passkey_opens_nothing_and_the_app_still_does(desk, minh):
    key = registered(minh)
    shown = desk.get(OVERVIEW).content.decode()
    (row,) = passkeys.passkeys_of(minh)

    desk.post(REMOVE, {"passkey": row.pk})

    assert "Remove" in shown
    browser = Client()
    assert asked(browser) == ""
    assert prove(browser, key.prove('{"challenge": "eA", "rpId": "localhost"}')).status_code == 422
    assert enter_code(browser, app_code(minh)).headers["Location"] == "/"


def test_nobody_removes_the_passkey_of_somebody_else_nor_the_app(desk, minh):
    registered(make_nurse(email="hoa@demo.sotiem.vn"))
    others = [*Authenticator.objects.values_list("pk", flat=True), "x", "", "9" * 30]

    assert {desk.post(REMOVE, {"passkey": key}).status_code for key in others} == {404}
    assert two_factor.is_set_up(minh)


def test_wrong_passkeys_are_counted_like_wrong_codes(minh):
    key = registered(minh)
    for _ in range(5):
        client = Client()
        assert prove(client, key.prove(asked(client), unverified=True)).status_code == 422
    client = Client()

    assert prove(client, key.prove(asked(client))).status_code == 429
