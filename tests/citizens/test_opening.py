"""Opening a record by the phone on it and a second fact; test_links.py: without that phone."""

import unicodedata
from datetime import date, timedelta
from typing import Any

import pytest

from citizens import actions, links
from citizens.access import records_of
from citizens.candidates import SeveralRecords
from citizens.models import RecordLink
from tests.factories.accounts import UserFactory
from tests.factories.citizens import CitizenFactory, RecordLinkFactory
from vaxreg import db_time

PHONE = "+84912345678"


@pytest.fixture
def lan(db):
    """Lan's record, as the station typed it."""
    return CitizenFactory.create(
        full_name="Nguyễn Thị Lan",
        date_of_birth=date(1988, 3, 27),
        id_number="001188012345",
        phone=PHONE,
    )


@pytest.fixture
def caller(db):
    """Somebody who has proven that the phone is theirs."""
    return UserFactory.create(phone=PHONE)


BY_ID: dict[str, Any] = {"id_number": "001188012345"}
BY_BIRTH: dict[str, Any] = {"full_name": "Nguyễn Thị Lan", "date_of_birth": date(1988, 3, 27)}
WRONG: dict[str, Any] = {"id_number": "001188099999"}


@pytest.mark.parametrize(
    ("answer", "proof"), [(BY_ID, "phone_and_id"), (BY_BIRTH, "phone_and_birth")]
)
def test_a_record_opens_with_the_phone_and_a_second_fact(lan, caller, answer, proof):
    link = actions.open_record(caller, **answer)

    assert (link.citizen, link.relation, link.proven_by) == (lan, "self", proof)
    assert list(records_of(caller)) == [lan]


@pytest.mark.parametrize(
    "answer",
    [
        {"id_number": " 001 188.012 345 "},
        {"full_name": "nguyen thi  lan", "date_of_birth": date(1988, 3, 27)},
        {
            "full_name": unicodedata.normalize("NFD", "Nguyễn Thị Lan"),
            "date_of_birth": date(1988, 3, 27),
        },
    ],
    ids=["spaces", "no diacritics", "decomposed"],
)
def test_the_second_fact_may_be_typed_as_phones_type_it(lan, caller, answer):
    assert actions.open_record(caller, **answer).citizen == lan


@pytest.mark.parametrize(
    "answer",
    [
        WRONG,
        {"full_name": "Nguyễn Thị Lan"},
        {"date_of_birth": date(1988, 3, 27)},
        {"full_name": "Nguyễn Thị Lan", "date_of_birth": date(1988, 3, 28)},
        {"full_name": "Nguyễn Thị Liên", "date_of_birth": date(1988, 3, 27)},
        {},
    ],
    ids=["other id", "name alone", "birth alone", "other birth", "other name", "nothing"],
)
def test_the_phone_alone_opens_nothing(lan, caller, answer):
    with pytest.raises(actions.NoMatch):
        actions.open_record(caller, **answer)

    assert not records_of(caller).exists()


def test_a_phone_that_was_not_proven_is_no_fact(lan):
    stranger = UserFactory.create(phone=PHONE, phone_verified=False)

    with pytest.raises(actions.NoMatch):
        actions.open_record(stranger, **BY_ID)


def test_with_another_phone_one_fact_is_not_enough(lan):
    stranger = UserFactory.create()

    for answer in (BY_ID, BY_BIRTH):
        with pytest.raises(actions.NoMatch):
            actions.open_record(stranger, **answer)


def test_somebody_elses_record_does_not_open_as_a_guardian_without_its_phone(lan):
    stranger = UserFactory.create()

    CitizenFactory.create(child=True, full_name="Lê Minh Anh", phone=PHONE)

    with pytest.raises(actions.NoMatch):
        actions.open_record(
            stranger, full_name="Lê Minh Anh", date_of_birth=date(2012, 9, 1), relation="guardian"
        )


def test_a_mother_opens_her_childs_record_that_carries_her_phone(lan, caller):
    child = CitizenFactory.create(
        child=True, full_name="Lê Minh Anh", phone=PHONE, date_of_birth=date(2012, 9, 1)
    )
    actions.open_record(caller, **BY_ID)

    link = actions.open_record(
        caller, full_name="Lê Minh Anh", date_of_birth=date(2012, 9, 1), relation="guardian"
    )

    assert (link.citizen, link.relation) == (child, "guardian")
    assert set(records_of(caller)) == {lan, child}


def test_a_wrong_answer_says_the_same_whether_the_phone_is_on_record_or_not(lan, caller):
    unknown = UserFactory.create()

    with pytest.raises(actions.NoMatch) as known_phone:
        actions.open_record(caller, **WRONG)
    with pytest.raises(actions.NoMatch) as unknown_phone:
        actions.open_record(unknown, **WRONG)

    assert known_phone.value.args == unknown_phone.value.args


def test_wrong_answers_are_counted_down_and_then_must_wait(lan, caller):
    left = []
    for _ in range(5):
        with pytest.raises(actions.NoMatch) as missed:
            actions.open_record(caller, **WRONG)
        left.append(missed.value.tries_left)

    with pytest.raises(actions.TooManyTries) as refused:
        actions.open_record(caller, **BY_ID)

    assert left == [4, 3, 2, 1, 0]
    assert timedelta(minutes=50) < refused.value.retry_at - db_time.now() <= timedelta(hours=1)


def test_after_the_wait_the_right_answer_opens_the_record(lan, caller):
    for _ in range(5):
        with pytest.raises(actions.NoMatch):
            actions.open_record(caller, **WRONG)

    with db_time.at(db_time.now() + timedelta(hours=1, minutes=1)):
        assert actions.open_record(caller, **BY_ID).citizen == lan


def test_right_answers_are_not_counted(lan, caller):
    for _ in range(12):
        actions.open_record(caller, **BY_ID)

    assert RecordLink.objects.count() == 1


def test_a_person_has_one_own_record(lan, caller):
    other = CitizenFactory.create(phone=PHONE)
    own = actions.open_record(caller, **BY_ID)

    with pytest.raises(links.HasOwnRecord) as refused:
        actions.open_record(caller, id_number=str(other.id_number))

    assert refused.value.link == own


def test_of_two_people_of_the_same_name_and_birth_on_one_phone_the_caller_chooses(lan, caller):
    other = CitizenFactory.create(
        full_name="Nguyễn Thị Lan", date_of_birth=lan.date_of_birth, phone=PHONE, id_number=None
    )

    with pytest.raises(SeveralRecords) as several:
        actions.open_record(caller, **BY_BIRTH)

    assert several.value.records == [lan, other]
    assert actions.open_record(caller, **BY_BIRTH, chosen=str(other.public_id)).citizen == other


def test_a_link_that_has_ended_opens_nothing(lan, caller):
    RecordLinkFactory.create(
        user=caller,
        citizen=lan,
        since=db_time.now() - timedelta(days=9),
        until=db_time.now() - timedelta(days=1),
    )

    assert not records_of(caller).exists()
