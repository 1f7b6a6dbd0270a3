"""A date far from what is known needs a second person; how long ago it is does not matter."""

from datetime import date
from typing import cast

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils.translation import override

from corrections import actions, history
from corrections.clocks import policies
from corrections.decisions import far_dates, four_eyes
from corrections.decisions.far_dates import Basis, DateDistance
from corrections.history import Audience
from corrections.lifecycle import Status
from corrections.models import Correction, CorrectionEvent, Policy
from doses import actions as dose_actions
from doses.models import Dose
from tests import world as worlds
from tests.cases import file_one
from tests.conftest import SignIn
from tests.pages import text_of
from tests.world import World
from vaxreg import db_time

RECORDED = date(2021, 8, 29)


@pytest.fixture(autouse=True)
def far_dates_need_two(world: World) -> Policy:
    return Policy.objects.create(
        version=2, four_eyes=["far_date"], second_look_percent=0, made_at=db_time.now()
    )


def changed_to(world: World, day: str, recorded: date = RECORDED) -> Correction:
    dose = worlds.dose(world, given_on=recorded)
    return file_one(world, dose=dose, proposed={"given_on": day})


@pytest.mark.parametrize(
    ("recorded", "new", "is_far"),
    [
        # 30 days are not yet far, whichever way; 31 are.
        ("2021-08-29", "2021-08-30", False),
        ("2021-08-29", "2021-09-28", False),
        ("2021-08-29", "2021-09-29", True),
        ("2021-08-29", "2021-07-30", False),
        ("2021-08-29", "2021-07-29", True),
        # Day and month are the same, the year is another one.
        ("2021-08-29", "2022-08-29", True),
        ("2022-03-08", "2021-03-08", True),
        ("2022-01-15", "2023-01-15", True),
        # Day and month change places.
        ("2021-08-09", "2021-09-08", False),
        ("2021-05-11", "2021-11-05", True),
        # One digit of the month.
        ("2021-09-15", "2021-08-15", True),
        ("2021-12-31", "2022-01-01", False),
    ],
)
def test_a_new_date_is_far_from_the_date_on_record(world: World, recorded, new, is_far):
    case = changed_to(world, new, date.fromisoformat(recorded))

    decided = actions.accept(case, by=world.user("minh"))

    assert (decided.status == Status.TO_COUNTERSIGN) == is_far


@pytest.mark.parametrize(("days", "is_far"), [(1, True), (364, True)])
def test_a_slip_of_a_year_is_far_whatever_the_rules_say(world: World, days: int, is_far: bool):
    Policy.objects.create(
        version=3,
        four_eyes=["far_date"],
        second_look_percent=0,
        far_date_days=days,
        made_at=db_time.now(),
    )

    decided = actions.accept(changed_to(world, "2022-08-29"), by=world.user("minh"))

    assert (decided.status == Status.TO_COUNTERSIGN) == is_far


@pytest.mark.parametrize("days", [0, 365, 3650])
def test_the_database_refuses_a_rule_under_which_a_slip_of_a_year_is_near(world, days: int):
    with pytest.raises(IntegrityError, match="policy_numbers"), transaction.atomic():
        Policy.objects.create(version=3, far_date_days=days, made_at=db_time.now())


ADDED = {"position": "primary-2", "vaccine": "AZ", "lot": "ABX4112"}


def missing(world: World, day: str, **changed: str) -> Correction:
    facts = {**ADDED, "given_on": day, "organization": str(world.buoi.public_id), **changed}
    return file_one(world, key="missing", proposed=facts, named_site=world.buoi)


@pytest.mark.parametrize(
    ("known", "asked", "expected"),
    [
        # A dose of the same lot on that day, and 30 and 31 days away.
        ({}, {}, (Basis.LOT, 0, False)),
        ({"given_on": date(2021, 8, 29)}, {"given_on": "2021-09-28"}, (Basis.LOT, 30, False)),
        ({"given_on": date(2021, 8, 29)}, {"given_on": "2021-09-29"}, (Basis.LOT, 31, True)),
        ({"given_on": date(2021, 8, 29)}, {"given_on": "2022-08-29"}, (Basis.LOT, 365, True)),
        # The lot is not known there: the vaccine decides.
        ({"lot": "ABX9999"}, {}, (Basis.VACCINE, 0, False)),
        ({"lot": ""}, {"lot": ""}, (Basis.VACCINE, 0, False)),
        ({"lot": "X"}, {"given_on": "2021-12-24"}, (Basis.VACCINE, 117, True)),
        # Another site, another vaccine, a dose that counts no more: nothing is known.
        ({"organization": "quang_an"}, {}, (Basis.NOTHING, None, True)),
        ({}, {"vaccine": "PF", "lot": ""}, (Basis.NOTHING, None, True)),
        ({"provenance": "correction"}, {}, (Basis.NOTHING, None, True)),
        ({"provenance": "self_declared"}, {}, (Basis.NOTHING, None, True)),
        (None, {}, (Basis.NOTHING, None, True)),
    ],
)
def test_a_missing_dose_is_far_from_every_day_of_its_site(world: World, known, asked, expected):
    if known is not None:
        site = getattr(world, known.pop("organization", "buoi"))
        worlds.dose(world, "binh", organization=site, **known)
    case = missing(world, asked.pop("given_on", "2021-08-29"), **asked)

    found = far_dates.distance(case, case.proposed)
    decided = actions.accept(case, by=world.user("minh"), own_papers=True)

    basis, days, is_far = expected
    assert (found.basis, found.days) == (basis, days)
    assert (decided.status == Status.TO_COUNTERSIGN) == is_far


def test_the_nearest_of_several_days_counts(world: World):
    for day in (date(2021, 6, 1), date(2021, 8, 1), date(2021, 11, 1)):
        worlds.dose(world, "binh", given_on=day)

    found = far_dates.distance(case := missing(world, "2021-09-10"), case.proposed)

    assert found.nearest == date(2021, 8, 1)


def test_a_dose_marked_as_an_error_proves_no_day(world: World):
    dose = worlds.dose(world, "binh")
    dose_actions.mark_entered_in_error(
        dose, by=None, by_organization=world.buoi, why="x", correction_reference=""
    )

    found = far_dates.distance(case := missing(world, "2021-08-29"), case.proposed)

    assert found == DateDistance(Basis.NOTHING, date(2021, 8, 29))


def test_a_change_that_leaves_the_date_needs_nobody(world: World):
    decided = actions.accept(file_one(world), by=world.user("minh"))

    assert decided.status == Status.ACCEPTED


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize(
    "found",
    [
        DateDistance(Basis.RECORDED, date(2021, 12, 27), RECORDED),
        DateDistance(Basis.LOT, date(2021, 12, 27), RECORDED),
        DateDistance(Basis.VACCINE, date(2021, 12, 27), RECORDED),
        DateDistance(Basis.NOTHING, date(2021, 12, 27)),
    ],
)
def test_the_reason_says_its_figures_and_is_read_back_as_it_was_stored(found, language):
    why = {"reasons": ["far_date"], "far_date": found.stored()}

    with override(language):
        words = four_eyes.in_words(why)

    assert far_dates.from_stored(found.stored()) == found
    assert "27/12/2021" in words[0]
    if found.nearest:
        assert "120" in words[0]
        assert "29/08/2021" in words[0]


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("why", [{"reasons": ["old_date"]}, {"reasons": ["far_date"]}])
def test_reasons_of_older_decisions_are_still_read(why, language):
    with override(language):
        assert four_eyes.in_words(why) == [str(four_eyes.REASON_LABELS[why["reasons"][0]])]


@pytest.mark.parametrize(
    ("names", "asked"),
    [
        (["old_date"], ["far_date"]),
        (["far_date"], ["far_date"]),
        (["id_number", "old_date"], ["id_number", "far_date"]),
        (["old_date", "far_date"], ["far_date"]),
        ([], []),
        (["random"], []),
    ],
)
def test_rules_from_before_ask_for_far_dates(names, asked):
    assert four_eyes.switched_on(names) == asked


def test_the_first_rules_ask_for_far_dates():
    first = set(cast("list[str]", policies.FIRST["four_eyes"]))

    assert "far_date" in first
    assert "old_date" not in first


ON_SCREEN = {
    "vi": ("27/12/2021", "120 ngày"),
    "en": ("27/12/2021", "120 days"),
}


@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_page_of_the_decision_says_why_with_the_figures(
    world: World, as_staff: SignIn, language: str
):
    case = changed_to(world, "2021-12-27")
    minh: Client = as_staff(world.user("minh"))
    huong: Client = as_staff(world.user("huong"))
    for client in (minh, huong):
        client.cookies["language"] = language
    sent = {"version": case.version, "outcome": "accept"}

    before = text_of(minh.get(f"/review/{case.reference}/"))
    confirm = text_of(minh.post(f"/review/{case.reference}/decide/", sent))
    minh.post(f"/review/{case.reference}/decide/", {**sent, "confirmed": "1"})
    second = text_of(huong.get(f"/oversight/cases/{case.reference}/"))
    case.refresh_from_db()
    with override(language):
        put = history.entries(case, Audience.STAFF)[-1]
        told = history.entries(case, Audience.CITIZEN)[-1]

    assert case.pending is not None
    assert case.pending["far_date"]["basis"] == "recorded"
    for page in (before, confirm, second, " ".join(put.details)):
        for words in ON_SCREEN[language]:
            assert words in page
    assert told.step == "put_forward"
    assert told.details == ()


def test_a_missing_dose_without_a_site_says_nothing_beforehand(world: World, as_staff: SignIn):
    case = file_one(
        world,
        key="no-site",
        proposed={"position": "primary-2", "given_on": "2021-09-01"},
        named_site=world.buoi,
    )

    page = as_staff(world.user("minh")).get(f"/review/{case.reference}/")

    assert page.status_code == 200
    assert case.status == Status.QUEUED


def test_the_second_person_finds_the_figures_in_the_event_of_the_decision(world: World):
    waiting = actions.accept(changed_to(world, "2021-12-27"), by=world.user("minh"))

    actions.countersign(waiting, by=world.user("huong"))

    signed = CorrectionEvent.objects.get(step="countersign")
    assert signed.data["far_date"]["nearest"] == "2021-08-29"
    assert Dose.objects.get().given_on == date(2021, 12, 27)
