"""Whose organizations somebody reaches, and who can be given work."""

from datetime import timedelta

import pytest
from django.db import connection, transaction

from organizations.models import Organization
from organizations.queries import held_roles
from tests.factories.accounts import UserFactory
from tests.factories.organizations import MembershipFactory, OrganizationFactory
from vaxreg import db_time


def names(queryset):
    return set(queryset.values_list("code", flat=True))


def test_an_officer_reaches_the_whole_sub_tree_and_nothing_beside_it(country):
    huong = MembershipFactory.create(organization=country["tay_ho"], officer=True).user

    reach = Organization.objects.within_reach(huong)

    assert names(reach) == {"TTYT-003", "TYT-00109", "TYT-00094"}


def test_a_reviewer_reaches_only_the_organization_itself(country):
    reviewer = MembershipFactory.create(organization=country["tay_ho"]).user

    reach = Organization.objects.within_reach(reviewer)

    assert names(reach) == {"TTYT-003"}


def test_reach_is_the_union_of_all_live_memberships(country):
    user = MembershipFactory.create(organization=country["dong_da"], officer=True).user
    MembershipFactory.create(user=user, organization=country["buoi"])

    reach = Organization.objects.within_reach(user)

    assert names(reach) == {"TTYT-006", "TYT-00187", "TYT-00109"}


def test_reach_can_be_asked_for_some_roles_only(country):
    user = MembershipFactory.create(organization=country["dong_da"], officer=True).user
    MembershipFactory.create(user=user, organization=country["buoi"])

    assert names(Organization.objects.within_reach(user, "reviewer", "lead")) == {"TYT-00109"}
    assert names(Organization.objects.within_reach(user, "officer")) == {"TTYT-006", "TYT-00187"}
    assert not Organization.objects.within_reach(user, "hotline").exists()


def test_two_memberships_over_the_same_sub_tree_give_each_organization_once(country):
    user = MembershipFactory.create(organization=country["department"], officer=True).user
    MembershipFactory.create(user=user, organization=country["tay_ho"], officer=True)

    reach = list(Organization.objects.within_reach(user).values_list("code", flat=True))

    assert len(reach) == len(set(reach)) == 7


def test_an_ended_or_future_membership_reaches_nothing(country):
    now = db_time.now()
    ended = MembershipFactory.create(
        organization=country["tay_ho"],
        officer=True,
        since=now - timedelta(days=2),
        until=now - timedelta(days=1),
    )
    coming = MembershipFactory.create(
        organization=country["tay_ho"], officer=True, since=now + timedelta(days=1)
    )

    assert not Organization.objects.within_reach(ended.user).exists()
    assert not Organization.objects.within_reach(coming.user).exists()


def test_a_membership_counts_at_the_moment_that_is_asked_about(country):
    coming = MembershipFactory.create(
        organization=country["buoi"], since=db_time.now() + timedelta(days=1)
    ).user

    with db_time.at(db_time.now() + timedelta(days=2)):
        assert names(Organization.objects.within_reach(coming)) == {"TYT-00109"}


def test_somebody_without_memberships_reaches_nothing(country):
    assert not Organization.objects.within_reach(UserFactory.create()).exists()


def test_what_is_in_reach_can_be_locked(country):
    huong = MembershipFactory.create(organization=country["tay_ho"], officer=True).user

    with transaction.atomic():
        locked = list(Organization.objects.within_reach(huong).select_for_update())

    assert len(locked) == 3


def test_the_sub_tree_of_a_path_does_not_take_in_a_longer_number(country):
    # "1/12/" must not reach "1/120/": siblings whose ids begin with the same digits.
    parent = country["ministry"]
    siblings = [OrganizationFactory.create(part_of=parent) for _ in range(12)]
    short = min(siblings, key=lambda it: it.pk)

    officer = MembershipFactory.create(organization=short, officer=True).user

    assert names(Organization.objects.within_reach(officer)) == {short.code}
    assert names(Organization.objects.under(short)) == {short.code}


def test_the_sub_tree_is_read_through_the_index_on_path(country):
    huong = MembershipFactory.create(organization=country["tay_ho"], officer=True).user
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")

    plan = Organization.objects.within_reach(huong, "officer").explain()

    assert "organization_path" in plan


def test_held_roles_are_the_live_ones_with_their_organizations(country, django_assert_num_queries):
    user = MembershipFactory.create(organization=country["buoi"]).user
    MembershipFactory.create(user=user, organization=country["department"], officer=True)
    MembershipFactory.create(
        user=user,
        organization=country["dong_da"],
        since=db_time.now() - timedelta(days=2),
        until=db_time.now() - timedelta(days=1),
    )

    with django_assert_num_queries(1):
        held = [(it.organization.code, it.role) for it in held_roles(user)]

    assert held == [("SYT-01", "officer"), ("TYT-00109", "reviewer")]


@pytest.mark.parametrize(
    ("role", "able"), [("reviewer", True), ("lead", True), ("officer", True), ("hotline", False)]
)
def test_an_organization_can_receive_when_somebody_there_decides(country, role, able):
    MembershipFactory.create(organization=country["buoi"], role=role)

    assert Organization.objects.able_to_receive().contains(country["buoi"]) is able


def test_the_hotline_can_receive_when_an_agent_sits_there(country):
    MembershipFactory.create(organization=country["hotline"], hotline=True)
    MembershipFactory.create(organization=country["buoi"], hotline=True)

    assert names(Organization.objects.able_to_receive()) == {"DDN"}


def test_a_blocked_account_does_not_make_an_organization_able_to_receive(country):
    MembershipFactory.create(organization=country["buoi"], user__is_active=False)

    assert not Organization.objects.able_to_receive().exists()


def test_several_reviewers_do_not_list_an_organization_twice(country):
    MembershipFactory.create(organization=country["buoi"])
    MembershipFactory.create(organization=country["buoi"])

    assert Organization.objects.able_to_receive().count() == 1
