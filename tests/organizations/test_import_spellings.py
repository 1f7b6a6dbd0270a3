"""What a file writes in another way than the product: letters, hyphens, fonts, empty and hidden rows."""

import io
import unicodedata
import zipfile
from datetime import UTC, date, datetime

import pytest
import xlsxwriter
from django.utils.translation import override

from accounts.models import User
from organizations.imports import reading, running
from organizations.models import Organization
from tests.factories.organizations import MembershipFactory
from tests.organizations.sheets import (
    ENGLISH_STAFF,
    STAFF,
    book,
    csv_bytes,
    hiding,
    part,
    with_part,
    xlsx,
)
from vaxreg import db_time
from vaxreg.spreadsheets.archive import Unreadable
from vaxreg.spreadsheets.reading import clean_cell, clean_code

ROW = ["Vũ Thị Mới", "moi@example.vn", "TYT-00109", "Reviewer"]
SHEET = "xl/worksheets/sheet1.xml"


@pytest.fixture
def huong(country):
    return MembershipFactory.create(organization=country["tay_ho"], officer=True).user


def staff_of(data, name="a.xlsx"):
    return reading.read(data, name).tables["staff"]


def wide(text):
    """The same text as a keyboard for Chinese or Japanese writes it."""
    return "".join(chr(ord(char) + 0xFEE0) for char in text)


def both(lines):
    """The same table as an Excel and as a CSV file."""
    return [(book({"Staff": lines}), "a.xlsx"), (csv_bytes(lines), "a.csv")]


def judged(by, data, name="a.xlsx"):
    run = running.begin(data, name, by=by)
    with override("en"):
        return run, running.judge(run)


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        (unicodedata.normalize("NFD", "Nguyễn Thị Lan"), "Nguyễn Thị Lan"),
        ("Ngu\u200byễn  Thị\u00a0Lan\ufeff", "Nguyễn Thị Lan"),
        ("Lan\u202e\u200d", "Lan"),
        ("A\u2011B", "A-B"),
        ("A\u2010B", "A-B"),
        ("Việt – Đức", "Việt – Đức"),
        ("\u200b\u00a0 ", ""),
        ("A\tB\x07C\n\nD", "A B C D"),
    ],
)
def test_a_text_is_read_composed_visible_and_with_plain_hyphens(typed, read):
    assert clean_cell(typed) == read
    for data, name in both([ENGLISH_STAFF, [typed, "a@example.vn", "TYT-00109", "Reviewer"]]):
        [row] = staff_of(data, name)
        assert row.get("name") == read


@pytest.mark.parametrize(
    "typed",
    [
        "TYT\u201100109",
        "TYT\u201000109",
        "TYT–00109",
        "TYT\u221200109",
        wide("TYT-00109"),
        "TYT-\u200b00109",
    ],
)
def test_a_code_is_found_whatever_hyphen_and_digits_the_file_has(country, huong, typed):
    assert clean_code(typed) == "TYT-00109"

    for data, name in both([ENGLISH_STAFF, [ROW[0], ROW[1], typed, ROW[3]]]):
        _run, judgement = judged(huong, data, name)
        assert [row.verdict for row in judgement.rows] == ["new"]


@pytest.mark.parametrize("role", ["Người xử lý", "Người xử lí", "NGƯỜI XỬ LÍ", "nguoi xu ly"])
def test_a_role_is_known_in_both_spellings(country, huong, role):
    for spelt in (role, unicodedata.normalize("NFD", role)):
        _run, judgement = judged(huong, book({"Staff": [STAFF, [*ROW[:3], spelt]]}))
        assert [row.verdict for row in judgement.rows] == ["new"]


@pytest.mark.parametrize(
    "headings",
    [
        [unicodedata.normalize("NFD", heading) for heading in STAFF],
        ["HỌ VÀ TÊN", "Thư\u00a0điện\u200b tử", "Mã đơn vị *", "Vai trò:"],
        ["Full name", "E\u2011mail", "Code of the organization", "Role"],
        ["Full name", "Email", "Code of the organization", "Role"],
        ["Hä vµ tªn", "Th\xad ®iÖn tö", "M· ®¬n vÞ", "Vai trß"],
        ["Hoï vaø teân", "Thö ñieän töû", "Maõ ñôn vò", "Vai troø"],
    ],
)
def test_headings_are_known_however_they_are_written(headings):
    for data, name in both([headings, ROW]):
        [row] = staff_of(data, name)
        assert row.cells == dict(zip(("name", "email", "organization", "role"), ROW, strict=True))


@pytest.mark.parametrize("typed", ["NguyÔn V¨n A", "Nguyeãn Vaên A", "NGUYÔN V¡N A"])
def test_a_name_in_an_old_font_is_left_out_with_what_it_may_mean(country, huong, typed):
    for data, name in both(
        [ENGLISH_STAFF, [typed, *ROW[1:]], [*ROW[:1], "b@example.vn", *ROW[2:]]]
    ):
        run, judgement = judged(huong, data, name)
        told, good = judgement.rows
        assert told.verdict == "refused"
        assert "Column “Full name” is typed in an old font (TCVN3 or VNI)" in told.says[0]
        assert "“nguyễn văn a”" in told.says[0].lower()
        assert good.verdict == "new"

    running.do(run, digest=judgement.digest)

    assert not User.objects.filter(email="moi@example.vn").exists()


@pytest.mark.parametrize(
    ("headings", "name"),
    [
        (ENGLISH_STAFF, "NguyÔn V¨n A"),
        (ENGLISH_STAFF, "Nguyeãn Vaên A"),
        (["Hä vµ tªn", "Th\xad ®iÖn tö", "M· ®¬n vÞ", "Vai trß"], "NguyÔn V¨n A"),
    ],
)
def test_a_csv_with_one_byte_for_a_letter_is_told_row_by_row(country, huong, headings, name):
    lines = [headings, [name, *ROW[1:]], ["Le Thi Ba", "ba@example.vn", *ROW[2:]]]

    _run, judgement = judged(huong, csv_bytes(lines, encoding="latin-1"), "a.csv")

    assert [row.verdict for row in judgement.rows] == ["refused", "new"]


@pytest.mark.parametrize(("name", "encoding"), [("Müller", "latin-1"), ("Leâ", "cp1252")])
def test_a_csv_with_other_letters_of_one_byte_is_refused(name, encoding):
    data = csv_bytes([ENGLISH_STAFF, [name, *ROW[1:]]], encoding=encoding)

    with override("en"), pytest.raises(Unreadable, match="letters of the file"):
        reading.read(data, "a.csv")


def test_a_site_in_an_old_font_is_left_out_and_its_staff_with_it(country, huong):
    site = ["DTC-1", "§iÓm tiªm Chu V¨n An", "Vaccination site", "TYT-00109", "", "", ""]
    nurse = ["Vũ Thị Mới", "moi@example.vn", "DTC-1", "Reviewer"]

    _run, judgement = judged(huong, xlsx([site], [nurse]))

    assert [row.verdict for row in judgement.rows] == ["refused", "refused"]
    assert "Điểm tiêm Chu Văn An" in judgement.rows[0].says[0]
    assert "which is left out" in judgement.rows[1].says[0]


@pytest.mark.parametrize("name", ["Müller", "José García", "Søren Lê", "Loïc Martin", "Ana Peña"])
def test_a_foreign_name_is_imported_as_it_is(country, huong, name):
    run, judgement = judged(huong, xlsx(staff=[[name, *ROW[1:]]]))

    running.do(run, digest=judgement.digest)

    assert User.objects.get(email="moi@example.vn").full_name == name


@pytest.mark.parametrize(
    "seen", ["2027-03-01T22:58:00", "2027-03-01T17:00:00", "2027-03-02T16:59:59"]
)
def test_a_new_site_is_opened_on_the_day_that_it_is_in_viet_nam(country, huong, seen):
    """At 05:58 in Viet Nam the day in London is the day before."""
    site = ["DTC-1", "Điểm tiêm Chu Văn An", "Vaccination site", "TYT-00109", "", "", ""]
    with db_time.at(datetime.fromisoformat(seen).replace(tzinfo=UTC)):
        run, judgement = judged(huong, xlsx([site]))
        running.do(run, digest=judgement.digest)

    assert Organization.objects.get(code="DTC-1").opened_on == date(2027, 3, 2)


def formatted(far=False):
    """A sheet with a row, and rows below that have only borders; far: down to the last cell."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as made:
        border = made.add_format({"border": 1})
        page = made.add_worksheet("Staff")
        page.write_row(0, 0, ENGLISH_STAFF)
        page.write_row(1, 0, ROW)
        page.write_row(2, 0, ["", "\u00a0", " \u200b", ""], border)
        for line in range(3, 40):
            for column in range(4):
                page.write_blank(line, column, None, border)
        if far:
            page.write_blank(1_048_575, 16_383, None, border)
            page.set_row(900_000, 30, border)
    return file.getvalue()


@pytest.mark.parametrize("far", [False, True])
def test_rows_that_have_only_a_format_are_empty(far):
    assert [row.line for row in staff_of(formatted(far))] == [2]


def test_a_value_below_the_limit_is_refused_also_without_its_place():
    sheet = part(formatted(), SHEET).replace(b'<row r="2"', b'<row r="1048576"')
    bare = sheet.replace(b'r="A2" ', b"").replace(b'r="B2" ', b"")

    for changed in (sheet, bare):
        with pytest.raises(Unreadable):
            staff_of(with_part(formatted(), SHEET, changed))


def test_a_row_below_thousands_of_empty_lines_of_a_csv_is_read():
    empty = [["", "", "", ""]] * 30_000

    rows = staff_of(csv_bytes([ENGLISH_STAFF, ROW, *empty, ROW]), "a.csv")

    assert [row.line for row in rows] == [2, 30_003]


def test_a_number_of_thousands_of_digits_is_a_text():
    [row] = staff_of(csv_bytes([ENGLISH_STAFF, ["9" * 5000, *ROW[1:]]]), "a.csv")

    assert row.forms == {}


@pytest.mark.parametrize(
    ("file", "hidden"),
    [
        (hiding(), []),
        (hiding(rows=[3]), [3]),
        (hiding(rows=[2, 4, 5, 6]), [2, 4, 5, 6]),
        (hiding(rows=[40]), []),
        (hiding(sheet=True), [2, 3, 4, 5, 6]),
    ],
)
def test_rows_that_excel_hides_are_read_and_told(country, huong, file, hidden):
    run, judgement = judged(huong, file)

    assert [row.line for row in judgement.hidden] == hidden
    assert all("This row is hidden in the file." in row.says for row in judgement.hidden)
    assert judgement.to_write == 5
    assert reading.from_json(run.content).tables == reading.read(file, "a.xlsx").tables


def test_a_hidden_row_that_is_left_out_has_its_reason_as_well(country, huong):
    with_mistake = part(hiding(rows=[3]), "xl/sharedStrings.xml").replace(b"a2@example.vn", b"a2")
    _run, judgement = judged(
        huong, with_part(hiding(rows=[3]), "xl/sharedStrings.xml", with_mistake)
    )

    [row] = judgement.hidden
    assert row.verdict == "refused"
    assert len(row.says) == 2


def test_columns_that_excel_hides_are_told(country, huong):
    _run, judgement = judged(huong, hiding(column=1))

    assert judgement.hidden_columns == {"staff": ["email"]}


def test_the_rows_of_a_sheet_in_an_unusual_place_are_known_by_its_name():
    file = hiding(rows=[3])
    moved = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(file)) as old, zipfile.ZipFile(moved, "w") as new:
        for entry in old.infolist():
            content = old.read(entry)
            if entry.filename == "xl/_rels/workbook.xml.rels":
                content = content.replace(b'"worksheets/', b'"/xl/worksheets/')
            new.writestr(entry.filename, content)

    assert [row.line for row in staff_of(moved.getvalue()) if row.is_hidden] == [3]


def test_rows_that_were_stored_before_hidden_ones_were_told_are_still_read():
    stored = {"tables": {"staff": [[2, {"name": "A"}, {}]]}, "passed_over": []}

    [row] = reading.from_json(stored).tables["staff"]

    assert (row.line, row.is_hidden) == (2, False)
