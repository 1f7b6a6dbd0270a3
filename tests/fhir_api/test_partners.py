"""The system of a site records doses of its own, changes them with If-Match, takes them back."""

import json
from datetime import date

import pytest
from django.core.management import CommandError, call_command

from accounts.models import User
from citizens.models import Citizen, RecordVisit, Restriction
from corrections import actions
from doses.models import Dose, DoseRevision
from fhir_api.models import Partner, PartnerDose
from tests import world as worlds
from tests.cases import file_one
from tests.factories.accounts import verify
from tests.fhir_api.programs import FHIR, app, given, partner, valid, words
from tests.world import World
from vaxreg import db_time

WHERE = "/fhir/Immunization"
HIS = "urn:oid:1.2.3"
ENGLISH = {"Accept-Language": "en"}


def send(client, body, **headers):
    return client.generic("POST", WHERE, json.dumps(body), content_type=FHIR, headers=headers)


def put(client, body, version=None):
    headers = {"If-Match": f'W/"{version}"'} if version else {}
    where = f"{WHERE}/{body['id']}"
    return client.generic("PUT", where, json.dumps(body), content_type=FHIR, headers=headers)


def test_a_partner_records_a_dose_that_its_site_gave(world: World):
    client = partner(world)
    body = given(
        world,
        occurrenceDateTime="2021-09-20T23:30:00Z",
        location={"display": "Trường Chu Văn An"},
        identifier=[{"system": HIS, "value": "17"}],
        performer=[{"actor": {"reference": f"Organization/{world.hospital.public_id}"}}],
    )

    answer = send(client, body)

    said, dose = valid(answer.json()), Dose.objects.get()
    assert answer.status_code == 201
    assert answer.headers["Location"].endswith(f"{WHERE}/{dose.public_id}/_history/1")
    assert answer.headers["ETag"] == 'W/"1"'
    assert (dose.citizen, dose.vaccine, dose.organization) == (
        *(world.citizens["lan"], world.pfizer, world.hospital),
    )
    assert (dose.given_on, dose.lot, dose.provenance) == (
        *(date(2021, 9, 21), "FG3526", Dose.Provenance.PARTNER),
    )
    assert said["occurrenceDateTime"] == "2021-09-21T06:30:00+07:00"
    assert said["primarySource"] is True
    revision = DoseRevision.objects.get()
    assert revision.by_organization == world.hospital
    visit = RecordVisit.objects.get()
    assert (visit.why, visit.citizen, visit.organization) == (
        *("partner", world.citizens["lan"], world.hospital),
    )
    found = client.get(WHERE, {"identifier": f"{HIS}|17"}).json()
    assert [entry["resource"]["id"] for entry in found["entry"]] == [said["id"]]
    assert app(world.user("lan")).get(f"{WHERE}/{said['id']}").json()["id"] == said["id"]


def test_who_it_was_given_to_may_be_named_by_a_proven_number_with_the_name(world: World):
    Citizen.objects.get(full_name="Nguyễn Thị Lan").documents.update(is_proven=True)
    client = partner(world)
    number = {"system": "urn:vaxreg:id-number", "value": "001188012345"}

    wrong = send(client, given(world, patient={"identifier": number, "display": "Trần Thị Lan"}))
    right = send(client, given(world, patient={"identifier": number, "display": "Nguyễn Thị Lan"}))

    assert words(wrong)[:2] == (422, "not-found")
    assert right.status_code == 201
    assert "001188012345" not in right.content.decode()


@pytest.mark.parametrize(
    ("changed", "status", "element"),
    [
        ({"vaccineCode": {"text": "Pfizer"}}, 422, "vaccineCode"),
        (
            {"vaccineCode": {"coding": [{"system": "http://hl7.org/fhir/sid/cvx", "code": "210"}]}},
            422,
            "vaccineCode",
        ),
        ({"status": "not-done"}, 422, "status"),
        ({"status": "entered-in-error"}, 422, "status"),
        ({"primarySource": False}, 422, "primarySource"),
        ({"isSubpotent": True}, 422, "isSubpotent"),
        ({"occurrenceDateTime": "2021-09"}, 422, "occurrenceDateTime"),
        ({"occurrenceDateTime": "0001-01-01T00:00:00+14:00"}, 422, "occurrenceDateTime"),
        ({"occurrenceDateTime": "2099-09-20"}, 422, ""),
        ({"occurrenceDateTime": "1987-09-20"}, 422, "occurrence"),
        ({"protocolApplied": []}, 422, "protocolApplied"),
        ({"protocolApplied": [{"doseNumberPositiveInt": 9}]}, 422, "doseNumber"),
        ({"patient": {"reference": "Patient/1"}}, 422, "patient"),
        ({"lotNumber": "x" * 65}, 422, "lotNumber"),
        ({"performer": [{"actor": {"reference": "Organization/1"}}]}, 422, "performer"),
        ({"modifierExtension": [{"url": "urn:x", "valueBoolean": True}]}, 422, "modifierExtension"),
        ({"colour": "red"}, 400, "colour"),
        ({"resourceType": "Patient"}, 400, ""),
        ({"status": 5}, 400, "status"),
    ],
)
def test_what_cannot_be_taken_is_refused_at_its_element(world: World, changed, status, element):
    client = partner(world)

    answer = send(client, given(world, **changed))

    issue = answer.json()["issue"][0]
    assert answer.status_code == status, answer.content.decode()
    assert issue["details"]["text"]
    assert element in issue.get("expression", [""])[0]
    assert not Dose.objects.exists()


@pytest.mark.parametrize("body", ["[]", "5", "null", '"text"', "{", "\x00"])
def test_odd_bodies_are_refused(world: World, body: str):
    answer = partner(world).generic("POST", WHERE, body, content_type=FHIR)

    assert words(answer)[0] == 400


def test_the_same_dose_is_not_recorded_twice(world: World):
    client = partner(world)
    body = given(world, identifier=[{"system": HIS, "value": "17"}])
    first = send(client, body)

    same = send(client, given(world))
    numbered = send(client, body | {"occurrenceDateTime": "2021-10-20"})
    again = send(client, body, **{"If-None-Exist": f"identifier={HIS}|17"})
    worlds.dose(world, vaccine=world.az)
    elsewhere = send(
        client,
        given(
            world,
            occurrenceDateTime="2021-08-29",
            vaccineCode={"coding": [{"system": "urn:vaxreg:vaccine", "code": "AZ"}]},
        ),
    )

    assert [words(one)[:2] for one in (same, numbered, elsewhere)] == [(409, "duplicate")] * 3
    assert first.json()["id"] in words(numbered)[2]
    assert (again.status_code, again.json()["id"]) == (200, first.json()["id"])
    assert PartnerDose.objects.count() == 1


def test_a_dose_is_changed_taken_back_and_recorded_again_each_a_version(world: World):
    client = partner(world)
    body = send(client, given(world)).json()
    where = f"{WHERE}/{body['id']}"

    unseen = put(client, body | {"lotNumber": "FG3527"})
    changed = put(client, body | {"lotNumber": "FG3527"}, 1)
    late = put(client, body | {"lotNumber": "FG3528"}, 1)
    same = put(client, changed.json(), 2)
    gone = client.delete(where, headers={"If-Match": 'W/"2"'})
    read = client.get(where)
    back = put(client, changed.json(), 3)

    assert words(unseen)[:2] == (428, "required")
    assert (changed.status_code, changed.headers["ETag"]) == (200, 'W/"2"')
    assert words(late)[:2] == (412, "conflict")
    assert same.headers["ETag"] == 'W/"2"'
    assert (gone.status_code, gone.headers["ETag"]) == (204, 'W/"3"')
    assert (read.status_code, read.json()["status"]) == (200, "entered-in-error")
    assert (back.json()["status"], back.headers["ETag"]) == ("completed", 'W/"4"')
    versions = valid(client.get(f"{where}/_history").json())["entry"]
    assert [one["response"]["etag"] for one in versions] == [f'W/"{n}"' for n in (4, 3, 2, 1)]
    assert client.get(f"{where}/_history/1").json()["lotNumber"] == "FG3526"
    assert client.get(f"{where}/_history/5").status_code == 404
    known = client.get(where, headers={"If-None-Match": 'W/"4"'})
    assert (known.status_code, known.content) == (304, b"")


def test_what_a_decision_has_changed_is_not_the_partners_to_undo(world: World):
    client = partner(world, world.buoi)
    body = send(client, given(world)).json()
    case = file_one(world, dose=Dose.objects.get(), proposed={"lot": "FG9999"})
    actions.accept(case, by=world.user("minh"))

    answer = put(client, body, 2)

    assert words(answer)[:2] == (409, "conflict")
    assert Dose.objects.get().lot == "FG9999"


def test_a_dose_is_its_organizations_own_and_of_the_scopes_that_it_was_given(world: World):
    body = send(partner(world), given(world)).json()
    other = partner(world, world.buoi)
    reader = partner(world, world.quang_an, "system/Immunization.rs")

    assert put(other, body, 1).status_code == 404
    assert other.delete(f"{WHERE}/{body['id']}", headers={"If-Match": "*"}).status_code == 404
    assert words(send(reader, given(world)))[:2] == (403, "forbidden")
    assert put(app(world.user("lan"), "patient/*.cruds"), body, 1).status_code == 403
    named = [{"actor": {"reference": f"Organization/{world.hospital.public_id}"}}]
    assert words(send(other, given(world, performer=named)))[0] == 422


def test_nothing_is_recorded_for_a_restricted_record_ones_own_or_after_the_end(world: World):
    client = partner(world)
    body = send(client, given(world)).json()
    Restriction.objects.create(citizen=world.citizens["lan"])

    assert words(send(client, given(world, occurrenceDateTime="2021-10-20")))[:2] == (
        *(422, "not-found"),
    )
    assert client.get(f"{WHERE}/{body['id']}").status_code == 404
    verify(Partner.objects.get().user, id_number=world.citizens["binh"].id_number)
    assert "own record" in words(send(client, given(world, "binh"), **ENGLISH))[2]
    Partner.objects.update(until=db_time.now())
    assert words(send(client, given(world, "binh")))[:2] == (403, "forbidden")


def test_an_operator_makes_and_ends_a_partner_that_is_nobodys_account(world: World):
    User.objects.create_user(email="his@example.vn", full_name="HIS")

    call_command("fhir_partner", "his@example.vn", organization=world.hospital.code)
    with pytest.raises(CommandError, match="already"):
        call_command("fhir_partner", "his@example.vn", organization=world.hospital.code)
    with pytest.raises(CommandError, match="person"):
        call_command("fhir_partner", "minh@example.vn", organization=world.hospital.code)
    with pytest.raises(CommandError, match="gives doses"):
        call_command("fhir_partner", "his@example.vn", organization=world.ministry.code)
    call_command("fhir_partner", "his@example.vn", end=True)

    assert [one.until is None for one in Partner.objects.all()] == [False]
    assert not Partner.objects.live().exists()


def test_an_operator_makes_a_key_with_smart_scopes_that_exist_for_its_kind(world: World, capsys):
    ends = {"name": "HIS", "kind": "staff"}
    for wrong in ("system/Immunization.x", "patient/Immunization.rs"):
        with pytest.raises(CommandError, match=wrong):
            call_command("api_token", "minh@example.vn", smart=[wrong], **ends)

    call_command("api_token", "minh@example.vn", smart=["system/Immunization.cud"], **ends)

    token = world.user("minh").api_tokens.get()
    assert (token.scopes, token.smart_scopes) == ([], ["system/Immunization.cud"])
    assert token.scope_labels == ["system/Immunization.cud"]
