"""Starting a record for somebody who has none."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import Attempt
from citizens import actions, links
from citizens.models import Citizen, RecordLink
from messaging.models import Message
from tests.factories.accounts import UserFactory
from tests.factories.citizens import CitizenFactory
from tests.factories.organizations import AreaFactory

NEW: dict[str, Any] = {
    "full_name": "  Trần  Văn Bình ",
    "date_of_birth": date(1975, 1, 2),
    "sex": "male",
    "id_number": "001075067890",
    "workplace": "Chợ Nhật Tân",
}


def test_a_started_record_is_the_users_own_and_self_declared(db):
    user, area = UserFactory.create(), AreaFactory.create(commune=True)

    link = actions.start_record(user, **NEW, area=area)

    citizen = link.citizen
    assert (link.relation, link.proven_by) == ("self", "declared")
    assert citizen.full_name == "Trần Văn Bình"
    assert (citizen.search_name, citizen.phone) == ("tran van binh", user.phone)
    assert citizen.provenance == Citizen.Provenance.SELF_DECLARED
    assert [it.number for it in citizen.revisions.all()] == [1]


@pytest.mark.parametrize("name", ["Trần Văn Bình", "Trần Văn Bính", "Ai Khác"])
def test_a_number_on_another_record_blocks_nobody_and_nobody_is_told(db, name):
    known = CitizenFactory.create(
        full_name=name, date_of_birth=date(1975, 1, 2), id_number="001075067890"
    )

    link = actions.start_record(UserFactory.create(), **NEW)

    assert (link.citizen != known, link.proven_by) == (True, "declared")
    assert (link.citizen.id_number, link.citizen.id_number_proven) == ("001075067890", False)
    assert not Message.objects.exists()


def test_a_squatter_blocks_neither_the_owner_nor_the_site_that_proves_the_number(db):
    squatter = actions.start_record(UserFactory.create(), **NEW).citizen

    owner = actions.start_record(UserFactory.create(), **NEW).citizen
    proven = actions.revise_identity(
        owner, changes={"id_number": "001075067890", "phone": "+84912345678"}, by=None, why="paper"
    )

    assert owner != squatter
    assert proven.id_number_proven
    assert [it.id_number_proven for it in proven.revisions.all()] == [False, True]
    assert not Citizen.objects.get(pk=squatter.pk).id_number_proven


def test_a_number_is_proven_for_one_record_alone(db):
    CitizenFactory.create(id_number="001075067890")
    other = actions.start_record(UserFactory.create(), **NEW).citizen

    with pytest.raises(ValidationError):
        actions.revise_identity(
            other, changes={"id_number": "001075067890", "workplace": "x"}, by=None, why="paper"
        )
    with pytest.raises(IntegrityError), transaction.atomic():
        other.documents.update(is_proven=True)


def test_a_record_on_the_same_phone_is_opened_even_without_its_id_number(db):
    user = UserFactory.create()
    known = CitizenFactory.create(
        full_name="Trần Văn Bình",
        date_of_birth=date(1975, 1, 2),
        id_number=None,
        phone=user.phone,
    )

    assert actions.start_record(user, **NEW).citizen == known


def test_a_second_own_record_is_not_started(db):
    user = UserFactory.create()
    actions.start_record(user, **NEW)

    with pytest.raises(links.HasOwnRecord):
        actions.start_record(user, full_name="Ai Khác", date_of_birth=date(1990, 1, 1))

    assert Citizen.objects.count() == 1


def test_a_guardian_starts_a_record_for_a_child(db):
    user = UserFactory.create()
    actions.start_record(user, **NEW)

    link = actions.start_record(
        user, full_name="Trần Minh An", date_of_birth=date(2013, 5, 1), relation="guardian"
    )

    assert (link.relation, link.citizen.id_number) == ("guardian", None)


@pytest.mark.parametrize(
    "changed",
    [
        {"id_number": "12345"},
        {"full_name": "  "},
        {"sex": "?"},
        {"date_of_birth": date(1899, 12, 31)},
        {"date_of_birth": timezone.localdate() + timedelta(days=2)},
    ],
    ids=["id", "name", "sex", "too old", "not born"],
)
def test_facts_that_cannot_be_are_refused_with_words(db, changed):
    with pytest.raises(ValidationError):
        actions.start_record(UserFactory.create(), **{**NEW, **changed})

    assert not RecordLink.objects.exists()


def child(number: int) -> dict[str, Any]:
    return {"full_name": f"Bé {chr(65 + number)}n", "date_of_birth": date(2015, 1, 1 + number)}


def test_one_account_adds_five_people_in_a_day(db):
    user = UserFactory.create()
    for number in range(5):
        actions.start_record(user, **child(number), relation="guardian")

    with pytest.raises(links.TooManyPeople) as refused:
        actions.start_record(user, **child(5), relation="guardian")

    assert refused.value.retry_at
    assert Citizen.objects.count() == 5
    assert actions.start_record(user, **NEW).relation == "self"


def test_ending_links_does_not_make_room_for_more_in_the_same_day(db):
    user = UserFactory.create()
    for number in range(5):
        link = actions.start_record(user, **child(number), relation="guardian")
        links.end(link, by=user)

    with pytest.raises(links.TooManyPeople):
        actions.start_record(user, **child(5), relation="guardian")


def test_one_account_acts_for_fifteen_people_at_most(db):
    user = UserFactory.create()
    for number in range(15):
        actions.start_record(user, **child(number), relation="guardian")
        Attempt.objects.update(at=timezone.now() - timedelta(days=2))

    with pytest.raises(links.TooManyPeople) as refused:
        actions.start_record(user, **child(20), relation="guardian")

    assert refused.value.retry_at is None
