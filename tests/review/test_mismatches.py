"""The list of people whose record the population database does not confirm."""

import pytest
from django.test import Client

from citizens.models import RecordVisit
from identity.models import PopulationAnswer
from identity.population.facts import FourFacts
from tests import world as worlds
from tests.cases import file_one
from tests.conftest import SignIn
from tests.pages import in_english, text_of
from tests.world import World
from vaxreg import db_time

PAGE = "/review/mismatches/"


def answered(world: World, outcome: str, *fields: str, whose: str = "lan", reference: str = ""):
    citizen = world.citizens[whose]
    return PopulationAnswer.objects.create(
        citizen=citizen,
        correction_reference=reference,
        outcome=outcome,
        fields=list(fields),
        fingerprint=FourFacts.of(citizen).fingerprint,
        at=db_time.now(),
    )


@pytest.fixture
def minh(world: World, as_staff: SignIn) -> Client:
    worlds.dose(world)
    return in_english(as_staff(world.user("minh")))


@pytest.mark.parametrize(
    ("outcome", "fields", "says"),
    [
        ("mismatch", ["full_name"], "Some facts differ: full name"),
        ("mismatch", ["date_of_birth", "sex"], "Some facts differ: date of birth, sex"),
        ("not_found", [], "No such number"),
        ("bad_format", ["sex"], "It cannot be asked with these facts: sex"),
    ],
)
def test_the_site_reads_who_does_not_match_and_in_what(world, minh: Client, outcome, fields, says):
    answered(world, outcome, *fields)

    page = text_of(minh.get(PAGE))

    assert "Nguyễn Thị Lan · 27/03/1988" in page
    assert says.lower() in page.lower()
    assert "/review/openings/paper/?people=" in minh.get(PAGE).content.decode()
    assert RecordVisit.objects.filter(citizen=world.citizens["lan"], why="list").count() == 1


def test_an_open_case_about_the_person_is_where_to_go(world: World, as_staff: SignIn):
    case = file_one(world)
    answered(world, "mismatch", "full_name")

    page = in_english(as_staff(world.user("minh"))).get(PAGE).content.decode()

    assert f"/review/{case.reference}/" in page


@pytest.mark.parametrize("who", ["tuan", "huong", "duc", "mai"])
def test_nobody_else_sees_the_person(world: World, minh: Client, as_staff: SignIn, who):
    answered(world, "mismatch", "full_name")

    page = text_of(in_english(as_staff(world.user(who))).get(PAGE))

    assert "Nguyễn Thị Lan" not in page


def test_a_match_that_came_later_takes_the_person_off_the_list(world: World, minh: Client):
    answered(world, "mismatch", "full_name")
    answered(world, "match")

    assert "Nguyễn Thị Lan" not in text_of(minh.get(PAGE))


def test_facts_that_were_changed_since_wait_for_the_next_answer(world: World, minh: Client):
    answered(world, "mismatch", "full_name")
    world.citizens["lan"].full_name = "Nguyễn Thị Lân"
    world.citizens["lan"].save()

    assert "Everybody who was asked about matches" in text_of(minh.get(PAGE))


def test_a_proposal_that_does_not_match_is_no_fault_of_the_record(world: World, minh: Client):
    answered(world, "mismatch", "full_name", reference="VR-AAAA-AAAA")

    assert "Nguyễn Thị Lan" not in text_of(minh.get(PAGE))
