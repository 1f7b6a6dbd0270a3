"""“This dose is wrong”: from a dose on the record straight to its details, filled in."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from corrections import actions
from corrections.models import Correction, Draft
from doses import actions as dose_actions
from doses.models import Dose
from tests import world as worlds
from tests.cases import file_one
from tests.portal.filing.walk import choose, declaration, send
from tests.world import World

WORDS = {"has_no_paper": "on", "where_when": "Sân trường"}


def wrong(client: Client, dose: Dose):
    return client.post(f"/corrections/new/wrong/{dose.public_id}/")


def test_the_record_offers_it_at_each_dose_without_an_open_proposal(
    world: World, lan: Client, dose: Dose
):
    under_review = worlds.dose(world, ordinal=2, lot="FG3527", given_on=date(2021, 11, 21))
    file_one(world, dose=under_review, proposed={"vaccine": "PF"})

    page = lan.get("/record/").content.decode()

    assert f"/corrections/new/wrong/{dose.public_id}/" in page
    assert f"/corrections/new/wrong/{under_review.public_id}/" not in page


def test_the_details_are_filled_with_what_is_recorded(lan: Client, dose: Dose):
    page = lan.get(wrong(lan, dose).url).content.decode()

    assert 'value="29/08/2021"' in page
    assert 'value="ABX4112"' in page
    assert '<option value="AZ" selected>' in page
    assert '<option value="primary-1" selected>' in page


@pytest.mark.parametrize(
    ("typed", "proposed", "shown", "in_words"),
    [
        ("20.3.22", "2022-03-20", "20/03/2022", "Sunday, 20 March 2022"),
        ("20 3 2022", "2022-03-20", "20/03/2022", "Sunday, 20 March 2022"),
        ("20/03/22", "2022-03-20", "20/03/2022", "Sunday, 20 March 2022"),
        ("3/2022", "2022-03", "03/2022", "March 2022"),
        ("tháng 3 năm 2022", "2022-03", "03/2022", "March 2022"),
    ],
)
def test_a_date_is_said_back_in_words_before_it_is_sent(
    lan: Client, dose: Dose, typed: str, proposed: str, shown: str, in_words: str
):
    page = wrong(lan, dose).url
    filled = {"position": "primary-1", "vaccine": "AZ", "lot": "ABX4112"}
    assert lan.post(page, {**filled, "given_on": typed}).url == "/corrections/new/photos/"
    check = lan.post("/corrections/new/photos/", WORDS).url

    content = lan.get(check).content.decode()
    send(lan, Draft.objects.get())

    assert shown in content
    assert in_words in content
    assert Correction.objects.get().proposed == {"given_on": proposed}


@pytest.mark.parametrize("typed", ["29/08/2021", "29.8.21", "8/2021", "tháng 8 năm 2021", ""])
def test_a_date_that_says_what_is_recorded_changes_nothing(lan: Client, dose: Dose, typed: str):
    page = wrong(lan, dose).url

    answer = lan.post(page, {"given_on": typed, "vaccine": "AZ", "lot": "ABX4112"})

    assert "Nothing differs from what is recorded" in answer.content.decode()


def test_a_field_that_was_left_alone_proposes_nothing_when_the_record_changes(
    lan: Client, dose: Dose
):
    page = wrong(lan, dose).url
    lan.post(page, {"vaccine": "PF", "lot": "ABX4112", "given_on": "29/08/2021"})

    dose_actions.revise(dose, changes={"lot": "FG3527"}, by=None, by_organization=None, why="")
    page = lan.get(page).content.decode()

    assert 'value="FG3527"' in page
    assert "ABX4112" not in page


def test_what_was_typed_before_about_other_doses_stays(world: World, lan: Client, dose: Dose):
    other = worlds.dose(world, ordinal=2, lot="FG3527", given_on=date(2021, 11, 21))
    choose(lan, other.public_id)

    wrong(lan, dose)
    wrong(lan, dose)

    assert Draft.objects.get().data["doses"] == [str(other.public_id), str(dose.public_id)]


def test_a_dose_that_was_said_to_be_never_given_stays_so(lan: Client, dose: Dose):
    kind = {f"kind_{dose.public_id}": "never_given", "doses": [str(dose.public_id)]}
    lan.post("/corrections/new/", kind)

    assert wrong(lan, dose).url == "/corrections/new/?edit=1"
    assert Draft.objects.get().data["kinds"] == {str(dose.public_id): "never_given"}


def test_a_dose_under_review_leads_to_its_proposal(world: World, lan: Client):
    case = file_one(world)

    assert wrong(lan, case.dose).url == f"/corrections/{case.reference}/"
    assert not Draft.objects.exists()


def test_nobody_begins_with_a_dose_of_another_record(world: World, lan: Client):
    assert wrong(lan, worlds.dose(world, whose="binh")).status_code == 404
    assert not Draft.objects.exists()


def test_a_month_is_completed_by_whoever_decides(world: World, lan: Client, dose: Dose):
    page = wrong(lan, dose).url
    lan.post(page, {"given_on": "9/2021"})
    lan.post("/corrections/new/photos/", WORDS)
    draft = Draft.objects.get()
    lan.post("/corrections/new/check/", declaration(draft))
    case = actions.route(Correction.objects.get())
    minh = world.user("minh")
    actions.pick_up(case, by=minh)

    with pytest.raises(ValidationError) as refused:
        actions.accept(case, by=minh)
    decided = actions.accept(case, by=minh, values={"given_on": "2021-09-12"})

    assert "given_on" in refused.value.message_dict
    assert decided.status in ("accepted", "to_countersign")
