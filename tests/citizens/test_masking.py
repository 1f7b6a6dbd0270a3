"""What those see who need not see all."""

from datetime import date

import pytest

from citizens.masking import mask_date_of_birth, mask_id, mask_name, mask_phone


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
