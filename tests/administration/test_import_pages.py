"""The pages of an import: trial, import, too late, not yours; and the files that go with it."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import User
from organizations.imports import reading
from organizations.journal import ImportRun
from organizations.models import Organization
from tests.organizations.sheets import hiding, xlsx
from tests.pages import in_english

START = "/organizations/import/"
SITE = ["DTC-1", "Điểm tiêm Chu Văn An", "Vaccination site", "TYT-00109", "", "", ""]
NURSE = ["Vũ Thị Mới", "moi@example.vn", "TYT-00109", "Reviewer"]
LOST = ["Lê Văn Lạc", "lac@example.vn", "TYT-99999", "Reviewer"]


@pytest.fixture
def huong(world, as_staff):
    return in_english(as_staff(world.user("huong")))


def send(client, data=None, name="danh-sach.xlsx"):
    data = xlsx([SITE], [NURSE, LOST]) if data is None else data
    return client.post(START, {"file": SimpleUploadedFile(name, data)})


def content(answer):
    return b"".join(answer.streaming_content)


def digest_of(page):
    return page.context["shown"].digest


def test_a_file_is_shown_row_by_row_and_nothing_is_written(world, huong):
    where = send(huong).headers["Location"]

    page = huong.get(where)

    assert "Nothing has been written yet" in page.text
    assert "1 row is left out" in page.text
    assert "There is no organization with the code TYT-99999" in page.text
    assert "Import 2 rows" in page.text
    assert "moi@example.vn" in huong.get(where, {"show": "new"}).text
    assert not User.objects.filter(email="moi@example.vn").exists()


def test_the_import_writes_what_was_shown_and_says_so(world, huong):
    where = send(huong).headers["Location"]

    page = huong.post(where, {"digest": digest_of(huong.get(where))}, follow=True)

    assert "Imported. 2 rows were written." in page.text
    assert "TYT-99999" in page.text
    assert Organization.objects.filter(code="DTC-1").exists()
    assert User.objects.filter(email="moi@example.vn").exists()
    assert not User.objects.filter(email="lac@example.vn").exists()


def test_pressing_twice_imports_once(world, huong):
    where = send(huong).headers["Location"]
    body = {"digest": digest_of(huong.get(where))}
    huong.post(where, body)

    assert huong.post(where, body).status_code == 409
    assert Organization.objects.filter(code="DTC-1").count() == 1


def test_what_has_changed_meanwhile_is_shown_again(world, huong):
    where = send(huong).headers["Location"]
    body = {"digest": digest_of(huong.get(where))}
    Organization.objects.create(code="DTC-1", name="Khác", kind="site", part_of=world.lang_thuong)

    again = huong.post(where, body)

    assert again.status_code == 409
    assert "What is on record has changed" in again.text
    assert "outside of your area" in again.text
    assert not User.objects.filter(email="moi@example.vn").exists()


def test_an_import_is_seen_by_whoever_sent_it_only(world, huong, as_staff):
    where = send(huong).headers["Location"]

    for other in ("phuc", "duc"):
        assert as_staff(world.user(other)).get(where).status_code == 404
    assert as_staff(world.user("minh")).get(where).status_code == 403


@pytest.mark.parametrize(
    ("data", "name", "word"),
    [
        (b"", "a.xlsx", "The file is empty"),
        (b"abc", "a.docx", "no .xlsx or .csv"),
        (b"PK\x03\x04", "a.xlsx", "damaged"),
        (b"x" * (8 * 1024 * 1024 + 1), "a.xlsx", "8 MB"),
        (b"a;b\n1;2", "a.csv", "headings"),
    ],
)
def test_an_odd_file_gets_a_sentence_beside_the_field(world, huong, data, name, word):
    answer = send(huong, data, name)

    assert answer.status_code == 422
    assert word in answer.text
    assert not ImportRun.objects.exists()


def test_no_file_at_all_gets_a_sentence(world, huong):
    answer = huong.post(START, {})

    assert answer.status_code == 422
    assert "Choose a file" in answer.text


def test_a_file_without_news_has_nothing_to_press(world, huong):
    where = send(huong, xlsx((), [["", "minh@example.vn", "TYT-00109", "Reviewer"]])).headers[
        "Location"
    ]

    page = huong.get(where).text

    assert "There is nothing to import" in page
    assert 'name="digest"' not in page


def test_the_export_comes_back_as_it_went(world, huong):
    data = content(huong.get("/organizations/export.xlsx"))
    where = send(huong, data).headers["Location"]

    page = huong.get(where)

    assert page.context["shown"].to_write == 0
    assert page.context["shown"].left_out == 0
    tables = reading.read(data, "a.xlsx").tables
    assert {row.get("code") for row in tables["sites"]} == {"TTYT-003", "TYT-00109", "TYT-00097"}
    assert {row.get("email") for row in tables["staff"]} == {
        "minh@example.vn",
        "huong@example.vn",
    }


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_template_has_headings_that_are_read_and_the_export_too(
    world, huong, as_staff, language
):
    huong.cookies["language"] = language

    empty = content(huong.get(f"{START}template.xlsx"))
    full = content(huong.get("/organizations/export.xlsx"))

    with pytest.raises(reading.Unreadable, match=r"headings, but no rows|chưa có dòng"):
        reading.read(empty, "a.xlsx")
    assert set(reading.read(full, "a.xlsx").tables) == {"sites", "staff"}


def test_all_rows_with_their_verdicts_are_a_file(world, huong):
    where = send(huong).headers["Location"]

    data = content(huong.get(f"{where}rows.xlsx"))

    assert data.startswith(b"PK")


def test_rows_that_are_forgotten_are_said_to_be(world, huong):
    where = send(huong).headers["Location"]
    ImportRun.objects.update(content={})

    assert huong.get(where).status_code == 410
    assert huong.post(where, {"digest": "x"}).status_code == 410


def test_what_excel_hides_is_told_before_the_import(world, huong):
    file = hiding(rows=[2, 4, 5], column=1)

    page = huong.get(send(huong, file).headers["Location"])

    assert "Staff: Excel does not show these rows, and they are read like the others: 2, 4–5." in (
        " ".join(page.text.split())
    )
    assert "Excel does not show these columns, and they are read like the others: E-mail." in (
        " ".join(page.text.split())
    )


def test_a_file_that_hides_nothing_says_nothing_of_it(world, huong):
    page = huong.get(send(huong).headers["Location"])

    assert "Excel does not show" not in page.text


def test_a_name_in_an_old_font_is_shown_with_its_reason(world, huong):
    file = xlsx(staff=[["NguyÔn V¨n A", *NURSE[1:]]])

    page = huong.get(send(huong, file).headers["Location"])

    assert "typed in an old font (TCVN3 or VNI)" in page.text
    assert "It may mean “Nguyễn Văn A”" in page.text
