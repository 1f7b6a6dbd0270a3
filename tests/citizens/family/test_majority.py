"""A guardian's link is of a child: it ends on the 18th birthday, as it is known at the time."""

from datetime import date, datetime, timedelta
from importlib import import_module

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from citizens import actions, links, merging
from citizens.access import records_of
from citizens.family.majority import adult_from
from citizens.models import Citizen, RecordLink
from tests.factories.accounts import UserFactory
from tests.factories.citizens import CitizenFactory, RecordLinkFactory
from vaxreg import db_time
from vaxreg.typed.birth_dates import BirthDate

pytestmark = pytest.mark.django_db

THIS_YEAR = timezone.localdate().year


def midnight(year: int, month: int, day: int) -> datetime:
    return datetime(year, month, day, tzinfo=timezone.get_default_timezone())


@pytest.mark.parametrize(
    ("born", "adult"),
    [
        ("2012-09-05", (2030, 9, 5)),
        ("2012-12-31", (2030, 12, 31)),
        ("2012-02-28", (2030, 2, 28)),
        ("2012-02-29", (2030, 3, 1)),
        ("2010-03-01", (2028, 3, 1)),
        # Of what is known in part the latest possible day counts.
        ("2012-09", (2030, 9, 30)),
        ("2012-02", (2030, 3, 1)),
        ("2011-02", (2029, 2, 28)),
        ("2012", (2030, 12, 31)),
    ],
)
def test_adult_from_the_18th_birthday_in_viet_nam(born, adult):
    assert adult_from(BirthDate.fromisoformat(born)) == midnight(*adult)


def test_the_end_is_written_when_the_link_is_made():
    child = CitizenFactory.create(child=True)

    link = links.make(UserFactory.create(), child, "staff", "guardian")

    assert link.ends_at == midnight(2030, 9, 1)
    with db_time.at(midnight(2030, 9, 1) - timedelta(seconds=1)):
        assert records_of(link.user).exists()
    with db_time.at(midnight(2030, 9, 1)):
        assert not records_of(link.user).exists()


@pytest.mark.parametrize(
    ("corrected", "end"),
    [
        (date(2012, 9, 11), (2030, 9, 11)),
        (date(2010, 1, 9), (2028, 1, 9)),
        (BirthDate.fromisoformat("2012"), (2030, 12, 31)),
        (BirthDate.fromisoformat("2011-04"), (2029, 4, 30)),
        # The child turns out to be an adult: it ends at once.
        (date(THIS_YEAR - 18, 1, 1), (THIS_YEAR, 1, 1)),
    ],
)
def test_the_end_follows_a_corrected_date_of_birth(corrected, end):
    link = RecordLinkFactory.create(guardian=True)
    RecordLink.objects.update(end_told_at=db_time.now())

    actions.revise_identity(link.citizen, changes={"date_of_birth": corrected}, by=None, why="-")

    link.refresh_from_db()
    assert link.ends_at == midnight(*end)
    assert link.end_told_at is None
    assert records_of(link.user).exists() is (link.ends_at > db_time.now())


def test_of_a_merged_record_the_kept_birth_counts_until_it_is_separated():
    link = RecordLinkFactory.create(guardian=True)
    other = CitizenFactory.create(date_of_birth=date(2014, 1, 2), id_number=None)

    merging.merge(link.citizen, into=other, by=None, why="-")
    link.refresh_from_db()
    assert link.ends_at == midnight(2032, 1, 2)
    actions.revise_identity(other, changes={"date_of_birth": date(2013, 1, 2)}, by=None, why="-")
    link.refresh_from_db()
    assert link.ends_at == midnight(2031, 1, 2)
    merging.separate(link.citizen, by=None, why="-")
    link.refresh_from_db()
    assert link.ends_at == midnight(2030, 9, 1)


def test_a_link_to_an_adult_from_before_this_rule_keeps_its_end():
    link = RecordLinkFactory.create(guardian=True)
    later = db_time.now() + timedelta(days=300)
    Citizen.objects.filter(pk=link.citizen_id).update(date_of_birth=date(1950, 1, 2))
    RecordLink.objects.update(ends_at=later)

    Citizen.objects.filter(pk=link.citizen_id).update(date_of_birth=date(1950, 1, 3))

    link.refresh_from_db()
    assert link.ends_at == later


def test_links_from_before_this_rule_get_an_end_of_their_own():
    child, adult = RecordLinkFactory.create_batch(2, guardian=True)
    RecordLink.objects.update(ends_at=None)
    Citizen.objects.filter(pk=adult.citizen_id).update(date_of_birth=date(1950, 1, 2))

    with connection.cursor() as cursor:
        cursor.execute(import_module("citizens.migrations.0017_ends_of_guardians").ENDS)

    for link in (child, adult):
        link.refresh_from_db()
    assert child.ends_at == midnight(2030, 9, 1)
    assert adult.ends_at is not None
    assert timedelta(days=364) < adult.ends_at - db_time.now() <= timedelta(days=366)


@pytest.mark.parametrize("way", ["insert", "update"])
def test_the_database_refuses_a_guardian_of_an_adult(way):
    adult = CitizenFactory.create()
    RecordLinkFactory.create(citizen=adult)
    ways = {
        "insert": lambda: RecordLinkFactory.create(relation="guardian", citizen=adult),
        "update": lambda: RecordLink.objects.update(relation="guardian"),
    }

    with pytest.raises(IntegrityError, match="not of an adult"), transaction.atomic():
        ways[way]()


@pytest.mark.parametrize("born", [date(THIS_YEAR - 19, 1, 1), date(1950, 3, 1)])
def test_an_adult_is_neither_opened_nor_started_nor_linked_as_a_ward(born):
    guardian = UserFactory.create()
    adult = CitizenFactory.create(full_name="Hồ Thị Già", date_of_birth=born, phone=guardian.phone)
    said = {"full_name": "Hồ Thị Già", "date_of_birth": born, "relation": "guardian"}

    for way in (actions.open_record, actions.start_record):
        with pytest.raises(links.IsAdult):
            way(guardian, **said)
    with pytest.raises(actions.NoMatch):
        actions.open_record(guardian, id_number=adult.id_number, relation="guardian")
    with pytest.raises(links.IsAdult):
        links.make(guardian, adult, "staff", "guardian")

    assert Citizen.objects.count() == 1
    assert not RecordLink.objects.exists()


def test_a_young_person_opens_their_own_record_after_the_guardians_link_has_ended():
    phone = "+84905555001"
    guardian = UserFactory.create(phone=phone)
    child = CitizenFactory.create(child=True, full_name="Lê Minh Anh", phone=phone)
    links.make(guardian, child, "phone_and_birth", "guardian")

    with db_time.at(midnight(2030, 9, 2)):
        link = actions.open_record(
            guardian, full_name="Lê Minh Anh", date_of_birth=child.date_of_birth
        )

    assert (link.relation, RecordLink.objects.get(relation="guardian").until) == (
        "self",
        midnight(2030, 9, 1),
    )
