"""Starting a record for somebody who has none."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from citizens import actions
from citizens.models import Citizen, RecordLink
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


def test_somebody_whose_record_is_known_gets_it_instead_of_a_second_one(db):
    known = CitizenFactory.create(
        full_name="Trần Văn Bình", date_of_birth=date(1975, 1, 2), id_number="001075067890"
    )

    link = actions.start_record(UserFactory.create(), **NEW)

    assert (link.citizen, link.proven_by) == (known, "id_and_birth")
    assert Citizen.objects.count() == 1


def test_a_record_on_the_same_phone_is_opened_even_without_its_id_number(db):
    user = UserFactory.create()
    known = CitizenFactory.create(
        full_name="Trần Văn Bình",
        date_of_birth=date(1975, 1, 2),
        id_number=None,
        phone=user.phone,
    )

    assert actions.start_record(user, **NEW).citizen == known


def test_an_id_number_of_somebody_else_leads_to_a_way_on(db):
    CitizenFactory.create(full_name="Trần Văn Bính", id_number="001075067890")

    with pytest.raises(actions.IdNumberOnRecord):
        actions.start_record(UserFactory.create(), **NEW)

    assert Citizen.objects.count() == 1


def test_asking_for_many_id_numbers_ends(db):
    CitizenFactory.create(full_name="Trần Văn Bính", id_number="001075067890")
    user = UserFactory.create()
    for _ in range(5):
        with pytest.raises(actions.IdNumberOnRecord):
            actions.start_record(user, **NEW)

    with pytest.raises(actions.TooManyTries):
        actions.start_record(user, **NEW)


def test_a_second_own_record_is_not_started(db):
    user = UserFactory.create()
    actions.start_record(user, **NEW)

    with pytest.raises(actions.HasOwnRecord):
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
