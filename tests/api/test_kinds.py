"""Programs file every kind of correction, and accept what needs an identity paper."""

from typing import Any

import pytest
from django.test import Client

from citizens.models import Citizen
from corrections import actions
from corrections.models import Correction
from doses.models import Dose
from tests import world as worlds
from tests.world import World


def send(client: Client, url: str, body: dict[str, Any]) -> Any:
    headers = {"Idempotency-Key": "key-1"}
    return client.post(url, body, content_type="application/json", headers=headers)


def test_a_program_files_claims_of_several_kinds(world: World, as_citizen):
    lan, dose = world.citizens["lan"], worlds.dose(world)
    body = {
        "record": str(lan.public_id),
        "claims": [
            {"kind": "not_mine", "dose": str(dose.public_id)},
            {"kind": "identity", "proposed": {"full_name": "Nguyễn Thị Lân"}},
            {"kind": "split_record", "proposed": {"other_phone": "0911111111"}},
        ],
    }

    answer = send(as_citizen(world.user("lan")), "/api/v1/corrections/", body)

    assert answer.status_code == 201, answer.content
    filed = {case["kind"]: case for case in answer.json()["corrections"]}
    assert filed["not_mine"]["proposed"] == {"status": "entered_in_error"}
    assert filed["identity"]["recorded"]["full_name"] == "Nguyễn Thị Lan"
    assert filed["split_record"]["proposed"] == {"other_phone": "+84911111111"}


@pytest.mark.parametrize(
    "claim",
    [
        {"kind": "not_mine"},
        {"kind": "identity", "proposed": {"vaccine": "PF"}},
        {"kind": "split_record", "proposed": {}},
        {"kind": "lost"},
    ],
)
def test_a_claim_that_cannot_be_is_refused(world: World, as_citizen, claim):
    body = {"record": str(world.citizens["lan"].public_id), "claims": [claim]}

    answer = send(as_citizen(world.user("lan")), "/api/v1/corrections/", body)

    assert answer.status_code in (400, 422)
    assert not Correction.objects.exists()


def test_a_program_of_a_desk_says_which_paper_was_seen(world: World, as_citizen, as_staff):
    body = {
        "record": str(world.citizens["lan"].public_id),
        "claims": [{"kind": "identity", "proposed": {"full_name": "Nguyễn Thị Lân"}}],
    }
    send(as_citizen(world.user("lan")), "/api/v1/corrections/", body)
    case = actions.route(Correction.objects.get())
    desk, url = as_staff(world.user("minh")), f"/api/v1/corrections/{case.reference}/accept/"

    without = send(desk, url, {})
    seen = send(desk, url, {"identity_check": "cccd"})

    assert without.status_code in (400, 422)
    assert "identity_check" in without.content.decode()
    assert seen.status_code == 200, seen.content
    assert Citizen.objects.get(pk=case.citizen_id).full_name == "Nguyễn Thị Lân"
    assert not Dose.objects.exists()
