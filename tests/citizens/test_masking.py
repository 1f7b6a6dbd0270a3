"""What those see who need not see all."""

import unicodedata
from datetime import date

import pytest

from citizens.masking import (
    cut_numbers,
    mask_date_of_birth,
    mask_id,
    mask_name,
    mask_own_name,
    mask_phone,
)

NUMBERS = [
    *("0912360009", "0912 360 009", "0912 - 360 - 009", "(091) 236 0009", "0912.360.009"),
    *("0912–360–009", "0912\u2011360\u2011009", "0912\u00a0360\u00a0009", "0912\n360\n009"),
    *("\uff10\uff19\uff11\uff12\uff13\uff16\uff10\uff10\uff10\uff19", "0912\u200b360\u200b009"),
    *(
        "+84912360009",
        "+84 (0) 912 360 009",
        "0084 912 360 009",
        "84.912.360.009",
        "(+84) 91 2360009",
    ),
    *("0 9 1 2 3 6 0 0 9", "09 12 36 00 09", "0912/360/009", "0912,360,009", "[0912] 360 009"),
    *("001188012345", "0011 8801 2345", "001-188-012345", "012345678", "123 456 789"),
    *("024 3825 2000", "091-12-03-1999", "0912.12.12.2021", "0912 . 360 . 009", "GD4790012345678"),
    "không chín một hai ba sáu không không không chín",
    "khong chin, mot hai ba sau khong khong chin",
]
NO_NUMBERS = [
    *(
        "15/09/2021",
        "15.09.2021 16.09.2021",
        "15-09-2021 - 16-10-2021",
        "15 / 9 / 2021",
        "27.3.1990",
    ),
    *("2021-09-15 08:30", "15/9, 16/10, 17/11", "15/9 16/10 17/11 18/12", "15.09.2021-16.09.2021"),
    *("FF2589", "FF2589, FH0312 15/09/2021", "lô EW0182 ngày 15/9/2021", "B202106023", "4100001A"),
    *("lô 202106023", "số lô: 2021070123", "1.200.000.000 đ", "150.000.000 đồng", "1,500,000,000"),
    *("2021 2022 2023", "48 giờ", "VR-7K3M-9QXD", "1900 9095", "mũi 12, 13, 14, 15, 16"),
    *("năm nay hai ba lần", "Nghị định 13/2023/NĐ-CP"),
]
LAN = "Nguyễn Thị Lan"


@pytest.mark.parametrize(
    ("number", "masked"),
    [
        ("001090123456", "******123456"),
        ("012345678", "******678"),
        ("C1234567", "******67"),
        ("B12345", "****45"),
        ("", ""),
        (None, ""),
    ],
)
def test_the_first_six_characters_of_an_id_number_are_hidden(number, masked):
    assert mask_id(number) == masked


@pytest.mark.parametrize(
    ("phone", "masked"),
    [("+84912345678", "091****678"), ("+4915112345678", "+49********678"), ("", ""), (None, "")],
)
def test_the_middle_of_a_phone_number_is_hidden(phone, masked):
    assert mask_phone(phone) == masked


@pytest.mark.parametrize(
    ("name", "masked"), [("Nguyễn Thị Lan", "N. T. Lan"), ("Lan", "Lan"), ("", "")]
)
def test_of_a_name_the_given_name_stays(name, masked):
    assert mask_name(name) == masked


def test_of_a_date_of_birth_the_year_stays():
    assert mask_date_of_birth(date(1988, 3, 27)) == "**/**/1988"


@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_a_phone_or_id_number_is_cut_however_it_is_spelt(number, form):
    said = unicodedata.normalize(form, f"Xin gọi {number} nhé")

    shown = unicodedata.normalize("NFC", cut_numbers(said))

    assert shown in {"Xin gọi … nhé", "Xin gọi GD… nhé"}


@pytest.mark.parametrize("text", NO_NUMBERS)
@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_dates_lots_and_amounts_stay(text, form):
    said = unicodedata.normalize(form, f"Tiêm {text} xong")

    assert cut_numbers(said) == said


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("0912 360 009 ngày 15/09/2021", "… ngày 15/09/2021"),
        ("15/09/2021 0912360009", "15/09/2021 …"),
        ("0912 345 678, 0987 654 321", "…, …"),
        ("(0912360009)", "(…)"),
        ("SĐT:0912.360.009.", "SĐT:…."),
        ("DT912345678", "DT…"),
        ("lô 0912345678", "lô …"),
        ("hộ chiếu số C1234567, lô C1234567", "hộ chiếu số …, lô C1234567"),
    ],
)
def test_only_the_number_is_cut(said, shown):
    assert cut_numbers(said) == shown


@pytest.mark.parametrize(
    "spelt",
    [
        *(LAN, "NGUYỄN THỊ LAN", "nguyễn thị lan", "nguyen thi lan", "NGUYEN THI LAN"),
        *("Nguyên Thi Lan", "Nguyển Thị Lan", "Lan Nguyễn Thị", "Lan, Nguyen Thi"),
        *("Thị Lan Nguyễn", "Nguyễn\nThị\nLan", "Nguyễn  Thị\u00a0Lan", "Nguyễn-Thị-Lan"),
        *(
            "Nguyễn.Thị.Lan",
            "Ngu\u200byễn Thị Lan",
            "Nguyễn T. Lan",
            "NguyenThiLan",
            "lannguyenthi",
        ),
    ],
)
@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_the_own_name_is_masked_however_it_is_spelt(spelt, form):
    said = unicodedata.normalize(form, f"Chào chị {spelt}, mời chị")

    shown = unicodedata.normalize("NFC", mask_own_name(said, LAN))

    assert shown == "Chào chị N. T. Lan, mời chị"


@pytest.mark.parametrize("spelt", ["Nguyễn Lan", "LAN NGUYỄN", "nguyen lan"])
def test_family_and_given_name_are_masked_without_the_middle_name(spelt):
    assert mask_own_name(f"chị {spelt} ạ", LAN) == "chị N. Lan ạ"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("chị Lan", LAN),
        ("N. T. Lan", LAN),
        ("Nguyễn Thị Hoa", LAN),
        ("Trạm Nguyễn Trãi", LAN),
        ("gặp Lan. Nguyễn Văn Hoa", LAN),
        ("tư vấn an toàn", "Trần Văn An"),
        ("tỷ lệ an toàn", "Lê An"),
        ("Lan", "Lan"),
    ],
)
def test_other_words_are_not_taken_for_the_name(text, name):
    assert mask_own_name(text, name) == text


def test_a_decomposed_name_is_masked_with_its_marks():
    assert mask_name(unicodedata.normalize("NFD", "Ấu Thị Lan")) == "Ấ. T. Lan"
