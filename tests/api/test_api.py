"""The API takes the same steps as the pages, within the same reach, with one shape of error."""

from datetime import timedelta

import pytest
from django.urls import reverse
from openapi_spec_validator import validate
from rest_framework.test import APIClient

from accounts.models import SessionKind
from corrections import actions
from corrections.models import Correction, Filing
from doses.models import Dose
from tests import world as worlds
from tests.api.programs import program
from tests.cases import file_one, make_overdue
from tests.sign_in import sign_in_citizen
from tests.world import World


@pytest.fixture
def lan(world: World) -> APIClient:
    return program(world.user("lan"), SessionKind.CITIZEN)


@pytest.fixture
def minh(world: World) -> APIClient:
    return program(world.user("minh"), SessionKind.STAFF)


def claim(world: World, dose: Dose, **proposed: str) -> dict[str, object]:
    return {
        "record": str(world.citizens["lan"].public_id),
        "claims": [{"dose": str(dose.public_id), "proposed": proposed or {"vaccine": "PF"}}],
        "words": "Theo giấy xác nhận",
    }


def test_a_citizen_reads_own_records_and_doses_with_their_provenance(world: World, lan: APIClient):
    dose = worlds.dose(world)

    records = lan.get("/api/v1/records/").json()
    doses = lan.get(f"/api/v1/records/{records[0]['id']}/doses/").json()

    assert [record["relation"] for record in records] == ["self", "guardian"]
    assert [(d["id"], d["provenance"]) for d in doses] == [(str(dose.public_id), "site_entry")]


def test_another_persons_record_is_not_found(world: World, lan: APIClient):
    theirs = world.citizens["binh"].public_id

    answer = lan.get(f"/api/v1/records/{theirs}/doses/")

    assert answer.status_code == 404


def test_filing_answers_with_reference_and_due_time(world: World, lan: APIClient):
    answer = lan.post(
        "/api/v1/corrections/",
        claim(world, worlds.dose(world)),
        headers={"Idempotency-Key": "abc"},
        format="json",
    )

    body = answer.json()
    correction = Correction.objects.get()
    assert answer.status_code == 201
    assert body["corrections"][0]["reference"] == correction.reference
    assert correction.filing.channel == "api"
    assert correction.due_at - correction.received_at == timedelta(hours=48)


def test_the_same_key_again_gets_the_same_answer_and_files_nothing_new(
    world: World, lan: APIClient
):
    body = claim(world, worlds.dose(world))
    headers = {"Idempotency-Key": "abc"}
    first = lan.post("/api/v1/corrections/", body, headers=headers, format="json")

    second = lan.post("/api/v1/corrections/", body, headers=headers, format="json")

    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json()["id"] == second.json()["id"]
    assert Filing.objects.count() == 1


def test_the_same_key_with_other_content_is_422(world: World, lan: APIClient):
    dose = worlds.dose(world)
    headers = {"Idempotency-Key": "abc"}
    lan.post("/api/v1/corrections/", claim(world, dose), headers=headers, format="json")

    answer = lan.post(
        "/api/v1/corrections/", claim(world, dose, lot="FG3527"), headers=headers, format="json"
    )

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["code"] == "key_reused"


def test_filing_without_a_key_is_refused(world: World, lan: APIClient):
    answer = lan.post("/api/v1/corrections/", claim(world, worlds.dose(world)), format="json")

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["attr"] == "Idempotency-Key"
    assert not Filing.objects.exists()


def test_a_second_filing_on_a_dose_names_the_first(world: World, lan: APIClient):
    first = file_one(world)

    answer = lan.post(
        "/api/v1/corrections/",
        claim(world, first.dose, lot="FG3527"),
        headers={"Idempotency-Key": "abc"},
        format="json",
    )

    assert answer.status_code == 409
    assert first.reference in answer.json()["errors"][0]["detail"]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"record": "x", "claims": []},
        {"record": None, "claims": None},
        {"record": "00000000-0000-0000-0000-000000000000", "claims": [{"proposed": "x"}]},
        [],
        "text",
    ],
)
def test_odd_input_is_a_client_error_in_the_one_shape(lan: APIClient, body: object):
    answer = lan.post(
        "/api/v1/corrections/", body, headers={"Idempotency-Key": "abc"}, format="json"
    )

    assert answer.status_code in (400, 404)
    assert set(answer.json()) == {"type", "errors"}


def test_fields_that_are_not_the_callers_to_set_change_nothing(world: World, lan: APIClient):
    body = claim(world, worlds.dose(world)) | {
        "status": "accepted",
        "due_at": "2030-01-01T00:00:00Z",
        "filed_by": 1,
    }

    lan.post("/api/v1/corrections/", body, headers={"Idempotency-Key": "k"}, format="json")

    assert Correction.objects.get().status != "accepted"


def test_the_queue_is_most_urgent_first_and_pages_by_cursor(world: World, minh: APIClient):
    for number in range(3):
        dose = worlds.dose(world, given_on=worlds.date(2021, 8, 1 + number))
        case = file_one(world, key=f"k{number}", dose=dose, proposed={"vaccine": "PF"})
        make_overdue(case, hours=10 * number)

    first = minh.get("/api/v1/queue/?page_size=2").json()
    second = minh.get(first["next"]).json()

    dues = [row["due_at"] for row in first["results"] + second["results"]]
    assert len(dues) == 3
    assert dues == sorted(dues)


def test_a_nurse_accepts_through_the_api(world: World, minh: APIClient, correction: Correction):
    answer = minh.post(
        f"/api/v1/corrections/{correction.reference}/accept/",
        {"version": correction.version},
        format="json",
    )

    assert answer.status_code == 200
    assert answer.json()["status"] == "accepted"
    assert Dose.objects.get().vaccine.code == "PF"


def test_a_stale_version_is_409_and_stores_nothing(
    world: World, minh: APIClient, correction: Correction
):
    answer = minh.post(
        f"/api/v1/corrections/{correction.reference}/refuse/",
        {"version": 1, "ground": "photo_blurred", "remark": "Ảnh mờ"},
        format="json",
    )

    assert answer.status_code == 409
    assert answer.json()["errors"][0]["code"] == "stale"


def test_a_decided_case_is_409_with_its_status(
    world: World, minh: APIClient, correction: Correction
):
    actions.accept(correction, by=world.user("minh"))

    answer = minh.post(f"/api/v1/corrections/{correction.reference}/pick-up/", format="json")

    assert answer.status_code == 409
    assert "accepted" in answer.json()["errors"][0]["detail"]


def test_another_sites_nurse_does_not_find_the_case(world: World, correction: Correction):
    tuan = program(world.user("tuan"), SessionKind.STAFF)
    address = f"/api/v1/corrections/{correction.reference}/"

    assert tuan.get(address).status_code == 404
    assert tuan.post(f"{address}accept/", format="json").status_code == 404


def test_a_citizen_cannot_take_the_steps_of_staff(lan: APIClient, correction: Correction):
    answer = lan.post(f"/api/v1/corrections/{correction.reference}/accept/", format="json")

    assert answer.status_code == 403


def test_a_citizens_token_shows_no_desk_even_to_a_nurse(world: World, correction: Correction):
    minh = program(world.user("minh"), SessionKind.CITIZEN)

    answer = minh.get(f"/api/v1/corrections/{correction.reference}/")

    assert answer.status_code == 404


def test_the_answer_never_names_a_reviewer(world: World, lan: APIClient, correction: Correction):
    actions.refuse(correction, by=world.user("minh"), ground="photo_blurred", remark="Ảnh mờ")

    answer = lan.get(f"/api/v1/corrections/{correction.reference}/")

    assert "Ảnh mờ" in answer.content.decode()
    assert world.user("minh").full_name not in answer.content.decode()


def test_an_officer_takes_an_overdue_case_over(world: World, correction: Correction):
    huong = program(world.user("huong"), SessionKind.STAFF)
    make_overdue(correction)

    answer = huong.post(
        f"/api/v1/corrections/{correction.reference}/take-over/",
        {"reason": "Trạm không trả lời"},
        format="json",
    )

    assert answer.status_code == 200
    assert answer.json()["holder"]["name"] == world.tay_ho.name


def test_a_revoked_or_expired_token_is_401(world: World):
    user = world.user("lan")
    client = program(user, SessionKind.CITIZEN)
    user.api_tokens.update(expires_at="2021-01-01T00:00:00Z")

    answer = client.get("/api/v1/records/")

    assert answer.status_code == 401
    assert answer.json()["type"] == "client_error"


def test_a_session_post_without_csrf_token_is_refused(world: World):
    client = APIClient(enforce_csrf_checks=True)
    sign_in_citizen(client, world.user("lan"))

    answer = client.post("/api/v1/corrections/", {}, format="json")

    assert answer.status_code == 403


def test_the_lists_of_vaccines_and_organizations_need_no_sign_in(world: World):
    anyone = APIClient()

    found = anyone.get("/api/v1/organizations/", {"search": "phuong buoi"}).json()

    assert [row["name"] for row in found["results"]] == ["Trạm Y tế Phường Bưởi"]
    vaccines = anyone.get("/api/v1/vaccines/").json()
    assert len([one for one in vaccines if one["group"] == "covid19"]) == 10


def test_the_openapi_description_is_valid_and_is_3_1(db):
    answer = APIClient().get(
        reverse("api:schema"), headers={"Accept": "application/vnd.oai.openapi+json"}
    )

    validate(answer.json() if hasattr(answer, "json") else answer.data)
    assert answer.data["openapi"].startswith("3.1")


@pytest.mark.parametrize(
    ("step", "body"),
    [
        ("refuse", "RefuseRequest"),
        ("accept", "AcceptRequest"),
        ("cannot-confirm", "CannotConfirmRequest"),
        ("pass-on", "PassOnRequest"),
        ("ask", "AskRequest"),
        ("keep", "KeepRequest"),
    ],
)
def test_each_step_is_described_with_the_body_that_it_takes(db: None, step: str, body: str):
    answer = APIClient().get(
        reverse("api:schema"), headers={"Accept": "application/vnd.oai.openapi+json"}
    )

    path = answer.data["paths"][f"/api/v1/corrections/{{reference}}/{step}/"]
    described = path["post"]["requestBody"]["content"]["application/json"]["schema"]

    assert described == {"$ref": f"#/components/schemas/{body}"}


def test_the_swagger_page_calls_no_other_host(db):
    page = APIClient().get(reverse("api:docs"), headers={"Accept": "text/html"}).content.decode()

    assert "http://" not in page.replace("http://testserver", "")
    assert "https://" not in page
