"""A disagreement that was kept is read by everybody who reads the dose later."""

import pytest
from django.template.loader import render_to_string
from django.test import Client
from django.utils.translation import override

from corrections import actions, disagreements
from corrections.lifecycle import Ground
from corrections.models import Correction
from review.case_file import case_file_of
from tests import world as worlds
from tests.cases import file_one
from tests.conftest import SignIn
from tests.world import World

pytestmark = pytest.mark.django_db
WORDS = "Giấy của tôi ghi rõ Pfizer, có dấu của trạm."


def kept(world: World, **claim: object) -> Correction:
    minh = world.user("minh")
    case = actions.pick_up(file_one(world, **claim), by=minh)
    case = actions.refuse(case, by=minh, ground=Ground.PHOTO_BLURRED, remark="Ảnh mờ.")
    return actions.log_disagreement(case, by=world.user("lan"), words=WORDS)


@pytest.fixture
def lan(world: World, as_citizen: SignIn) -> Client:
    client = as_citizen(world.user("lan"))
    client.cookies["language"] = "en"
    return client


def test_the_record_shows_it_at_the_dose_for_good(world: World, lan: Client):
    case = kept(world)
    actions.dismiss(case, by=world.user("lan"))

    page = lan.get("/record/").content.decode()

    assert WORDS in page
    assert "Disagreement kept" in page
    assert f"/corrections/{case.reference}/" in page


def test_a_dose_that_was_not_added_shows_it_too(world: World, lan: Client):
    kept(
        world,
        proposed={"position": "primary-2", "given_on": "2021-11-21"},
        named_site=world.buoi,
    )

    assert WORDS in lan.get("/record/").content.decode()


def test_every_later_reviewer_reads_it(world: World):
    first = kept(world)
    later = file_one(world, key="key-2", dose=first.dose, proposed={"lot": "FG3527"})

    found = case_file_of(later, world.user("minh")).disagreements
    with override("en"):
        page = render_to_string("review/disagreements.html", {"disagreements": found})

    assert [(one.case, one.words) for one, _headline in found] == [(first, WORDS)]
    assert WORDS in page
    assert first.reference in page
    assert case_file_of(first, world.user("minh")).disagreements == []


def test_those_about_the_same_dose_come_first(world: World):
    about_dose = kept(world)
    kept(world, key="key-2", proposed={"position": "primary-2"}, named_site=world.buoi)
    later = file_one(world, key="key-3", dose=about_dose.dose, proposed={"lot": "FG3527"})

    found = case_file_of(later, world.user("minh")).disagreements

    assert found[0][0].case == about_dose
    assert len(found) == 2


def test_what_was_granted_on_appeal_is_no_disagreement_any_more(world: World):
    case = kept(world)
    assert disagreements.of_record(case.citizen)

    case = actions.appeal(case, by=world.user("lan"), words="Trên giấy ghi Pfizer")
    assert disagreements.of_record(case.citizen)
    huong = world.user("huong")
    actions.accept(actions.pick_up(case, by=huong), by=huong)

    assert disagreements.of_record(case.citizen) == []


def test_programs_read_it_at_the_dose(world: World, lan: Client):
    case = kept(world)
    worlds.dose(world, ordinal=2, lot="FG3527", given_on=worlds.date(2021, 11, 21))

    answer = lan.get(f"/api/v1/records/{world.citizens['lan'].public_id}/doses/")

    found = {dose["id"]: dose["disagreements"] for dose in answer.json()}
    assert found.pop(str(case.dose.public_id))[0]["words"] == WORDS
    assert list(found.values()) == [[]]


def test_nobody_reads_what_others_had_kept(world: World, as_citizen: SignIn):
    kept(world)

    assert WORDS not in as_citizen(world.user("binh")).get("/record/").content.decode()
