"""Fields read what people write, and say exactly what is wrong."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from vaxreg.forms import CodeField, DateField, IdNumberField, PhoneField


def complaint(field, value):
    """Return the words of the error that a field raises for a value."""
    with pytest.raises(ValidationError) as raised:
        field.clean(value)
    return " ".join(raised.value.messages)


@pytest.mark.parametrize(
    "typed",
    [
        "27/3/2022",
        "27/03/2022",
        "27-03-2022",
        "27.03.2022",
        "27032022",
        "2022-03-27",
        " 27 3 2022 ",
    ],
)
def test_a_date_is_read_in_every_usual_spelling(typed):
    assert DateField().clean(typed) == dt.date(2022, 3, 27)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", "Hãy nhập ngày"),
        ("hôm qua", "ngày/tháng/năm"),
        ("27/3/22", "bốn chữ số của năm"),
        ("3/27/2022", "ngày trước, tháng sau"),
        ("31/2/2022", "Tháng 02/2022 không có ngày 31"),
        ("1/1/1899", "01/01/1900"),
        ("0/3/2022", "không có ngày 0"),
    ],
)
def test_each_wrong_date_has_its_own_sentence(typed, words):
    assert words in complaint(DateField(), typed)


def test_a_dose_cannot_have_been_given_tomorrow():
    tomorrow = timezone.localdate() + dt.timedelta(days=1)

    assert "tương lai" in complaint(DateField(past_only=True), f"{tomorrow:%d/%m/%Y}")
    assert DateField().clean(f"{tomorrow:%d/%m/%Y}") == tomorrow


def test_another_spelling_of_the_same_date_is_no_change():
    field = DateField()

    assert not field.has_changed(dt.date(2022, 3, 27), "27/3/2022")
    assert field.has_changed(dt.date(2022, 3, 27), "28/3/2022")
    assert field.has_changed(dt.date(2022, 3, 27), "nonsense")


@pytest.mark.parametrize(
    "typed",
    [
        "0912345678",
        "0912 345 678",
        "+84 912 345 678",
        "0084912345678",
        "84912345678",
        "0912.345-678",
    ],
)
def test_a_phone_number_becomes_e164(typed):
    assert PhoneField().clean(typed) == "+84912345678"


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", "Hãy nhập số điện thoại"),
        ("gọi tôi", "chỉ gồm chữ số"),
        ("091234567", "thiếu chữ số"),
        ("09123456789", "thừa chữ số"),
        ("0112345678", "Không có số điện thoại này"),
    ],
)
def test_each_wrong_phone_number_has_its_own_sentence(typed, words):
    assert words in complaint(PhoneField(), typed)


@pytest.mark.parametrize(
    ("typed", "clean"),
    [("001 190 123 456", "001190123456"), ("012345678", "012345678"), ("c1234567", "C1234567")],
)
def test_id_numbers_lose_their_blanks(typed, clean):
    assert IdNumberField().clean(typed) == clean


def test_an_id_number_with_a_lost_digit_is_counted_aloud():
    assert "11 chữ số" in complaint(IdNumberField(), "00119012345")
    assert "hộ chiếu" in complaint(IdNumberField(), "!?")
    assert IdNumberField(required=False).clean("") == ""


def test_a_code_is_read_with_blanks_and_dashes():
    assert CodeField().clean("123 456") == "123456"
    assert CodeField().clean("123-456") == "123456"
    assert "6 chữ số" in complaint(CodeField(), "12345")
