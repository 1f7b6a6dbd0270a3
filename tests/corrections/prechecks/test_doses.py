"""Warnings about doses before a proposal is sent: each rule just outside and just inside."""

from datetime import date

import pytest
from django.utils.translation import override

from corrections.lifecycle import Ground
from corrections.prechecks import doses
from corrections.prechecks.doses import Proposal
from corrections.prechecks.rules import RULES, Code, ProposalWarning, from_json
from doses.models import Dose
from tests import world as worlds
from tests.world import World

# Lan's record holds AstraZeneca as primary dose 1 on 29/08/2021. What she says is missing:
TABLE = {
    Code.BEFORE_FIRST_DAY: (
        {"vaccine": "AZ", "given_on": "2021-03-07"},
        {"vaccine": "AZ", "given_on": "2021-03-08"},
    ),
    Code.POSITION_TAKEN: ({"position": "primary-1"}, {"position": "primary-2"}),
    Code.POSITION_GAP: ({"position": "primary-3"}, {"position": "primary-2"}),
    Code.SAME_DAY: ({"given_on": "2021-08-29"}, {"given_on": "2021-08-30"}),
    Code.TOO_NEAR: (
        {"vaccine": "AZ", "given_on": "2021-09-25"},
        {"vaccine": "AZ", "given_on": "2021-09-26"},
    ),
    Code.OUT_OF_ORDER: (
        {"position": "primary-2", "given_on": "2021-08-28"},
        {"position": "primary-2", "given_on": "2021-08-30"},
    ),
    Code.BEFORE_FIRST_DOSE: ({"given_on": "2021-08-28"}, {"given_on": "2021-08-30"}),
    Code.BOOSTER_TOO_EARLY: (
        {"position": "booster-1", "given_on": "2021-11-30"},
        {"position": "booster-1", "given_on": "2021-12-01"},
    ),
    Code.MORE_THAN_THE_COURSE: (
        {"vaccine": "AZ", "position": "primary-3"},
        {"vaccine": "AB", "position": "primary-3"},
    ),
    Code.BEFORE_APPROVAL: (
        {"vaccine": "PF", "given_on": "2021-06-11"},
        {"vaccine": "PF", "given_on": "2021-06-12"},
    ),
    Code.NOT_USED_HERE: ({"vaccine": "CS"}, {"vaccine": "AZ"}),
}


def about(world: World, facts: dict[str, str], dose: Dose | None = None) -> list[ProposalWarning]:
    return doses.about_claims(world.citizens["lan"], [Proposal(dose, facts)])[0]


def codes(found: list[ProposalWarning]) -> set[Code]:
    return {warning.code for warning in found}


@pytest.mark.parametrize("code", TABLE)
def test_a_missing_dose_is_warned_about_outside_and_not_inside_the_rule(world: World, code: Code):
    worlds.dose(world)
    outside, inside = TABLE[code]

    assert code in codes(about(world, outside))
    assert code not in codes(about(world, inside))


@pytest.mark.parametrize(
    ("position", "too_near", "far_enough"),
    [
        ("booster-1", "2022-02-27", "2022-02-28"),
        ("additional-1", "2021-12-28", "2021-12-29"),
    ],
)
def test_boosters_and_additional_doses_wait_after_any_vaccine(
    world: World, position: str, too_near: str, far_enough: str
):
    worlds.dose(world)
    worlds.dose(world, vaccine=world.pfizer, given_on=date(2021, 12, 1), ordinal=2)
    facts = {"vaccine": "MD", "position": position}

    assert Code.TOO_NEAR in codes(about(world, {**facts, "given_on": too_near}))
    assert Code.TOO_NEAR not in codes(about(world, {**facts, "given_on": far_enough}))


@pytest.mark.parametrize(
    ("code", "born", "vaccine", "outside", "inside"),
    [
        (Code.BEFORE_BIRTH, date(2021, 9, 1), "PF", "2021-08-31", "2021-09-01"),
        (Code.NOT_FOR_THIS_AGE, date(2003, 9, 1), "AZ", "2021-08-31", "2021-09-01"),
        (Code.NOT_FOR_THIS_AGE, date(1955, 10, 1), "AB", "2021-10-01", "2021-09-30"),
        (Code.NOT_YET_FOR_THIS_AGE, date(2008, 9, 5), "PF", "2021-10-13", "2021-10-14"),
        (Code.NOT_YET_FOR_THIS_AGE, date(2012, 1, 1), "PF", "2022-03-31", "2022-04-01"),
    ],
)
def test_age_and_vaccine_must_fit_the_day(
    world: World, code: Code, born: date, vaccine: str, outside: str, inside: str
):
    world.citizens["lan"].date_of_birth = born
    facts = {"vaccine": vaccine, "position": "primary-1"}

    assert code in codes(about(world, {**facts, "given_on": outside}))
    assert code not in codes(about(world, {**facts, "given_on": inside}))


def test_vaccine_day_and_site_all_wrong_look_like_another_dose(world: World):
    dose = worlds.dose(world)
    facts = {"vaccine": "PF", "given_on": "2021-10-30"}
    elsewhere = {**facts, "organization": str(world.quang_an.public_id)}

    assert Code.EVERYTHING_DIFFERS in codes(about(world, elsewhere, dose))
    assert Code.EVERYTHING_DIFFERS not in codes(about(world, facts, dose))


def test_only_what_is_proposed_is_judged_and_said_beside_it(world: World):
    worlds.dose(world)
    second = worlds.dose(world, given_on=date(2021, 9, 5), ordinal=3)

    lot = about(world, {"lot": "XYZ1"}, second)
    vaccine = about(world, {"vaccine": "PF"}, second)
    day = about(world, {"given_on": "2021-06-01", "vaccine": "PF"}, second)

    assert lot == []
    assert codes(vaccine) == {Code.MORE_THAN_THE_COURSE}
    assert {warning.field for warning in vaccine} == {"vaccine"}
    assert {warning.field for warning in day if warning.code == Code.OUT_OF_ORDER} == {"given_on"}


def test_what_is_proposed_together_counts_for_each_other(world: World):
    citizen = world.citizens["lan"]
    first = Proposal(None, {"position": "primary-1", "given_on": "2021-08-29"})
    second = Proposal(None, {"position": "primary-2", "given_on": "2021-11-29"})
    again = Proposal(None, {"position": "primary-2", "given_on": "2021-11-29"})

    assert doses.about_claims(citizen, [first, second]) == [[], []]
    assert codes(doses.about_claims(citizen, [second])[0]) == {Code.POSITION_GAP}
    assert codes(doses.about_claims(citizen, [second, again])[1]) == {
        Code.POSITION_TWICE,
        Code.SAME_DAY_TWICE,
        Code.POSITION_GAP,
    }


def test_two_doses_that_change_places_are_no_trouble(world: World):
    one = worlds.dose(world)
    two = worlds.dose(world, given_on=date(2021, 11, 29), ordinal=2)
    claims = [
        Proposal(one, {"given_on": "2021-11-29", "position": "primary-2"}),
        Proposal(two, {"given_on": "2021-08-29", "position": "primary-1"}),
    ]

    assert doses.about_claims(world.citizens["lan"], claims) == [[], []]


def test_of_several_doses_too_near_the_nearest_is_named(world: World):
    worlds.dose(world)
    worlds.dose(world, given_on=date(2021, 9, 20), ordinal=2)

    found = about(world, {"vaccine": "AZ", "given_on": "2021-09-25", "position": "primary-3"})

    assert [w.values["days"] for w in found if w.code == Code.TOO_NEAR] == [5]


def test_a_wrong_text_where_a_day_belongs_warns_of_nothing(world: World):
    assert about(world, {"given_on": "soon", "vaccine": "?"}) == []


@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_warning_has_words_and_survives_being_stored(language: str):
    values = {
        "vaccine": "AZ", "day": "2021-08-29", "days": 3, "shortest": 28, "number": 2, "age": 12,
        "dose": "primary-1", "dose_other": "primary-2", "dose_before": "primary-1", "dose_taken": "primary-1",
        "day_first": "2021-08-29", "day_taken": "2021-08-29", "day_recorded": "1988-03-27",
        "day_sent": "2021-09-01", "name": "Lan", "recorded": "Nguyễn Thị Lan",
        "width": 320, "height": 200, "year": 1988, "pages": 5,
    }  # fmt: skip
    written = [ProposalWarning(code, "given_on", values) for code in Code]

    with override(language):
        read = from_json([warning.as_json() for warning in written])

        assert read == written
        assert all("%" not in w.sentence and w.sentence and w.advice for w in read)
        assert "29/08/2021" in next(w.sentence for w in read if w.code == Code.TOO_NEAR)


def test_a_stored_warning_whose_rule_is_gone_is_left_out():
    assert from_json([{"code": "of_old", "field": "lot", "values": {}}]) == []


def test_the_rules_mirror_every_ground_that_a_record_or_a_measure_can_show():
    mirrored = {rule.ground for rule in RULES.values()} - {None}

    # What the picture shows, only a person sees.
    assert set(Ground) - mirrored == {
        Ground.SCREENING_FORM_INCOMPLETE,
        Ground.PORTRAIT_ONLY,
        Ground.CERTIFICATE_INCOMPLETE,
        Ground.PERSONAL_DATA_COVERED,
        Ground.PAPER_ALTERED,
    }
