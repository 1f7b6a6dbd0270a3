"""A proposal that names a month alone is read on every page, until whoever decides gives the day."""

from typing import Any

import pytest

from corrections import actions
from corrections.lifecycle import Status
from corrections.models import Correction
from tests import world as worlds
from tests.cases import file_one
from tests.conftest import SignIn
from tests.world import World

MISSING = {"position": "primary-2", "given_on": "2021-10"}


def about_a_recorded_dose(world: World) -> Correction:
    return file_one(world, dose=worlds.dose(world), proposed={"given_on": "2021-10"})


def about_a_missing_dose(world: World) -> Correction:
    worlds.dose(world)
    return file_one(world, proposed=MISSING, named_site=world.buoi)


def about_a_missing_dose_with_all_else(world: World) -> Correction:
    worlds.dose(world)
    site = str(world.buoi.public_id)
    full = {**MISSING, "vaccine": world.pfizer.code, "lot": "FG3527", "organization": site}
    return file_one(world, proposed=full, named_site=world.buoi)


CASES = [about_a_recorded_dose, about_a_missing_dose, about_a_missing_dose_with_all_else]


@pytest.mark.parametrize("filed", CASES)
def test_every_reader_opens_it(world: World, as_staff: SignIn, as_citizen: SignIn, filed: Any):
    case = filed(world)
    minh, huong = as_staff(world.user("minh")), as_staff(world.user("huong"))
    lan = as_citizen(world.user("lan"))
    pages = {
        f"/review/{case.reference}/": minh,
        "/review/": minh,
        f"/oversight/cases/{case.reference}/": huong,
        f"/corrections/{case.reference}/": lan,
        "/record/": lan,
        "/record/kept/": lan,
    }

    shown = {page: client.get(page) for page, client in pages.items()}

    assert {page: answer.status_code for page, answer in shown.items()} == dict.fromkeys(pages, 200)
    assert "10/2021" in shown[f"/review/{case.reference}/"].content.decode()


@pytest.mark.parametrize("filed", CASES)
def test_the_desk_accepts_it_with_the_day(world: World, as_staff: SignIn, filed: Any):
    case = filed(world)
    site = str(world.buoi.public_id)
    right = {"value_given_on": "20/10/2021", "take_given_on": "on"}
    rest = {
        "value_vaccine": world.pfizer.code,
        "value_position": "primary-2",
        "value_organization": site,
        "own_papers": "on",
    }
    minh = as_staff(world.user("minh"))
    sent = {"version": case.version, "outcome": "own", "confirmed": "1", **right, **rest}

    without_a_day = minh.post(f"/review/{case.reference}/decide/", {**sent, "accept": "1"})
    answer = minh.post(f"/review/{case.reference}/decide/", sent)

    case.refresh_from_db()
    assert without_a_day.status_code == 422
    assert answer.status_code == 302
    assert case.status in (Status.PARTLY_ACCEPTED, Status.ACCEPTED, Status.TO_COUNTERSIGN)


def test_asking_and_refusing_it_need_no_day(world: World):
    case = about_a_recorded_dose(world)

    asked = actions.ask(case, by=world.user("minh"), question="Hôm đó là ngày nào?")

    assert asked.status == Status.WAITING
