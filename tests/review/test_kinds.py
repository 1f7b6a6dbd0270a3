"""The desk decides every kind of correction through its pages."""

from typing import Any

import pytest

from citizens.models import Citizen, IdentityCheck
from corrections.lifecycle import Status
from corrections.models import Correction, Kind
from doses.models import Dose
from tests.cases import claim_of, file_one, other_record
from tests.world import World


def decide(client: Any, case: Correction, **typed: Any) -> Any:
    case.refresh_from_db()
    values = {"version": case.version, "note": "", **typed}
    return client.post(f"/review/{case.reference}/decide/", values)


@pytest.mark.parametrize("kind", [Kind.NOT_MINE, Kind.NEVER_GIVEN, Kind.DUPLICATE])
def test_a_dose_is_taken_out_through_the_page(world: World, as_staff, kind: Kind):
    case = file_one(world, **claim_of(world, kind))
    desk = as_staff(world.user("minh"))

    page = desk.get(f"/review/{case.reference}/")
    checked = decide(desk, case, outcome="accept")
    stored = decide(desk, case, outcome="accept", confirmed="1")

    assert page.status_code == checked.status_code == 200
    assert "value_vaccine" not in page.content.decode()
    assert stored.status_code == 302, stored.content.decode()
    case.refresh_from_db()
    assert case.status == Status.ACCEPTED
    assert Dose.objects.get(pk=case.dose_id).status == Dose.Status.ENTERED_IN_ERROR


def test_facts_about_the_person_need_the_paper_on_the_page(world: World, as_staff):
    case = file_one(world, **claim_of(world, Kind.IDENTITY))
    desk = as_staff(world.user("minh"))

    without = decide(desk, case, outcome="accept", confirmed="1")
    stored = decide(desk, case, outcome="accept", identity_check="cccd", confirmed="1")

    assert without.status_code == 422
    assert 'id="id_identity_check' in without.content.decode()
    assert stored.status_code == 302, stored.content.decode()
    assert IdentityCheck.objects.get().paper == "cccd"
    assert Citizen.objects.get(pk=case.citizen_id).full_name == "Nguyễn Thị Lân"


def test_a_person_is_corrected_with_own_values_on_the_page(world: World, as_staff):
    case = file_one(world, kind=Kind.IDENTITY, proposed={"full_name": "Nguyen Lan"})
    desk = as_staff(world.user("minh"))
    typed = {
        "outcome": "own",
        "take_full_name": "on",
        "value_full_name": "Nguyễn Thị Lân",
        "take_date_of_birth": "on",
        "value_date_of_birth": "28/03/1988",
        "identity_check": "cmnd",
    }

    checked = decide(desk, case, **typed)
    stored = decide(desk, case, **typed, confirmed="1")

    assert "Nguyễn Thị Lân" in checked.content.decode()
    assert stored.status_code == 302, stored.content.decode()
    case.refresh_from_db()
    assert case.status == Status.PARTLY_ACCEPTED
    assert case.decided == {"full_name": "Nguyễn Thị Lân", "date_of_birth": "1988-03-28"}


def test_the_other_record_is_shown_masked_and_merged_on_the_page(world: World, as_staff):
    case = file_one(world, **claim_of(world, Kind.SPLIT_RECORD))
    other = Citizen.objects.numbered("012345678").get()
    desk = as_staff(world.user("minh"))

    page = desk.get(f"/review/{case.reference}/").content.decode()
    stored = decide(
        desk,
        case,
        outcome="accept",
        other_record=str(other.public_id),
        identity_check="cccd",
        confirmed="1",
    )

    assert "N. T. Lan" in page
    assert "******678" in page
    assert "+84911111111" not in page
    assert stored.status_code == 302, stored.content.decode()
    other.refresh_from_db()
    assert other.merged_into == world.citizens["lan"]


def test_which_record_it_is_must_be_chosen(world: World, as_staff):
    other_record(id_number=None)
    other_record(id_number=None)
    case = file_one(world, kind=Kind.SPLIT_RECORD, proposed={"other_phone": "0911111111"})
    desk = as_staff(world.user("minh"))

    answer = decide(desk, case, outcome="accept", identity_check="cccd", confirmed="1")

    assert answer.status_code == 422
    assert not Citizen.objects.exclude(merged_into=None).exists()


def test_without_another_record_the_page_offers_no_acceptance(world: World, as_staff):
    case = file_one(world, kind=Kind.SPLIT_RECORD, proposed={"other_phone": "0911111111"})

    page = as_staff(world.user("minh")).get(f"/review/{case.reference}/").content.decode()

    assert 'value="accept"' not in page
    assert 'value="refuse"' in page


@pytest.mark.parametrize("kind", list(Kind))
def test_the_citizen_reads_what_became_of_each_kind(world: World, as_staff, as_citizen, kind: Kind):
    case = file_one(world, **claim_of(world, kind))
    lan = as_citizen(world.user("lan"))

    waiting = lan.get(f"/corrections/{case.reference}/")
    typed = {"outcome": "accept", "identity_check": "cccd", "confirmed": "1"}
    if kind == Kind.SPLIT_RECORD:
        typed["other_record"] = str(Citizen.objects.numbered("012345678").get().public_id)
    decide(as_staff(world.user("minh")), case, **typed)
    decided = lan.get(f"/corrections/{case.reference}/")

    case.refresh_from_db()
    assert case.status == Status.ACCEPTED
    assert waiting.status_code == decided.status_code == 200
    assert lan.get("/record/").status_code == 200
