"""The doses in what Tesseract read off papers, with the mistakes that it makes."""

import csv
from datetime import date

import pytest

from corrections.photos.paper_text import DoseRead, doses_on
from doses.vaccines import FOLDER

with (FOLDER / "vaccines.csv").open(encoding="utf-8") as table:
    NAMES = {row["code"]: row["name"] for row in csv.DictReader(table) if row["group"] == "covid19"}


def read(*readings: str) -> dict[int, DoseRead]:
    """Return the doses of these readings; of a single one, as if it had come out twice."""
    lines = [text.splitlines() for text in readings]
    return doses_on(
        lines * 2 if len(lines) == 1 else lines,
        vaccines=NAMES,
        earliest=date(2021, 3, 8),
        latest=date(2022, 12, 31),
    )


HEAD = """CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
GIẤY XÁC NHẬN ĐÃ TIÊM VẮC XIN COVID-19
Họ và tên: Nguyễn Thị Lan
Ngày sinh: 27/03/1988
Số CCCD/CMT: 001188012345
Đã được tiêm phòng vắc xin COVID-19:
"""

ONE = {
    "as printed": (
        "Mũi 1: AstraZeneca (Vaxzevria) Ngày: 20/10/2021\nNơi tiêm: Trạm Y tế Số lô: ABV5811",
        DoseRead("AZ", "ABV5811", "2021-10-20"),
    ),
    "round letters for each other, lines of the frame": (
        "| Mùi 1: AstrgZenecd (Voxzevriq) Ngòy: 20/10/2021 |\nNơi tiêm: Trạm Số lô: NCE0075 ị",
        DoseRead("AZ", "NCE0075", "2021-10-20"),
    ),
    "O and I for digits": (
        "Mũi !: Comirnaty (Pfizer- BioNTech) Ngày: 3O/1 2/202ï\nNơi tiêm Số lô FK44I9",
        DoseRead("PF", "FK4419", "2021-12-30"),
    ),
    "a number read as a letter": (
        "Mũi I: Vero Cell (Sinophorm) Ngày: 30/10/2021\nSố lô: 2O21O5B17OO",
        DoseRead("VC", "202105B1700", "2021-10-30"),
    ),
    "letters of a lot that are none of its digits": (
        "Mũi l: Sputnik V Ngày: 30/10/2021\nSố lô: II-160321",
        DoseRead("SV", "II-160321", "2021-10-30"),
    ),
    "a label that ran together": (
        "Mũi 1: Spikevax (Moderna) Ngày: 05/09/2021\nNơi tiêm: Trạm Y tế Sốlô 017G21A",
        DoseRead("MD", "017G21A", "2021-09-05"),
    ),
    "a label taken for digits": (
        "Mũi 1: Janssen (Jcovden) Ngày: 05.09.2021\nNơi tiêm _ S616 XE423",
        DoseRead("JS", "XE423", "2021-09-05"),
    ),
    "a heading that ran together": (
        "Mũi1: Covaxin Ngày: 05/11/2021",
        DoseRead("CV", "", "2021-11-05"),
    ),
    "a longer heading": (
        "MŨI TIÊM THỨ 1 Covaxin Ngày: 05-11-2021",
        DoseRead("CV", "", "2021-11-05"),
    ),
    "in running words": (
        "Mũi 1: Ngày 05 tháng 08 năm 2021. Loại vắc xin: Hayat-Vax\n"
        "Số lô: HV89377. Đơn vị tiêm chủng: Trạm Y tế Phường Bưởi",
        DoseRead("HV", "HV89377", "2021-08-05"),
    ),
    "without a lot, as the form of 2021": (
        "Mũi 1: Abdola Ngày: 05/11/2021\nNơi tiêm: Trạm Y tế Xã Tả Van",
        DoseRead("AB", "", "2021-11-05"),
    ),
    "a lot with a stroke": (
        "Mũi 1: Abdala Ngày: 05/11/2021\nSố lô: 1028L/1",
        DoseRead("AB", "1028L/1", "2021-11-05"),
    ),
    "a first digit read as a mark": (
        "Mũi 1: Abdala Ngày: 05/11/2021\nSố lô !026L/8",
        DoseRead("AB", "", "2021-11-05"),
    ),
    "a one before a stroke, which may be an L": (
        "Mũi 1: Abdala Ngày: 05/11/2021\nSố lô: 10281/1",
        DoseRead("AB", "", "2021-11-05"),
    ),
    "letters of a lot beside a word, like a name together": (
        "Mũi 1: Sputnik V Ngày: 05/11/2021\nSố lô: CV27392. Đơn vị: Trạm Y tế Xã Tả Van",
        DoseRead("SV", "CV27392", "2021-11-05"),
    ),
    "the stamp torn into the lot": (
        "Mũi 1: Sputnik V Ngày: 05/11/2021\nSố lô: SV893 77",
        DoseRead("SV", "", "2021-11-05"),
    ),
    "a lot cut by the stamp": (
        "Mũi 1: Abdala Ngày: 05/11/2021\nSố lô: 10284.ƒ/?",
        DoseRead("AB", "", "2021-11-05"),
    ),
    "marks for letters of a lot": (
        "Mũi 1: Covaxin Ngày: 05/11/2021\nSố lô: NC£0073",
        DoseRead("CV", "", "2021-11-05"),
    ),
    "a day that is none": (
        "Mũi 1: Covishield Ngày: 31/11/2021\nSố lô: 4120Z001",
        DoseRead("CS", "4120Z001", ""),
    ),
    "a day before the first dose in the country": (
        "Mũi 1: Covaxin Ngày: 05/01/2021",
        DoseRead("CV", "", ""),
    ),
    "a day that is not over": ("Mũi 1: Covaxin Ngày: 05/01/2023", DoseRead("CV", "", "")),
    "a year with a wrong digit": ("Mũi 1: Covaxin Ngày: 05/11/2821", DoseRead("CV", "", "")),
    "two vaccines in a line": (
        "Mũi 1: Pfizer Moderna Ngày: 05/11/2021",
        DoseRead("", "", "2021-11-05"),
    ),
}


@pytest.mark.parametrize("case", ONE)
def test_a_dose_is_read_with_what_is_sure(case: str):
    text, expected = ONE[case]

    assert read(HEAD + text) == {1: expected}


TWO = """Mũi 1: AstraZeneca (Vaxzevria) Ngày: 05/08/2021
Nơi tiêm: Trạm Y tế Phường Bưởi Số lô: ABV5811
Mũi 2: Comirnaty (Pfizer-BioNTech) Ngày: 30/12/2021
Nơi tiêm: Trạm Y tế Phường Bưởi Số lô: FK4439
Trạm Y tế
Phường Bưởi
"""
FIRST = DoseRead("AZ", "ABV5811", "2021-08-05")
SECOND = DoseRead("PF", "FK4439", "2021-12-30")


def test_each_dose_of_a_paper_has_its_own_lines():
    assert read(HEAD + TWO) == {1: FIRST, 2: SECOND}


@pytest.mark.parametrize(
    "lost",
    ["Mũi 2: ", "Mũi 2", "2: "],
    ids=["the heading", "the heading but a colon", "the number"],
)
def test_a_dose_whose_heading_was_lost_is_not_taken_for_the_one_before(lost: str):
    assert read(HEAD + TWO.replace(lost, "", 1)) == {1: FIRST}


@pytest.mark.parametrize("lost", ["ABV5811", "05/08/2021", "AstraZeneca (Vaxzevria)"])
def test_what_was_lost_is_not_filled_from_the_next_dose(lost: str):
    text = HEAD + TWO.replace(lost, "~", 1).replace("Mũi 2: ", "~")

    assert set(read(text)[1]) <= {"", *FIRST}


def test_a_number_that_stands_twice_says_nothing():
    assert read(HEAD + TWO.replace("Mũi 2", "Mũi 1")) == {}


@pytest.mark.parametrize("text", ["", HEAD, "CĂN CƯỚC CÔNG DÂN\nSố: 001188012345\n27/03/1988"])
def test_a_page_without_doses_says_nothing(text: str):
    assert read(text) == {}


MUI = "Mũi 1: Comirnaty Ngày: 30/12/2021\nSố lô: {}"
VOTES = {
    "two of three": (["FK4439", "FK4459", "FK4439"], "FK4439"),
    "two of four, the others apart": (["FK4439", "FK4459", "FK4439", "FK4429"], "FK4439"),
    "one reading alone": (["FK4439"], ""),
    "all apart": (["FK4439", "FK4459", "FK4429"], ""),
    "two against two": (["FK4439", "FK4459", "FK4439", "FK4459"], ""),
    "one, where the others read none": (["FK4439", "~", "~"], ""),
}


@pytest.mark.parametrize("case", VOTES)
def test_a_value_counts_only_where_two_readings_agree(case: str):
    lots, expected = VOTES[case]

    found = read(*(MUI.format(lot) for lot in lots), *[""] * (len(lots) == 1))

    assert found.get(1, DoseRead("", "", "")).lot == expected
