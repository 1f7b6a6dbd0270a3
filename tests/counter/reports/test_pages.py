"""The pages of a file of reports: send, confirm columns, look, decide, record, undo."""

from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from python_calamine import CalamineWorkbook

from citizens.models import RecordVisit
from corrections import actions
from corrections.models import Correction
from counter.reports import running
from counter.reports.models import ReportFile
from matching import writing
from tests.conftest import SignIn
from tests.counter.reports.scene import HEADER, check, record, row, send
from tests.organizations.sheets import csv_bytes
from tests.pages import in_english
from tests.world import World

pytestmark = pytest.mark.django_db
START = "/counter/reports/"


@pytest.fixture
def huong(world: World, as_staff: SignIn) -> Client:
    return in_english(as_staff(world.user("huong")))


def test_an_officer_goes_from_the_file_to_the_cases_and_back(world: World, huong: Client):
    writing.write([world.citizens["lan"]])
    lines = [HEADER, row(), row(channel="Fax"), row(id_number="", position="1", given_on="")]
    data = {"file": SimpleUploadedFile("phan-anh.csv", csv_bytes(lines))}
    where = huong.post(START, data).headers["Location"]
    page = huong.get(where)
    assert "All columns were found" in page.text

    form = page.context["form"]
    here = huong.post(where, {name: form[name].value() or "" for name in form.fields}).url
    sent = ReportFile.objects.get()
    assert "0 of 3 rows" in huong.get(here).text
    running.work(sent.pk)
    page = huong.get(here)
    assert "Nothing has been recorded yet" in page.text
    assert "Record 1 report" in page.text
    huong.get(f"{here}?show=new")
    seen = RecordVisit.objects.filter(citizen=world.citizens["lan"], user=world.user("huong"))
    assert seen.exists()
    assert "Write message, letter, or call." in huong.get(f"{here}?show=error").text
    book = CalamineWorkbook.from_filelike(BytesIO(b"".join(huong.get(f"{here}marked.xlsx"))))
    assert book.get_sheet_by_index(0).to_python()[2][-2:] == [
        "left out",
        "Channel: Write message, letter, or call.",
    ]
    doubt = huong.get(f"{here}decide/")
    key = doubt.context["doubts"][0].person.person_key
    huong.post(f"{here}decide/", {f"person-{key}": str(world.citizens["lan"].pk)})

    huong.post(f"{here}step/", {"verb": "record"})
    running.work(sent.pk)
    case = Correction.objects.order_by("pk")[0]
    assert case.reference in huong.get(f"{here}?show=filed").text
    assert "recorded: 2" in huong.get(START).text
    assert "2 cases are withdrawn" in huong.get(f"{here}undo/").text
    huong.post(f"{here}undo/")
    running.work(sent.pk)
    assert set(Correction.objects.values_list("status", flat=True)) == {"withdrawn"}
    assert huong.post(f"{here}step/", {"verb": "record"}).status_code == 409


def test_a_case_page_says_by_which_channel_when_it_was_told_and_when_recorded(
    world: World, huong: Client, as_staff: SignIn
):
    sent = record(check(send(world, [row()])), world)
    case = sent.rows.get().correction
    actions.route(case)

    text = in_english(as_staff(world.user("minh"))).get(f"/review/{case.reference}/").text

    assert "By letter (Trung tâm Y tế Quận Tây Hồ)" in text
    assert "told on 25/10/2021, recorded on" in text


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.pdf", b"%PDF", "no .xlsx or .csv"),
        ("a.csv", b"", "empty"),
        ("a.csv", csv_bytes([HEADER]), "no rows below"),
    ],
)
def test_a_file_that_is_none_is_refused_beside_the_field(
    huong: Client, name: str, content: bytes, said: str
):
    answer = huong.post(START, {"file": SimpleUploadedFile(name, content)})

    assert answer.status_code == 422
    assert said in str(answer.context["form"].errors["file"])
    assert not ReportFile.objects.exists()
