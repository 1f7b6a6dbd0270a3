"""Who saw whose record: a row for a page, and one a day for a list."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, InternalError, transaction

from citizens.models import RecordVisit
from citizens.visits import log_listed, log_own, log_visit
from tests.factories.accounts import UserFactory
from tests.factories.citizens import CitizenFactory, RecordLinkFactory
from vaxreg import db_time


def test_a_list_leaves_one_row_a_day_for_each_person(db):
    nurse, other = UserFactory.create(staff=True), UserFactory.create(staff=True)
    people = [CitizenFactory.create().pk for _ in range(3)]

    log_listed(nurse, people[:2])
    log_listed(nurse, [*people, people[0]])
    log_listed(other, people[:1])
    log_listed(nurse, [])

    rows = RecordVisit.objects.filter(why="list")
    assert sorted(rows.filter(user=nurse).values_list("citizen", flat=True)) == people
    assert rows.filter(user=other).count() == 1


def test_the_next_day_leaves_a_row_again(db):
    nurse, lan = UserFactory.create(staff=True), CitizenFactory.create()
    RecordVisit.objects.create(
        user=nurse, citizen=lan, why="list", at=db_time.now() - timedelta(days=1)
    )

    log_listed(nurse, [lan.pk])

    assert RecordVisit.objects.count() == 2


def test_a_page_that_was_opened_is_no_list_that_was_seen(db):
    nurse, lan = UserFactory.create(staff=True), CitizenFactory.create()
    log_visit(nurse, lan, RecordVisit.Why.REVIEW)

    log_listed(nurse, [lan.pk])

    assert sorted(RecordVisit.objects.values_list("why", flat=True)) == ["list", "review"]


@pytest.mark.parametrize(("guardian", "why"), [(False, "own"), (True, "guardian")])
def test_families_leave_a_row_too(db, guardian, why):
    link = RecordLinkFactory.create(guardian=guardian)

    assert log_own(link.user, link.citizen).why == why


def test_a_row_is_kept(db):
    visit = log_visit(UserFactory.create(), CitizenFactory.create(), "own")

    for change in (lambda: visit.delete(), lambda: RecordVisit.objects.update(why="list")):
        with pytest.raises((InternalError, IntegrityError)), transaction.atomic():
            change()
