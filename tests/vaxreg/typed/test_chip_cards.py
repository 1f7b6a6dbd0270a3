"""The QR code of the chip card: what it says, and in which words it is told what it lacks."""

import unicodedata
from datetime import date

import pytest
from django.utils.translation import override

from vaxreg.typed.birth_dates import BirthDate
from vaxreg.typed.chip_cards import ChipCard, NotAChipCard, read

WHOLE = "001188012345|012345678|Nguyễn Thị Lan|27031988|Nữ|Ngõ 12, Phường Bưởi, Hà Nội|15042021"


@pytest.fixture(autouse=True)
def english():
    with override("en"):
        yield


def test_a_whole_code_says_everything_and_needs_no_remark():
    assert read(WHOLE) == ChipCard(
        number="001188012345",
        old_number="012345678",
        full_name="Nguyễn Thị Lan",
        born=BirthDate(date(1988, 3, 27)),
        sex="female",
        address="Ngõ 12, Phường Bưởi, Hà Nội",
        issued_on=date(2021, 4, 15),
        remarks=[],
    )


@pytest.mark.parametrize(
    ("typed", "old"),
    [
        (WHOLE, "012345678"),
        (WHOLE.replace("|012345678|", "||"), ""),
        (WHOLE + "\n", "012345678"),
        ("  " + WHOLE.replace("|", " | "), "012345678"),
        (WHOLE.replace("|", "\uff5c"), "012345678"),
        (WHOLE + "|", "012345678"),
        (unicodedata.normalize("NFD", WHOLE), "012345678"),
        ("\ufeff" + WHOLE, "012345678"),
    ],
)
def test_what_scanners_and_keyboards_make_of_it_is_read_alike(typed, old):
    card = read(typed)

    assert (card.number, card.old_number, card.full_name) == ("001188012345", old, "Nguyễn Thị Lan")
    assert card.remarks == []


@pytest.mark.parametrize(
    ("born", "known"),
    [
        ("27031988", "1988-03-27"),
        ("1950", "1950"),
        ("00001950", "1950"),
        ("00041950", "1950-04"),
        ("29022000", "2000-02-29"),
    ],
)
def test_a_date_of_birth_is_read_as_far_as_it_is_known(born, known):
    assert read(WHOLE.replace("27031988", born)).born == BirthDate.fromisoformat(known)


@pytest.mark.parametrize(
    "born", ["31021988", "12", "29021999", "27001988", "27/03/1988", "abcdefgh"]
)
def test_an_impossible_date_of_birth_is_left_to_be_typed(born):
    card = read(WHOLE.replace("27031988", born))

    assert card.born is None
    assert card.remarks == [
        "The date of birth on the code cannot be read. Type it if it is asked for."
    ]


@pytest.mark.parametrize(
    ("name", "read_as"),
    [
        ("NGUYỄN THỊ LAN", "Nguyễn Thị Lan"),
        ("Nguyễn Thị Lan", "Nguyễn Thị Lan"),
        ("K'Nam", "K'Nam"),
        ("Y", "Y"),
        ("ĐỖ  HỒNG ĐỨC", "Đỗ Hồng Đức"),
    ],
)
def test_a_name_in_capitals_is_written_as_people_write_it(name, read_as):
    assert read(WHOLE.replace("Nguyễn Thị Lan", name)).full_name == read_as


@pytest.mark.parametrize(
    ("text", "remark"),
    [
        (WHOLE + "|Nguyễn Văn A|Trần Thị B", "The code holds 2 more fields, which are not used."),
        (WHOLE + "|001", "The code holds 1 more field, which is not used."),
        (WHOLE.rsplit("|", 1)[0], "The code ends early. Missing: day of issue."),
        (WHOLE.rsplit("|", 3)[0], "The code ends early. Missing: sex, address, day of issue."),
        (
            WHOLE.replace("012345678", "01234"),
            "The old number on the code cannot be read. Type it if it is asked for.",
        ),
        (
            WHOLE.replace("Nữ", "X"),
            "The sex on the code cannot be read. Type it if it is asked for.",
        ),
    ],
)
def test_extra_missing_and_unreadable_fields_are_told_in_words(text, remark):
    assert read(text).remarks == [remark]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "Type, paste or photograph"),
        (" \n", "Type, paste or photograph"),
        ("https://example.vn/abc", "leads to a web page"),
        ("******012345|NGUYEN THI LAN|****-**-1988|0|QID|", "hides the number"),
        ("001188012345|NGUYEN THI LAN|1988-03-27|0||<2<<<", "which anybody can write"),
        ("GD4010012345678|4e6775|01/01/1990|1", "health insurance card"),
        ("0123456789|4e6775|01/01/1990|1", "health insurance card"),
        ("012345678|Nguyễn Thị Lan|27031988", "begins with 12 digits"),
        ("xin chào", "begins with 12 digits"),
        ("001188012345", "not whole"),
        ("001188012345|012345678", "not whole"),
        ("001188012345|||27031988|Nữ", "not whole"),
    ],
)
def test_another_code_is_named_and_refused(text, words):
    with pytest.raises(NotAChipCard, match=words):
        read(text)


def test_a_very_long_text_is_cut_and_costs_nothing():
    assert read(WHOLE + "|x" * 100_000).number == "001188012345"
