"""What is due next: by the interval after the last dose, or at an age; dated, with its source."""

from datetime import date

import pytest

from doses.models import Dose
from doses.schedule import due_next
from tests.factories.citizens import CitizenFactory
from tests.factories.doses import DoseFactory, vaccine

pytestmark = pytest.mark.django_db
GROWN = date(1988, 3, 27)
LATER = date(2022, 9, 1)


def given(*doses: tuple[str, str, date]) -> list[Dose]:
    """Doses of one person: (vaccine, position, day)."""
    person = CitizenFactory.create(date_of_birth=date(1970, 1, 1))
    made = []
    for code, position, day in doses:
        kind, ordinal = position.split("-")
        made.append(
            DoseFactory.create(
                citizen=person, vaccine=vaccine(code), kind=kind, ordinal=int(ordinal), given_on=day
            )
        )
    return made


@pytest.mark.parametrize(
    ("doses", "position", "due_on"),
    [
        # AstraZeneca after 8 weeks, Pfizer after 3, Abdala after 14 days and once more.
        ([("AZ", "primary-1", date(2021, 9, 1))], "primary-2", date(2021, 10, 27)),
        ([("PF", "primary-1", date(2021, 9, 1))], "primary-2", date(2021, 9, 22)),
        ([("AB", "primary-1", date(2021, 10, 1))], "primary-2", date(2021, 10, 15)),
        (
            [("AB", "primary-1", date(2021, 10, 1)), ("AB", "primary-2", date(2021, 10, 15))],
            "primary-3",
            date(2021, 10, 29),
        ),
        # A booster three months after the course, and not before December 2021.
        (
            [("PF", "primary-1", date(2021, 9, 1)), ("PF", "primary-2", date(2021, 11, 30))],
            "booster-1",
            date(2022, 2, 28),
        ),
        ([("JS", "primary-1", date(2021, 8, 1))], "booster-1", date(2021, 12, 1)),
        ([("PF", "booster-1", date(2022, 3, 1))], "booster-2", date(2022, 7, 1)),
    ],
)
def test_a_course_goes_on_after_its_last_dose(doses, position: str, due_on: date):
    (due,) = due_next(given(*doses), GROWN, LATER)

    assert (due.group.code, due.position, due.due_on) == ("covid19", position, due_on)
    assert due.source


def test_after_the_last_booster_nothing_is_due():
    assert not due_next(given(("PF", "booster-3", date(2022, 6, 1))), GROWN, LATER)


def test_who_has_no_dose_is_not_told_to_begin_a_course_without_an_age():
    assert not due_next([], GROWN, LATER)


def test_a_booster_is_not_due_before_the_course_is_complete():
    (due,) = due_next(given(("AZ", "primary-1", date(2021, 9, 1))), GROWN, LATER)

    assert due.position == "primary-2"


@pytest.mark.parametrize(
    ("age_in_months", "due"),
    [
        (1, {"bcg", "hepb-birth", "dpt-vgb-hib", "opv", "ipv", "measles", "mr", "dpt", "je"}),
        # At two years, what is given at birth is no longer named.
        (30, {"dpt-vgb-hib", "opv", "ipv", "measles", "mr", "dpt", "je"}),
        (12 * 8, set()),
    ],
)
def test_a_child_has_what_is_due_at_its_age(age_in_months: int, due: set[str]):
    vaccine("BCG")
    years, months = divmod(age_in_months, 12)
    born = date(LATER.year - years - (months > 7), (LATER.month - 1 - months) % 12 + 1, 1)

    assert {one.group.code for one in due_next([], born, LATER)} == due


def test_the_second_dose_of_a_child_waits_for_its_age_and_its_interval():
    first = given(("5IN1", "primary-1", date(2022, 8, 20)))
    born = date(2022, 6, 1)

    due = next(one for one in due_next(first, born, LATER) if one.group.code == "dpt-vgb-hib")

    # Three months old on 1 September, but 28 days after the first dose only on the 17th.
    assert (due.position, due.due_on) == ("primary-2", date(2022, 9, 17))
