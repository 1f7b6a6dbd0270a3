"""A change of name, phone, number or birth hides no dose, and the citizen reads what changed."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from citizens import actions, links, merging
from citizens.actions import FACTS, revise_identity
from citizens.history import changes_of
from citizens.models import Citizen
from corrections import actions as cases
from corrections.models import Kind
from doses.models import Dose
from portal import record_page
from tests import world as worlds
from tests.cases import file_one
from tests.conftest import SignIn
from tests.world import World
from vaxreg.typed.birth_dates import BirthDate

pytestmark = pytest.mark.django_db

CHANGES: list[tuple[str, str, str]] = [
    ("full_name", "Nguyễn Thị Lân", "Full name"),
    ("phone", "+84905555777", "Phone number"),
    ("id_number", "001188099999", "ID number"),
    ("date_of_birth", "1988-03-28", "Date of birth"),
    ("sex", "male", "Sex"),
]


def by_correction(world: World, name: str, value: str) -> Citizen:
    """An accepted correction of identity: the site has compared it with the paper."""
    case = file_one(world, kind=Kind.IDENTITY, proposed={name: value}, named_site=world.buoi)
    cases.accept(case, by=world.user("minh"), identity_check="cccd", remark="Theo CCCD")
    return world.citizens["lan"]


def by_an_organization(world: World, name: str, value: str) -> Citizen:
    """A change that staff write, without a case."""
    typed = date.fromisoformat(value) if name == "date_of_birth" else value
    return revise_identity(
        world.citizens["lan"],
        changes={name: typed},
        by=world.user("minh"),
        by_organization=world.buoi,
        why="Nhập lại",
    )


def by_a_merge(world: World, name: str, value: str) -> Citizen:
    """Her record is joined to another one of hers, which has the other fact."""
    facts = {
        "full_name": "Nguyễn Thị Lan",
        "date_of_birth": "1988-03-27",
        "sex": "female",
        "phone": "+84912345678",
    }
    other = Citizen.objects.create(**(facts | {name: value}))
    return merging.merge(world.citizens["lan"], into=other, by=None, why="Một người")


Way = Callable[[World, str, str], Citizen]


def readable(user: User, client: Client, record: Citizen) -> list[int]:
    """Return the doses that the record page shows this user; the page must have their lots."""
    (person,) = [one for one in record_page.people(user) if one.citizen.pk == record.kept.pk]
    shown = [card.dose for card in record_page.cards(person.citizen) if card.dose]
    page = client.get("/record/", {"person": record.kept.public_id}).content.decode()
    assert all(dose.lot in page for dose in shown)
    return sorted(dose.pk for dose in shown)


@pytest.mark.parametrize("way", [by_correction, by_an_organization, by_a_merge])
@pytest.mark.parametrize(("name", "value", "label"), CHANGES)
def test_the_same_doses_are_read_before_and_after(
    world: World, as_citizen: SignIn, way: Way, name: str, value: str, label: str
):
    lan = world.user("lan")
    client = as_citizen(lan)
    client.cookies["language"] = "en"
    dose = worlds.dose(world, given_on=date(2021, 11, 21), ordinal=2)
    before = readable(lan, client, world.citizens["lan"])

    record = way(world, name, value)

    record.refresh_from_db()
    assert before == [dose.pk]
    assert readable(lan, client, record) == before
    page = client.get("/record/who/", {"person": record.kept.public_id}).content.decode()
    assert "No dose" not in page
    assert (label if way is not by_a_merge else "Records of this person") in page
    assert changes_of(record.kept)


def test_a_new_sim_reads_the_same_doses_and_the_old_one_still_does(
    world: World, as_citizen: SignIn
):
    lan, record = world.user("lan"), world.citizens["lan"]
    dose = worlds.dose(world)
    new_sim = User.objects.create_user(phone="+84905555777", phone_verified=True)
    with pytest.raises(actions.AskedToOpen):
        actions.open_record(
            new_sim,
            id_number="001188012345",
            full_name="Nguyễn Thị Lan",
            date_of_birth=date(1988, 3, 27),
        )

    links.confirm(links.asked_for(record).get(), by=world.user("minh"))
    by_an_organization(world, "phone", "+84905555777")

    for user in (new_sim, lan):
        assert readable(user, as_citizen(user), record) == [dose.pk]


def test_another_name_of_the_account_changes_nothing_on_the_record(
    world: World, as_citizen: SignIn
):
    lan, dose = world.user("lan"), worlds.dose(world)
    client = as_citizen(lan)

    client.post("/account/", {"full_name": "Lan Nguyễn", "language": "vi"})

    lan.refresh_from_db()
    assert lan.full_name == "Lan Nguyễn"
    assert readable(lan, client, world.citizens["lan"]) == [dose.pk]
    assert not changes_of(world.citizens["lan"])


def test_a_number_that_changes_in_its_hidden_digits_alone_is_in_the_history(world: World):
    by_an_organization(world, "id_number", "999999012345")

    (change,) = changes_of(world.citizens["lan"])[0].changes
    assert (change.label, change.before, change.now) == (
        "Số CCCD/CMND",
        "******012345",
        "******012345",
    )


@pytest.mark.parametrize("name", sorted(FACTS))
def test_no_fact_of_a_person_changes_without_a_line_in_the_history(world: World, name: str):
    citizen = world.citizens["binh"]
    other: dict[str, Any] = {
        "full_name": "Trần Văn Bính",
        "date_of_birth": date(1975, 1, 3),
        "birth_precision": "year",
        "sex": "female",
        "id_number": "001075067891",
        "phone": "",
        "workplace": "Trường Chu Văn An",
        "area": world.areas["buoi"],
        "nationality": "LA",
    }
    changes = {name: other[name]}
    if name == "birth_precision":
        Citizen.objects.filter(pk=citizen.pk).update(date_of_birth=date(1975, 1, 1))
        changes = {"date_of_birth": BirthDate.fromisoformat("1975")}

    revise_identity(citizen, changes=changes, by=None, why="-")

    (found,) = changes_of(citizen)
    assert len(found.changes) == 1
    assert found.changes[0].before != found.changes[0].now or name == "id_number"


def test_the_history_says_who_wrote_it_and_separating_is_in_it_too(world: World):
    record = by_a_merge(world, "phone", "")
    merging.separate(world.citizens["lan"], by=None, why="Hai người", by_organization=world.buoi)

    last, first = changes_of(world.citizens["lan"])
    assert (last.by, first.by) == (world.buoi.name, "")
    assert [change.before for change in last.changes] == [one.now for one in first.changes]
    assert not changes_of(record)
    assert not Dose.objects.of(record).exists()
