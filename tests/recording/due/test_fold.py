"""What is due for each person is right after every change, and what a walk over all says."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from citizens.actions import revise_identity
from citizens.models import Citizen
from doses import actions
from doses.models import Dose, ScheduleStep, Vaccine
from recording.due import fold
from recording.models import DueChange, DueSweep, NextDose
from tests import world as worlds
from tests.world import World
from vaxreg import db_time

pytestmark = pytest.mark.django_db

# Lan's first dose of AstraZeneca was given on 29/08/2021: the second is due after 56 days.
SECOND = ("lan", "covid19", "primary-2", date(2021, 10, 24))
Row = tuple[str, str, str, date]
Change = Callable[[World, Dose], object]


def rows(world: World, site: str = "buoi") -> list[Row]:
    """What is due at a site after the job has run: person, group, position, day."""
    fold.update()
    names = {citizen.pk: name for name, citizen in world.citizens.items()}
    found = NextDose.objects.filter(organization=getattr(world, site)).select_related("group")
    return sorted(
        (names[one.citizen_id], one.group.code, one.position, one.due_on) for one in found
    )


def second(world: World, dose: Dose) -> None:
    worlds.dose(world, ordinal=2, given_on=date(2021, 11, 1))


def abroad(world: World, dose: Dose) -> None:
    where = actions.Abroad("JP")
    worlds.dose(world, ordinal=2, given_on=date(2021, 11, 1), organization=None, abroad=where)


def elsewhere(world: World, dose: Dose) -> None:
    worlds.dose(world, ordinal=2, given_on=date(2021, 11, 1), organization=world.lang_thuong)


def declared(world: World, dose: Dose) -> None:
    provenance = Dose.Provenance.SELF_DECLARED
    worlds.dose(world, ordinal=2, given_on=date(2021, 11, 1), provenance=provenance)


def merged(world: World, dose: Dose) -> None:
    Citizen.objects.filter(pk=dose.citizen_id).update(merged_into=world.citizens["binh"])


CHANGES: dict[str, tuple[Change, list[Row]]] = {
    "nothing": (lambda world, dose: None, [SECOND]),
    "the second dose": (second, [("lan", "covid19", "booster-1", date(2022, 2, 1))]),
    "the second dose elsewhere": (elsewhere, []),
    "the second dose abroad": (abroad, []),
    "one that she declared herself": (declared, [SECOND]),
    "entered in error": (
        lambda world, dose: actions.mark_entered_in_error(dose, by=None, why="x"), [],
    ),
    "another day": (
        lambda world, dose: actions.revise(
            dose, changes={"given_on": date(2021, 8, 30)}, by=None, why="x"
        ),
        [("lan", "covid19", "primary-2", date(2021, 10, 25))],
    ),
    "moved to Bình": (
        lambda world, dose: actions.move(
            dose, to=world.citizens["binh"], revision=1, by=None, why="x"
        ),
        [("binh", *SECOND[1:])],
    ),
    "merged into Bình": (merged, [("binh", *SECOND[1:])]),
}  # fmt: skip


@pytest.mark.parametrize("name", CHANGES)
def test_what_is_due_follows_each_change_of_the_record(world: World, name: str):
    dose = worlds.dose(world)
    assert rows(world) == [SECOND]
    change, expected = CHANGES[name]

    change(world, dose)

    assert rows(world) == expected
    assert not fold.is_behind()


def test_a_record_that_is_its_own_again_has_its_line_again(world: World):
    merged(world, worlds.dose(world))
    assert [row[0] for row in rows(world)] == ["binh"]

    Citizen.objects.filter(pk=world.citizens["lan"].pk).update(merged_into=None)

    assert rows(world) == [SECOND]


def a_child(world: World, months: int) -> Citizen:
    """A child of so many months, who got BCG at Phường Bưởi at birth."""
    born = db_time.now().date() - timedelta(days=months * 30)
    revise_identity(world.citizens["child"], changes={"date_of_birth": born}, by=None, why="x")
    worlds.dose(world, "child", vaccine=Vaccine.objects.get(code="BCG"), given_on=born, lot="B1")
    return Citizen.objects.get(pk=world.citizens["child"].pk)


def test_what_a_child_has_not_begun_stands_at_the_site_of_its_last_dose(world: World):
    child = a_child(world, 3)

    groups = {row[1] for row in rows(world)}

    assert {"dpt-vgb-hib", "opv", "measles"} <= groups
    assert "bcg" not in groups
    revise_identity(child, changes={"date_of_birth": date(1990, 1, 1)}, by=None, why="x")
    assert rows(world) == []


def test_at_the_age_at_which_nobody_is_told_any_more_a_line_goes(world: World):
    a_child(world, 3)
    assert rows(world)
    NextDose.objects.filter(group__code="opv").update(ends_on=db_time.now().date())
    day = db_time.now().date()
    assert not NextDose.objects.named(day).filter(group__code="opv").exists()

    fold.follow_calendar()

    # It is found again as the rule says it.
    assert DueChange.objects.count() == 1
    fold.update()
    assert NextDose.objects.get(group__code="opv").ends_on != day


def test_another_schedule_is_followed_by_a_walk_over_everybody(world: World):
    worlds.dose(world)
    call_command("find_due")
    assert rows(world) == [SECOND]
    fold.follow_calendar()
    assert DueSweep.objects.count() == 1

    ScheduleStep.objects.filter(after__code="AZ").update(interval=28)
    fold.follow_calendar()

    assert rows(world) == [("lan", "covid19", "primary-2", date(2021, 9, 26))]
    assert DueSweep.objects.filter(finished_at=None).count() == 0


def test_many_people_take_as_many_queries_as_one(world: World):
    def queries() -> int:
        fold.sweep()
        with CaptureQueriesContext(connection) as captured:
            fold.update()
        return len(captured)

    worlds.dose(world)
    fold.update()
    few = queries()
    for name in ("binh", "child"):
        worlds.dose(world, name)
    fold.update()

    assert queries() == few
    assert NextDose.objects.count() == 3
