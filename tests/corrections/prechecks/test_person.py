"""Warnings about a proposed name and date of birth. Lan is Nguyễn Thị Lan, born 27/03/1988."""

from datetime import date

import pytest

from corrections.prechecks import doses, person
from corrections.prechecks.doses import Proposal
from corrections.prechecks.rules import Code
from tests import world as worlds
from tests.world import World


def codes(world: World, **proposed: str) -> set[Code]:
    found = doses.about_claims(world.citizens["lan"], [Proposal(None, proposed)])[0]
    assert all(warning.field in proposed for warning in found)
    return {warning.code for warning in found}


@pytest.mark.parametrize(
    ("code", "outside", "inside"),
    [
        (Code.NAME_INCOMPLETE, "Lan", "Nguyễn Lan"),
        (Code.NAME_WITHOUT_DIACRITICS, "Nguyen Thi Lan", "Nguyễn Thi Lan"),
        (Code.NAME_WITHOUT_DIACRITICS, "NGUYEN THI LAN", "NGUYỄN THỊ LAN"),
        (Code.NAME_UNLIKE, "Trần Văn Bình", "Nguyễn Thị Lam"),
        (Code.NAME_UNLIKE, "Nguyễn Văn Bình", "Nguyễn Văn Lan"),
        (Code.NAME_UNLIKE, "Nguyễn Hoa", "Nguyẽn Thị Ngọc Lan"),
    ],
)
def test_a_name_is_warned_about_outside_and_not_inside_the_rule(
    world: World, code: Code, outside: str, inside: str
):
    assert code in codes(world, full_name=outside)
    assert code not in codes(world, full_name=inside)


def test_a_name_that_has_no_marks_on_record_may_be_short_and_plain(world: World):
    world.citizens["lan"].full_name = "Kim Lan"

    assert codes(world, full_name="Kim Lam") == set()


@pytest.mark.parametrize(
    ("code", "outside", "inside"),
    [
        (Code.BORN_AFTER_FIRST_DOSE, "2021-08-30", "2021-08-29"),
        (Code.BIRTH_DATE_UNLIKE, "1990-04-28", "1990-04-27"),
        (Code.BIRTH_DATE_UNLIKE, "1990-04-28", "1990-03-28"),
        (Code.BIRTH_DATE_UNLIKE, "1990-04-28", "1988-04-28"),
    ],
)
def test_a_birth_date_is_warned_about_outside_and_not_inside_the_rule(
    world: World, code: Code, outside: str, inside: str
):
    worlds.dose(world)

    assert code in codes(world, date_of_birth=outside)
    assert code not in codes(world, date_of_birth=inside)


def test_day_and_month_the_wrong_way_round_is_an_ordinary_slip(world: World):
    world.citizens["lan"].date_of_birth = date(1988, 3, 7)

    assert Code.BIRTH_DATE_UNLIKE not in codes(world, date_of_birth="1989-07-03")


@pytest.mark.parametrize(
    ("proposed", "expected"),
    [
        ({"id_number": "001188012346"}, set()),
        ({"id_number": "001088012346"}, {Code.ID_SAYS_MALE}),
        ({"id_number": "001190012346"}, {Code.ID_SAYS_YEAR}),
        ({"id_number": "001288012346"}, {Code.ID_SAYS_MALE, Code.ID_SAYS_YEAR}),
        ({"id_number": "012345678"}, set()),
        ({"sex": "male"}, {Code.ID_SAYS_FEMALE}),
        ({"date_of_birth": "1987-03-27"}, {Code.ID_SAYS_YEAR}),
        ({"phone": "+84911111111"}, set()),
    ],
)
def test_an_id_number_that_says_otherwise_is_pointed_out(world: World, proposed, expected):
    found = person.warnings_about_person(proposed, world.citizens["lan"])

    assert {warning.code for warning in found} == expected
