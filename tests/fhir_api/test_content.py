"""What our rows say as resources of FHIR; every answer is valid by the models of R4B."""

from datetime import date, time

import pytest

from citizens.models import Citizen
from corrections import actions
from corrections.lifecycle import CLOSED, OPEN, Status
from corrections.models import Correction
from doses import actions as doses
from doses.actions import Abroad
from doses.models import Dose, Vaccine
from fhir_api.resources.codes import codings_of
from fhir_api.resources.tasks import STATUSES, task
from tests import world as worlds
from tests.cases import file_one
from tests.fhir_api.programs import FHIR, app, valid
from tests.world import World
from vaxreg import db_time

Sources = Dose.Provenance


@pytest.mark.parametrize(
    ("provenance", "primary", "origin"),
    [
        (Sources.SITE_ENTRY, True, None),
        (Sources.BACK_ENTRY, True, None),
        (Sources.PARTNER, True, None),
        (Sources.CORRECTION, False, "record"),
        (Sources.SELF_DECLARED, False, "recall"),
        (Sources.ABROAD, False, "record"),
    ],
)
def test_a_dose_says_who_reported_it(world: World, provenance, primary, origin):
    abroad = provenance == Sources.ABROAD
    dose = worlds.dose(
        world,
        provenance=provenance,
        given_time=time(8, 30),
        **(
            {"abroad": Abroad("FR", "Vaxzevria", "CNAM"), "organization": None}
            if abroad
            else {"venue": "Trường Chu Văn An"}
        ),
    )
    answer = app(world.user("lan")).get(f"/fhir/Immunization/{dose.public_id}")

    said = valid(answer.json())
    assert answer.headers["Content-Type"] == FHIR
    assert said["primarySource"] is primary
    assert said.get("reportOrigin", {"coding": [{"code": None}]})["coding"][0]["code"] == origin
    assert said["occurrenceDateTime"] == ("2021-08-29" if abroad else "2021-08-29T08:30:00+07:00")
    assert said["location"]["display"] == ("Pháp · CNAM" if abroad else "Trường Chu Văn An")
    assert said["vaccineCode"]["text"] == ("Vaxzevria" if abroad else world.az.name)
    assert ("performer" in said) is not abroad
    assert said["lotNumber"] == "ABX4112"
    assert said["protocolApplied"] == [
        {
            "series": "primary",
            "targetDisease": [
                {
                    "coding": [
                        {
                            "system": "http://snomed.info/sct",
                            "code": "840539006",
                            "display": "COVID-19",
                        }
                    ]
                }
            ],
            "doseNumberPositiveInt": 1,
            "seriesDosesPositiveInt": 2,
        }
    ]


def test_every_vaccine_has_codes_and_ours_tells_them_all_apart(world: World):
    known = [codings_of(vaccine) for vaccine in Vaccine.objects.all()]

    assert all(len(codings) >= 2 for codings in known)
    assert len({codings[0]["code"] for codings in known}) == len(known)
    assert {
        ("http://hl7.org/fhir/sid/cvx", "210"),
        ("http://id.who.int/icd11/mms", "XM4YL8"),
        ("https://ec.europa.eu/health/documents/community-register/html/", "EU/1/21/1529"),
    } <= {(one["system"], one["code"]) for one in codings_of(world.az)}


@pytest.mark.parametrize(
    ("precision", "written"), [("day", "1950-04-12"), ("month", "1950-04"), ("year", "1950")]
)
def test_a_patient_is_born_as_far_as_it_is_known_and_has_no_number(world, precision, written):
    first = {"day": date(1950, 4, 12), "month": date(1950, 4, 1), "year": date(1950, 1, 1)}
    lan = world.citizens["lan"]
    Citizen.objects.filter(pk=lan.pk).update(
        date_of_birth=first[precision], birth_precision=precision
    )

    answer = app(world.user("lan")).get(f"/fhir/Patient/{lan.public_id}")

    said = valid(answer.json())
    assert said["birthDate"] == written
    assert said["name"] == [
        {
            "use": "official",
            "text": "Nguyễn Thị Lan",
            "family": "Nguyễn",
            "given": ["Thị", "Lan"],
        }
    ]
    assert "001188012345" not in answer.content.decode()
    assert "912345678" not in answer.content.decode()


@pytest.mark.parametrize("status", Status)
def test_a_case_in_every_status_is_a_task_with_a_status_of_the_guide(world: World, status):
    case = file_one(world)
    case.status = status
    case.decided_at = None if status in OPEN else db_time.now()

    said = valid(task(case))

    assert (said["status"], said["businessStatus"]["coding"][0]["code"]) == STATUSES[status]
    assert (said["status"] in ("completed", "cancelled", "failed")) is (status in CLOSED)
    assert ("end" in said["executionPeriod"]) is (status in CLOSED)


def test_a_task_names_who_has_it_until_when_and_what_it_is_about(world: World):
    case = file_one(world)
    lan = world.citizens["lan"]

    answer = app(world.user("lan")).get(f"/fhir/Task/{case.reference}")

    said = valid(answer.json())
    assert answer.headers["ETag"] == f'W/"{case.version}"'
    assert said["owner"]["reference"] == f"Organization/{world.buoi.public_id}"
    assert said["for"] == {"reference": f"Patient/{lan.public_id}"}
    assert said["focus"] == {"reference": f"Immunization/{case.dose.public_id}"}
    due = said["restriction"]["period"]["end"]
    assert due == case.due_at.isoformat(timespec="milliseconds")


def test_the_answer_of_the_desk_and_the_citizens_disagreement_are_told(world: World):
    case = file_one(world)
    actions.refuse(case, by=world.user("minh"), ground="other", remark="Sổ trạm ghi AstraZeneca.")
    case = Correction.objects.get()
    actions.log_disagreement(case, by=world.user("lan"), words="Trên giấy ghi Pfizer.")
    lan = app(world.user("lan"))

    said = valid(lan.get(f"/fhir/Task/{case.reference}").json())
    dose = valid(lan.get(f"/fhir/Immunization/{case.dose.public_id}").json())

    assert said["note"] == [{"text": "Sổ trạm ghi AstraZeneca."}]
    assert said["businessStatus"]["coding"][0]["code"] == "disagreement-logged"
    assert [note["text"] for note in dose["note"]] == ["Trên giấy ghi Pfizer."]


def test_what_is_due_names_the_dose_the_day_and_the_dose_before(world: World):
    dose = worlds.dose(world)
    lan = world.citizens["lan"]

    answer = app(world.user("lan")).get(f"/fhir/ImmunizationRecommendation?patient={lan.public_id}")

    said = valid(answer.json())
    (line,) = said["entry"][0]["resource"]["recommendation"]
    assert (line["series"], line["doseNumberPositiveInt"]) == ("primary", 2)
    assert line["dateCriterion"][0]["value"] > "2021-08-29"
    assert line["supportingImmunization"] == [{"reference": f"Immunization/{dose.public_id}"}]


def test_the_summary_has_the_doses_that_count_and_says_of_the_rest_that_it_is_not_here(world):
    dose = worlds.dose(world)
    declared = worlds.dose(world, given_on=date(2021, 11, 21), provenance="self_declared")
    lan = world.citizens["lan"]

    said = valid(app(world.user("lan")).get(f"/fhir/Patient/{lan.public_id}/$summary").json())

    kinds = [entry["resource"]["resourceType"] for entry in said["entry"]]
    assert kinds == ["Composition", "Patient", "Immunization", "Organization"]
    first, *others = said["entry"][0]["resource"]["section"]
    assert first["entry"] == [{"reference": f"Immunization/{dose.public_id}"}]
    assert {one["emptyReason"]["coding"][0]["code"] for one in others} == {"unavailable"}
    assert str(declared.public_id) not in str(said)


def test_provenance_tells_of_each_version_who_made_it_and_by_which_proposal(world: World):
    case = file_one(world)
    actions.accept(case, by=world.user("minh"))
    dose, lan = case.dose, app(world.user("lan"))
    doses.mark_entered_in_error(
        dose, by=world.user("minh"), by_organization=world.buoi, why="Ghi nhầm người"
    )

    of_dose = f"/fhir/Provenance?target=Immunization/{dose.public_id}"
    said = valid(lan.get(of_dose).json())

    last, change, first = (entry["resource"] for entry in said["entry"])
    codes = [one["activity"]["coding"][0]["code"] for one in (first, change, last)]
    assert codes == ["CREATE", "UPDATE", "NULLIFY"]
    assert change["agent"][0]["who"]["display"] == world.buoi.name
    assert [entity["what"]["reference"] for entity in change["entity"]] == [
        f"Immunization/{dose.public_id}/_history/1",
        f"Task/{case.reference}",
    ]
    assert last["reason"][0]["text"] == "Ghi nhầm người"
    assert valid(lan.get(f"/fhir/Provenance/{change['id']}").json()) == change


def test_an_organization_names_the_one_above_and_stays_when_it_is_closed(world: World, client):
    world.buoi.closed_on = date(2025, 7, 1)
    world.buoi.save()

    said = valid(client.get(f"/fhir/Organization/{world.buoi.public_id}").json())

    assert said["active"] is False
    assert said["partOf"]["display"] == world.tay_ho.name
