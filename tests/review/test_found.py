"""The page of a missing dose offers doses under other names; one click and a confirmation move it."""

from datetime import date

import pytest
from django.test import Client

from citizens.models import Citizen, RecordVisit
from corrections.models import Correction
from doses.models import Dose
from tests import cases
from tests import world as worlds
from tests.conftest import SignIn
from tests.world import World

pytestmark = pytest.mark.django_db
DAY = date(2021, 11, 21)


@pytest.fixture
def minh(world: World, as_staff: SignIn) -> Client:
    return as_staff(world.user("minh"))


@pytest.fixture
def case(world: World) -> Correction:
    proposed = {"vaccine": "PF", "given_on": DAY.isoformat(), "position": "primary-2"}
    return cases.file_one(world, proposed=proposed, named_site=world.buoi)


@pytest.fixture
def dose(world: World) -> Dose:
    """Lan's Pfizer, under a number of which one digit is wrong."""
    owner = Citizen.objects.create(
        full_name="Nguyễn Thị Lan",
        date_of_birth=date(1988, 3, 27),
        sex="female",
        id_number="001188012346",
    )
    return worlds.dose(world, citizen=owner, vaccine=world.pfizer, given_on=DAY, ordinal=2)


def test_a_candidate_is_shown_masked_with_the_reason_and_the_look_is_logged(minh, case, dose):
    page = minh.get(f"/review/{case.reference}/").content.decode()

    assert f"/found/{dose.public_id}/" in page
    assert "001188012346" not in page
    assert "******012346" in page
    visit = RecordVisit.objects.get(citizen=dose.citizen)
    assert (visit.seen, visit.reference, visit.ground) == ("pair", case.reference, "desk")


def test_it_moves_once_whatever_is_sent_again(minh, case, dose):
    page = f"/review/{case.reference}/found/{dose.public_id}/"
    sent = {"version": case.version, "revision": 1, "remark": ""}
    assert minh.get(page).status_code == 200

    first = minh.post(page, sent)
    again = minh.post(page, sent)

    assert (first.status_code, again.status_code) == (302, 409)
    dose.refresh_from_db()
    assert (dose.citizen, dose.revision) == (case.citizen, 2)


@pytest.mark.parametrize(("sent", "status"), [({"revision": "x"}, 422), ({}, 422)])
def test_nonsense_moves_nothing(minh, case, dose, sent, status):
    answer = minh.post(f"/review/{case.reference}/found/{dose.public_id}/", sent)

    assert answer.status_code == status
    dose.refresh_from_db()
    assert dose.revision == 1


def test_a_dose_that_is_no_candidate_is_not_shown(world, minh, case):
    other = worlds.dose(world, "binh", vaccine=world.pfizer, given_on=DAY)

    assert minh.get(f"/review/{case.reference}/found/{other.public_id}/").status_code == 404
