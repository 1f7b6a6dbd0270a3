"""Features of records: what is compared, and that no readable number is kept."""

from datetime import date

import pytest
from django.db import connection

from matching import writing
from matching.blinding import blind_numbers
from matching.features import PersonFacts, features_of
from tests.matching.people import citizen, person
from vaxreg.encryption import blind_index
from vaxreg.typed.birth_dates import BirthDate

NUMBER = "038187004711"


def shares(name, one, other):
    return bool(
        set(getattr(blind_numbers([one]), name)) & set(getattr(blind_numbers([other]), name))
    )


@pytest.mark.django_db
def test_no_column_holds_a_readable_number_or_phone():
    writing.write([citizen()])

    with connection.cursor() as cursor:
        cursor.execute("SELECT matching_matchfeature::text FROM matching_matchfeature")
        [[row]] = cursor.fetchall()

    assert "hoai" in row
    for readable in (NUMBER, NUMBER[:-1], NUMBER[1:], "912004711", "38187004711"):
        assert readable not in row


def test_the_hash_of_a_number_is_that_of_the_registrys_own_index():
    digits = blind_index("id_number", NUMBER)

    assert blind_numbers([NUMBER]).exact == [
        int.from_bytes(bytes.fromhex(digits[:16]), "big", signed=True)
    ]


@pytest.mark.parametrize(
    "other",
    [
        "038187004771",  # another digit
        "138187004711",  # the first one
        "038187014711",
        "038178004711",  # two that changed places
        "03818704711",  # one left out
        "0381870044711",  # one too many
    ],
)
def test_a_number_with_one_slip_is_near(other):
    assert shares("near", NUMBER, other)
    assert not shares("exact", NUMBER, other)


@pytest.mark.parametrize(
    "other", ["038187004133", "038178005711", "138187004712", "012345678", "B1234567"]
)
def test_a_number_with_more_slips_is_another_one(other):
    assert not shares("near", NUMBER, other)


@pytest.mark.parametrize("serial", [11, 7, 8, 9, 0, 96, 97, 98, 99])
@pytest.mark.parametrize("step", [1, 2, 3])
def test_numbers_in_a_row_are_known_as_such_on_both_sides_of_a_round_number(serial, step):
    one = f"0381870047{serial:02}"

    assert shares("tens", one, f"{int(one) + step:012}")


@pytest.mark.parametrize("other", ["038187004741", "038187014711", "138187004711", "187004711"])
def test_other_numbers_are_not_in_a_row(other):
    assert not shares("tens", NUMBER, other)


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("Hoàng Thị Hòa", "Hoàng Thị Hoà", True),
        ("NGUYỄN VĂN ĐỨC", "Nguyễn Văn Đức", True),
        ("Nguyê\u0303n Văn Nam", "Nguyễn Văn Nam", True),
        ("Nguyễn Văn Năm", "Nguyễn Văn Nam", False),
        ("Nguyen Van Nam", "Nguyễn Văn Nam", False),
    ],
)
def test_names_are_compared_with_their_marks(one, other, is_same):
    made = [features_of(PersonFacts(name)).name_marked for name in (one, other)]

    assert (made[0] == made[1]) is is_same


@pytest.mark.parametrize(
    "error",
    [
        {"born": BirthDate(date(1978, 4, 23))},
        {"born": BirthDate(date(1987, 5, 23))},
        {"born": BirthDate(date(1987, 4, 3))},
        {"full_name": "Thương Trần Thị Hoài"},
        {"full_name": "Tran Thi Hoai Thuong"},
        {"full_name": "Trần Thị Hoài Thươnng"},
        {"numbers": ["038187004771"], "full_name": "Trần Hoài", "phones": []},
        {"numbers": [], "born": BirthDate(date(1987, 1, 1), "year")},
    ],
)
def test_a_single_error_leaves_a_key_in_common(error):
    right, wrong = features_of(person()), features_of(person(**error))

    assert set(right.keys) & set(wrong.keys)


def test_a_name_too_long_for_the_database_is_cut():
    made = features_of(PersonFacts("Nguyễn " * 100))

    assert len(made.name_plain) <= 200
    assert len(made.name_marked) <= 400
