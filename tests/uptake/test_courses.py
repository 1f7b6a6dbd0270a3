"""What counts, and from which day: mixed series, boosters, proposals, mistakes, merged records."""

from datetime import date

import pytest

from citizens import merging
from citizens.actions import revise_identity
from citizens.models import Citizen
from doses.actions import mark_entered_in_error, revise
from doses.models import Dose, Vaccine
from tests import world as worlds
from tests.factories.citizens import CitizenFactory
from tests.uptake.given import give, on, total
from tests.world import World
from uptake.fold import update_sums
from uptake.models import Band, Course, Measure, Uptake


def course(person: Citizen) -> tuple[date | None, date | None, date | None]:
    """Fold, and return the days on which the person reached each measure."""
    update_sums()
    row = Course.objects.filter(citizen=person).first()
    return (row.one_dose_on, row.complete_on, row.booster_on) if row else (None, None, None)


@pytest.mark.parametrize(
    ("doses", "expected"),
    [
        # (what, days after the first of August 2021); first dose, complete, booster.
        ([("AZ", 0)], (0, None, None)),
        ([("AZ", 0), ("AZ", 60)], (0, 60, None)),
        ([("JS", 5)], (5, 5, None)),
        ([("AB", 0), ("AB", 14)], (0, None, None)),
        ([("AB", 0), ("AB", 14), ("AB", 28)], (0, 28, None)),
        # Mixed: as many as the vaccine with the fewest needs, whichever came first.
        ([("AZ", 0), ("PF", 56)], (0, 56, None)),
        ([("PF", 0), ("MD", 30)], (0, 30, None)),
        ([("AB", 0), ("PF", 30)], (0, 30, None)),
        ([("PF", 0), ("AB", 30)], (0, 30, None)),
        ([("AZ", 0), ("JS", 30)], (0, 30, None)),
        ([("AB", 0), ("JS", 30)], (0, 30, None)),
        # The order of recording does not matter, only that of the days.
        ([("AZ", 60), ("AZ", 0)], (0, 60, None)),
        # An additional dose neither completes a series nor boosts.
        ([("VC", 0), ("PF+", 30)], (0, None, None)),
        ([("VC", 0), ("VC", 21), ("PF+", 60)], (0, 21, None)),
        ([("VC", 0), ("VC", 21), ("PF+", 60), ("PF!", 150)], (0, 21, 150)),
        # A booster boosts only a complete series.
        ([("AZ", 0), ("PF!", 90)], (0, None, None)),
        ([("PF!", 90)], (90, None, None)),
        ([("JS", 0), ("JS!", 90), ("PF!", 200)], (0, 0, 90)),
        ([("AZ", 0), ("PF!", 30), ("AZ", 60), ("PF!", 200)], (0, 60, 200)),
        # Twice on one day is one dose recorded twice.
        ([("AZ", 0), ("PF", 0)], (0, None, None)),
        ([("AZ", 0), ("PF", 0), ("PF", 40)], (0, 40, None)),
        ([("JS", 0), ("PF!", 0)], (0, 0, None)),
    ],
)
def test_each_measure_is_reached_on_its_day(world: World, doses, expected):
    person = CitizenFactory.create(area=world.areas["buoi"])

    for what, after in doses:
        give(world, person, what, after)

    assert course(person) == tuple(on(number) for number in expected)


def test_every_vaccine_completes_a_series_after_the_doses_it_needs(world: World):
    for vaccine in Vaccine.objects.filter(group__code="covid19"):
        person = CitizenFactory.create()
        for number in range(vaccine.primary_doses):
            give(world, person, vaccine.code, 30 * number)

        assert course(person)[1] == on(30 * (vaccine.primary_doses - 1)), vaccine.code


def test_doses_against_another_disease_count_for_nothing_here(world: World):
    person = CitizenFactory.create()

    worlds.dose(world, citizen=person, vaccine=Vaccine.objects.get(code="MR"))

    assert course(person) == (None, None, None)


def test_a_proposed_dose_never_counts_and_a_verified_one_does(world: World):
    person = CitizenFactory.create()
    proposed = give(world, person, "JS", 0, provenance=Dose.Provenance.SELF_DECLARED)
    assert course(person) == (None, None, None)

    revise(proposed, changes={"provenance": Dose.Provenance.CORRECTION}, by=None, why="Có giấy")

    assert course(person) == (on(0), on(0), None)


@pytest.mark.parametrize("provenance", ["site_entry", "back_entry", "correction", "partner"])
def test_whoever_recorded_it_a_verified_dose_counts(world: World, provenance):
    person = CitizenFactory.create()

    give(world, person, "AZ", 0, provenance=provenance)

    assert course(person) == (on(0), None, None)


def test_a_dose_entered_in_error_stops_counting(world: World):
    person = CitizenFactory.create(area=world.areas["buoi"])
    give(world, person, "AZ", 0)
    wrong = give(world, person, "AZ", 60)
    assert course(person) == (on(0), on(60), None)

    mark_entered_in_error(wrong, by=None, why="Nhầm người")

    assert course(person) == (on(0), None, None)
    assert (total(Measure.ONE_DOSE), total(Measure.COMPLETE)) == (1, 0)


def test_nobody_is_left_behind_when_the_only_dose_was_an_error(world: World):
    person = CitizenFactory.create(area=world.areas["buoi"])
    wrong = give(world, person, "JS", 0)
    update_sums()

    mark_entered_in_error(wrong, by=None, why="Nhầm người")

    assert course(person) == (None, None, None)
    assert not Uptake.objects.exists()


def test_a_corrected_date_moves_the_person_to_another_day(world: World):
    person = CitizenFactory.create()
    dose = give(world, person, "AZ", 0)
    update_sums()

    revise(dose, changes={"given_on": on(-10)}, by=None, why="Theo giấy")

    assert course(person) == (on(-10), None, None)
    days = Uptake.objects.filter(place="", is_month=False).values_list("day", "people")
    assert list(days) == [(on(-10), 1)]


def test_a_corrected_vaccine_may_complete_a_series(world: World):
    person = CitizenFactory.create()
    dose = give(world, person, "AZ", 0)
    update_sums()

    revise(dose, changes={"vaccine": Vaccine.objects.get(code="JS")}, by=None, why="Theo giấy")

    assert course(person) == (on(0), on(0), None)


def test_merged_records_are_one_person_counted_once_and_two_again_when_separated(world: World):
    kept, part = CitizenFactory.create_batch(2, area=world.areas["buoi"])
    give(world, kept, "AZ", 60)
    give(world, part, "AZ", 0)
    # The same dose in both records.
    give(world, part, "AZ", 60)
    update_sums()
    assert (total(Measure.ONE_DOSE), total(Measure.COMPLETE)) == (2, 1)

    merging.merge(part, into=kept, by=None, why="Cùng một người")

    assert course(kept) == (on(0), on(60), None)
    assert course(part) == (None, None, None)
    assert (total(Measure.ONE_DOSE), total(Measure.COMPLETE)) == (1, 1)

    part.refresh_from_db()
    merging.separate(part, by=None, why="Không phải")

    assert (course(kept), course(part)) == ((on(60), None, None), (on(0), on(60), None))


def test_a_dose_recorded_in_a_part_counts_for_the_whole(world: World):
    kept, part = CitizenFactory.create_batch(2)
    merging.merge(part, into=kept, by=None, why="Cùng một người")
    update_sums()

    give(world, part, "JS", 0)

    assert course(kept) == (on(0), on(0), None)
    assert course(part) == (None, None, None)


@pytest.mark.parametrize(
    ("born", "band"),
    [
        (date(2021, 8, 1), Band.UNDER_5),
        (date(2016, 8, 2), Band.UNDER_5),
        (date(2016, 8, 1), Band.FROM_5),
        (date(2009, 8, 2), Band.FROM_5),
        (date(2009, 8, 1), Band.FROM_12),
        (date(2003, 8, 2), Band.FROM_12),
        (date(2003, 8, 1), Band.FROM_18),
        (date(1971, 8, 2), Band.FROM_18),
        (date(1971, 8, 1), Band.FROM_50),
        (date(1956, 8, 2), Band.FROM_50),
        (date(1956, 8, 1), Band.FROM_65),
        (date(1900, 1, 1), Band.FROM_65),
    ],
)
def test_the_age_band_is_that_of_the_day_itself(world: World, born, band):
    give(world, CitizenFactory.create(date_of_birth=born), "AZ", 0)

    update_sums()

    assert set(Uptake.objects.values_list("band", flat=True)) == {band}


def test_somebody_may_come_to_two_measures_in_two_age_bands(world: World):
    person = CitizenFactory.create(date_of_birth=date(2003, 9, 1))

    give(world, person, "PF", 0)
    give(world, person, "PF", 31)
    update_sums()

    bands = Uptake.objects.filter(place="", is_month=False).values_list("measure", "band")
    assert dict(bands) == {Measure.ONE_DOSE: Band.FROM_12, Measure.COMPLETE: Band.FROM_18}


def test_a_corrected_date_of_birth_moves_the_person_to_another_band(world: World):
    person = CitizenFactory.create(date_of_birth=date(1957, 1, 1))
    give(world, person, "AZ", 0)
    update_sums()

    revise_identity(person, changes={"date_of_birth": date(1955, 1, 1)}, by=None, why="CCCD")
    update_sums()

    assert set(Uptake.objects.values_list("band", flat=True)) == {Band.FROM_65}
