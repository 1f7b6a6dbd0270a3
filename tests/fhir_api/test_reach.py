"""Whoever asks reaches what they reach elsewhere, with the scope for it, and leaves a row."""

from datetime import date, timedelta

import pytest

from accounts.api_auth import make_token
from accounts.models import Scope, SessionKind
from accounts.smart_scopes import parse
from citizens.models import RecordVisit, Restriction
from doses.actions import mark_entered_in_error
from doses.models import Dose
from tests import world as worlds
from tests.cases import file_one
from tests.fhir_api.programs import app, partner, staff, words
from tests.world import World


def addresses(world: World, dose: Dose, reference: str) -> list[str]:
    """All that is about Lan."""
    lan = world.citizens["lan"].public_id
    return [
        f"Patient/{lan}",
        f"Patient/{lan}/$summary",
        f"Immunization?patient=Patient/{lan}",
        f"Immunization/{dose.public_id}",
        f"Immunization/{dose.public_id}/_history",
        f"Immunization/{dose.public_id}/_history/1",
        f"Provenance?target=Immunization/{dose.public_id}",
        f"Provenance/{dose.public_id}-1",
        f"ImmunizationRecommendation?patient={lan}",
        f"ImmunizationRecommendation/{lan}",
        f"Task?patient={lan}",
        f"Task/{reference}",
    ]


def test_a_record_is_read_by_its_person_and_each_reading_leaves_a_row(world: World):
    case = file_one(world)
    lan, binh = app(world.user("lan")), app(world.user("binh"))

    for where in addresses(world, case.dose, case.reference):
        before = RecordVisit.objects.count()
        assert lan.get(f"/fhir/{where}").status_code == 200, where
        assert RecordVisit.objects.count() == before + 1, where
        assert words(binh.get(f"/fhir/{where}"))[:2] == (404, "not-found"), where
        assert RecordVisit.objects.count() == before + 1, where


def test_a_restricted_record_is_kept_from_programs_and_not_from_its_person(world, as_citizen):
    case = file_one(world)
    Restriction.objects.create(citizen=world.citizens["lan"])
    lan = app(world.user("lan"))

    for where in addresses(world, case.dose, case.reference):
        assert words(lan.get(f"/fhir/{where}"))[0] == 404, where
        assert as_citizen(world.user("lan")).get(f"/fhir/{where}").status_code == 200, where
    people = lan.get("/fhir/Patient").json()
    assert [entry["resource"]["name"][0]["text"] for entry in people["entry"]] == [
        "Lê Nguyễn Minh Anh"
    ]


def test_staff_read_cases_on_their_desk_and_no_record(world: World):
    case = file_one(world)
    minh, tuan = staff(world.user("minh")), staff(world.user("tuan"))
    *about_lan, _tasks, _task = addresses(world, case.dose, case.reference)
    tasks = f"/fhir/Task?patient={world.citizens['lan'].public_id}"

    assert {minh.get(f"/fhir/{where}").status_code for where in about_lan} == {403}
    assert minh.get(f"/fhir/Task/{case.reference}").status_code == 200
    assert tuan.get(f"/fhir/Task/{case.reference}").status_code == 404
    assert [minh.get(tasks).json()["total"], tuan.get(tasks).json()["total"]] == [1, 0]
    rows = RecordVisit.objects.order_by("pk").values_list("user__full_name", "why", "seen")
    assert list(rows) == [("Phạm Thị Minh", "review", "case"), ("Phạm Thị Minh", "list", "list")]


@pytest.mark.parametrize(
    ("scope", "reads"),
    [
        ("patient/Immunization.read", {"search", "read"}),
        ("patient/Immunization.rs", {"search", "read"}),
        ("patient/Immunization.s", {"search"}),
        ("patient/*.r", {"read", "other"}),
        ("patient/Patient.*", {"other"}),
        ("patient/Immunization.write", set()),
    ],
)
def test_a_token_reads_what_its_smart_scopes_say_and_nothing_of_the_other_interface(
    world: World, scope, reads
):
    dose, lan = worlds.dose(world), world.citizens["lan"]
    asked = {
        "search": f"Immunization?patient={lan.public_id}",
        "read": f"Immunization/{dose.public_id}",
        "other": f"Patient/{lan.public_id}",
    }
    client = app(world.user("lan"), scope, scopes=())

    answers = {name: client.get(f"/fhir/{where}") for name, where in asked.items()}

    assert {name for name, answer in answers.items() if answer.status_code == 200} == reads
    assert {words(answers[name])[:2] for name in asked if name not in reads} <= {(403, "forbidden")}
    key = client._credentials["HTTP_AUTHORIZATION"].replace("Bearer", "Token")
    client.credentials(HTTP_AUTHORIZATION=key)
    elsewhere = client.get("/api/v1/records/")
    assert (elsewhere.status_code, elsewhere.json()["errors"][0]["code"]) == (403, "scope")


@pytest.mark.parametrize(
    "scope", ["Immunization.read", "patient/Immunization.", "patient/Immunization.sr", "a/b.rs"]
)
def test_no_token_is_made_with_a_scope_that_nobody_understands(world: World, scope):
    with pytest.raises(ValueError, match="SMART"):
        parse(scope)


def test_a_citizens_token_has_no_scope_of_a_system(world: World):
    day = timedelta(days=1)
    with pytest.raises(ValueError, match="system/Immunization"):
        make_token(
            world.user("lan"),
            name="t",
            kind=SessionKind.CITIZEN,
            lifetime=day,
            scopes=[Scope.READ],
            smart_scopes=["system/Immunization.c"],
        )


def test_nobody_gets_words_in_the_readers_language(world: World, client):
    where = f"/fhir/Patient/{world.citizens['lan'].public_id}"

    answers = [client.get(where, headers={"Accept-Language": one}) for one in ("vi", "en")]

    assert {words(one)[:2] for one in answers} == {(401, "login")}
    assert len({words(one)[2] for one in answers}) == 2
    assert client.get("/fhir/Nothing/1").json()["resourceType"] == "OperationOutcome"


def test_a_partner_reads_no_dose_that_others_gave(world: World):
    dose = worlds.dose(world, organization=world.hospital)
    client = partner(world)

    assert client.get(f"/fhir/Immunization/{dose.public_id}").status_code == 404
    assert client.get(f"/fhir/Immunization?patient={dose.citizen.public_id}").json()["total"] == 0


def test_a_search_pages_by_key_and_filters_by_day_and_status(world: World):
    days = [date(2021, 8, 29), date(2021, 10, 24), date(2022, 2, 1)]
    given = [worlds.dose(world, given_on=day) for day in days]
    wrong = worlds.dose(world, given_on=date(2021, 9, 1))
    mark_entered_in_error(wrong, by=None, why="Nhầm")
    lan, where = app(world.user("lan")), "/fhir/Immunization"
    asked = {"patient": str(world.citizens["lan"].public_id)}

    def found(**more):
        bundle = lan.get(where, asked | more).json()
        return [entry["resource"]["id"] for entry in bundle.get("entry", ())]

    first = lan.get(where, asked | {"_count": "2"}).json()
    links = {link["relation"]: link["url"] for link in first["link"]}
    second = lan.get(links["next"]).json()

    assert (first["total"], len(first["entry"]), len(second["entry"])) == (3, 2, 1)
    assert "next" not in {link["relation"] for link in second["link"]}
    assert found(status="entered-in-error") == [str(wrong.public_id)]
    assert found(date="ge2021-10-24") == [str(one.public_id) for one in given[1:]]
    assert words(lan.get(where, asked | {"date": "2021-13-01"}))[0] == 400
    assert words(lan.get(where))[:2] == (400, "required")
    strict = {"Prefer": "handling=strict"}
    assert lan.get(where, asked | {"colour": "red"}).status_code == 200
    assert words(lan.get(where, asked | {"colour": "red"}, headers=strict))[0] == 400
    beside = lan.get(where, asked | {"_revinclude": "Provenance:target"}).json()
    assert [entry["search"]["mode"] for entry in beside["entry"]] == ["match"] * 3 + ["include"] * 3
