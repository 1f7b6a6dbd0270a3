"""Citizens put an e-mail address on their account, and have sign-in codes sent there."""

import re
from datetime import timedelta

import pytest
from django.test import Client

from accounts import cleaning
from accounts.models import ContactEmail, User
from accounts.sign_in import contact_email
from messaging.models import Channel, Message, State
from tests.accounts.doors import another_code, comparable, last_code, make_nurse
from tests.pages import in_english, text_of
from tests.sign_in import sign_in_citizen, sign_in_staff
from vaxreg import db_time

pytestmark = pytest.mark.django_db

LAN = "+84912345678"
MAIL = "lan@gmail.com"
PAGE = "/account/email/"
CODE = f"{PAGE}code/"


@pytest.fixture
def lan() -> User:
    return User.objects.create_user(phone=LAN, phone_verified=True, language="en")


@pytest.fixture
def account(client: Client, lan: User) -> Client:
    sign_in_citizen(client, lan)
    return in_english(client)


def mailed(address: str = MAIL, purpose: str = "account.email_code") -> str:
    """The code of the newest e-mail to this address."""
    letter = Message.objects.to(address).filter(purpose=purpose, channel=Channel.EMAIL).latest("pk")
    found = re.match(r"\d{6}", letter.text)
    assert found
    assert letter.is_secret
    return found[0]


def told(purpose: str = "account.email_changed") -> list[str]:
    sent = Message.objects.to(LAN).filter(purpose=purpose, channel=Channel.SMS, in_inbox=True)
    return list(sent.order_by("pk").values_list("text", flat=True))


def on_file(user: User, address: str = MAIL) -> None:
    contact_email.give(user, address, client="10.0.0.1")
    assert contact_email.confirm(user, mailed(address)) == contact_email.CONFIRMED


def test_an_address_counts_once_its_code_is_typed_and_the_phone_is_told(account, lan):
    account.post(PAGE, {"address": MAIL})
    before = contact_email.of(lan)
    answer = account.post(CODE, {"code": mailed()}, follow=True)

    assert before == ""
    assert contact_email.of(lan) == MAIL
    assert MAIL in text_of(answer)
    (text,) = told()
    assert "l•••@gmail.com" in text
    assert "1900 9095" in text
    assert MAIL not in text


def test_the_address_is_encrypted_and_is_no_sign_in_of_staff(account, lan):
    on_file(lan)

    lan.refresh_from_db()
    assert lan.email is None
    with pytest.raises(User.DoesNotExist):
        User.objects.get(email=MAIL)


@pytest.mark.parametrize(
    "typed", ["", "lan", "lan@", "@gmail.com", "lan@gmail", "a b@c.vn", "x" * 300]
)
def test_what_is_no_address_is_told_and_kept(account, lan, typed):
    answer = account.post(PAGE, {"address": typed, "csrfmiddlewaretoken": "x"})

    assert answer.status_code == 422
    assert not Message.objects.exists()
    assert not ContactEmail.objects.exists()


def test_five_wrong_codes_end_it_and_nothing_is_stored(account, lan):
    account.post(PAGE, {"address": MAIL})
    wrong = another_code(mailed())

    answers = [text_of(account.post(CODE, {"code": wrong})) for _ in range(5)]
    last = account.post(CODE, {"code": mailed()})

    assert "4 more times" in answers[0]
    assert "no longer works" in answers[4]
    assert last.status_code == 422
    assert contact_email.of(lan) == ""


def test_a_code_ends_after_half_an_hour(lan):
    contact_email.give(lan, MAIL, client="10.0.0.1")

    with db_time.at(db_time.now() + contact_email.GOOD_FOR):
        assert contact_email.confirm(lan, mailed()) == 0


def test_an_address_that_nobody_confirmed_is_forgotten_and_a_confirmed_one_kept(lan):
    binh = User.objects.create_user(phone="+84987654321")
    on_file(lan)
    contact_email.give(binh, "binh@gmail.com", client="10.0.0.1")

    with db_time.at(db_time.now() + timedelta(hours=1)):
        cleaning.purge()

    assert (contact_email.of(lan), contact_email.waiting(binh)) == (MAIL, "")


def test_the_code_of_another_address_or_account_confirms_nothing(lan):
    binh = User.objects.create_user(phone="+84987654321")
    contact_email.give(binh, "binh@gmail.com", client="10.0.0.1")
    contact_email.give(lan, MAIL, client="10.0.0.1")

    assert contact_email.confirm(lan, mailed("binh@gmail.com")) == 4


def test_another_address_replaces_the_first_when_it_is_confirmed_and_not_before(lan):
    on_file(lan)
    with db_time.at(db_time.now() + timedelta(minutes=2)):
        contact_email.give(lan, "lan@example.vn", client="10.0.0.1")
        before = contact_email.of(lan)
        contact_email.confirm(lan, mailed("lan@example.vn"))

    assert before == MAIL
    assert contact_email.of(lan) == "lan@example.vn"


def test_an_address_is_taken_off_and_the_phone_is_told(account, lan):
    on_file(lan)

    account.post(f"{PAGE}remove/")
    account.post(f"{PAGE}remove/")

    assert not ContactEmail.objects.exists()
    assert ["taken off" in text for text in told()] == [False, True]


def test_nobody_fills_the_mailbox_of_a_stranger(account, lan):
    first = account.post(PAGE, {"address": MAIL})
    at_once = account.post(PAGE, {"address": "other@gmail.com"})
    for number in range(4):
        contact_email.give(
            User.objects.create_user(phone=f"+8491111111{number}"), MAIL, client="10.0.0.1"
        )
    other = User.objects.create_user(phone="+84922222222")

    assert (first.status_code, at_once.status_code) == (302, 429)
    with pytest.raises(contact_email.TooManyEmails):
        contact_email.give(other, MAIL.upper(), client="10.0.0.1")


def test_the_account_page_of_somebody_who_is_staff_too_keeps_the_two_addresses_apart():
    minh = make_nurse(phone=LAN)
    on_file(minh)
    citizen, staff = Client(), Client()
    sign_in_citizen(citizen, minh)
    sign_in_staff(staff, minh)

    as_citizen, as_staff = (text_of(one.get("/account/")) for one in (citizen, staff))

    assert (MAIL in as_citizen, str(minh.email) in as_citizen) == (True, False)
    assert (MAIL in as_staff, str(minh.email) in as_staff) == (False, True)
    assert staff.get(PAGE).headers["Location"].startswith("/sign-in/")


# At the sign-in.


def waiting(phone: str = "0912 345 678") -> Client:
    client = in_english(Client())
    client.post("/sign-in/", {"phone": phone})
    return client


def by_email(client: Client, settings):
    settings.CODES_PER_NUMBER = [(9, timedelta(minutes=1))]
    return client.post("/sign-in/code/again/", {"by": "email"})


def test_a_code_by_e_mail_opens_the_session(lan, settings):
    on_file(lan)
    client = waiting()
    by_email(client, settings)

    answer = client.post("/sign-in/code/", {"code": mailed(purpose="sign_in_code")})

    assert answer.headers["Location"] == "/record/"


def test_the_code_of_the_sms_still_works_after_one_by_e_mail(lan, settings):
    client = waiting()
    by_email(client, settings)

    assert client.post("/sign-in/code/", {"code": last_code(LAN)}).status_code == 302


def test_a_code_by_e_mail_does_not_prove_that_the_phone_is_theirs(lan, settings):
    on_file(lan)
    User.objects.filter(pk=lan.pk).update(phone_verified=False)
    client = waiting()
    by_email(client, settings)

    client.post("/sign-in/code/", {"code": mailed(purpose="sign_in_code")})

    lan.refresh_from_db()
    assert not lan.phone_verified


def test_five_wrong_guesses_end_both_codes(lan, settings):
    on_file(lan)
    client = waiting()
    by_email(client, settings)
    right = {mailed(purpose="sign_in_code"), last_code(LAN)}
    wrong = next(code for code in ("000000", "000001", "000002") if code not in right)

    for _ in range(5):
        answer = client.post("/sign-in/code/", {"code": wrong})

    assert answer.status_code == 429
    assert client.get("/sign-in/code/").headers["Location"] == "/sign-in/"


def test_a_code_by_e_mail_counts_and_waits_like_an_sms(lan):
    on_file(lan)

    assert waiting().post("/sign-in/code/again/", {"by": "email"}).status_code == 429


def test_an_address_that_is_not_confirmed_gets_no_code(lan, settings):
    contact_email.give(lan, MAIL, client="10.0.0.1")
    by_email(waiting(), settings)

    assert not Message.objects.filter(purpose="sign_in_code", channel=Channel.EMAIL).exists()


def test_a_stranger_learns_of_no_e_mail_address(lan, settings):
    """With an address, without one, and for a number never seen: the very same pages."""
    on_file(lan)
    User.objects.create_user(phone="+84912345670", phone_verified=True)
    seen = []
    for phone in ("0912 345 678", "0912 345 670", "0912 345 671"):
        client = waiting(phone)
        answers = [client.get("/sign-in/code/"), by_email(client, settings)]
        Message.objects.filter(channel=Channel.EMAIL).update(
            state=State.SENT, sent_at=db_time.now()
        )
        answers += [client.get("/sign-in/code/"), client.get("/sign-in/code/state/")]
        answers.append(client.post("/sign-in/code/", {"code": "00000000"}))
        seen.append([comparable(answer, phone) for answer in answers])

    assert seen[0] == seen[1] == seen[2]
    assert "gmail" not in str(seen)


def test_whoever_signed_in_here_before_sees_where_it_goes_and_what_became_of_it(lan, settings):
    settings.CODES_PER_NUMBER = [(9, timedelta(minutes=1))]
    on_file(lan)
    client = waiting()
    client.post("/sign-in/code/", {"code": last_code(LAN)})
    client.post("/sign-out/")
    client.post("/sign-in/", {"phone": "0912 345 678"})

    offered = text_of(client.get("/sign-in/code/"))
    by_email(client, settings)
    became = text_of(client.get("/sign-in/code/"))

    assert "Send it by e-mail to l•••@gmail.com" in offered
    assert "The e-mail is being sent." in became
    contact_email.take_off(lan)
    assert "by e-mail" not in text_of(client.get("/sign-in/code/")).partition("No code came?")[2]
