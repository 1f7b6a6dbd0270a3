"""Each proposal asks for the paper that can show it, and the reviewer reads with what to compare."""

from datetime import date

import pytest
from django.test import Client
from django.utils.translation import override

from corrections import papers
from corrections.models import Correction, Kind
from corrections.papers import Paper
from review.case_file import case_file_of
from tests import world as worlds
from tests.cases import file_one
from tests.conftest import SignIn
from tests.world import World

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 29)


@pytest.fixture(autouse=True)
def english():
    with override("en"):
        yield


@pytest.mark.parametrize(
    ("kind", "born", "paper"),
    [
        (Kind.IDENTITY, date(1988, 3, 27), Paper.IDENTITY_CARD),
        (Kind.SPLIT_RECORD, date(1950, 1, 1), Paper.IDENTITY_CARD),
        (Kind.IDENTITY, date(2012, 11, 30), Paper.BIRTH_CERTIFICATE),
        (Kind.IDENTITY, date(2012, 11, 29), Paper.IDENTITY_CARD),
        (Kind.SPLIT_RECORD, date(2020, 5, 1), Paper.BIRTH_CERTIFICATE),
        (Kind.WRONG_FIELDS, date(2020, 5, 1), Paper.VACCINATION),
        (Kind.MISSING_DOSE, date(1988, 3, 27), Paper.VACCINATION),
        (Kind.NOT_MINE, date(1988, 3, 27), None),
        (Kind.NEVER_GIVEN, date(1988, 3, 27), None),
        (Kind.DUPLICATE, date(1988, 3, 27), None),
    ],
)
def test_the_paper_follows_from_the_kind_and_the_age(
    world: World, kind: Kind, born: date, paper: Paper | None
):
    citizen = world.citizens["lan"]
    citizen.date_of_birth = born

    assert papers.paper_for(kind, citizen, TODAY) == paper


def photos_page(client: Client, *keys: object, **typed: str) -> str:
    page = client.post("/corrections/new/", {"doses": [str(key) for key in keys]}).url
    while "/dose/" in page:
        page = client.post(page, typed).url
    return client.get(page).content.decode()


@pytest.fixture
def lan(world: World, as_citizen: SignIn) -> Client:
    client = as_citizen(world.user("lan"))
    client.cookies["language"] = "en"
    return client


def test_wrong_personal_details_ask_for_the_identity_paper(world: World, lan: Client):
    page = photos_page(lan, "identity", full_name="Nguyễn Thị Lân")

    assert "Photos of the identity paper" in page
    assert "not the vaccination paper" in page
    assert "vaccine and stamp" not in page
    assert "bring the original" in page


def test_a_wrong_dose_asks_for_the_vaccination_paper(world: World, lan: Client):
    page = photos_page(lan, worlds.dose(world).public_id, vaccine="PF")

    assert "vaccine and stamp can be read" in page
    assert "identity" not in page


def test_both_together_ask_for_both(world: World, lan: Client):
    dose = worlds.dose(world)

    page = photos_page(lan, dose.public_id, "identity", vaccine="PF", full_name="Nguyễn Thị Lân")

    assert "vaccine and stamp can be read" in page
    assert "front and back" in page


@pytest.mark.parametrize(
    ("claim", "words"),
    [
        ({"kind": Kind.IDENTITY, "proposed": {"full_name": "Nguyễn Thị Lân"}}, "identity card"),
        ({"kind": Kind.IDENTITY, "proposed": {"phone": "+84987000111"}}, "call the new number"),
        ({"kind": Kind.SPLIT_RECORD, "proposed": {"other_phone": "+84987000111"}}, "identity card"),
        ({"proposed": {"position": "primary-2", "given_on": "2021-11-21"}}, "vaccination paper"),
        ({}, "own register"),
    ],
)
def test_the_reviewer_reads_with_what_to_compare(
    world: World, claim: dict[str, object], words: str
):
    case = file_one(world, **claim)

    assert words in case_file_of(case, world.user("minh")).compare_with


def test_the_receipt_of_personal_details_speaks_of_the_identity_paper(world: World, lan: Client):
    case = file_one(world, kind=Kind.IDENTITY, proposed={"full_name": "Nguyễn Thị Lân"})
    filing = Correction.objects.get(pk=case.pk).filing

    for page in ("", "receipt/"):
        text = lan.get(f"/corrections/filed/{filing.public_id}/{page}").content.decode()
        assert "identity paper" in text
        assert "own papers" not in text
