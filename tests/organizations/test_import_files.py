"""Odd files: each gets a sentence, none an error, and none more memory than it deserves."""

import io
import zipfile

import pytest
from django.utils.translation import override

from organizations.imports import reading
from tests.organizations.sheets import ENGLISH_STAFF, book, csv_bytes, part, with_part, xlsx
from vaxreg.spreadsheets.archive import Unreadable

ROW = ["Vũ Thị Mới", "moi@example.vn", "TYT-00109", "Reviewer"]
GOOD = xlsx(staff=[ROW])
SHEET = "xl/worksheets/sheet1.xml"


def why_not(data, name="danh-sach.xlsx"):
    with override("en"), pytest.raises(Unreadable) as refusal:
        reading.read(data, name)
    return str(refusal.value)


def staff_of(data, name="danh-sach.xlsx"):
    return reading.read(data, name).tables["staff"]


def test_a_file_is_read_with_the_numbers_of_its_rows():
    [row] = staff_of(GOOD)

    assert row.line == 2
    assert row.cells == {
        "name": "Vũ Thị Mới",
        "email": "moi@example.vn",
        "organization": "TYT-00109",
        "role": "Reviewer",
    }


def test_headings_may_stand_lower_in_another_order_and_with_other_columns():
    lines = [
        ["Danh sách cán bộ"],
        [],
        ["STT", "Role", "E-mail", "Full name", "Code of the organization"],
    ]
    lines.append(["1", "Reviewer", "moi@example.vn", "Vũ Thị Mới", "TYT-00109"])
    [row] = staff_of(book({"Trang 1": lines}))

    assert row.line == 4
    assert row.get("name") == "Vũ Thị Mới"


def test_empty_rows_between_are_passed_over_and_counted():
    rows = staff_of(xlsx(staff=[ROW, ["", "", "", ""], ["  "], ROW]))

    assert [row.line for row in rows] == [2, 5]


@pytest.mark.parametrize(
    ("data", "name", "word"),
    [
        (b"", "a.xlsx", "empty"),
        (b"", "a.csv", "empty"),
        (b"PK\x03\x04 broken", "a.xlsx", "damaged"),
        (b"\x00\x01\x02", "a.xlsx", "damaged"),
        (b"%PDF-1.7", "a.pdf", ".xlsx or .csv"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "a.xls", "password"),
        (b"\xff\xd8\xff\xe0", "a.csv", "letters"),
        (b"a,b\n1,2\n", "a.csv", "headings"),
        (b"\x00,\x00\n", "a.csv", "damaged"),
        (b'"' + b"x" * 200_000, "a.csv", ""),
        (b"x" * (8 * 1024 * 1024 + 1), "a.csv", "8 MB"),
    ],
)
def test_what_is_no_table_is_refused_in_words(data, name, word):
    assert word in why_not(data, name)


def test_a_table_without_rows_is_refused_in_words():
    assert "no rows" in why_not(book({"Staff": [ENGLISH_STAFF]}))


def test_a_workbook_without_anything_is_empty():
    assert "empty" in why_not(book({"Sheet1": []}))


def test_two_sheets_of_one_table_are_refused_in_words():
    lines = [ENGLISH_STAFF, ROW]

    assert "Two sheets" in why_not(book({"A": lines, "B": lines}))


def test_other_sheets_are_passed_over_by_name():
    content = reading.read(book({"Staff": [ENGLISH_STAFF, ROW], "Ghi chú": [["x"]]}), "a.xlsx")

    assert content.passed_over == ["Ghi chú"]


def test_a_formula_is_refused_with_its_cell():
    assert "Cell A2 holds a formula" in why_not(xlsx(staff=[['=HYPERLINK("https://x")', *ROW[1:]]]))


def test_macros_are_refused():
    assert "macros" in why_not(with_part(GOOD, "xl/vbaProject.bin", b"x"))


def test_a_zip_bomb_is_refused_before_it_unpacks():
    bomb = with_part(GOOD, "xl/worksheets/sheet2.xml", b"<a>" + b" " * 70_000_000 + b"</a>")

    assert len(bomb) < 200_000
    assert "too large when unpacked" in why_not(bomb)


def test_too_many_parts_are_refused():
    data = io.BytesIO(GOOD)
    with zipfile.ZipFile(data, "a") as archive:
        for number in range(300):
            archive.writestr(f"xl/x{number}.xml", "<a/>")

    assert "too many parts" in why_not(data.getvalue())


def test_one_cell_in_the_last_corner_takes_no_memory():
    sheet = part(GOOD, SHEET).replace(b'r="D2"', b'r="XFD1048576"')

    assert "more rows or columns" in why_not(with_part(GOOD, SHEET, sheet))


def test_entities_in_a_sheet_are_refused():
    sheet = part(GOOD, SHEET).replace(
        b"<worksheet", b'<!DOCTYPE x [<!ENTITY a "aaaa">]><worksheet', 1
    )

    assert "damaged" in why_not(with_part(GOOD, SHEET, sheet))


@pytest.mark.parametrize("place", range(0, 6000, 397))
def test_a_file_with_a_broken_byte_is_read_or_refused_in_words(place):
    data = bytearray(GOOD)
    data[place % len(data)] ^= 0xFF

    try:
        staff_of(bytes(data))
    except (Unreadable, KeyError):
        return


def test_too_many_rows_are_refused():
    lines = [ENGLISH_STAFF, *([ROW] * 20_001)]

    assert "20,000 rows" in why_not(csv_bytes(lines), "a.csv")


@pytest.mark.parametrize(
    ("encoding", "delimiter"), [("utf-8", ","), ("utf-8-sig", ";"), ("utf-16", "\t")]
)
def test_a_csv_is_read_as_excel_writes_it(encoding, delimiter):
    data = csv_bytes([ENGLISH_STAFF, ROW], encoding=encoding, by=delimiter)

    [row] = staff_of(data, "danh-sach.csv")

    assert row.get("name") == "Vũ Thị Mới"


def test_numbers_and_dates_are_marked_as_what_they_were():
    sheets = xlsx(staff=[["A", "a@example.vn", 109, "Reviewer"]])
    [row] = staff_of(sheets)
    assert (row.get("organization"), row.forms) == ("109", {"organization": "n"})

    [row] = staff_of(csv_bytes([ENGLISH_STAFF, ["A", "a@example.vn", "109", "Reviewer"]]), "a.csv")
    assert row.forms == {"organization": "n"}


def test_control_characters_and_long_cells_do_no_harm():
    [row] = staff_of(csv_bytes([ENGLISH_STAFF, ["A\tB\x07C\n\nD", "x" * 5000, "c", "r"]]), "a.csv")

    assert row.get("name") == "A B C D"
    assert len(row.get("email")) == 501
