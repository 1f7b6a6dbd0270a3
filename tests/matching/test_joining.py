"""The one rule by which an imported row joins a record by itself."""

from datetime import date

import pytest

from matching import writing
from matching.joining import NumberProof, record_to_join
from tests.matching.people import citizen, person
from vaxreg.typed.birth_dates import BirthDate

pytestmark = pytest.mark.django_db


@pytest.fixture
def hers():
    made = citizen()
    writing.write([made])
    return made


@pytest.mark.parametrize("proof", [NumberProof.SCANNED, NumberProof.CHECKED])
@pytest.mark.parametrize(
    "typed", [{}, {"full_name": "TRẦN THỊ HOÀI THƯƠNG"}, {"phones": [], "sex": "unknown"}]
)
def test_a_proven_number_with_day_and_name_joins(hers, typed, proof):
    assert record_to_join(person(**typed), proof=proof) == hers


@pytest.mark.parametrize(
    "typed",
    [
        {"numbers": []},
        {"numbers": ["038187004771"]},
        {"numbers": ["038187004712"]},
        {"born": None},
        {"born": BirthDate(date(1987, 4, 24))},
        {"born": BirthDate(date(1987, 4, 1), "month")},
        {"born": BirthDate(date(1987, 1, 1), "year")},
        {"full_name": "Tran Thi Hoai Thuong"},
        {"full_name": "Trần Thị Hoài Thường"},
        {"full_name": "Trần Thị Thương"},
        {"full_name": "Thương Trần Thị Hoài"},
        {"full_name": ""},
    ],
)
def test_nothing_less_joins(hers, typed):
    assert record_to_join(person(**typed), proof=NumberProof.SCANNED) is None


@pytest.mark.parametrize("proof", [NumberProof.TYPED, "", "anything"])
def test_a_number_that_was_typed_joins_nothing(hers, proof):
    assert record_to_join(person(), proof=proof) is None


@pytest.mark.parametrize(
    "record",
    [
        {"full_name": "Tran Thi Hoai Thuong"},
        {"date_of_birth": date(1987, 1, 1), "birth_precision": "year"},
        {"date_of_birth": date(1987, 4, 1), "birth_precision": "month"},
        {"id_number": None},
    ],
)
def test_a_record_that_says_less_is_not_joined(record):
    writing.write([citizen(**record)])

    assert record_to_join(person(), proof=NumberProof.SCANNED) is None


def test_a_name_that_has_no_marks_is_nobodys_proof():
    writing.write([citizen(full_name="Mai Lan Anh")])

    assert record_to_join(person(full_name="Mai Lan Anh"), proof=NumberProof.SCANNED) is None


def test_two_records_that_fit_are_left_to_people_and_parts_of_one_are_one():
    first = citizen()
    second = citizen(id_number_proven=False)
    writing.write([first, second])

    assert record_to_join(person(), proof=NumberProof.SCANNED) is None

    second.merged_into = first
    writing.write([second])

    assert record_to_join(person(), proof=NumberProof.SCANNED) == first
