"""Appointing, ending, closing: who may, and what it leaves behind."""

import pytest
from django.core.exceptions import PermissionDenied

from organizations import actions
from organizations.models import Membership, Organization
from tests.factories.accounts import UserFactory
from tests.factories.organizations import MembershipFactory


@pytest.fixture
def huong(country):
    return MembershipFactory.create(organization=country["tay_ho"], officer=True).user


def test_an_officer_appoints_people_in_the_sub_tree(country, huong):
    nurse = UserFactory.create(staff=True)

    membership = actions.appoint(nurse, country["buoi"], "reviewer", by=huong)

    assert membership.appointed_by == huong
    assert Organization.objects.within_reach(nurse).contains(country["buoi"])


def test_an_officer_appoints_nobody_in_another_district(country, huong):
    with pytest.raises(PermissionDenied):
        actions.appoint(
            UserFactory.create(staff=True), country["lang_thuong"], "reviewer", by=huong
        )


def test_a_reviewer_appoints_nobody_but_a_lead_does(country):
    reviewer = MembershipFactory.create(organization=country["buoi"]).user
    lead = MembershipFactory.create(organization=country["buoi"], lead=True).user

    with pytest.raises(PermissionDenied):
        actions.appoint(UserFactory.create(staff=True), country["buoi"], "reviewer", by=reviewer)
    actions.appoint(UserFactory.create(staff=True), country["buoi"], "reviewer", by=lead)

    assert Membership.objects.filter(appointed_by=lead).count() == 1


def test_appointing_twice_gives_one_membership(country):
    nurse = UserFactory.create(staff=True)

    first = actions.appoint(nurse, country["buoi"], "reviewer", by=None)
    second = actions.appoint(nurse, country["buoi"], "reviewer", by=None)

    assert first == second


def test_nobody_is_appointed_to_a_closed_organization(country):
    actions.close(country["buoi"], by=None)

    with pytest.raises(actions.CannotAppoint):
        actions.appoint(UserFactory.create(staff=True), country["buoi"], "reviewer", by=None)


def test_closing_ends_all_memberships_and_names_the_successor(country, huong):
    nurse = MembershipFactory.create(organization=country["buoi"]).user

    closed = actions.close(country["buoi"], by=huong, successor=country["nhat_tan"])

    assert closed.successor == country["nhat_tan"]
    assert not closed.is_open
    assert not Membership.objects.live().filter(user=nurse).exists()


def test_an_organization_with_open_parts_is_not_closed(country):
    with pytest.raises(actions.CannotClose):
        actions.close(country["tay_ho"], by=None)


def test_a_closed_organization_is_nobodys_successor(country):
    actions.close(country["nhat_tan"], by=None)
    closed = Organization.objects.get(code="TYT-00094")

    with pytest.raises(actions.CannotClose):
        actions.close(country["buoi"], by=None, successor=closed)


def test_closing_twice_keeps_the_first_day_and_successor(country):
    first = actions.close(country["buoi"], by=None, successor=country["nhat_tan"])

    again = actions.close(country["buoi"], by=None)

    assert (again.closed_on, again.successor) == (first.closed_on, country["nhat_tan"])
