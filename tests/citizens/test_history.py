"""What is kept about a citizen: identity revisions, visits, and that nothing is deleted."""

import unicodedata
from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction

from citizens import actions
from citizens.models import Citizen
from citizens.visits import log_visit
from tests.factories.accounts import UserFactory
from tests.factories.citizens import CitizenFactory, RecordLinkFactory, RecordVisitFactory, crowd
from tests.factories.organizations import OrganizationFactory


def test_a_revised_identity_keeps_what_was_first_recorded(db):
    citizen = CitizenFactory.create(full_name="Nguyễn Thị Lân")
    staff, station = UserFactory.create(staff=True), OrganizationFactory.create()

    revised = actions.revise_identity(
        citizen,
        changes={"full_name": "Nguyễn Thị Lan"},
        by=staff,
        by_organization=station,
        why="Sai dấu",
        correction_reference="VR-7K3M-9QXD",
    )

    first, second = revised.revisions.all()
    assert (revised.full_name, revised.search_name) == ("Nguyễn Thị Lan", "nguyen thi lan")
    assert (first.full_name, first.at, first.by) == ("Nguyễn Thị Lân", citizen.created_at, None)
    assert (second.full_name, second.by, second.by_organization) == (
        "Nguyễn Thị Lan",
        staff,
        station,
    )
    assert (second.why, second.correction_reference) == ("Sai dấu", "VR-7K3M-9QXD")


def test_changing_the_phone_hides_nothing(db):
    link = RecordLinkFactory.create()

    actions.revise_identity(link.citizen, changes={"phone": ""}, by=None, why="Đổi số")

    assert Citizen.objects.linked_to(link.user).contains(link.citizen)


def test_a_change_that_changes_nothing_leaves_no_revision(db):
    citizen = CitizenFactory.create()

    actions.revise_identity(citizen, changes={"sex": citizen.sex}, by=None, why="-")

    assert not citizen.revisions.exists()


def test_an_id_number_of_somebody_else_is_refused_with_words(db):
    citizen, other = CitizenFactory.create(), CitizenFactory.create()

    with pytest.raises(ValidationError):
        actions.revise_identity(
            citizen, changes={"id_number": other.id_number}, by=None, why="Nhập lại"
        )


def test_only_facts_of_identity_can_be_revised(db):
    with pytest.raises(ValueError, match="provenance"):
        actions.revise_identity(
            CitizenFactory.create(), changes={"provenance": "x"}, by=None, why="-"
        )


def test_a_visit_says_who_looked_why_and_for_whom(db):
    citizen, nurse, station = (
        CitizenFactory.create(),
        UserFactory.create(staff=True),
        OrganizationFactory.create(),
    )

    visit = log_visit(nurse, citizen, "review", organization=station)

    assert list(citizen.visits.all()) == [visit]
    assert (visit.user, visit.why, visit.organization) == (nurse, "review", station)


@pytest.mark.parametrize("statement", ["UPDATE {} SET why = 'own'", "DELETE FROM {}"])
@pytest.mark.parametrize("table", ["citizens_recordvisit", "citizens_citizenrevision"])
def test_the_database_refuses_to_rewrite_history(db, statement, table):
    RecordVisitFactory.create(why="review")
    citizen = CitizenFactory.create()
    actions.revise_identity(citizen, changes={"sex": "female"}, by=None, why="Sai giới tính")

    with (
        pytest.raises(IntegrityError, match="refused"),
        transaction.atomic(),
        connection.cursor() as c,
    ):
        c.execute(statement.format(table))


def test_the_database_refuses_to_delete_a_citizen(db):
    citizen = CitizenFactory.create(id_number=None)

    with pytest.raises(IntegrityError, match="refused"), transaction.atomic():
        Citizen.objects.filter(pk=citizen.pk).delete()


@pytest.mark.parametrize("number", ["001088012345", "012345678", "C1234567", None])
def test_id_cards_old_and_new_and_passports_are_stored(db, number):
    assert CitizenFactory.create(id_number=number).pk


@pytest.mark.parametrize("number", ["", "1234567890", "00108801234x", "c1234567", "1234567"])
def test_other_id_numbers_are_refused_on_the_way_to_the_database(db, number):
    with pytest.raises(ValueError, match="ID number"), transaction.atomic():
        CitizenFactory.create(id_number=number)


@pytest.mark.parametrize("table", ["citizen", "citizenrevision", "identitydocument"])
def test_a_number_in_the_clear_is_refused_by_the_database(db, table):
    citizen = CitizenFactory.create(id_number="001088012345")
    actions.revise_identity(citizen, changes={"workplace": "x"}, by=None, why="x")
    column = "number" if table == "identitydocument" else "id_number"

    with (
        pytest.raises(IntegrityError),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"UPDATE citizens_{table} SET {column} = '001088012345'")  # noqa: S608


def test_a_name_in_decomposed_form_is_refused_by_the_database(db):
    with pytest.raises(IntegrityError, match="composed"), transaction.atomic():
        CitizenFactory.create(full_name=unicodedata.normalize("NFD", "Nguyễn Thị Lan"))


def test_a_citizen_is_not_born_tomorrow(db):
    with pytest.raises(IntegrityError, match="born"), transaction.atomic():
        CitizenFactory.create(date_of_birth=date(2999, 1, 1))


def test_one_own_record_per_user_is_kept_by_the_database(db):
    link = RecordLinkFactory.create()

    with pytest.raises(IntegrityError, match="one_own_record"), transaction.atomic():
        RecordLinkFactory.create(user=link.user)


def test_search_by_birth_and_name_is_answered_by_its_index_alone(db):
    crowd(names=50)

    plan = (
        Citizen.objects.filter(date_of_birth=date(1988, 3, 27), search_name="tran thi 7")
        .order_by()
        .values("id")
        .explain()
    )

    assert "Index Only Scan using citizen_birth_name" in plan


@pytest.mark.parametrize(
    "name",
    ["Nguyễn  Lan", " Lan", "Lan ", "Lan\u200b", "Nguyễn\u00a0Lan", "\u202aLan", "123", "- -"],
)
def test_the_database_refuses_a_name_that_cannot_be_seen_or_read(db, name):
    with pytest.raises(IntegrityError, match="citizen_full_name_visible"), transaction.atomic():
        CitizenFactory.create(full_name=name)


@pytest.mark.parametrize(
    "name", ["K'Nam", "Suharto", "Rơ\u0306 Mah H'Lơ\u0306n", "Suresh s/o Raman", "李小龙", "អ៊ុំ"]
)
def test_the_database_takes_names_of_all_peoples(db, name):
    assert CitizenFactory.create(full_name=name).full_name == name
