"""What Excel and typists make of dates, numbers, names and words; and which column holds what."""

from datetime import date, time

import pytest

from recording.imports.questions import Survey
from recording.imports.reading import dates, numbers, words
from recording.imports.reading.dates import DateReading, Span, column_of
from recording.imports.reading.files import (
    Cell,
    FileForm,
    as_stored,
    form_of,
    in_parts,
    lines_of,
)
from recording.imports.reading.headings import MINISTRY_ORDER, header_of, mapping_of
from tests.organizations.sheets import book, csv_bytes, part, with_part
from vaxreg.spreadsheets.archive import Unreadable
from vaxreg.typed.dates import UnreadableDate

SPAN = Span(date(1960, 1, 1), date(2021, 12, 31))
LIFE = Span(date(1900, 1, 1), date(2021, 12, 31))
DMY, MDY = DateReading(), DateReading(order="mdy")


@pytest.mark.parametrize(
    ("text", "form", "how", "day"),
    [
        ("05/09/2021", "", DMY, "2021-09-05"),
        ("05/09/2021", "", MDY, "2021-05-09"),
        ("5-9-21", "", DMY, "2021-09-05"),
        ("5.9.2021", "", DMY, "2021-09-05"),
        ("2021-09-05", "", MDY, "2021-09-05"),
        ("05 tháng 9 năm 2021", "", DMY, "2021-09-05"),
        ("Sep 5, 2021", "", DMY, "2021-09-05"),
        ("05092021", "", DMY, "2021-09-05"),
        ("5092021", "n", DMY, "2021-09-05"),
        ("25/09/2021", "", MDY, "2021-09-25"),
        ("9/25/2021", "", DMY, "2021-09-25"),
        ("05/09/2021 08:30", "", DMY, "2021-09-05"),
        ("44444", "n", DMY, "2021-09-05"),
        ("44444.354166", "n", DMY, "2021-09-05"),
        ("44444", "", DMY, "2021-09-05"),
        ("42982", "n", DateReading(epoch="1904"), "2021-09-05"),
        ("2021-09-05 00:00", "d", DMY, "2021-09-05"),
        ("2021-09-05 00:00", "d", DateReading(is_swapped=True), "2021-05-09"),
        ("2021-09-25 00:00", "d", DateReading(is_swapped=True), "2021-09-25"),
    ],
)
def test_a_day_is_read_in_whatever_form_it_stands(text, form, how, day):
    assert dates.read(text, form, how, SPAN).isoformat() == day


@pytest.mark.parametrize("text", ["31/02/2021", "13/13/2021", "0", "abc", "2021-13-01", "1/2/3/4"])
def test_what_is_no_day_is_none(text):
    with pytest.raises(UnreadableDate):
        dates.read(text, "", DMY, SPAN)


@pytest.mark.parametrize("text", ["1950", "4/1950", "00/00/1950"])
def test_a_year_of_birth_alone_is_read(text):
    assert not dates.read(text, "", DMY, LIFE).is_whole


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("27/08/2021 08:30", time(8, 30)),
        ("8:05", time(8, 5)),
        ("2:15 PM", time(14, 15)),
        ("0.354166", time(8, 30)),
        ("27/08/2021", None),
        ("25:00", None),
    ],
)
def test_the_time_behind_a_day_is_read(text, found):
    assert dates.time_of(text) == found


@pytest.mark.parametrize(
    ("texts", "order"),
    [
        (["05/09/2021", "25/09/2021"], "dmy"),
        (["9/5/2021", "9/25/2021"], "mdy"),
        (["05/09/2021", "06/07/2021"], ""),
        (["25/09/2021", "9/25/2021", "05/09/2021"], ""),
        (["05/05/2021"], "dmy"),
        (["2021-09-05"], "dmy"),
        (["25/09/2021", "9/25/2021"], "dmy"),
    ],
)
def test_a_column_tells_which_of_day_and_month_comes_first(texts, order):
    assert column_of(map(Cell, texts)).order == order


@pytest.mark.parametrize(
    ("cells", "is_swapped"),
    [
        ([Cell("2021-05-09 00:00", "d"), Cell("25/09/2021")], True),
        ([Cell("2021-05-25 00:00", "d"), Cell("25/09/2021")], False),
        ([Cell("2021-05-09 00:00", "d")], False),
        ([Cell("05/09/2021"), Cell("25/09/2021")], False),
        ([Cell("2021-05-09 00:00", "d"), Cell("9/25/2021")], False),
    ],
)
def test_days_that_excel_took_for_months_are_suspected(cells, is_swapped):
    assert column_of(cells).may_be_swapped == is_swapped


@pytest.mark.parametrize(
    ("numbers_of_days", "epochs"),
    [
        (["44444"], ["1900"]),
        (["20900"], ["1904"]),
        (["20900", "44444"], []),
        (["42982"], ["1900", "1904"]),
        (["05/09/2021"], []),
    ],
)
def test_the_calendar_of_day_numbers_is_found_by_the_days_they_mean(numbers_of_days, epochs):
    assert column_of(map(Cell, numbers_of_days)).epochs(SPAN) == epochs


def test_a_column_of_numbers_that_fits_both_calendars_is_asked_about():
    survey, mapping = Survey(), {"born": 0, "given_on": 1}
    survey.add((2, [Cell("26000"), Cell("44300")]), mapping)
    asked = survey.questions(FileForm("csv", "utf-8-sig", ","), date(2026, 11, 30))

    assert [(one.name, one.choices) for one in asked] == [("epoch-given_on", ("1900", "1904"))]
    assert asked[0].samples == [["44300", "2021-04-14"], ["44300", "2025-04-15"]]
    assert survey.questions(FileForm("xlsx"), date(2026, 11, 30)) == []


@pytest.mark.parametrize(
    ("text", "number", "error", "warning"),
    [
        ("001171005566", "001171005566", "", ""),
        ("1171005566", "001171005566", "", "zeros"),
        ("79171005566", "079171005566", "", "zeros"),
        ("12345678", "012345678", "", "zeros"),
        ("001 171 005 566", "001171005566", "", ""),
        ("'001171005566", "001171005566", "", ""),
        ("123456789", "123456789", "", ""),
        ("b1234567", "B1234567", "", ""),
        ("171005566.0", "171005566", "", ""),
        ("1.17101E+11", "", "rounded", ""),
        ("1,17E11", "", "rounded", ""),
        ("1234567", "", "no_number", ""),
        ("không có", "", "no_number", ""),
        ("", "", "", ""),
    ],
)
def test_an_id_number_gets_its_zeros_back_or_is_refused(text, number, error, warning):
    found = numbers.read_id_number(text)

    assert (found.number, found.error, found.warning) == (number, error, warning)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("905111222", "+84905111222"),
        ("0905 111 222", "+84905111222"),
        ("84905111222", "+84905111222"),
        ("01655123456", "+84355123456"),
        ("905111222.0", "+84905111222"),
        ("12", ""),
    ],
)
def test_a_phone_number_gets_its_zero_back(text, number):
    assert numbers.read_phone(text).number == number


@pytest.mark.parametrize(
    ("number", "year", "sex", "fits"),
    [
        ("001171005566", 1971, "female", True),
        ("001171005566", 1972, "female", False),
        ("001171005566", 1971, "male", False),
        ("001171005566", 1971, "unknown", True),
        ("001210005566", 2010, "male", True),
        ("123456789", 1971, "male", True),
    ],
)
def test_a_number_tells_year_and_sex(number, year, sex, fits):
    assert numbers.fits(number, year=year, sex=sex) == fits


@pytest.mark.parametrize(
    ("text", "position"),
    [
        ("1", "primary-1"),
        ("02", "primary-2"),
        ("3.0", "primary-3"),
        ("Mũi 2", "primary-2"),
        ("mũi số 1", "primary-1"),
        ("Liều cơ bản 3", "primary-3"),
        ("Lần 2", "primary-2"),
        ("Nhắc lại", "booster-1"),
        ("Mũi nhắc lại 2", "booster-2"),
        ("Tiêm nhắc lại lần 1", "booster-1"),
        ("Bổ sung", "additional-1"),
        ("mũi bổ sung", "additional-1"),
        ("Booster 3", "booster-3"),
        ("4", None),
        ("?", None),
    ],
)
def test_the_number_of_a_dose_is_read_as_sites_write_it(text, position):
    assert words.position_of(text) == position


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("AstraZeneca", "AZ"),
        ("Vắc xin AstraZeneca", "AZ"),
        ("COVID-19 Vaccine AstraZeneca", "AZ"),
        ("Pfizer-BioNTech", "PF"),
        ("comirnaty (pfizer)", "PF"),
        ("Spikevax", "MD"),
        ("VERO CELL", "VC"),
        ("az", "AZ"),
        ("AstraZeneca/Pfizer", None),
        ("Panadol", None),
    ],
)
def test_a_vaccine_is_known_by_the_names_that_sites_use(text, code):
    known = {
        name: key for key, names in words.OTHER_NAMES.items() for name in (*names, key.lower())
    }

    assert words.vaccine_of(text, known) == code


@pytest.mark.parametrize(
    "header",
    [
        ["STT", "Họ và tên", "Ngày sinh", "Vắc xin", "Mũi", "Ngày tiêm"],
        ["Ngày tiêm", "Mũi số", "Họ tên *", "Tên vắc xin:", "Năm sinh"],
        ["FULL NAME", "date of birth", "Vaccine", "Dose", "Given on"],
        ["Hä vµ tªn", "Ngµy sinh", "V¾c xin", "Mòi sè", "Ngµy tiªm"],
    ],
)
def test_headers_are_found_in_any_order_language_and_font(header):
    found = header_of([(1, [Cell("Danh sách tháng 8")]), (3, [Cell(one) for one in header])])

    assert (found.line, found.missing) == (3, [])


def test_a_file_without_headers_is_taken_in_the_ministrys_order():
    found = header_of([(1, [Cell(str(at)) for at in range(len(MINISTRY_ORDER))])])

    assert found.line == 0
    assert found.mapping == {name: at for at, name in enumerate(MINISTRY_ORDER) if name}
    assert header_of([(1, [Cell("a"), Cell("b")])]).missing


def test_two_columns_of_one_name_are_not_taken_both():
    assert mapping_of(["Ngày tiêm", "Ngày tiêm"]) == {"given_on": 0}


def read(data: bytes, name: str) -> list[tuple[int, list[str]]]:
    form = form_of(name, in_parts([data]))
    return [
        (number, [cell.text for cell in cells])
        for number, cells in lines_of(form, as_stored(form, in_parts([data])))
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("by", [",", ";", "\t"])
def test_csv_is_read_in_every_form_that_excel_writes(encoding, by):
    data = csv_bytes(
        [["Họ và tên", "Số"], ["Lê Hà", '="001"'], [], ["a\nb", "2"]], encoding=encoding, by=by
    )

    assert read(data, "a.csv") == [
        (1, ["Họ và tên", "Số"]),
        (2, ["Lê Hà", "001"]),
        (4, ["a\nb", "2"]),
    ]


def test_the_cells_of_a_workbook_keep_what_excel_made_of_them():
    data = book({"A": [["Họ", "Số"], ["Lê", 1171005566], ["", ""], ["x", 44444.5]]})
    form = form_of("a.xlsx", [data])

    assert list(lines_of(form, as_stored(form, [data]))) == [
        (1, [Cell("Họ"), Cell("Số")]),
        (2, [Cell("Lê"), Cell("1171005566", "n")]),
        (4, [Cell("x"), Cell("44444.5", "n")]),
    ]


def test_a_file_in_an_old_font_is_read_letter_by_letter():
    data = "Hä vµ tªn,Sè\nNguyÔn V¨n A,1\n".encode("latin-1")

    assert read(data, "a.csv")[1] == (2, ["NguyÔn V¨n A", "1"])


def test_a_workbook_says_from_when_its_days_count():
    data = book({"A": [["a", 44444]]})
    workbook = part(data, "xl/workbook.xml").replace(b"<workbookPr", b'<workbookPr date1904="1"')

    assert not form_of("a.xlsx", [data]).is_from_1904
    assert form_of("a.xlsx", [with_part(data, "xl/workbook.xml", workbook)]).is_from_1904


def test_a_bomb_a_macro_and_a_formula_are_refused():
    data = book({"A": [["a", "b"]]})
    bomb = with_part(data, "xl/worksheets/sheet1.xml", b"<x>" + b" " * 70_000_000 + b"</x>")

    for bad in (bomb, with_part(data, "xl/vbaProject.bin", b""), book({"A": [["a", "=1+1"]]})):
        with pytest.raises(Unreadable):
            form_of("a.xlsx", list(in_parts([bad])))


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"", "a.csv"),
        (b"%PDF-1.7", "a.pdf"),
        (b"\xd0\xcf\x11\xe0old", "a.xls"),
        (b"PK\x03\x04broken", "a.xlsx"),
        (b"a,b\n\0,2\n", "a.csv"),
        ("Họ,tên\n".encode("cp1258", "replace") + b"\xff\xd3\xc3x", "a.csv"),
    ],
)
def test_a_file_that_is_none_is_refused(data, name):
    with pytest.raises(Unreadable):
        read(data, name)
