"""A sign-in by VNeID: whose account, whose record, and what is told to whom."""

import re
from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from citizens import link_messages, links
from citizens.access import account_ids_of_person, records_of
from citizens.models import Citizen, RecordLink
from corrections import actions, outbox
from corrections.actions import filing
from corrections.actions.filing import Claim
from corrections.models import OutboxRow
from identity import urls
from identity.models import VneidIdentity
from messaging.models import Message
from tests import world as worlds
from tests.factories.accounts import UserFactory, verify
from tests.factories.citizens import CitizenFactory, RecordLinkFactory
from tests.factories.organizations import AreaFactory
from tests.sign_in import sign_in_citizen, sign_in_staff
from vaxreg import db_time

pytestmark = pytest.mark.django_db

PHONE = "+84912345678"
LAN = {
    "full_name": "Nguyễn Thị Lan",
    "date_of_birth": date(1988, 3, 27),
    "id_number": "001188012345",
    "sex": "female",
}


@pytest.fixture
def lan() -> Citizen:
    return CitizenFactory.create(**LAN, phone=PHONE)


@pytest.fixture
def client(client):
    client.cookies["language"] = "en"
    return client


def page_of(client: Client, address: str) -> str:
    return " ".join(client.get(address, follow=True).content.decode().split())


def test_one_tap_opens_the_record_and_verifies_the_identity(vneid, client, lan):
    answer = vneid.sign_in(client, "lan")

    user, link = User.objects.get(), RecordLink.objects.get()
    known = VneidIdentity.objects.get()
    assert answer.headers["Location"] == "/record/"
    assert (link.user, link.citizen, link.relation, link.proven_by) == (user, lan, "self", "vneid")
    assert (known.user, known.issuer, known.id_number) == (user, vneid.issuer, LAN["id_number"])
    assert (known.full_name, known.date_of_birth) == (LAN["full_name"], LAN["date_of_birth"])
    assert (user.full_name, user.phone, user.email) == (LAN["full_name"], None, None)
    page = page_of(client, "/record/")
    assert "Your identity is verified by VNeID, and your record is open." in page
    assert "Identity verified by VNeID" in page


@pytest.mark.parametrize("fault", ["none", "facts_at_userinfo"])
def test_facts_may_stand_in_the_token_or_at_the_userinfo_endpoint(vneid, client, lan, fault):
    vneid.sign_in(client, "lan", fault)

    assert RecordLink.objects.get().citizen == lan


def test_the_phone_on_record_and_the_other_holders_are_told_at_once(vneid, client, lan):
    holder = UserFactory.create(phone="+84901234567")
    RecordLinkFactory.create(user=holder, citizen=lan)

    vneid.sign_in(client, "lan")

    told = sorted(Message.objects.all(), key=lambda one: one.recipient)
    assert [one.recipient for one in told] == ["+84901234567", PHONE]
    assert {(one.purpose, one.may_wait) for one in told} == {("record.opened", False)}
    assert all("VNeID" in one.text and "001188012345" not in one.text for one in told)
    token = re.search(r"/record/not-me/([^/]+)/", told[0].text)
    assert token
    assert link_messages.link_of_token(token.group(1)).proven_by == "vneid"


def test_whoever_was_told_stops_it_and_it_does_not_open_again_by_itself(vneid, client, lan):
    vneid.sign_in(client, "lan")
    token = re.search(r"/record/not-me/([^/]+)/", Message.objects.get().text).group(1)
    page = page_of(Client(headers={"accept-language": "en"}), f"/record/not-me/{token}/")
    Client().post(f"/record/not-me/{token}/")

    client.post("/sign-out/")
    vneid.sign_in(client, "lan")

    assert "Somebody whose identity VNeID has verified" in page
    user = User.objects.get()
    assert not records_of(user).exists()
    assert "has stopped its opening" in page_of(client, "/record/")
    # Staff who see the person open it all the same.
    assert [one.user for one in links.asked_for(lan)] == [user]


def test_the_same_person_comes_back_to_the_same_account(vneid, client, lan):
    vneid.sign_in(client, "lan")
    client.post("/sign-out/")

    vneid.sign_in(client, "lan")

    assert User.objects.count() == VneidIdentity.objects.count() == RecordLink.objects.count() == 1
    assert Message.objects.count() == 1


def test_the_key_is_issuer_with_subject_so_another_issuer_is_another_account(vneid, client, lan):
    vneid.sign_in(client, "lan")
    VneidIdentity.objects.update(issuer="https://earlier.example")
    client.post("/sign-out/")

    vneid.sign_in(client, "lan")

    assert User.objects.count() == 2


def test_a_phone_number_is_no_key_so_nobody_elses_account_is_entered(vneid, client, lan):
    by_phone = UserFactory.create(phone=PHONE, full_name=LAN["full_name"])
    RecordLinkFactory.create(user=by_phone, citizen=lan)

    vneid.sign_in(client, "lan")

    assert VneidIdentity.objects.get().user != by_phone
    assert Message.objects.get().recipient == PHONE


@pytest.mark.parametrize(
    "changed",
    [
        {"full_name": "Nguyễn Thị Hoa"},
        {"full_name": "Lan"},
        {"date_of_birth": date(1988, 3, 26)},
        {"date_of_birth": date(1987, 1, 1), "birth_precision": "year"},
        {"full_name": "Trần Văn Nam", "date_of_birth": date(1950, 1, 1)},
    ],
)
def test_a_record_with_another_name_or_birth_waits_for_staff(vneid, client, changed):
    record = CitizenFactory.create(**{**LAN, **changed}, phone=PHONE)
    UserFactory.create(phone=PHONE, language="en")

    vneid.sign_in(client, "lan")

    user, link = VneidIdentity.objects.get().user, RecordLink.objects.get()
    assert not records_of(user).exists()
    assert link.needs_confirmation
    assert list(links.asked_for(record)) == [link]
    assert "Health staff look at the papers" in Message.objects.get().text
    page = page_of(client, "/record/")
    assert "has another name or date of birth" in page
    assert "bring your identity card" in page
    assert str(record.full_name) not in page.replace(user.full_name, "")


@pytest.mark.parametrize(
    "written",
    [
        {"full_name": "Nguyen Thi Lan"},
        {"full_name": "NGUYỄN THỊ LAN"},
        {"date_of_birth": date(1988, 1, 1), "birth_precision": "year"},
        {"date_of_birth": date(1988, 3, 1), "birth_precision": "month"},
        {"sex": "unknown"},
    ],
)
def test_the_same_facts_written_another_way_open_the_record(vneid, client, written):
    CitizenFactory.create(**{**LAN, **written})

    vneid.sign_in(client, "lan")

    assert records_of(User.objects.get()).exists()


def test_an_unproven_number_opens_only_after_the_phone_could_object(vneid, client):
    record = CitizenFactory.create(**LAN, phone=PHONE, id_number_proven=False)
    UserFactory.create(phone=PHONE, language="en")

    vneid.sign_in(client, "lan")

    user, link = VneidIdentity.objects.get().user, RecordLink.objects.get()
    assert not records_of(user).exists()
    assert (link.since - link.asked_at, link.needs_confirmation) == (links.WAIT, False)
    assert "somebody with VNeID asks" in Message.objects.get().text
    assert "nobody has checked yet whose it is" in page_of(client, "/record/")
    with db_time.at(link.since):
        assert list(records_of(user)) == [record]


def test_a_number_typed_for_somebody_else_says_nothing(vneid, client):
    CitizenFactory.create(**{**LAN, "full_name": "Lê Văn Tám"}, id_number_proven=False)

    vneid.sign_in(client, "lan")

    assert not RecordLink.objects.exists()
    assert not Message.objects.exists()
    page = page_of(client, "/record/")
    assert "No record has your personal number yet" in page
    assert "No record has been opened yet" in page


def test_several_unproven_records_are_for_the_hotline(vneid, client):
    CitizenFactory.create_batch(2, **LAN, id_number_proven=False)

    vneid.sign_in(client, "lan")

    assert not RecordLink.objects.exists()
    assert "Several records have your personal number" in page_of(client, "/record/")


def test_the_number_of_a_merged_part_opens_the_kept_record(vneid, client):
    kept = CitizenFactory.create(**{**LAN, "id_number": "012345678"})
    CitizenFactory.create(**LAN, merged_into=kept)

    vneid.sign_in(client, "lan")

    assert list(records_of(User.objects.get())) == [kept]


def test_a_new_name_at_vneid_is_stored_beside_the_old_one(vneid, client, lan):
    vneid.sign_in(client, "lan")
    VneidIdentity.objects.update(full_name="Nguyễn Thị Lân")
    client.post("/sign-out/")

    vneid.sign_in(client, "lan")

    old, new = VneidIdentity.objects.order_by("pk")
    assert (old.full_name, new.full_name) == ("Nguyễn Thị Lân", LAN["full_name"])
    assert old.ended_at
    assert not new.ended_at


def test_another_number_for_the_same_subject_is_refused(vneid, client, lan):
    vneid.sign_in(client, "lan")
    client.post("/sign-out/")

    answer = vneid.sign_in(client, "lan", "other_number")

    assert answer.status_code == 403
    assert "another personal number than before" in answer.content.decode()
    assert VneidIdentity.objects.get().id_number == LAN["id_number"]


def test_an_account_that_was_shut_is_not_entered(vneid, client, lan):
    vneid.sign_in(client, "lan")
    User.objects.update(is_active=False)
    client.post("/sign-out/")

    answer = vneid.sign_in(client, "lan")

    assert answer.status_code == 403
    assert "This account is shut" in answer.content.decode()


@pytest.mark.parametrize(
    "staff", [{"email": "lan@example.vn"}, {"is_staff": True}, {"is_superuser": True}]
)
def test_a_staff_account_is_never_entered_by_vneid(vneid, client, lan, staff):
    vneid.sign_in(client, "lan")
    User.objects.update(**staff)
    client.post("/sign-out/")

    answer = vneid.sign_in(client, "lan")

    assert answer.status_code == 403
    assert "never entered by VNeID" in answer.content.decode()
    assert client.get("/record/").status_code == 302


def test_a_staff_session_ends_and_a_citizens_session_of_their_own_begins(vneid, client, lan):
    nurse = UserFactory.create(staff=True)
    sign_in_staff(client, nurse)
    client.cookies["language"] = "en"

    vneid.sign_in(client, "lan")

    assert client.get("/account/password/").headers["Location"].startswith("/staff/sign-in/")
    assert "Nguyễn Thị Lan" in page_of(client, "/record/")


def test_staff_are_recognised_in_the_account_that_vneid_made_for_them(vneid, client):
    nurse = UserFactory.create(staff=True, verified=False)
    verify(nurse, id_number="001180000000")

    vneid.sign_in(client, "minh")

    made = VneidIdentity.objects.get().user
    assert made != nurse
    assert account_ids_of_person(nurse) >= {nurse.pk, made.pk}
    assert account_ids_of_person(made) >= {nurse.pk, made.pk}


def test_after_signing_in_one_is_where_one_wanted_to_go(vneid, client, lan):
    answer = vneid.sign_in(client, "lan", start="/sign-in/vneid/?next=/corrections/")

    assert answer.headers["Location"] == "/corrections/"


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "javascript:x"])
def test_nobody_is_led_to_another_site(vneid, client, lan, elsewhere):
    answer = vneid.sign_in(client, "lan", start=f"/sign-in/vneid/?next={elsewhere}")

    assert answer.headers["Location"] == "/record/"


def test_the_request_to_vneid_has_state_nonce_pkce_level_and_age(vneid, client):
    first = client.get("/sign-in/vneid/").headers["Location"]
    second = client.get("/sign-in/vneid/").headers["Location"]

    asked = dict(re.findall(r"[?&](\w+)=([^&]*)", first))
    assert (asked["code_challenge_method"], asked["response_type"]) == ("S256", "code")
    assert (asked["acr_values"], asked["max_age"]) == ("2", "900")
    assert len(asked["code_challenge"]) == 43
    assert set(asked["scope"].split("+")) == {"openid", "profile"}
    for name in ("state", "nonce", "code_challenge"):
        assert len(asked[name]) >= 16
        assert f"{name}={asked[name]}" not in second


def test_too_many_sign_ins_from_one_address_wait(vneid, client, settings):
    settings.VNEID_PER_ADDRESS = [(1, settings.SIGN_IN_HOUR)]

    first, second = client.get("/sign-in/vneid/"), client.get("/sign-in/vneid/")

    assert (first.status_code, second.status_code) == (302, 429)
    assert second.headers["Retry-After"]


def test_where_vneid_is_not_set_up_nothing_offers_it(client, db):
    user = UserFactory.create()

    assert "VNeID" not in page_of(client, "/sign-in/")
    for address in ("/sign-in/vneid/", "/sign-in/vneid/back/?code=x&state=x"):
        assert client.get(address).status_code == 404
    sign_in_citizen(client, user)
    assert "VNeID" not in page_of(client, "/account/")
    assert client.get("/account/vneid/").status_code == 404


def test_the_sign_in_page_offers_vneid_and_keeps_where_one_wanted_to_go(vneid, client):
    page = page_of(client, "/sign-in/?next=/corrections/")

    assert "Sign in with VNeID" in page
    assert 'href="/sign-in/vneid/?next=%2Fcorrections%2F"' in page


@pytest.mark.parametrize(
    "address",
    [
        "/record/",
        "/record/open/",
        "/record/start/",
        "/record/asked/",
        "/corrections/",
        "/messages/",
        "/account/",
        "/call-me-back/",
        "/help/",
        "/follow/",
    ],
)
@pytest.mark.parametrize("person", ["lan", "hanh"])
def test_every_page_of_a_citizen_works_without_a_phone_number(vneid, client, lan, person, address):
    vneid.sign_in(client, person)

    answer = client.get(address, follow=True)

    assert answer.status_code == 200
    page = answer.content.decode()
    assert "None" not in re.sub(r"<[^>]*>", "", page)


def test_an_account_without_a_phone_starts_a_record(vneid, client):
    vneid.sign_in(client, "hanh")
    province = AreaFactory.create()

    form = client.post(
        "/record/start/",
        {
            "full_name": "Lê Thị Hạnh",
            "date_of_birth": "15/06/1990",
            "sex": "female",
            "id_number": "001190055667",
            "province": province.code,
            "nationality": "VN",
        },
    )

    assert form.status_code == 302
    assert records_of(User.objects.get()).get().phone == ""


def test_a_holder_without_a_phone_is_told_in_the_inbox_on_the_site(vneid, client, lan):
    vneid.sign_in(client, "lan")
    holder = VneidIdentity.objects.get().user
    other = UserFactory.create(phone="+84901234567")

    links.make(other, lan, "staff", "self")

    told = Message.objects.get(user=holder)
    assert (told.channel, told.purpose, told.in_inbox) == ("inbox", "record.opened", True)
    page = page_of(client, "/messages/")
    assert "a phone ending in 567 opened" in page
    assert "Only here: your account has no phone number" in page
    assert "Send it to my phone again" not in page


def test_a_question_about_a_proposal_reaches_an_account_without_a_phone(vneid, client, world):
    vneid.sign_in(client, "lan")
    user = VneidIdentity.objects.get().user

    filed = filing.file(
        by=user,
        citizen=world.citizens["lan"],
        key="of-lan",
        claims=[Claim(dose=worlds.dose(world), proposed={"vaccine": world.pfizer.code})],
    )
    case = actions.route(filed.corrections.get())
    actions.ask(case, by=world.user("minh"), question="Bạn còn giấy xác nhận không?")
    for row in OutboxRow.objects.order_by("pk"):
        outbox.do(row.pk)

    assert Message.objects.filter(user=user, channel="inbox", purpose="correction.asked")
    assert case.reference in page_of(client, "/messages/")


@pytest.mark.parametrize(
    "name", ["queue", "pool", "people-all", "policy", "hotline", "oversight", "accounts:password"]
)
def test_a_session_by_vneid_opens_no_page_of_staff(vneid, client, lan, name):
    vneid.sign_in(client, "lan")

    assert client.get(reverse(name)).headers["Location"].startswith("/staff/sign-in/")


def test_the_pages_by_which_vneid_begins_a_session_are_these():
    assert {page.name for page in urls.urlpatterns} == {"vneid", "vneid-add", "vneid-back"}
