"""Dates are read as people type them, in one place, and said back in words."""

import datetime as dt
import unicodedata

import pytest
from django.core.exceptions import ValidationError
from django.utils.translation import override

from vaxreg import ui
from vaxreg.forms import BirthDateField, DateField
from vaxreg.typed.dates import PartialDate

FIRST_DAY = dt.date(2021, 3, 8)


def complaint(field, value):
    """Return the code of the error that a field raises for a value."""
    with pytest.raises(ValidationError) as raised:
        field.clean(value)
    return raised.value.error_list[0].code


@pytest.mark.parametrize(
    "typed",
    [
        *("20/3/2022", "20/03/2022", "20/3/22", "20/03/22", "20-03-2022", "20-3-22", "20.3.2022"),
        *(
            "20.3.22",
            "20.03.22",
            "20 3 2022",
            "20 03 22",
            "20,3,2022",
            "20 / 3 / 2022",
            "20/3-2022",
        ),
        *(
            "20\u20133\u20132022",
            "\uff12\uff10/3/2022",
            "20\\3\\2022",
            " 20/3/2022. ",
            "20/3/2022,",
        ),
        *("20032022", "200322", "2022-03-20", "2022/3/20", "2022.03.20"),
        *("20 tháng 3 năm 2022", "ngày 20 tháng 3 năm 2022", "Ngày 20 Tháng 03 Năm 2022"),
        *("20 thang 3 nam 2022", "20 tháng 3, 2022", "20 tháng ba năm 2022", "20 tháng 3 năm 22"),
        *(
            "Chủ nhật, ngày 20 tháng 3 năm 2022",
            "chủ nhật 20/3/2022",
            "ngày 20/3/2022",
            "20 t3 2022",
        ),
        *(
            "20 March 2022",
            "20th March 2022",
            "March 20, 2022",
            "20 Mar 22",
            "Sunday, 20 March 2022",
        ),
    ],
)
def test_a_day_is_read_in_every_usual_spelling(typed):
    field = DateField(past_only=True, earliest=FIRST_DAY)

    assert field.clean(typed) == dt.date(2022, 3, 20)
    assert field.clean(unicodedata.normalize("NFD", typed)) == dt.date(2022, 3, 20)


@pytest.mark.parametrize(
    "typed",
    [
        *("3/2022", "03/2022", "3-2022", "3.2022", "3 2022", "032022", "2022-03", "2022/3"),
        *("tháng 3 năm 2022", "Tháng 3/2022", "thang 3 nam 2022", "tháng ba năm 2022", "T3/2022"),
        *("tháng 3, 2022", "tháng 3 2022", "thg 3 2022", "March 2022", "Mar 2022"),
        *("00/03/2022", "0/3/2022", "xx/3/2022", "--/03/2022"),
    ],
)
def test_month_and_year_are_read_where_a_month_is_enough(typed):
    months = DateField(past_only=True, earliest=FIRST_DAY, months=True)

    assert months.clean(typed) == PartialDate.fromisoformat("2022-03")
    assert complaint(DateField(past_only=True), typed) == "no_day"


@pytest.mark.parametrize(
    ("typed", "iso"),
    [
        ("tháng năm năm 2022", "2022-05"),
        ("tháng năm 2022", "2022-05"),
        ("tháng giêng năm 2022", "2022-01"),
        ("tháng tư 2022", "2022-04"),
        ("tháng mười một năm 2021", "2021-11"),
        ("tháng mười hai năm 2021", "2021-12"),
        ("tháng chạp 2021", "2021-12"),
        ("mùng 5 tháng 3 năm 2022", "2022-03-05"),
        ("mồng 5/3/2022", "2022-03-05"),
        ("102021", "2021-10"),
        ("101021", "2021-10-10"),
        ("8/3/21", "2021-03-08"),
    ],
)
def test_months_in_words_and_short_forms_are_told_apart(typed, iso):
    months = DateField(past_only=True, earliest=FIRST_DAY, months=True)

    assert months.clean(typed) == PartialDate.fromisoformat(iso)


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        *(("hôm qua", "form"), ("3", "form"), ("20/3", "form"), ("3/22", "form"), ("abc", "form")),
        *(("20/3/202", "year"), ("20/3/2", "year"), ("3/20/2022", "month"), ("20/0/2022", "month")),
        *(("31/2/2022", "day"), ("31/4/22", "day"), ("29.2.2022", "day"), ("20/3/0000", "form")),
        *(("2022", "no_month"), ("3/2999", "future"), ("2/2021", "early"), ("7/3/21", "early")),
        *(("99999999", "month"), ("tháng 13 năm 2022", "form"), ("20/3/2022 20/3/2022", "form")),
    ],
)
def test_what_cannot_be_read_says_why(typed, code):
    assert complaint(DateField(past_only=True, earliest=FIRST_DAY, months=True), typed) == code


@pytest.mark.parametrize(
    ("typed", "iso"),
    [("12/4/50", "1950-04-12"), ("1.1.88", "1988-01-01"), ("tháng 4 năm 50", "1950-04")],
)
def test_a_short_year_of_birth_is_read_when_one_century_is_possible(typed, iso):
    assert BirthDateField().clean(typed).isoformat() == iso


@pytest.mark.parametrize("typed", ["12/4/22", "1.1.05", "tháng 4 năm 10", "01/01/00", "311219"])
def test_a_short_year_of_birth_that_may_be_two_is_asked_in_full(typed):
    assert complaint(BirthDateField(), typed) == "year"


@pytest.mark.parametrize(
    ("iso", "english"),
    [
        ("2022-03-20", "Sunday, 20 March 2022"),
        ("2021-08-29", "Sunday, 29 August 2021"),
        ("2021-11-01", "Monday, 1 November 2021"),
        ("2022-03", "March 2022"),
        ("1950", "1950"),
    ],
)
def test_a_date_is_said_in_words_that_can_be_typed_again(iso, english):
    known = PartialDate.fromisoformat(iso)
    field = BirthDateField()

    with override("en"):
        assert ui.date_in_words(known) == english
    for language in ("en", "vi"):
        with override(language):
            assert field.clean(ui.date_in_words(known)).isoformat() == iso
