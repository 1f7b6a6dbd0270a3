"""Doubts about a dose beyond those of a citizen's proposal: the vaccine before, lots, other groups.

What may get a proposal refused is tested with the prechecks of corrections.
"""

from datetime import date

import pytest
from django.utils.translation import override

from doses.models import ReceivedLot
from doses.plausibility.checks import DoseLine, LotList, about_line
from doses.plausibility.rules import RuleBook
from doses.plausibility.warnings import DoseCode, DoseWarning, sentences_of
from tests.factories.doses import vaccine
from tests.factories.organizations import OrganizationFactory

pytestmark = pytest.mark.django_db
BORN = date(1988, 3, 27)


def line(code: str, position: str, day: date, **more: bool) -> DoseLine:
    return DoseLine(position, day, vaccine(code), **more)


def codes(found: list[DoseWarning]) -> set[DoseCode]:
    return {warning.code for warning in found}


@pytest.mark.parametrize(
    ("before", "now", "day", "is_doubtful"),
    [
        # AstraZeneca, then Pfizer: from July 2021.
        ("AZ", "PF", date(2021, 6, 30), True),
        ("AZ", "PF", date(2021, 7, 1), False),
        ("PF", "MD", date(2021, 8, 31), True),
        ("PF", "MD", date(2021, 9, 1), False),
        ("PF", "AZ", date(2021, 12, 1), True),
        ("PF", "PF", date(2021, 8, 31), False),
    ],
)
def test_another_vaccine_than_before_is_doubtful_until_a_rule_let_it_follow(
    before: str, now: str, day: date, is_doubtful: bool
):
    first = line(before, "primary-1", date(2021, 4, 1))

    found = about_line(line(now, "primary-2", day, is_recorded=False), [first], BORN, RuleBook())

    assert (DoseCode.OTHER_VACCINE in codes(found)) == is_doubtful


def test_a_booster_may_be_of_any_vaccine():
    first = line("AZ", "primary-1", date(2021, 8, 1))

    found = about_line(line("PF", "booster-1", date(2022, 3, 1)), [first], BORN, RuleBook())

    assert DoseCode.OTHER_VACCINE not in codes(found)


def test_doses_against_another_disease_neither_take_a_position_nor_an_interval():
    measles = line("MR", "primary-1", date(2021, 9, 1))

    found = about_line(line("AZ", "primary-1", date(2021, 9, 1)), [measles], BORN, RuleBook())

    assert not codes(found)


def test_approval_here_says_nothing_about_a_dose_abroad():
    abroad = line("CS", "primary-1", date(2021, 1, 20), is_abroad=True)
    here = line("CS", "primary-1", date(2021, 1, 20))

    assert not codes(about_line(abroad, [], BORN, RuleBook()))
    assert codes(about_line(here, [], BORN, RuleBook())) == {
        DoseCode.BEFORE_FIRST_DAY,
        DoseCode.NOT_USED_HERE,
    }


@pytest.mark.parametrize(
    ("lot", "code", "day", "expected"),
    [
        ("FG3526", "PF", date(2021, 11, 30), None),
        ("FG3526", "PF", date(2021, 12, 1), DoseCode.LOT_EXPIRED),
        ("FG3526", "AZ", date(2021, 11, 1), DoseCode.LOT_OF_OTHER_VACCINE),
        ("FG9999", "PF", date(2021, 11, 1), DoseCode.LOT_NOT_RECEIVED),
        ("", "PF", date(2021, 11, 1), None),
    ],
)
def test_a_lot_is_held_against_those_that_the_site_received(lot, code, day, expected):
    site = OrganizationFactory.create()
    ReceivedLot.objects.create(
        organization=site,
        vaccine=vaccine("PF"),
        number="FG3526",
        expires_on=date(2021, 11, 30),
        received_on=date(2021, 9, 1),
    )

    found = LotList(site).about(lot, vaccine(code), day)

    assert codes(found) == ({expected} if expected else set())


def test_a_site_that_wrote_down_no_lots_is_not_told_about_them():
    assert not LotList(OrganizationFactory.create()).about(
        "FG9999", vaccine("PF"), date(2021, 11, 1)
    )


def test_stored_warnings_are_read_in_the_language_of_the_reader():
    with override("en"):
        told = sentences_of(
            [
                ("lot_expired", {"lot": "FG3526", "day": "2021-11-30"}),
                ("of_an_older_version", {}),
            ]
        )

    assert told == ["Lot FG3526 expired on 30/11/2021."]
