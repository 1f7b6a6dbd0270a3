"""Opening a record by a second fact, and starting one: each wrong answer has a way on."""

from datetime import date, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Attempt, User
from citizens import actions
from citizens.models import Citizen, RecordLink
from tests.conftest import SignIn
from tests.world import World

pytestmark = pytest.mark.django_db

NEW = {
    "full_name": "Phan Thu Hà",
    "date_of_birth": "05/06/1990",
    "sex": "female",
    "id_number": "001190099999",
    "workplace": "Công ty May 10",
    "province": "01",
    "nationality": "VN",
}


@pytest.fixture
def ha(world: World) -> User:
    """Hà has signed in by phone; no record is hers, though one lies under her phone number."""
    user = User.objects.create_user(phone="+84903333333", phone_verified=True)
    Citizen.objects.create(
        full_name="Phan Thu Hà",
        date_of_birth="1990-06-05",
        sex="female",
        id_number="001190011111",
        phone="+84903333333",
    )
    return user


@pytest.fixture
def nobody(world: World) -> User:
    """No record lies under this phone number."""
    return User.objects.create_user(phone="+84904444444", phone_verified=True)


@pytest.fixture
def client_of(as_citizen: SignIn):
    def client(user: User) -> Client:
        browser = as_citizen(user)
        browser.cookies["language"] = "en"
        return browser

    return client


def _text(response) -> str:
    return " ".join(response.content.decode().split())


@pytest.mark.parametrize(
    "answer",
    [
        {"id_number": "0011 9001 1111"},
        {"full_name": "phan thu ha", "date_of_birth": "5/6/1990"},
    ],
)
def test_a_second_fact_opens_the_record(ha, client_of, answer):
    client = client_of(ha)

    response = client.post("/record/open/", answer)

    assert response.status_code == 302
    assert RecordLink.objects.get(user=ha).relation == RecordLink.Relation.SELF
    assert "Phan Thu Hà" in _text(client.get(response.url))


def test_a_wrong_answer_says_how_many_tries_are_left_and_what_else_to_do(ha, client_of):
    response = client_of(ha).post("/record/open/", {"id_number": "001190022222"})

    text = _text(response)
    assert response.status_code == 422
    assert "You can try 4 more times." in text
    assert 'value="001190022222"' in text
    assert "1900 9095" in text
    assert "/record/start/" in text


def test_the_answer_is_the_same_whether_or_not_a_record_lies_under_the_phone(ha, nobody, client_of):
    answers = [
        _text(client_of(user).post("/record/open/", {"id_number": "001190022222"}))
        for user in (ha, nobody)
    ]

    assert [answer.count("does not match any record that you may open") for answer in answers] == [
        answers[0].count("does not match any record that you may open")
    ] * 2
    assert "Phan Thu Hà" not in answers[0]


def test_too_many_wrong_answers_end_with_a_time_and_a_telephone_number(ha, client_of):
    client = client_of(ha)
    for last in range(5):
        client.post("/record/open/", {"id_number": f"00119002222{last}"})

    response = client.post("/record/open/", {"id_number": "001190011111"})

    assert response.status_code == 429
    assert int(response.headers["Retry-After"]) > 60
    assert "1900 9095" in _text(response)
    assert not RecordLink.objects.filter(user=ha).exists()


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ({}, "Enter the ID number, or the full name and the date of birth."),
        ({"full_name": "Phan Thu Hà"}, "Enter the date of birth too"),
        ({"date_of_birth": "05/06/1990"}, "Enter the full name too"),
        ({"id_number": "123"}, "You typed 3 digits."),
    ],
)
def test_half_an_answer_is_not_counted_as_a_try(ha, client_of, answer, words):
    client = client_of(ha)

    response = client.post("/record/open/", answer)

    assert response.status_code == 422
    assert words in _text(response)
    again = client.post("/record/open/", {"id_number": "001190022222"})
    assert "You can try 4 more times." in _text(again)


def test_whoever_has_a_record_of_their_own_is_led_to_it(world, client_of):
    response = client_of(world.user("lan")).post("/record/open/", {"id_number": "001188012345"})

    assert response.status_code == 302
    assert response.url == f"/record/?person={world.citizens['lan'].public_id}"


def test_a_parent_opens_the_record_of_a_child_under_the_same_phone(world, client_of):
    child = Citizen.objects.create(
        full_name="Lê Nam Phong", date_of_birth="2012-05-05", sex="male", phone="+84912345678"
    )
    client = client_of(world.user("lan"))
    page = _text(client.get("/record/open/?for=ward"))

    client.post(
        "/record/open/?for=ward", {"full_name": "Lê Nam Phong", "date_of_birth": "05/05/2012"}
    )

    assert "a child in your care" in page
    link = RecordLink.objects.get(citizen=child)
    assert (link.user, link.relation) == (world.user("lan"), RecordLink.Relation.GUARDIAN)


def test_starting_a_record_leads_straight_to_filing(world, nobody, client_of):
    response = client_of(nobody).post("/record/start/", NEW)

    citizen = Citizen.objects.numbered("001190099999").get()
    assert response.status_code == 302
    assert response.url == f"/corrections/new/?person={citizen.public_id}"
    assert citizen.area == world.areas["ha_noi"]
    assert citizen.workplace == "Công ty May 10"
    assert citizen.provenance == Citizen.Provenance.SELF_DECLARED


def test_the_smallest_area_chosen_is_the_one_recorded(world, nobody, client_of):
    client_of(nobody).post("/record/start/", NEW | {"district": "003", "commune": "00109"})

    assert Citizen.objects.numbered("001190099999").get().area == world.areas["buoi"]


def test_a_commune_of_another_district_is_refused(world, nobody, client_of):
    response = client_of(nobody).post(
        "/record/start/", NEW | {"district": "006", "commune": "00109"}
    )

    assert response.status_code == 422
    assert not Citizen.objects.numbered("001190099999").exists()


def test_without_scripts_a_button_brings_the_next_list_and_keeps_what_was_typed(nobody, client_of):
    response = client_of(nobody).post(
        "/record/start/", {"full_name": "Phan Thu", "province": "01", "areas": "1"}
    )

    text = _text(response)
    assert response.status_code == 200
    assert "Quận Tây Hồ" in text
    assert 'value="Phan Thu"' in text
    assert "Enter the date of birth, for example" not in text


def test_with_scripts_a_choice_brings_the_next_list(nobody, client_of):
    text = _text(client_of(nobody).get("/record/areas/?province=01&district=003"))

    assert "Phường Bưởi" in text
    assert '<option value="003" selected>' in text


def test_starting_with_a_number_on_record_answers_as_with_any_other(world, ha, nobody, client_of):
    """Whether a number is registered, and for whom, is told to no stranger."""
    said = []
    for number in ("001190011111", "001190099999"):
        user = User.objects.create_user(phone=f"+8490555{number[-4:]}", phone_verified=True)
        answer = client_of(user).post("/record/start/", {**NEW, "id_number": number}, follow=True)
        said.append(
            (answer.status_code, answer.redirect_chain[0][0].split("=")[0], *_words(answer))
        )

    assert said[0] == said[1]


def _words(response) -> list[str]:
    return [str(message) for message in response.context["messages"]]


def test_a_child_may_have_no_id_number(nobody, client_of):
    child = {k: v for k, v in NEW.items() if k != "id_number"}

    own = client_of(nobody).post("/record/start/", child)
    born = {"date_of_birth": "12/03/2015"}
    ward = client_of(nobody).post("/record/start/?for=ward", child | born)

    assert own.status_code == 422
    assert ward.status_code == 302
    assert RecordLink.objects.get(user=nobody).relation == RecordLink.Relation.GUARDIAN


def test_an_empty_form_says_what_is_missing_beside_each_field(nobody, client_of):
    response = client_of(nobody).post("/record/start/", {"full_name": ""})

    text = _text(response)
    assert response.status_code == 422
    for words in ("Enter full name", "Enter the date of birth", "Choose the province or city."):
        assert words in text


@pytest.mark.parametrize(("people", "days_ago"), [(5, 0), (15, 2)])
def test_who_acts_for_many_people_reads_why_and_whom_to_call(
    world, nobody, client_of, people, days_ago
):
    for number in range(people):
        actions.start_record(
            nobody,
            full_name=f"Bé {chr(65 + number)}n",
            date_of_birth=date(2015, 1, 1 + number),
            relation="guardian",
        )
        Attempt.objects.update(at=timezone.now() - timedelta(days=days_ago))

    born = {"date_of_birth": "12/03/2015"}
    page = client_of(nobody).post("/record/start/?for=ward", NEW | born)

    assert page.status_code == 429
    assert "1900 9095" in page.content.decode()
    assert ("Retry-After" in page.headers) == (days_ago == 0)
    assert not Citizen.objects.numbered("001190099999").exists()
