"""The pages of an import: send, confirm columns, look, decide, write, undo; and who may not."""

from datetime import date
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from python_calamine import CalamineWorkbook

from citizens.models import Citizen, RecordVisit
from doses.models import Dose
from matching import writing
from recording.imports import running
from recording.imports.models import DoseImport, HeaderMapping
from recording.imports.reading import files
from tests.organizations.sheets import book, csv_bytes
from tests.pages import in_english
from tests.recording.imports.sheets import HEADER, check, row, send, write
from tests.world import World
from vaxreg import db_time

pytestmark = pytest.mark.django_db
START = "/recording/imports/"
BAD = row(name="", given_on="28/08/2021")


@pytest.fixture
def minh(world, as_staff):
    return in_english(as_staff(world.user("minh")))


@pytest.fixture
def known(world: World) -> Citizen:
    made = Citizen.objects.create(
        full_name="Hoàng Thị Thuý Ngân",
        date_of_birth=date(1971, 11, 25),
        sex="female",
        id_number="001171005567",
    )
    writing.write([made])
    return made


def post(client, lines, name="danh-sach.csv"):
    data = lines if isinstance(lines, bytes) else csv_bytes(lines)
    return client.post(START, {"file": SimpleUploadedFile(name, data)})


def columns(page, **changes):
    """What the form of columns sends when nothing is changed."""
    form = page.context["form"]
    sent = {name: form[name].value() for name in form.fields}
    return {name: value for name, value in (sent | changes).items() if value is not None}


def page_of(sent: DoseImport, ending: str = "") -> str:
    return f"{START}{sent.public_id}/{ending}"


def test_a_clerk_goes_from_the_file_to_the_doses_and_back(world, minh):
    where = post(minh, [HEADER, row(), BAD]).headers["Location"]
    page = minh.get(where)
    assert "All columns were found" in page.text
    assert "Hoàng Thị Thuý Ngân" in page.text

    here = minh.post(where, columns(page)).headers["Location"]
    sent = DoseImport.objects.get()
    assert "0 of 2 rows" in minh.get(here).text
    running.work(sent.pk)
    page = minh.get(here)
    assert "Nothing has been written yet" in page.text
    assert "1 row is left out" in page.text
    assert "Full name: It is empty." in page.text
    assert "Write 1 row" in page.text
    assert not Dose.objects.filter(given_on=date(2021, 8, 27)).exists()

    minh.post(page_of(sent, "write/"))
    running.work(sent.pk)
    assert "What was written" in minh.get(here).text
    assert Dose.objects.get(given_on=date(2021, 8, 27)).organization == world.buoi

    assert "1 dose is marked as entered in error" in minh.get(page_of(sent, "undo/")).text
    minh.post(page_of(sent, "undo/"))
    assert Dose.objects.get(given_on=date(2021, 8, 27)).status == "entered_in_error"
    assert "undone" in minh.get(here).text


def test_columns_are_remembered_for_the_site(world, minh):
    odd = ["A", "Họ và tên", "Ngày sinh", "D", "E", "F", "Loại", "H", "Mũi", "Ngày tiêm"]
    where = post(minh, [odd, row()]).headers["Location"]
    page = minh.get(where)
    assert "Choose the column of: Vaccine" in " ".join(page.text.split())
    refused = minh.post(where, columns(page))
    assert (refused.status_code, "Choose the column." in refused.text) == (422, True)
    twice = minh.post(where, columns(page, **{"column-vaccine": "6", "column-lot": "6"}))
    assert "This column is chosen already: Vaccine." in twice.text
    minh.post(where, columns(page, **{"column-vaccine": "6"}))

    assert HeaderMapping.objects.get().organization == world.buoi
    again = post(minh, [odd, row()]).headers["Location"]
    assert "All columns were found" in minh.get(again).text


def test_the_order_of_day_and_month_is_asked_and_the_answer_used(world, minh):
    where = post(minh, [HEADER, row(given_on="05/09/2021")]).headers["Location"]
    page = minh.get(where)
    assert "which comes first, the day or the month?" in page.text
    assert "05/09/2021" in page.text
    assert minh.post(where, columns(page)).status_code == 422

    minh.post(where, columns(page, **{"order-given_on": "mdy"}))
    sent = DoseImport.objects.get()
    running.work(sent.pk)
    assert sent.rows.get().given_on == date(2021, 5, 9)


def test_an_old_font_is_shown_converted_and_asked_about(world, minh):
    lines = [HEADER, row(name="NguyÔn V¨n A", id_number="")]
    where = post(minh, lines).headers["Location"]
    page = minh.get(where)
    assert "NguyÔn V¨n A → Nguyễn Văn A" in page.text

    minh.post(where, columns(page, **{"old_font-full_name": "yes"}))
    sent = DoseImport.objects.get()
    running.work(sent.pk)
    assert sent.rows.get().full_name == "Nguyễn Văn A"
    minh.post(where, columns(page, **{"old_font-full_name": "no"}))
    running.work(sent.pk)
    assert sent.rows.get().findings == ["full_name|old_font|"]


def test_somebody_who_may_be_on_record_is_decided_by_the_clerk(world, minh, known):
    sent = check(send(world, [row(), row(position="2", given_on="27/11/2021")]))
    page = minh.get(page_of(sent))
    assert "First: whose rows are these?" in page.text
    page = minh.get(page_of(sent, "decide/"))
    assert "This record: Hoàng Thị Thuý Ngân" in " ".join(
        page.text.replace("</strong>", "").split()
    )
    assert "001171005567" not in page.text
    assert RecordVisit.objects.filter(user=world.user("minh"), citizen=known).exists()
    key = sent.rows.first().person_key

    minh.post(page_of(sent, "decide/"), {f"person-{key}": "999999"})
    assert sent.rows.filter(verdict="decide").count() == 2
    minh.post(page_of(sent, "decide/"), {f"person-{key}": ""})
    assert sent.rows.filter(verdict="decide").count() == 2
    minh.post(page_of(sent, "decide/"), {f"person-{key}": str(known.pk)})
    assert set(sent.rows.values_list("verdict", "joined", "citizen")) == {
        ("new", "decided", known.pk)
    }
    sent.refresh_from_db()
    assert sent.counts == {"new": 2}
    write(sent, world)
    assert known.doses.count() == 2


@pytest.mark.parametrize(("choice", "verdict"), [("new", "new"), ("skip", "skipped")])
def test_the_clerk_may_start_a_new_record_or_leave_rows_out(world, minh, known, choice, verdict):
    sent = check(send(world, [row()]))
    minh.post(page_of(sent, "decide/"), {f"person-{sent.rows.get().person_key}": choice})

    assert sent.rows.get().verdict == verdict
    done = write(sent, world) if choice == "new" else sent
    assert Citizen.objects.numbered("001171005566").exists() == (choice == "new")
    assert known.doses.count() == 0
    assert done.rows.get().joined == ("new" if choice == "new" else "")


def test_the_file_comes_back_with_marked_cells_and_reasons(world, minh):
    sent = check(send(world, [row(), BAD, row(phone="12", given_on="30/08/2021")]))
    answer = minh.get(page_of(sent, "marked.xlsx"))
    data = b"".join(answer.streaming_content)
    workbook = CalamineWorkbook.from_filelike(BytesIO(data))
    sheet = workbook.get_sheet_by_index(0).to_python()

    assert sheet[0][1] == HEADER[1]
    assert sheet[1][4] == "001171005566"
    assert sheet[2][-2:] == ["left out", "Full name: It is empty."]
    assert sheet[3][-1].startswith("Phone: This is no phone number")


@pytest.mark.parametrize(
    ("lines", "name", "why"),
    [
        ([HEADER], "a.csv", "no rows below"),
        (b"", "a.csv", "The file is empty."),
        (b"%PDF", "a.pdf", "no .xlsx or .csv"),
        (book({"A": [HEADER, ["=1+1"]]}), "a.xlsx", "holds a formula"),
        (b"PK\x03\x04", "a.xlsx", "damaged"),
        ([HEADER, *[row()] * 4], "a.csv", "more than 3 rows"),
    ],
)
def test_a_file_that_cannot_be_taken_is_refused_in_words(
    world, minh, monkeypatch, lines, name, why
):
    monkeypatch.setattr(running, "MOST_ROWS", 3)
    answer = post(minh, lines, name)

    assert answer.status_code == 422
    assert why in answer.text
    assert not DoseImport.objects.exists()


def test_a_file_that_is_too_large_is_refused_before_it_is_read(world, minh, monkeypatch):
    monkeypatch.setattr("recording.imports.forms.MOST_BYTES", 10)

    assert "larger than 16 MB" in post(minh, [HEADER, row()]).text
    assert files.MOST_BYTES == 16 * 1024 * 1024


def test_others_see_nothing_of_it(world, as_staff, minh):
    sent = check(send(world, [row()]))
    tuan = in_english(as_staff(world.user("tuan")))
    huong = in_english(as_staff(world.user("huong")))

    for ending in ("", "columns/", "decide/", "undo/", "marked.xlsx"):
        assert tuan.get(page_of(sent, ending)).status_code == 404
        assert huong.get(page_of(sent, ending)).status_code == 403
    assert tuan.post(page_of(sent, "write/")).status_code == 404
    assert str(sent.public_id) not in tuan.get(START).text
    assert str(sent.public_id) in minh.get(START).text


def test_a_second_press_does_nothing_and_says_so(world, minh):
    sent = check(send(world, [row()]))
    minh.post(page_of(sent, "write/"))

    again = minh.post(page_of(sent, "write/"))
    assert (again.status_code, "This import has gone on" in again.text) == (409, True)
    minh.post(page_of(sent, "stop/"))
    running.work(sent.pk)
    sent.refresh_from_db()
    assert sent.state == "applied"
    assert not Dose.objects.filter(given_on=date(2021, 8, 27)).exists()
    assert "Write 1 row" in minh.get(page_of(sent)).text


def test_an_import_that_something_rests_on_names_the_row(world, minh):
    sent = write(check(send(world, [row()])), world)
    dose = sent.rows.get().dose
    Dose.objects.filter(pk=dose.pk).update(lot="AA", revision=2)

    page = minh.get(page_of(sent, "undo/"))
    assert "cannot be undone as a whole" in page.text
    assert "the dose was changed since" in page.text


def test_whose_identity_is_not_verified_sends_no_file(world, minh):
    world.user("minh").identities.update(ended_at=db_time.now())

    assert post(minh, [HEADER, row()]).status_code == 403
    assert minh.get(START).status_code == 200
