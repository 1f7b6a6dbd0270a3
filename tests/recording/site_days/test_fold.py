"""The sums of a site's days are right after every change, and always what a count of all says."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from citizens.actions import revise_identity
from citizens.models import Citizen
from doses import actions, sessions
from doses.models import Dose
from doses.plausibility.warnings import DoseCode, DoseWarning
from identity.models import PopulationAnswer
from recording.models import Deadline, SiteDay, SiteProgress
from recording.site_days import fold, stating
from recording.site_days.issues import Issue
from tests import world as worlds
from tests.world import World
from vaxreg import db_time

pytestmark = pytest.mark.django_db

DAY = date(2021, 8, 29)
Change = Callable[[World, Dose], object]


def answer(citizen: Citizen, outcome: str, **more: object) -> PopulationAnswer:
    return PopulationAnswer.objects.create(
        citizen=citizen, outcome=outcome, fields=[], fingerprint="x", at=db_time.now(), **more
    )


def sums(world: World) -> dict[str, int | None]:
    """The row of the day, without what is zero, after the job has run."""
    fold.update_sums()
    rows = SiteDay.objects.filter(organization=world.buoi, day=DAY).values()
    return {
        name: number
        for row in rows
        for name, number in row.items()
        if name not in ("id", "day") and number
    }


def faults(world: World) -> set[str]:
    return set(sums(world)) & {issue.value for issue in Issue}


def in_a_session(world: World, dose: Dose, on: date = DAY) -> None:
    held = sessions.plan(world.buoi, on, by=world.user("minh"))
    actions.revise(dose, changes={"session": held}, by=None, why="x")


def without_number(world: World, dose: Dose) -> None:
    revise_identity(world.citizens["lan"], changes={"id_number": ""}, by=None, why="x")


def with_passport(world: World, dose: Dose) -> None:
    revise_identity(world.citizens["lan"], changes={"id_number": "B1234567"}, by=None, why="x")


def received(world: World, number: str) -> None:
    sessions.receive_lot(
        world.buoi, world.az, number, received_on=DAY - timedelta(days=9), by=world.user("minh")
    )


def left_standing(world: World, dose: Dose) -> None:
    left = [DoseWarning(DoseCode.POSITION_GAP, "position", {})]
    actions.revise(dose, changes={"lot": "ABX4113"}, left=left, by=None, why="x")


FAULTS: dict[str, tuple[Change, set[Issue]]] = {
    "none but the session": (lambda world, dose: None, set()),
    "no number": (without_number, {Issue.NO_NUMBER}),
    "a passport of a Vietnamese": (with_passport, {Issue.ODD_NUMBER}),
    "differs": (lambda world, dose: answer(dose.citizen, "mismatch"), {Issue.FAILED_CHECK}),
    "no such number": (lambda world, dose: answer(dose.citizen, "not_found"), {Issue.FAILED_CHECK}),
    "of a proposal": (
        lambda world, dose: answer(dose.citizen, "mismatch", correction_reference="VR-1"), set(),
    ),
    "no lot": (
        lambda world, dose: actions.revise(dose, changes={"lot": ""}, by=None, why="x"),
        {Issue.NO_LOT},
    ),
    "another lot received": (lambda world, dose: received(world, "FG3526"), {Issue.UNKNOWN_LOT}),
    "this lot received": (lambda world, dose: received(world, "ABX4112"), set()),
    "doubts": (left_standing, {Issue.DOUBTFUL}),
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
def test_each_fault_is_counted_once_it_is_there_and_no_other(world: World, name: str):
    dose = worlds.dose(world)
    assert faults(world) == {Issue.NO_SESSION}
    change, expected = FAULTS[name]

    change(world, dose)

    assert faults(world) == {Issue.NO_SESSION, *expected}


@pytest.mark.parametrize(
    ("on", "expected"), [(DAY, set()), (DAY + timedelta(days=1), {Issue.OTHER_DAY})]
)
def test_a_dose_stands_in_a_session_of_its_day(world: World, on: date, expected: set[Issue]):
    dose = worlds.dose(world)

    in_a_session(world, dose, on)

    assert faults(world) == expected


def test_an_answer_about_facts_that_changed_since_says_nothing(world: World):
    dose = worlds.dose(world)
    answer(dose.citizen, "not_found")
    assert faults(world) == {Issue.NO_SESSION, Issue.FAILED_CHECK}

    revise_identity(dose.citizen, changes={"phone": "+84912000111"}, by=None, why="x")
    assert faults(world) == {Issue.NO_SESSION, Issue.FAILED_CHECK}

    revise_identity(dose.citizen, changes={"full_name": "Nguyễn Thị Loan"}, by=None, why="x")
    assert faults(world) == {Issue.NO_SESSION}


def test_a_dose_is_verified_when_the_newest_answer_confirms_the_person(world: World):
    dose = worlds.dose(world)
    answer(dose.citizen, "not_found")

    answer(dose.citizen, "match")

    assert sums(world)["verified"] == 1


def test_who_was_merged_into_a_record_has_its_number(world: World):
    dose = worlds.dose(world, "binh")
    Citizen.objects.filter(pk=dose.citizen_id).update(id_number=None)
    assert Issue.NO_NUMBER in faults(world)

    Citizen.objects.filter(pk=dose.citizen_id).update(merged_into=world.citizens["lan"])

    assert Issue.NO_NUMBER not in faults(world)


def test_what_is_given_entered_and_timely_is_counted_by_day(world: World):
    worlds.dose(world)
    today = timezone.localdate(db_time.now())
    worlds.dose(world, given_on=today, ordinal=2)
    error = worlds.dose(world, "binh")
    stating.state_given(world.buoi, DAY, 40, by=world.user("minh"))
    stating.state_given(world.buoi, DAY, 30, by=world.user("minh"))
    assert (sums(world)["given"], sums(world)["entered"]) == (30, 2)

    actions.mark_entered_in_error(error, by=None, why="x")

    assert (sums(world)["entered"], sums(world).get("same_day")) == (1, None)
    assert SiteDay.objects.get(day=today).same_day == 1


def test_a_counted_session_says_what_was_given_until_the_site_states_the_whole_day(world: World):
    held = sessions.plan(world.buoi, DAY, by=world.user("minh"))
    sessions.close(held, given_doses=12)
    assert sums(world) == {"organization_id": world.buoi.pk, "given": 12}

    stating.state_given(world.buoi, DAY, 15, by=world.user("minh"))

    assert sums(world)["given"] == 15


def test_the_progress_of_a_site_is_that_of_the_doses_which_the_deadline_names(world: World):
    worlds.dose(world)
    stating.state_given(world.buoi, DAY, 4, by=world.user("minh"))
    stating.state_given(world.buoi, date(2021, 12, 1), 9, by=world.user("minh"))
    fold.update_sums()
    early = stating.set_deadline(
        date(2021, 9, 20), date(2021, 9, 19), "7229/BYT-VPB1", binds=world.ministry,
        by=world.user("minh"),
    )  # fmt: skip
    elsewhere = stating.set_deadline(
        date(2021, 9, 20), date(2021, 9, 20), "1/SYT", binds=world.dong_da, by=world.user("minh")
    )

    fold.update_sums()

    found = {one.deadline: one for one in SiteProgress.objects.filter(organization=world.buoi)}
    assert (found[early].given, found[early].covered, found[early].first_behind_on) == (4, 1, DAY)
    assert (found[None].given, found[None].covered, found[None].days_behind) == (13, 1, 2)
    assert elsewhere not in found
    assert not Deadline.objects.filter(counted_at=None).exists()


def test_days_of_many_sites_are_counted_in_as_many_queries_as_one(world: World):
    def queries() -> int:
        fold.recount_everything()
        with CaptureQueriesContext(connection) as captured:
            fold.update_sums()
        return len(captured)

    worlds.dose(world)
    few = queries()
    for number in range(1, 9):
        where = {"organization": world.lang_thuong} if number % 2 else {}
        worlds.dose(world, given_on=DAY + timedelta(days=number), **where)

    assert queries() == few
    assert SiteDay.objects.count() == 9


def test_counting_everything_anew_changes_nothing(world: World):
    without_number(world, worlds.dose(world))
    stating.state_given(world.buoi, DAY, 4, by=world.user("minh"))
    before = sums(world)
    SiteDay.objects.all().delete()

    fold.recount_everything()

    assert sums(world) == before
    assert not fold.waits([world.buoi.pk])
