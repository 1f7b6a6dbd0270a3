"""Excel and CSV files: what is written is read back as it was meant, and nothing in them runs."""

import csv
import io
import zipfile
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.http import HttpResponseBase
from django.utils import translation
from openpyxl import Workbook, load_workbook
from openpyxl.utils.escape import unescape

from vaxreg.spreadsheets import writing
from vaxreg.spreadsheets.writing import PERCENT, Cell, Sheet, SheetColumn

# An answer that is closed looks whether the connection to the database should be, too.
pytestmark = pytest.mark.django_db

COMMANDS = ["=1+1", "+1+1", "-1+1", "@SUM(A1)", "=cmd|' /C calc'!A0", '=HYPERLINK("http://x")']
IN_DISGUISE = ["\t=1+1", "\r=1+1", "\n=1+1", " =1+1", "\uff1d1+1", "\u00a0@SUM(A1)"]
# The first letters that open a formula, each also behind what a reader does not see.
SEEDS = [*COMMANDS, *IN_DISGUISE]
LOOKS_LIKE_SOMETHING_ELSE = [
    "http://example.com",
    "mailto:a@example.com",
    "internal:Sheet1!A1",
    "0123",
    "1e5",
    "21/4",
    "TRUE",
    "{=1+1}",
    "<r><t>x</t></r>",
    '<r></r></is></c><c r="A9" t="str"><f>1+1</f></c><c t="inlineStr"><is><r></r>',
    "_x0041_",
    "\x00\x07\ud800",
    "Trạm Y tế Phường Bưởi 😷",
]


def bytes_of(response: HttpResponseBase) -> bytes:
    content = b"".join(response.streaming_content)
    response.close()
    return content


def opened(*sheets: Sheet) -> Workbook:
    return load_workbook(io.BytesIO(bytes_of(writing.xlsx_file("report", sheets))))


def written(rows: Sequence[Sequence[Cell]], *header: SheetColumn | str) -> Any:
    """Return the one sheet of a file with these rows."""
    return opened(Sheet("Report", header or ("A",), rows)).active


@pytest.mark.parametrize("text", [*SEEDS, *LOOKS_LIKE_SOMETHING_ELSE])
def test_a_text_in_an_excel_file_is_a_text(text: str):
    sheet = written([[text]], SheetColumn(text))

    heading, cell = sheet["A1"], sheet["A2"]
    assert (heading.data_type, cell.data_type) in {("s", "s"), ("n", "n")}
    for found in (heading, cell):
        assert unescape(found.value or "").strip() == writing.in_one_line(text)
    assert sheet.max_row == 2
    assert cell.hyperlink is None


@pytest.mark.parametrize("text", SEEDS)
def test_a_text_in_a_csv_file_does_not_begin_as_a_formula_does(text: str):
    content = writing.csv_file("report", [text], [[text]]).content.decode()

    rows = list(csv.reader(io.StringIO(content.removeprefix(writing.BYTE_ORDER_MARK))))
    assert rows == [[f"'{writing.in_one_line(text)}"]] * 2


def test_an_excel_file_holds_no_formula_no_link_and_no_macro():
    rows = [[text] for text in (*SEEDS, *LOOKS_LIKE_SOMETHING_ELSE)]

    file = bytes_of(writing.xlsx_file("report", [Sheet("=1+1", ["A"], rows)]))

    with zipfile.ZipFile(io.BytesIO(file)) as parts:
        assert not [name for name in parts.namelist() if "vba" in name or "external" in name]
        sheet = parts.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet
    assert "<hyperlink" not in sheet


def test_numbers_are_numbers_with_a_format():
    sheet = written(
        [[1234, 21.44, 0.8451, None]], "Count", "Hours", SheetColumn("Share", PERCENT), "N"
    )

    assert [cell.data_type for cell in sheet[2][:3]] == ["n", "n", "n"]
    assert [cell.value for cell in sheet[2]] == [1234, 21.44, 0.8451, None]
    assert [cell.number_format for cell in sheet[2][:3]] == ["#,##0", "#,##0.0", "0.0%"]


def test_moments_and_days_are_dates_as_the_clock_in_viet_nam_shows_them():
    moment = datetime(2026, 11, 22, 18, 30, tzinfo=UTC)

    sheet = written([[moment, date(2026, 11, 22)]], "Due", "Day")

    due, day = sheet[2]
    assert due.is_date
    assert day.is_date
    assert due.value == datetime(2026, 11, 23, 1, 30)  # noqa: DTZ001 a cell knows no zone
    assert day.value == datetime(2026, 11, 22)  # noqa: DTZ001
    assert (due.number_format, day.number_format) == ("dd/mm/yyyy hh:mm", "dd/mm/yyyy")


def test_a_day_before_excels_calendar_is_a_text():
    sheet = written([[date(1899, 12, 30)]])

    assert (sheet["A2"].data_type, sheet["A2"].value) == ("s", "30/12/1899")


def test_the_heading_stays_in_sight_filters_and_is_repeated_on_paper():
    sheet = written([[1, 2], [3, 4]], "A", "B")

    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == "A1:B3"
    assert sheet.print_title_rows == "$1:$1"
    assert sheet.page_setup.orientation == "landscape"
    assert sheet.page_setup.fitToHeight == 0


def test_columns_are_as_wide_as_what_they_show():
    name = "Trung tâm Y tế quận Tây Hồ"

    sheet = written([[1, name, "x" * 500]], "N", "Site", "Note")

    assert sheet.column_dimensions["B"].width >= len(name)
    assert sheet.column_dimensions["A"].width < 12
    assert sheet.column_dimensions["C"].width < 65


def test_a_table_without_rows_shows_its_heading():
    sheet = written([], "Site", "Overdue")

    assert [cell.value for cell in sheet[1]] == ["Site", "Overdue"]
    assert sheet.auto_filter.ref == "A1:B1"


def test_rows_that_do_not_fit_their_heading_are_refused():
    with pytest.raises(ValueError, match="zip"):
        writing.xlsx_file("report", [Sheet("Report", ["A"], [[1, 2]])])


def test_a_table_longer_than_a_sheet_goes_on_in_the_next(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(writing, "MOST_ROWS", 2)

    book = opened(Sheet("Cases", ["N"], ([number] for number in range(5))))

    assert book.sheetnames == ["Cases", "Cases (2)", "Cases (3)"]
    assert [[row[0].value for row in sheet] for sheet in book] == [
        ["N", 0, 1],
        ["N", 2, 3],
        ["N", 4],
    ]


def test_a_text_longer_than_a_cell_is_cut():
    sheet = written([["x" * 40_000]])

    assert len(sheet["A2"].value) == writing.MOST_CHARACTERS


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Quá hạn", "Quá hạn"),
        ("a[b]c:d*e?f/g\\h", "a b c d e f g h"),
        ("'quoted'", "quoted"),
        ("Trung tâm Y tế quận Hai Bà Trưng, Hà Nội", "Trung tâm Y tế quận Hai Bà Trưn"),
        ("😷" * 20, "😷" * 15),
        ("History", "History (2)"),
        ("A\tB\nC", "A B C"),
    ],
)
def test_a_sheet_has_a_name_that_excel_accepts(title: str, name: str):
    assert opened(Sheet(title, ["A"], [])).sheetnames == [name]


def test_a_sheet_without_a_title_has_a_name_in_the_readers_language():
    with translation.override("vi"):
        vietnamese = opened(Sheet("?", ["A"], []), Sheet("*", ["A"], [])).sheetnames

    assert vietnamese == ["Bảng", "Bảng (2)"]


def test_sheets_of_one_title_have_different_names():
    long = "x" * 40

    names = opened(
        *(Sheet(title, ["A"], []) for title in ("Sites", "sites", long, long))
    ).sheetnames

    assert names == ["Sites", "sites (2)", "x" * 31, "x" * 27 + " (2)"]


def test_the_file_says_what_it_is_and_how_it_is_called():
    response = writing.xlsx_file("overdue-2026-11-22", [Sheet("Report", ["A"], [])])

    assert response["Content-Type"] == writing.XLSX_TYPE
    assert response["Content-Disposition"] == 'attachment; filename="overdue-2026-11-22.xlsx"'
    response.close()


def test_a_csv_file_has_the_decimal_sign_and_the_percentages_of_its_reader():
    header = ["Hours", SheetColumn("Share", PERCENT), "Day"]

    with translation.override("vi"):
        file = writing.csv_file("report", header, [[21.44, 0.8451, date(2026, 11, 22)]])

    assert file.content.decode().splitlines()[1] == '"21,4","84,5%",2026-11-22'
