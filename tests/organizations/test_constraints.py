"""What the database refuses about areas, organizations and memberships."""

from datetime import date, timedelta

import pytest
from django.db import DataError, IntegrityError, transaction

from organizations.models import Organization
from tests.factories.organizations import AreaFactory, MembershipFactory, OrganizationFactory
from vaxreg import db_time


@pytest.fixture
def refused(db):
    """A block whose last statement the named constraint must refuse."""

    def block(constraint):
        return _Refused(constraint)

    return block


class _Refused:
    def __init__(self, constraint):
        self.raises = pytest.raises(IntegrityError, match=constraint)
        self.atomic = transaction.atomic()

    def __enter__(self):
        self.raises.__enter__()
        self.atomic.__enter__()

    def __exit__(self, *error):
        self.atomic.__exit__(*error)
        return self.raises.__exit__(*error)


def test_there_is_one_ministry_and_one_open_hotline(country, refused):
    with refused("organization_one_ministry_and_one_hotline"):
        OrganizationFactory.create(kind="ministry", part_of=None)
    with refused("organization_one_ministry_and_one_hotline"):
        OrganizationFactory.create(hotline=True)


def test_a_commune_has_one_open_station(country, refused):
    with refused("organization_one_desk_per_area_and_kind"):
        OrganizationFactory.create(commune_station=True, area=country["buoi"].area)

    Organization.objects.filter(code="TYT-00109").update(closed_on=date(2025, 7, 1))
    OrganizationFactory.create(commune_station=True, area=country["buoi"].area)


def test_a_station_without_area_is_refused(country, refused):
    with refused("organization_desks_have_an_area"):
        OrganizationFactory.create(kind="commune_station", name="Trạm Y tế", area=None)


def test_only_the_ministry_is_part_of_nothing(country, refused):
    with refused("organization_only_the_ministry_is_part_of_nothing"):
        OrganizationFactory.create(part_of=None)


def test_an_organization_does_not_close_before_it_opens(country, refused):
    with refused("organization_closes_after_it_opens"):
        OrganizationFactory.create(opened_on=date(2022, 1, 1), closed_on=date(2021, 1, 1))


def test_an_open_organization_has_no_successor(country, refused):
    with refused("organization_successor_follows_a_closed_one"):
        OrganizationFactory.create(successor=country["buoi"])


def test_the_same_role_is_not_held_twice_at_a_time(country, refused):
    held = MembershipFactory.create(organization=country["buoi"])

    with refused("membership_once_at_a_time"):
        MembershipFactory.create(user=held.user, organization=country["buoi"])

    MembershipFactory.create(user=held.user, organization=country["buoi"], lead=True)


def test_the_same_role_may_be_held_again_after_it_ended(country):
    now = db_time.now()
    past = MembershipFactory.create(
        organization=country["buoi"], since=now - timedelta(days=9), until=now - timedelta(days=5)
    )

    again = MembershipFactory.create(
        user=past.user, organization=country["buoi"], since=now - timedelta(days=5)
    )

    assert again.pk != past.pk


def test_a_membership_does_not_end_before_it_begins(country, refused):
    now = db_time.now()

    # Two rules refuse it; PostgreSQL names whichever it meets first.
    with pytest.raises((DataError, IntegrityError)), transaction.atomic():
        MembershipFactory.create(since=now, until=now - timedelta(days=1))


def test_who_ended_a_membership_is_not_known_without_when(country, refused):
    with refused("membership_ended_by_somebody_has_an_end"):
        MembershipFactory.create(ended_by=MembershipFactory.create().user)


def test_two_areas_with_one_code_do_not_exist_at_the_same_time(db, refused):
    AreaFactory.create(code="01", valid_to=date(2025, 7, 1))
    AreaFactory.create(code="01", valid_from=date(2025, 7, 1))

    with refused("area_one_current_version"):
        AreaFactory.create(code="01", valid_from=date(2026, 1, 1))


def test_an_area_that_stands_is_not_replaced(db, refused):
    with refused("area_replaced_has_ended"):
        AreaFactory.create(replaced_by=AreaFactory.create())


def test_a_commune_lies_in_another_area(db, refused):
    with refused("area_all_but_provinces_lie_in_another"):
        AreaFactory.create(level="commune")
