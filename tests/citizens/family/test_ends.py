"""Links that end by themselves: both are told before and then, once each, also after an outage."""

from datetime import date, datetime, timedelta

import pytest
from django.utils import timezone

from citizens.family import ends
from citizens.models import Citizen, RecordLink
from citizens.tasks import end_links
from messaging.models import Message
from tests.factories.accounts import UserFactory
from tests.factories.citizens import CitizenFactory, RecordLinkFactory
from vaxreg import db_time

pytestmark = pytest.mark.django_db

ADULT = datetime(2030, 9, 1, tzinfo=timezone.get_default_timezone())
YOUNG = "+84905555400"


@pytest.fixture
def guardian() -> RecordLink:
    child = CitizenFactory.create(child=True, phone=YOUNG)
    return RecordLinkFactory.create(guardian=True, citizen=child)


def told(purpose: str) -> list[str]:
    return sorted(one.recipient for one in Message.objects.filter(purpose=purpose))


@pytest.mark.parametrize(
    ("before", "is_told"),
    [
        (timedelta(days=32), False),
        (timedelta(days=31), True),
        (timedelta(days=1), True),
        (timedelta(hours=1), True),
    ],
)
def test_a_month_before_18_both_are_told_once_whenever_the_task_runs(guardian, before, is_told):
    with db_time.at(ADULT - before):
        for _run in range(3):
            end_links()

    expected = sorted([guardian.user.phone, YOUNG]) if is_told else []
    assert told("record.ends_soon") == expected


def test_at_18_the_link_is_closed_and_both_are_told(guardian):
    with db_time.at(ADULT + timedelta(days=3)):
        for _run in range(2):
            end_links()

    guardian.refresh_from_db()
    assert (guardian.until, guardian.ended_by) == (ADULT, None)
    assert told("record.ended") == sorted([guardian.user.phone, YOUNG])


def test_the_young_person_is_told_once_of_two_parents(guardian):
    father = RecordLinkFactory.create(guardian=True, citizen=guardian.citizen)

    with db_time.at(ADULT - timedelta(days=3)):
        end_links()

    assert told("record.ends_soon") == sorted([guardian.user.phone, father.user.phone, YOUNG])


def test_a_guardian_whose_phone_is_on_the_record_gets_one_message(guardian):
    Citizen.objects.filter(pk=guardian.citizen_id).update(phone=guardian.user.phone)

    with db_time.at(ADULT - timedelta(days=3)):
        end_links()

    assert told("record.ends_soon") == [guardian.user.phone]


def test_another_date_of_birth_is_told_anew(guardian):
    with db_time.at(ADULT - timedelta(days=3)):
        end_links()
        Citizen.objects.filter(pk=guardian.citizen_id).update(date_of_birth=date(2012, 9, 9))
        end_links()

    assert told("record.ends_soon").count(YOUNG) == 2


def test_a_week_before_its_last_day_both_are_told_of_an_agreement_and_then():
    mother = CitizenFactory.create(phone=YOUNG)
    link = RecordLinkFactory.create(citizen=mother, relative=True)
    assert link.ends_at is not None
    both = sorted([str(link.user.phone), YOUNG])

    with db_time.at(link.ends_at - timedelta(days=8)):
        end_links()
    assert told("record.ends_soon") == []
    with db_time.at(link.ends_at - timedelta(days=6)):
        end_links()
    assert told("record.ends_soon") == both
    with db_time.at(link.ends_at + timedelta(hours=1)):
        end_links()
    assert told("record.ended") == both
    link.refresh_from_db()
    assert link.until == link.ends_at


def test_of_an_agreement_of_three_days_nobody_is_told_twice():
    RecordLinkFactory.create(relative=True, ends_at=db_time.now() + timedelta(days=3))

    end_links()

    assert told("record.ends_soon") == []


def test_a_link_that_fails_does_not_stop_the_others(guardian, monkeypatch):
    other = RecordLinkFactory.create(guardian=True)
    close = ends.links.close

    def fails(link):
        if link.pk == guardian.pk:
            raise RuntimeError
        close(link)

    monkeypatch.setattr(ends.links, "close", fails)
    with db_time.at(ADULT):
        end_links()

    other.refresh_from_db()
    guardian.refresh_from_db()
    assert (other.until, guardian.until) == (ADULT, None)


def test_messages_name_nobody_and_speak_each_language(guardian):
    reader = UserFactory.create(language="en")
    link = RecordLinkFactory.create(user=reader, citizen=guardian.citizen, guardian=True)

    with db_time.at(ADULT - timedelta(days=3)):
        end_links()

    text = next(one.text for one in Message.objects.all() if one.recipient == reader.phone)
    assert "turns 18 on 1/9/2030" in text
    assert link.citizen.full_name not in text
