"""A copy of one's own data: what is in it, what is not, and what is told about it."""

import json
from io import BytesIO

import pypdfium2
import pytest
from django.test import Client

from certificates import sharing
from citizens.models import RecordLink, RecordVisit
from citizens.visits import log_visit
from corrections import actions
from doses.actions import revise
from doses.models import Dose
from messaging.models import Message
from own_data.models import Download
from tests import world as worlds
from tests.cases import file_one
from tests.certificates.scene import certificate_keys, issued
from tests.factories.citizens import RecordLinkFactory
from tests.partners import scene
from tests.world import World

__all__ = ["certificate_keys"]

pytestmark = pytest.mark.django_db
PAGE = "/account/data/"


@pytest.fixture
def lan(world: World, as_citizen) -> Client:
    return as_citizen(world.user("lan"))


def keys(world: World, *who: str) -> list[str]:
    return [str(world.citizens[one].public_id) for one in who]


def copy(client: Client, records: list[str], form: str = "json"):
    return client.post(PAGE, {"records": records, "form": form})


def read(answer):
    assert answer.status_code == 200, answer.content.decode()[:500]
    return json.loads(answer.content)


def pages_of(answer) -> str:
    document = pypdfium2.PdfDocument(BytesIO(answer.content))
    return "\n".join(page.get_textpage().get_text_bounded() for page in document)


def test_the_account_page_leads_to_the_data(lan):
    assert f'href="{PAGE}"' in lan.get("/account/").content.decode()


def test_the_copy_has_facts_documents_doses_proposals_links_and_who_looked(world, lan):
    case = file_one(world)
    log_visit(world.user("minh"), world.citizens["lan"], "review", organization=world.buoi)

    copied = read(copy(lan, keys(world, "lan")))

    (record,) = copied["records"]
    assert record["person"]["full_name"] == "Nguyễn Thị Lan"
    assert record["person"]["id_number"] == "001188012345"
    assert record["documents"][0]["number"] == "001188012345"
    assert record["doses"][0]["lot"] == "ABX4112"
    assert record["doses"][0]["revisions"][0]["revision"] == 1
    assert record["proposals"][0]["reference"] == case.reference
    assert record["proposals"][0]["events"]
    assert record["who_may_open_it"][0]["who"] == "you"
    assert {"who": world.buoi.name, "why": "review"}.items() <= record["who_looked"][-1].items()
    assert copied["account"]["phone"] == "+84912345678"


def test_the_history_of_a_dose_is_in_the_copy(world, lan):
    dose = worlds.dose(world)
    revise(
        dose=dose,
        changes={"lot": "FK4439"},
        by=world.user("minh"),
        by_organization=world.buoi,
        why="Sổ",
    )

    (record,) = read(copy(lan, keys(world, "lan")))["records"]

    lots = [one["lot"] for one in record["doses"][0]["revisions"]]
    assert lots == ["ABX4112", "FK4439"]
    assert record["doses"][0]["revisions"][1]["by"] == world.buoi.name


def test_names_of_staff_and_phones_of_other_accounts_are_not_in_the_copy(world, lan):
    case = file_one(world)
    actions.pick_up(case, by=world.user("minh"))
    log_visit(world.user("minh"), world.citizens["lan"], "list")
    RecordLinkFactory.create(user=world.user("binh"), citizen=world.citizens["lan"], relative=True)

    text = copy(lan, keys(world, "lan")).content.decode()

    assert "Phạm Thị Minh" not in text
    assert "84987654321" not in text
    assert "321" in text


def test_a_number_that_was_never_proven_stays_masked(world, lan):
    RecordLink.objects.filter(citizen=world.citizens["lan"]).update(proven_by="phone_and_birth")
    file_one(world, kind="identity", proposed={"id_number": "001188099999"})

    text = copy(lan, keys(world, "lan")).content.decode()

    assert "001188012345" not in text
    assert "001188099999" not in text
    assert "******012345" in text


@pytest.mark.parametrize("chosen", [["lan"], ["child"], ["lan", "child"]])
def test_only_the_chosen_records_are_copied(world, lan, chosen):
    copied = read(copy(lan, keys(world, *chosen)))

    names = {one["person"]["full_name"] for one in copied["records"]}
    assert names == {world.citizens[one].full_name for one in chosen}


@pytest.mark.parametrize("form", ["json", "pdf", "xml", ""])
def test_a_record_of_somebody_else_is_never_copied(world, lan, form):
    answer = copy(lan, keys(world, "binh"), form)

    assert answer.status_code == 422
    assert not Download.objects.exists()


def test_the_pdf_is_in_vietnamese_with_the_history(world, lan):
    case = file_one(world)

    answer = copy(lan, keys(world, "lan", "child"), "pdf")

    assert answer["Content-Type"] == "application/pdf"
    assert answer["Cache-Control"] == "no-store"
    text = pages_of(answer)
    for words in (
        "Nguyễn Thị Lan",
        "Lê Nguyễn Minh Anh",
        "ABX4112",
        case.reference,
        world.buoi.name,
    ):
        assert words in text
    assert pypdfium2.PdfDocument(BytesIO(answer.content)).get_metadata_value("Title")


def test_a_dose_that_was_removed_is_said_to_be_so(world, lan):
    dose = worlds.dose(world)
    Dose.objects.filter(pk=dose.pk).update(status="entered_in_error", revision=2)

    (record,) = read(copy(lan, keys(world, "lan")))["records"]

    assert record["doses"][0]["status"] == "entered_in_error"
    assert copy(lan, keys(world, "lan"), "pdf").status_code == 200


def test_a_copy_leaves_a_row_per_record_a_visit_and_a_message(world, lan):
    copy(lan, keys(world, "lan", "child"), "pdf")

    rows = Download.objects.filter(user=world.user("lan"), form="pdf")
    assert {row.citizen for row in rows} == {world.citizens["lan"], world.citizens["child"]}
    assert RecordVisit.objects.filter(user=world.user("lan"), why="own").exists()
    (told,) = Message.objects.filter(purpose="own_data.download")
    assert (told.recipient, told.channel) == ("+84912345678", "sms")


def test_the_seventh_copy_of_a_day_is_refused_and_leaves_nothing(world, lan):
    answers = [copy(lan, keys(world, "lan")).status_code for _number in range(7)]

    assert answers == [200] * 6 + [429]
    assert Download.objects.count() == 6


def test_looking_at_the_page_takes_no_copy(world, lan):
    assert lan.get(PAGE).status_code == 200
    assert not Download.objects.exists()


def test_the_copy_has_certificates_with_links_and_prints_and_the_apps_that_were_let_in(
    world, lan, certificate_keys
):
    worlds.dose(world)
    citizen = world.citizens["lan"]
    (certificate,) = issued(citizen)
    sharing.share(certificate, lasting="hour", by=world.user("lan"))
    scene.let_in(lan, scene.app(), citizen)

    copied = read(copy(lan, keys(world, "lan")))

    (stated,) = copied["records"][0]["certificates"]
    assert (stated["id"], len(stated["links"]), stated["prints"]) == (certificate.uvci, 1, [])
    (app,) = copied["account"]["apps"]
    assert (app["app"], app["records"]) == ("Sổ Sức khỏe", keys(world, "lan"))
