"""CapabilityStatement tells what is really there."""

from tests.cases import file_one
from tests.fhir_api.programs import FHIR, app, given, partner, valid
from tests.world import World


def test_each_interaction_that_is_promised_answers(world: World, client):
    case = file_one(world)
    lan, his = app(world.user("lan")), partner(world)
    record, dose = world.citizens["lan"].public_id, case.dose.public_id
    one = {
        "Patient": record,
        "Immunization": dose,
        "Organization": world.buoi.public_id,
        "ImmunizationRecommendation": record,
        "Task": case.reference,
        "Provenance": f"{dose}-1",
    }
    search = {
        "Patient": "_id",
        "Provenance": f"target=Immunization/{dose}",
    }
    made = his.post("/fhir/Immunization", given(world), format="json").json()
    own, known = f"/fhir/Immunization/{made['id']}", {"If-Match": 'W/"1"'}

    def ask(kind: str, code: str) -> int:
        where = f"/fhir/{kind}/{one[kind]}"
        asked = search.get(kind, f"patient={record}")
        later = given(world, occurrenceDateTime="2021-11-20")
        ways = {
            "read": lambda: lan.get(where),
            "vread": lambda: lan.get(f"{where}/_history/1"),
            "history-instance": lambda: lan.get(f"{where}/_history"),
            "search-type": lambda: lan.get(f"/fhir/{kind}?{asked}"),
            "create": lambda: his.post("/fhir/Immunization", later, format="json"),
            "update": lambda: his.put(own, made, format="json", headers=known),
            "delete": lambda: his.delete(own, headers=known),
        }
        return int(ways[code]().status_code)

    answer = client.get("/fhir/metadata")

    said = valid(answer.json())
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, FHIR)
    kinds = {kind["type"]: kind for kind in said["rest"][0]["resource"]}
    assert set(kinds) == set(one)
    for name, kind in kinds.items():
        for interaction in kind["interaction"]:
            assert ask(name, interaction["code"]) in (200, 201, 204), (name, interaction)
    assert kinds["Patient"]["operation"][0]["name"] == "summary"
    assert lan.get(f"/fhir/Patient/{record}/$summary").status_code == 200


def test_json_is_spoken_and_xml_is_not(world: World, client):
    where = f"/fhir/Organization/{world.buoi.public_id}"

    assert client.get(where, {"_format": "json"}).status_code == 200
    assert client.get(where, headers={"Accept": "text/html,*/*;q=0.8"}).status_code == 200
    for refused in (
        client.get(where, {"_format": "xml"}),
        client.get(where, headers={"Accept": "application/fhir+xml"}),
    ):
        assert refused.status_code == 406
        assert refused.json()["resourceType"] == "OperationOutcome"
    assert client.put(where).status_code in (401, 405)
