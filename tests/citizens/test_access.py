"""Who is recognised as the citizen's own family, and so never judges."""

import pytest

from citizens.access import is_own_or_family, records_of
from tests.factories.accounts import UserFactory, verify
from tests.factories.citizens import CitizenFactory, RecordLinkFactory
from vaxreg import db_time

MINHS_ID = "001080011111"


@pytest.fixture
def minh(db):
    nurse = UserFactory.create(staff=True, verified=False)
    verify(nurse, id_number=MINHS_ID)
    return nurse


@pytest.fixture
def minh_as_citizen(db):
    return CitizenFactory.create(id_number=MINHS_ID)


def test_a_nurse_is_recognised_in_her_own_record_by_her_id_number(minh, minh_as_citizen):
    assert is_own_or_family(minh, minh_as_citizen)


def test_a_strangers_record_is_nobodys_family(minh, minh_as_citizen):
    assert not is_own_or_family(minh, CitizenFactory.create())


def test_two_people_without_id_number_are_not_taken_for_each_other(db):
    without = UserFactory.create(staff=True, verified=False)

    assert not is_own_or_family(without, CitizenFactory.create(id_number=None, phone=""))


def test_a_linked_record_is_family(minh):
    own = RecordLinkFactory.create(user=minh)
    child = RecordLinkFactory.create(user=minh, guardian=True)

    assert is_own_or_family(minh, own.citizen)
    assert is_own_or_family(minh, child.citizen)


def test_a_child_linked_to_the_nurses_account_as_citizen_is_family(minh, minh_as_citizen):
    by_phone = RecordLinkFactory.create(citizen=minh_as_citizen).user
    child = RecordLinkFactory.create(user=by_phone, guardian=True).citizen

    assert is_own_or_family(minh, child)


def test_a_child_of_another_account_with_the_same_id_number_is_family(minh):
    other_account = UserFactory.create(verified=False)
    verify(other_account, id_number=MINHS_ID, ended_at=db_time.now())
    child = RecordLinkFactory.create(user=other_account, guardian=True).citizen

    assert is_own_or_family(minh, child)


def test_a_relative_of_the_nurse_is_family(minh, minh_as_citizen):
    mother = UserFactory.create()
    RecordLinkFactory.create(user=mother, citizen=minh_as_citizen, relative=True)
    mothers_record = RecordLinkFactory.create(user=mother).citizen

    assert is_own_or_family(minh, mothers_record)


def test_a_phone_shared_with_the_record_is_family(db):
    nurse = UserFactory.create()

    assert is_own_or_family(nurse, CitizenFactory.create(phone=nurse.phone))


def test_records_of_a_user_are_the_linked_ones_only(minh, minh_as_citizen):
    child = RecordLinkFactory.create(user=minh, guardian=True).citizen

    assert list(records_of(minh)) == [child]


def test_the_question_takes_one_query(minh, minh_as_citizen, django_assert_num_queries):
    with django_assert_num_queries(1):
        is_own_or_family(minh, minh_as_citizen)
