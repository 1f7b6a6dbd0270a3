"""The personal QR code of Decision 1405: its text, and what is read of it."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vaxreg.typed import personal_qr
from vaxreg.typed.birth_dates import BirthDate
from vaxreg.typed.dates import Precision
from vaxreg.typed.personal_qr import NotAPersonalQr, PersonalQr

LAN = PersonalQr(
    number="001188012345",
    full_name="NGUYEN THI LAN",
    born="1988-03-27",
    sex="female",
    phone="0912345678",
)
WORDS = st.text("ABCDEGHIKLMNOPQRSTUVXY0123456789", max_size=15)
BORN = st.dates(date(1900, 1, 1), date(2026, 1, 1)).flatmap(
    lambda day: st.sampled_from(
        [*(BirthDate(day, each).isoformat() for each in Precision), f"{day.year}-**-**"]
    )
)


@pytest.mark.parametrize(
    ("code", "text"),
    [
        (LAN, "001188012345|NGUYEN THI LAN|1988-03-27|0||<2<<0912345678<"),
        (
            PersonalQr("******012345", "LE VAN TAM", "1950-**-**", is_for_another=True, sex="male"),
            "******012345|LE VAN TAM|1950-**-**|1||<1<<<",
        ),
        (PersonalQr("", "A<B|C", "1950"), "|ABC|1950|0||<0<<<"),
    ],
)
def test_the_text_has_six_fields_and_five_behind_them(code: PersonalQr, text: str):
    assert personal_qr.write(code) == text


@given(
    st.builds(
        PersonalQr,
        number=WORDS,
        full_name=st.lists(WORDS.filter(bool), min_size=1).map(" ".join),
        born=BORN,
        is_for_another=st.booleans(),
        qid=WORDS,
        declarer=WORDS,
        sex=st.sampled_from(["", "male", "female"]),
        insurance=WORDS,
        phone=WORDS,
        signature=WORDS,
    )
)
def test_whatever_is_written_is_read_again(code: PersonalQr):
    assert personal_qr.read(personal_qr.write(code)) == code


@given(st.text() | st.lists(st.text(), min_size=4).map("|".join))
def test_any_text_is_read_or_refused(text: str):
    try:
        code = personal_qr.read(text)
    except NotAPersonalQr:
        return
    assert code.born


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("Nguyễn  Thị Lan", "NGUYEN THI LAN"),
        ("Đỗ Hồng Đức", "DO HONG DUC"),
        ("y", "Y"),
        ("K'Nam", "KNAM"),
    ],
)
def test_a_name_is_written_in_capitals_without_marks(typed: str, name: str):
    assert personal_qr.plain_name(typed) == name


def test_day_and_month_are_hidden_also_where_nobody_knows_them():
    assert personal_qr.hidden_day(BirthDate.fromisoformat("1988-03-27")) == "1988-**-**"
    assert personal_qr.hidden_day(BirthDate.fromisoformat("1950")) == "1950-**-**"
    assert PersonalQr("******1", "A", "1988-**-**").birth_date is None
