"""Whatever door a text comes in by, it loses what nobody sees before it is judged."""

import json

import pytest
from django.contrib.admin import site as admin_site
from django.test import Client, RequestFactory

from accounts.models import SessionKind, User
from citizens.models import Citizen
from corrections.models import Correction
from organizations.imports import reading
from organizations.models import Organization
from tests import world as worlds
from tests.accounts.doors import PASSWORD, app_code, last_code, make_nurse
from tests.api.programs import program
from tests.conftest import SignIn
from tests.organizations.sheets import ENGLISH_STAFF, csv_bytes, xlsx
from tests.world import World

ROW = [
    "\u200bVũ\u00a0Thị\u00adMới",
    "\u202amoi@example.vn\u202c",
    "TYT\u2011\u200b00109",
    "Reviewer\u200e",
]


@pytest.mark.parametrize(
    ("data", "name"),
    [(xlsx(staff=[ROW]), "a.xlsx"), (csv_bytes([ENGLISH_STAFF, ROW]), "a.csv")],
    ids=["xlsx", "csv"],
)
def test_cells_of_spreadsheets(data: bytes, name: str):
    [row] = reading.read(data, name).tables["staff"]

    assert row.cells["name"] == "Vũ ThịMới"
    assert row.cells["email"] == "moi@example.vn"
    assert row.cells["role"] == "Reviewer"


@pytest.mark.parametrize(
    "query", ["b\u00adưởi", "\u200eBưởi", "bưởi\u00a0", "\u200bb\u200bu\u200boi"]
)
def test_query_strings_of_the_interface(world: World, client: Client, query: str):
    answer = client.get("/api/v1/organizations/", {"search": query}).json()

    assert [one["code"] for one in answer["results"]] == ["TYT-00109"]


def test_query_strings_of_pages(world: World, correction: Correction, as_staff: SignIn):
    page = as_staff(world.user("minh")).get("/review/", {"q": "\u200eNguyễn\u00a0Th\u200bị"})

    assert correction.citizen.full_name in page.content.decode()


def test_bodies_of_the_interface(world: World):
    client = program(world.user("lan"), SessionKind.CITIZEN)
    body = {
        "record": str(world.citizens["lan"].public_id),
        "claims": [
            {
                "kind": "identity",
                "proposed": {
                    "full_name": "\u200bNguyễn\u00a0Thị\u00ad Lành",
                    "phone": "\u202a0168\u00a0345\u00a01234\u202c",
                    "id_number": "\u200e001188099999",
                },
            }
        ],
        "words": "Một dòng,\r\nhai\u200b dòng \ud83d.",
        "has_no_paper": True,
    }

    answer = client.post(
        "/api/v1/corrections/",
        json.dumps(body),
        content_type="application/json",
        headers={"Idempotency-Key": "k1"},
    )

    assert answer.status_code == 201, answer.content
    case = Correction.objects.get()
    assert case.proposed == {
        "full_name": "Nguyễn Thị Lành",
        "phone": "+84383451234",
        "id_number": "001188099999",
    }
    assert case.filing.words == "Một dòng,\r\nhai dòng ."


def test_a_name_that_is_none_is_said_beside_its_field(world: World):
    client = program(world.user("lan"), SessionKind.CITIZEN)
    body = {
        "record": str(world.citizens["lan"].public_id),
        "claims": [{"kind": "identity", "proposed": {"full_name": "Lan 2"}}],
    }

    answer = client.post(
        "/api/v1/corrections/", body, format="json", headers={"Idempotency-Key": "k1"}
    )

    assert answer.status_code == 400
    assert "full_name" in answer.json()["errors"][0]["attr"]


def test_the_door_of_citizens(db: None, client: Client):
    asked = client.post("/sign-in/", {"phone": "\u2066+84\u00a0912\u00a0345\u00a0678\u2069"})
    code = last_code("+84912345678")
    entered = client.post("/sign-in/code/", {"code": f"\u200b{code[:3]}\u202f{code[3:]}\u200e"})

    assert (asked.status_code, entered.status_code) == (302, 302)
    assert entered.headers["Location"] == "/record/"


def test_the_door_of_staff(db: None, client: Client):
    minh = make_nurse()
    code = app_code(minh)

    first = client.post(
        "/staff/sign-in/", {"email": f"\u200b{minh.email}\u202c", "password": PASSWORD}
    )
    second = client.post("/staff/sign-in/code/", {"code": f"\u202a{code[:3]}\u2009{code[3:]}"})

    assert first.headers["Location"] == "/staff/sign-in/code/"
    assert second.headers["Location"] == "/"


def test_a_password_stays_as_it_was_typed(db: None, client: Client):
    minh = make_nurse()

    wrong = client.post(
        "/staff/sign-in/", {"email": str(minh.email), "password": f"{PASSWORD}\u200b"}
    )

    assert wrong.status_code == 422


def test_the_forms_of_the_admin_site(world: World, rf: RequestFactory):
    admin = admin_site._registry[Organization]
    request = rf.get("/")
    request.user = User(is_staff=True, is_superuser=True)
    form = admin.get_form(request, world.buoi)

    sent = {"name": "\u200bTrạm\u00a0Y tế\u00ad Bưởi", "code": "TYT-00109\u202c"}
    typed = form(sent, instance=world.buoi)
    typed.is_valid()

    assert typed.cleaned_data["name"] == "Trạm Y tế Bưởi"
    assert typed.cleaned_data["code"] == "TYT-00109"


def test_a_draft_keeps_lines_and_loses_what_nobody_sees(world: World, as_citizen: SignIn):
    client = as_citizen(world.user("lan"))
    worlds.dose(world)
    client.post("/corrections/new/", {"doses": "missing"})

    client.post(
        "/corrections/new/photos/",
        {"has_no_paper": "on", "where_when": "Ở\u200b trường,\nbuổi sáng"},
    )

    page = client.get("/corrections/new/photos/").content.decode()
    assert "Ở trường,\nbuổi sáng" in page.replace("\r", "")


def test_nothing_typed_is_stored_with_what_nobody_sees(world: World, as_citizen: SignIn):
    client = as_citizen(User.objects.create_user(phone="+84904444444", phone_verified=True))

    client.post(
        "/record/start/",
        {
            "full_name": "\u200bLê\u00a0Thị\u00ad Hoa\u202c",
            "date_of_birth": "\u200e5/9/1990",
            "sex": "female",
            "id_number": "\u200e001190\u00a0012345",
            "workplace": "Chợ\u00a0Nhật\u200b Tân",
            "province": "01",
            "nationality": "VN",
        },
    )

    citizen = Citizen.objects.get(phone="+84904444444")
    assert (citizen.full_name, citizen.id_number) == ("Lê Thị Hoa", "001190012345")
    assert citizen.workplace == "Chợ Nhật Tân"
