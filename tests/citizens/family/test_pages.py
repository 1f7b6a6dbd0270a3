"""Pages of families: ask, the code, the answer, the counter; and who filed a case."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client

from accounts.models import User
from citizens.family import consent
from citizens.models import ConsentRequest, RecordLink
from corrections import actions
from corrections.actions import filing
from corrections.actions.filing import Claim
from messaging.models import Message
from tests import world as worlds
from tests.conftest import SignIn
from tests.factories.accounts import UserFactory
from tests.factories.citizens import RecordLinkFactory
from tests.world import World

pytestmark = pytest.mark.django_db

LAN = {"full_name": "Nguyễn Thị Lan", "date_of_birth": "27/3/1988", "phone": "0912 345 678"}


@pytest.fixture
def hoa(world: World) -> User:
    return UserFactory.create(full_name="Trần Thị Hoa", phone="+84905555200")


def english(client: Client) -> Client:
    client.cookies["language"] = "en"
    return client


def main_of(response) -> str:
    text = " ".join(response.content.decode().split())
    return text.split("<main")[1].split("</main>")[0]


def code() -> str:
    text = Message.objects.filter(purpose="record.consent_code").latest("pk").text
    found = re.search(r"\b\d{6}\b", text)
    assert found
    return found.group()


def test_the_page_after_asking_is_the_same_for_a_record_and_for_none(
    world: World, hoa: User, as_citizen: SignIn
):
    client, pages = english(as_citizen(hoa)), []
    for phone in ("0912 345 678", "0912 345 679"):
        answer = client.post("/record/family/", LAN | {"phone": phone}, follow=True)
        shown = main_of(answer)
        assert answer.redirect_chain[0][1] == 302
        wrong = main_of(client.post(answer.request["PATH_INFO"], {"code": "000000"}))
        pages.append(
            [
                re.sub(r'\d\d:\d\d|datetime="[^"]*"|value="[^"]{64}"', "", text)
                for text in (shown, wrong)
            ]
        )

    assert pages[0] == pages[1]
    assert "You can try 4 more times" in pages[0][1]
    assert len(Message.objects.all()) == 1


def test_the_code_opens_the_record_and_each_sees_the_other_there(
    world: World, hoa: User, as_citizen: SignIn
):
    client = english(as_citizen(hoa))
    page = client.post("/record/family/", LAN).url

    answer = client.post(page, {"code": code()}, follow=True)

    shown = main_of(answer)
    assert "Who can open the record of Nguyễn Thị Lan" in shown
    assert "The person agreed" in shown
    assert "Ends by itself" in shown
    mine = main_of(english(as_citizen(world.user("lan"))).get("/record/who/"))
    assert "T. T. Hoa · 09•• ••• 200" in mine
    assert client.get(page).status_code == 404


@pytest.mark.parametrize("phone", ["", "0905 555 200"])
def test_without_a_phone_of_theirs_the_page_speaks_of_no_code(
    hoa: User, as_citizen: SignIn, phone: str
):
    answer = english(as_citizen(hoa)).post("/record/family/", LAN | {"phone": phone}, follow=True)

    assert "No code is sent" in main_of(answer)
    assert 'name="code"' not in main_of(answer)
    assert "to the place that gave the doses" in main_of(answer)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"date_of_birth": "1/1/2015"}, "This person is under 18"),
        ({"last_day": "1/1/2020"}, "Choose a day after today"),
        ({"last_day": "1/1/2040"}, "A year at most"),
        ({"full_name": ""}, "Enter"),
        ({"phone": "12"}, "phone"),
    ],
)
def test_what_cannot_be_asked_is_said_beside_the_field_and_kept(
    hoa: User, as_citizen: SignIn, changed, words
):
    answer = english(as_citizen(hoa)).post("/record/family/", LAN | changed)

    assert answer.status_code == 422
    assert words in main_of(answer)
    if "full_name" not in changed:
        assert 'value="Nguyễn Thị Lan"' in main_of(answer)
    assert not ConsentRequest.objects.exists()


def test_the_adult_agrees_or_refuses_on_a_page_of_their_own(
    world: World, hoa: User, as_citizen: SignIn
):
    lan = english(as_citizen(world.user("lan")))
    english(as_citizen(hoa)).post("/record/family/", LAN)
    page = f"/record/family/{ConsentRequest.objects.get().public_id}/answer/"

    assert page in lan.get("/record/who/").content.decode()
    assert "T. T. Hoa · 09•• ••• 200" in main_of(lan.get(page))
    assert lan.post(page, {"last_day": "1/1/2040"}).status_code == 422
    assert not RecordLink.objects.filter(user=hoa).exists()
    answer = lan.post(page, {"last_day": ""}, follow=True)

    assert "You can end it at any time" in answer.content.decode()
    assert RecordLink.objects.live().get(user=hoa).consent.way == "account"
    assert lan.post(page, {}).status_code == 404


def test_a_refusal_opens_nothing_and_others_cannot_answer(
    world: World, hoa: User, as_citizen: SignIn
):
    request = consent.ask(
        hoa,
        full_name="Nguyễn Thị Lan",
        date_of_birth=world.citizens["lan"].date_of_birth,
        phone="+84912345678",
    )
    page = f"/record/family/{request.public_id}/answer/"

    for user in (hoa, world.user("binh")):
        assert as_citizen(user).post(page, {}).status_code == 404
    as_citizen(world.user("lan")).post(page, {"refuse": "1"})

    assert not RecordLink.objects.filter(user=hoa).exists()
    request.refresh_from_db()
    assert request.outcome == "refused"


@pytest.mark.parametrize("way", ["open", "start"])
def test_an_adult_is_no_ward_and_the_page_says_what_to_do(hoa: User, as_citizen: SignIn, way: str):
    answer = english(as_citizen(hoa)).post(
        f"/record/{way}/?for=ward",
        {**LAN, "sex": "female", "nationality": "VN", "province": "01", "id_number": ""},
    )

    assert answer.status_code == 422
    assert "This person is 18 or older and has to agree first" in main_of(answer)
    assert "/record/family/" in main_of(answer)


def test_staff_at_the_counter_record_the_agreement(
    world: World, hoa: User, as_citizen: SignIn, as_staff: SignIn
):
    worlds.dose(world)
    as_citizen(hoa).post("/record/family/", LAN | {"phone": ""})
    assert [one.purpose for one in Message.objects.all()] == ["record.consent_asked"]
    request = ConsentRequest.objects.get()
    address = f"/review/openings/agreed/{request.public_id}/"
    minh, tuan = (english(as_staff(world.user(name))) for name in ("minh", "tuan"))

    shown = main_of(minh.get("/review/openings/"))
    assert "N. T. Lan · 1988" in shown
    assert "T. T. Hoa · 09•• ••• 200" in shown
    assert "N. T. Lan" not in main_of(tuan.get("/review/openings/"))
    assert tuan.post(address, {"paper": "cccd"}).status_code == 404
    assert minh.post(address, {"paper": ""}).status_code == 422
    assert minh.post(f"/review/openings/agreed/{uuid4()}/", {"paper": "cccd"}).status_code == 404
    minh.post(address, {"paper": "cccd"})

    link = RecordLink.objects.live().get(user=hoa)
    assert (link.consent.paper, link.consent.by_organization) == ("cccd", world.buoi)
    assert link.citizen.identity_checks.get().paper == "cccd"
    assert minh.post(address, {"paper": "cccd"}).status_code == 404


def test_the_case_says_who_filed_it_for_the_adult(world: World, hoa: User, as_citizen: SignIn):
    lan = world.citizens["lan"]
    RecordLinkFactory.create(user=hoa, citizen=lan, relative=True)
    claim = Claim({"vaccine": "PF"}, dose=worlds.dose(world))
    case = filing.file(by=hoa, citizen=lan, key="k", claims=[claim]).corrections.get()
    actions.route(case)
    page = f"/corrections/{case.reference}/"

    owners = main_of(english(as_citizen(world.user("lan"))).get(page))
    filers = main_of(english(as_citizen(hoa)).get(page))

    assert "T. T. Hoa · 09•• ••• 200 · Family member who was agreed to" in owners
    assert "What was proposed" in owners
    assert "Filed by" not in filers


def test_a_relative_reads_the_record_and_leaves_a_row(world: World, hoa: User, as_citizen: SignIn):
    lan = world.citizens["lan"]
    RecordLinkFactory.create(user=hoa, citizen=lan, relative=True)

    as_citizen(hoa).get("/record/")

    assert list(lan.visits.values_list("user", "why")) == [(hoa.pk, "relative")]


def test_too_many_requests_are_answered_with_the_time_of_the_next(hoa: User, as_citizen: SignIn):
    client = as_citizen(hoa)

    answers = [client.post("/record/family/", LAN).status_code for _number in range(6)]

    assert answers == [302] * 5 + [429]


def test_a_request_of_two_weeks_ago_is_over(world: World, hoa: User, as_citizen: SignIn):
    as_citizen(hoa).post("/record/family/", LAN)
    ConsentRequest.objects.update(
        asked_at=ConsentRequest.objects.get().asked_at - timedelta(days=15)
    )
    request = ConsentRequest.objects.get()

    assert as_citizen(hoa).get(f"/record/family/{request.public_id}/").status_code == 404
    assert not consent.requests_to(world.user("lan"), world.citizens["lan"]).exists()
