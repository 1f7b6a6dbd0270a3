"""Twins, and others who are nearly alike, are two people: each has a record, and nobody guesses."""

from datetime import date
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from citizens import actions
from citizens.candidates import SeveralRecords
from citizens.models import Citizen, RecordLink, Sex
from organizations.models import Organization
from tests.conftest import SignIn
from tests.factories.accounts import UserFactory
from tests.factories.citizens import CitizenFactory
from tests.racing import race
from tests.world import World

PHONE = "+84912345678"
BORN = date(2015, 9, 5)
ANH: dict[str, Any] = {
    "full_name": "Lê Nguyễn Minh Anh",
    "date_of_birth": BORN,
    "sex": Sex.FEMALE,
    "id_number": "",
    "relation": "guardian",
}


@pytest.fixture
def mother(db: None) -> User:
    return UserFactory.create(phone=PHONE)


@pytest.fixture
def anh(mother: User) -> Citizen:
    """The record of the elder twin, which her mother started."""
    return actions.start_record(mother, **ANH).citizen


@pytest.mark.parametrize(
    "differs",
    [
        {"full_name": "Lê Nguyễn Minh Ánh"},
        {"full_name": "Lê Nguyễn Minh Ảnh"},
        {"full_name": "Lê Nguyên Minh Anh"},
        {"full_name": "Lê Nguyễn Mình Anh"},
        {"full_name": "Lê Nguyễn Minh Ân"},
        {"sex": Sex.MALE},
    ],
)
def test_a_twin_gets_a_record_of_their_own(mother: User, anh: Citizen, differs: dict[str, Any]):
    twin = actions.start_record(mother, **{**ANH, **differs}).citizen

    assert twin != anh
    assert Citizen.objects.count() == 2


def test_twins_of_one_name_are_told_apart_by_their_numbers(mother: User):
    first, second = (
        actions.start_record(mother, **{**ANH, "id_number": number}).citizen
        for number in ("001315000001", "001315000002")
    )

    assert first != second


@pytest.mark.parametrize(
    "same",
    [
        {},
        {"full_name": "lê nguyễn minh anh"},
        {"sex": Sex.UNKNOWN},
        {"id_number": "001315000001"},
        {"full_name": "  Lê  Nguyễn Minh Anh "},
    ],
)
def test_the_same_person_gets_no_second_record(mother: User, anh: Citizen, same: dict[str, Any]):
    assert actions.start_record(mother, **{**ANH, **same}).citizen == anh


@pytest.mark.parametrize(
    ("recorded", "typed"),
    [
        ("Trần Thị Hòa", "Trần Thị Hoà"),
        ("Đỗ Thúy Nga", "Đỗ Thuý Nga"),
        ("Y K’Nam", "Y K'Nam"),
        ("Nguye\u0302\u0303n Lan", "Nguyễn Lan"),
        ("Phạm Thuỷ Tiên", "Phạm Thủy Tiên"),
    ],
)
def test_another_spelling_of_the_same_name_is_no_other_person(
    mother: User, recorded: str, typed: str
):
    known = actions.start_record(mother, **{**ANH, "full_name": recorded}).citizen

    assert actions.start_record(mother, **{**ANH, "full_name": typed}).citizen == known


def test_a_name_without_marks_may_be_that_of_either_twin(mother: User, anh: Citizen):
    twin = actions.start_record(mother, **{**ANH, "full_name": "Lê Nguyễn Minh Ánh"}).citizen
    plain = {**ANH, "full_name": "Le Nguyen Minh Anh"}

    with pytest.raises(SeveralRecords) as several:
        actions.start_record(mother, **plain)

    assert several.value.records == [anh, twin]
    chosen = actions.start_record(mother, **plain, chosen=str(twin.public_id))
    assert chosen.citizen == twin
    third = actions.start_record(mother, **plain, chosen=actions.SOMEBODY_ELSE).citizen
    assert third not in (anh, twin)
    assert actions.start_record(mother, **plain, chosen=actions.SOMEBODY_ELSE).citizen == third


def test_one_record_of_a_plain_name_is_asked_about(mother: User):
    known = CitizenFactory.create(
        full_name="Le Nguyen Minh Anh",
        date_of_birth=BORN,
        sex="female",
        id_number=None,
        phone=PHONE,
    )

    with pytest.raises(SeveralRecords) as several:
        actions.start_record(mother, **ANH)

    assert several.value.records == [known]
    assert actions.start_record(mother, **ANH, chosen=str(known.public_id)).citizen == known


@pytest.mark.parametrize("name", ["Lê Nguyễn Minh Anh", "Lê Nguyễn Minh Ánh"])
def test_the_exact_name_opens_the_record_of_the_right_twin(mother: User, name: str):
    twins = {
        full_name: CitizenFactory.create(
            full_name=full_name, date_of_birth=BORN, id_number=None, phone=PHONE
        )
        for full_name in ("Lê Nguyễn Minh Anh", "Lê Nguyễn Minh Ánh")
    }

    link = actions.open_record(mother, full_name=name, date_of_birth=BORN, relation="guardian")

    assert link.citizen == twins[name]


def test_a_number_that_provinces_gave_twice_stops_no_second_person(mother: User):
    old = "012345678"
    CitizenFactory.create(full_name="Trần Văn Khác", id_number=old, phone=PHONE)

    link = actions.start_record(
        mother, **{**ANH, "id_number": old, "date_of_birth": date(1950, 1, 2), "relation": "self"}
    )

    assert (link.proven_by, link.citizen.id_number) == ("declared", old)


def test_the_hotline_too_starts_a_record_with_an_old_number_that_another_person_has(world: World):
    CitizenFactory.create(full_name="Trần Văn Khác", id_number="012345678")
    said = {
        "full_name": "Hoàng Thị Mơ",
        "date_of_birth": date(1950, 1, 2),
        "phone": "+84905555555",
        "by": world.user("mai"),
        "by_organization": world.hotline,
    }

    assert actions.start_for_other(**said, id_number="012345678").id_number == "012345678"
    with pytest.raises(actions.IdNumberOnRecord):
        actions.start_for_other(**{**said, "full_name": "Ai Khác"}, id_number="001188012345")


def test_the_page_asks_which_record_it_is(world: World, as_citizen: SignIn):
    client = as_citizen(world.user("lan"))
    for name in ("Lê Minh Anh", "Lê Minh Ánh"):
        CitizenFactory.create(
            full_name=name, date_of_birth=BORN, id_number=None, phone=PHONE, sex="female"
        )
    typed = {"full_name": "le minh anh", "date_of_birth": "5/9/2015"}

    asked = client.post("/record/open/?for=ward", typed)
    page = asked.content.decode()
    chosen = Citizen.objects.get(full_name="Lê Minh Ánh")
    opened = client.post("/record/open/?for=ward", {**typed, "record": str(chosen.public_id)})

    assert asked.status_code == 422
    assert "Lê Minh Anh" in page
    assert "Lê Minh Ánh" in page
    assert opened["Location"].endswith(f"person={chosen.public_id}")


def test_a_record_that_was_not_offered_is_not_opened(world: World, as_citizen: SignIn):
    client = as_citizen(world.user("lan"))
    for name in ("Lê Minh Anh", "Lê Minh Ánh"):
        CitizenFactory.create(full_name=name, date_of_birth=BORN, id_number=None, phone=PHONE)
    typed = {"full_name": "le minh anh", "date_of_birth": "5/9/2015"}
    strange = world.citizens["binh"].public_id

    answer = client.post("/record/open/?for=ward", {**typed, "record": str(strange)})

    assert answer.status_code == 422
    assert not RecordLink.objects.filter(
        user=world.user("lan"), citizen=world.citizens["binh"]
    ).exists()


FORM = {
    "full_name": "Lê Nguyễn Minh Ánh",
    "date_of_birth": "5/9/2015",
    "sex": "female",
    "id_number": "",
    "province": "01",
    "nationality": "VN",
}


@pytest.mark.parametrize("more", [{}, {"record": actions.SOMEBODY_ELSE}])
def test_five_equal_posts_at_once_make_one_record(
    transactional_db: None, world: World, as_citizen: SignIn, more: dict[str, str]
):
    clients = [as_citizen(world.user("lan")) for _ in range(5)]
    for client in clients:
        client.raise_request_exception = False

    def press(client: Client):
        return lambda: client.post("/record/start/?for=ward", {**FORM, **more}).status_code

    answers = race(*map(press, clients))

    assert answers == [302] * 5
    assert Citizen.objects.filter(full_name="Lê Nguyễn Minh Ánh").count() == 1


def test_five_equal_posts_of_ones_own_record_make_one_record(
    transactional_db: None, world: World, as_citizen: SignIn
):
    user = User.objects.create_user(phone="+84904444444", phone_verified=True)
    clients = [as_citizen(user) for _ in range(5)]

    def press(client: Client):
        return lambda: (
            client.post("/record/start/", {**FORM, "id_number": "001315000001"}).status_code
        )

    assert race(*map(press, clients)) == [302] * 5
    assert RecordLink.objects.filter(user=user).count() == 1


def test_five_equal_presses_of_an_agent_make_one_record(transactional_db: None, world: World):
    desk: Organization = world.hotline
    said: dict[str, Any] = {
        "full_name": "Hoàng Thị Mơ",
        "date_of_birth": date(1950, 1, 2),
        "phone": "+84905555555",
        "sex": Sex.FEMALE,
    }

    def press() -> int:
        return actions.start_for_other(by=world.user("mai"), by_organization=desk, **said).pk

    assert len(set(race(*[press] * 5))) == 1


STEPS = ("", "dose/missing-1/", "photos/", "check/")


@pytest.mark.parametrize("step", STEPS)
def test_every_page_of_filing_names_the_person(world: World, as_citizen: SignIn, step: str):
    client = as_citizen(world.user("lan"))
    whose = f"?person={world.citizens['child'].public_id}"
    client.post(f"/corrections/new/{whose}", {"doses": "missing"})
    client.post(
        f"/corrections/new/dose/missing-1/{whose}",
        {"position": "primary-1", "site": "unlisted"},
    )
    client.post(f"/corrections/new/photos/{whose}", {"has_no_paper": "on", "where_when": "Hà Nội"})
    edit = "" if step else "&edit=1"

    page = client.get(f"/corrections/new/{step}{whose}{edit}").content.decode()

    assert "Lê Nguyễn Minh Anh" in page


def test_the_page_to_start_a_record_offers_that_it_is_none_of_these(
    world: World, as_citizen: SignIn
):
    client = as_citizen(world.user("lan"))
    known = CitizenFactory.create(
        full_name="Le Minh Anh", date_of_birth=BORN, id_number=None, phone=PHONE, sex="female"
    )
    typed = {**FORM, "full_name": "Lê Minh Ánh"}

    asked = client.post("/record/start/?for=ward", typed)
    other = client.post("/record/start/?for=ward", {**typed, "record": actions.SOMEBODY_ELSE})

    assert asked.status_code == 422
    assert f'value="{known.public_id}"' in asked.content.decode()
    assert f'value="{actions.SOMEBODY_ELSE}"' in asked.content.decode()
    assert other.status_code == 302
    assert Citizen.objects.filter(phone=PHONE, date_of_birth=BORN).count() == 2
