"""Fields read what people write, and say exactly what is wrong."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from vaxreg.forms import BirthDateField, CodeField, DateField, IdNumberField, PhoneField
from vaxreg.typed.birth_dates import BirthDate
from vaxreg.typed.phones import PREFIXES_OF_2018, of_today


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
        ("27/3/202", "bốn chữ số của năm"),
        ("3/27/2022", "ngày trước, tháng sau"),
        ("31/2/2022", "Tháng 02/2022 không có ngày 31"),
        ("1/1/1899", "01/01/1900"),
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
    ("old", "new"),
    [
        # Viettel
        *(("0162", "032"), ("0163", "033"), ("0164", "034"), ("0165", "035"), ("0166", "036")),
        *(("0167", "037"), ("0168", "038"), ("0169", "039")),
        # MobiFone
        *(("0120", "070"), ("0121", "079"), ("0122", "077"), ("0126", "076"), ("0128", "078")),
        # VinaPhone
        *(("0123", "083"), ("0124", "084"), ("0125", "085"), ("0127", "081"), ("0129", "082")),
        # Vietnamobile, Gmobile
        *(("0186", "056"), ("0188", "058"), ("0199", "059")),
    ],
)
def test_an_old_number_of_eleven_digits_is_the_one_of_today(old, new):
    assert PhoneField().clean(f"{old} 345 1234") == f"+84{new[1:]}3451234"
    assert len(PREFIXES_OF_2018) == 21


@pytest.mark.parametrize(
    "typed",
    [
        *("0168 345 1234", "+84168 345 1234", "+84 (0)168 345 1234", "0084 168 345 1234"),
        *("84 168 345 1234", "0168.345-1234", "\u202a+84 168\u00a03451234\u202c"),
    ],
)
def test_an_old_number_is_read_in_every_spelling(typed):
    assert PhoneField().clean(typed) == "+84383451234"


@pytest.mark.parametrize(
    "typed", ["0160 345 1234", "0161 345 1234", "0187 345 1234", "0190 345 1234"]
)
def test_a_prefix_that_never_was_is_no_number(typed):
    assert "Không có số điện thoại này" in complaint(PhoneField(), typed)


def test_a_landline_with_a_code_of_today_stays():
    assert PhoneField().clean("0216 385 1234") == "+842163851234"


@pytest.mark.parametrize(
    ("typed", "known"),
    [
        ("1950", "1950"),
        ("00/00/1950", "1950"),
        ("0/0/1950", "1950"),
        ("00-00-1950", "1950"),
        ("xx/xx/1950", "1950"),
        ("1950-00-00", "1950"),
        ("4/1950", "1950-04"),
        ("04.1950", "1950-04"),
        ("00/04/1950", "1950-04"),
        ("1950-04", "1950-04"),
        ("12/4/1950", "1950-04-12"),
        ("1950-04-12", "1950-04-12"),
    ],
)
def test_a_date_of_birth_is_read_as_far_as_it_is_known(typed, known):
    born = BirthDateField().clean(typed)

    assert born == BirthDate.fromisoformat(known)
    assert born.isoformat() == known
    assert BirthDateField().clean(str(born)) == born


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("13/1950", "12 tháng"),
        ("1899", "01/01/1900"),
        ("2999", "tương lai"),
        ("12/00/1950", "12 tháng"),
        ("31/2/1950", "không có ngày 31"),
    ],
)
def test_each_wrong_date_of_birth_has_its_own_sentence(typed, words):
    assert words in complaint(BirthDateField(), typed)


def test_the_day_of_a_dose_is_known_whole():
    assert "ngày/tháng/năm" in complaint(DateField(), "2021")


@pytest.mark.parametrize(
    ("recorded", "said", "meets"),
    [
        ("1950", "1950-04-12", True),
        ("1950", "1950-04", True),
        ("1950", "1950", True),
        ("1950", "1951", False),
        ("1950-04", "1950-04-30", True),
        ("1950-04", "1950", False),
        ("1950-04", "1950-05", False),
        ("1950-04-12", "1950-04-12", True),
        ("1950-04-12", "1950", False),
        # How a year alone was often recorded.
        ("1950-01-01", "1950", True),
    ],
)
def test_whoever_says_as_much_as_is_recorded_knows_the_date(recorded, said, meets):
    one, other = BirthDate.fromisoformat(recorded), BirthDate.fromisoformat(said)

    assert one.is_met_by(other) is meets


@pytest.mark.parametrize("number", ["12AB34567", "12345678", "C01X00T47", "SPECI2014", "EA1234567"])
def test_a_passport_of_any_country_is_read(number):
    assert IdNumberField().clean(number.lower()) == number


@pytest.mark.parametrize("typed", ["1234567", "ABCDEFGH", "O01190123456", "AB", "12345678901"])
def test_what_is_neither_card_nor_passport_is_refused(typed):
    complaint(IdNumberField(), typed)


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


@pytest.mark.parametrize(
    ("contact", "now"),
    [
        ("0168 345 1234", "0383451234"),
        ("+84 120 345 1234", "0703451234"),
        ("024 3825 1234", "024 3825 1234"),
        ("1900 9095 (máy lẻ 2)", "1900 9095 (máy lẻ 2)"),
        ("115", "115"),
        ("", ""),
    ],
)
def test_a_contact_of_an_organization_is_changed_only_when_it_is_an_old_number(contact, now):
    assert of_today(contact) == now
