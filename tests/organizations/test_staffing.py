"""Inviting, suspending, changing and ending: who may, what it does, what stays on record."""

import re
from datetime import date

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction

from accounts.models import Invitation, User
from messaging.models import Message
from organizations import staffing
from organizations.journal import StaffEvent
from organizations.models import Membership, Organization
from tests.factories.accounts import UserFactory
from tests.factories.organizations import MembershipFactory
from vaxreg import db_time

OFFICERS = {"officer", "reviewer", "lead"}


@pytest.fixture
def huong(country):
    return MembershipFactory.create(organization=country["tay_ho"], officer=True).user


def invite(country, by, where="buoi", role="reviewer", email="moi@example.vn", name="Vũ Thị Mới"):
    return staffing.invite(
        id_number="001190045678",
        date_of_birth=date(1990, 4, 5),
        email=email,
        full_name=name,
        organization=country[where],
        role=role,
        by=by,
    )


def nurse_of(country, where="buoi", **values):
    return MembershipFactory.create(organization=country[where], **values)


def token_in(message):
    return re.findall(r"/staff/invitation/([\w-]+)/", message.text)[0]


@pytest.mark.parametrize(
    ("who", "where", "may_give"),
    [
        ("officer of the district", "buoi", {"reviewer", "lead"}),
        ("officer of the district", "tay_ho", OFFICERS),
        ("officer of the district", "department", set()),
        ("officer of the district", "lang_thuong", set()),
        ("officer of the province", "tay_ho", OFFICERS),
        ("officer of the province", "lang_thuong", {"reviewer", "lead"}),
        ("officer of the province", "hotline", set()),
        ("officer of the ministry", "hotline", {"hotline", "lead"}),
        ("officer of the ministry", "department", OFFICERS),
        ("lead of the site", "buoi", {"reviewer"}),
        ("lead of the site", "nhat_tan", set()),
        ("lead of the site", "tay_ho", set()),
        ("reviewer of the site", "buoi", set()),
    ],
)
def test_each_gives_only_the_roles_of_their_own_reach(country, who, where, may_give):
    places = {"district": "tay_ho", "province": "department", "ministry": "ministry"}
    role, place = who.split(" of the ")
    membership = MembershipFactory.create(
        organization=country[places.get(place, "buoi")], role=role
    )

    assert set(staffing.roles_given_by(membership.user, country[where])) == may_give


def test_who_is_new_gets_an_account_and_a_link_by_e_mail(country, huong):
    membership = invite(country, huong, email=" Moi@Example.VN ")

    user = membership.user
    assert (user.email, user.full_name) == ("moi@example.vn", "Vũ Thị Mới")
    assert not user.has_usable_password()
    sent = Message.objects.get(user=user)
    assert token_in(sent)
    assert sent.is_secret
    assert country["buoi"].name in sent.text
    assert user.staff_events.get().act == StaffEvent.Act.INVITED


def test_the_link_stands_nowhere_in_the_database_but_in_the_message(country, huong):
    user = invite(country, huong).user

    token = token_in(Message.objects.get(user=user))
    assert token not in user.invitations.get().token_hash


def test_who_has_signed_in_before_is_told_and_gets_no_link(country, huong):
    known = UserFactory.create(
        staff=True,
        verified=False,
        email="moi@example.vn",
        full_name="Tên Đã Có",
        last_login=db_time.now(),
    )
    known.set_password("x")
    known.save()

    membership = invite(country, huong)

    assert membership.user == known
    assert membership.user.full_name == "Tên Đã Có"
    sent = Message.objects.get(user=known)
    assert "/staff/invitation/" not in sent.text
    assert not Invitation.objects.exists()


def test_nobody_is_invited_twice_to_the_same_role(country, huong):
    invite(country, huong)

    with pytest.raises(staffing.WorksThere):
        invite(country, huong)


def test_nobody_invites_themselves_to_more(country, huong):
    with pytest.raises(PermissionDenied):
        invite(country, huong, email=huong.email, role="lead", where="tay_ho")


def test_an_officer_appoints_nobody_above_herself(country, huong):
    with pytest.raises(PermissionDenied):
        invite(country, huong, where="department", role="officer")


def test_a_new_link_ends_the_older_one(country, huong):
    user = invite(country, huong).user

    staffing.invite_again(user, by=huong)

    assert user.invitations.filter(used_at=None, revoked_at=None).count() == 1
    assert user.invitations.count() == 2
    acts = list(user.staff_events.values_list("act", flat=True))
    assert acts == ["invited", "invited_again"]


def test_who_came_needs_no_second_invitation(country, huong):
    user = nurse_of(country).user
    user.set_password("x")
    user.last_login = db_time.now()
    user.save()

    with pytest.raises(staffing.AlreadyHandled):
        staffing.invite_again(user, by=huong)


def test_a_suspended_membership_gives_no_rights_and_is_given_back(country, huong):
    nurse = nurse_of(country)

    staffing.suspend(nurse, by=huong, reason="Nghỉ thai sản")
    assert not Organization.objects.within_reach(nurse.user).exists()
    staffing.reinstate(nurse, by=huong)

    assert Organization.objects.within_reach(nurse.user).contains(country["buoi"])
    told = nurse.user.staff_events.order_by("pk").values_list("act", "reason", "by")
    assert list(told) == [
        ("suspended", "Nghỉ thai sản", huong.pk),
        ("reinstated", "", huong.pk),
    ]


def test_an_organization_whose_only_reviewer_is_suspended_cannot_receive(country, huong):
    nurse = nurse_of(country)

    staffing.suspend(nurse, by=huong, reason="Nghỉ")

    assert not Organization.objects.able_to_receive().contains(country["buoi"])


def test_suspending_at_one_place_leaves_the_other_place_alone(country, huong):
    nurse = nurse_of(country)
    MembershipFactory.create(user=nurse.user, organization=country["lang_thuong"])

    staffing.suspend(nurse, by=huong, reason="Nghỉ")

    reach = Organization.objects.within_reach(nurse.user)
    assert list(reach) == [country["lang_thuong"]]


def test_an_officer_cannot_touch_the_work_of_another_district(country, huong):
    elsewhere = nurse_of(country, "lang_thuong")

    for act in (staffing.suspend, staffing.end):
        with pytest.raises(PermissionDenied):
            act(elsewhere, by=huong, reason="Nghỉ")
    with pytest.raises(PermissionDenied):
        staffing.change_role(elsewhere, "lead", by=huong)


def test_the_account_is_suspended_only_by_who_reaches_all_of_its_work(country, huong):
    phuc = MembershipFactory.create(organization=country["department"], officer=True).user
    nurse = nurse_of(country)
    MembershipFactory.create(user=nurse.user, organization=country["lang_thuong"])

    with pytest.raises(PermissionDenied):
        staffing.suspend_account(nurse.user, by=huong, reason="Mất điện thoại")
    staffing.suspend_account(nurse.user, by=phuc, reason="Mất điện thoại")

    nurse.user.refresh_from_db()
    assert nurse.user.suspended_at is not None
    assert nurse.user.is_active
    assert not Organization.objects.within_reach(nurse.user).exists()


def test_opening_an_account_again_leaves_suspended_what_was_suspended_before(country, huong):
    nurse = nurse_of(country)
    other = MembershipFactory.create(user=nurse.user, organization=country["nhat_tan"])
    staffing.suspend(other, by=huong, reason="Nghỉ")
    staffing.suspend_account(nurse.user, by=huong, reason="Mất điện thoại")

    staffing.reinstate_account(nurse.user, by=huong)

    assert list(Organization.objects.within_reach(nurse.user)) == [country["buoi"]]


def test_nobody_is_invited_with_a_suspended_account(country, huong):
    nurse = nurse_of(country)
    staffing.suspend_account(nurse.user, by=huong, reason="Mất điện thoại")

    with pytest.raises(staffing.AccountShut):
        invite(country, huong, where="nhat_tan", email=nurse.user.email)


def test_a_role_is_changed_in_one_go(country, huong):
    nurse = nurse_of(country)

    staffing.change_role(nurse, "lead", by=huong)

    assert list(staffing.memberships_of(nurse.user).values_list("role", flat=True)) == ["lead"]
    event = nurse.user.staff_events.get()
    assert (event.act, event.role_before, event.role) == ("role_changed", "reviewer", "lead")


def test_a_lead_acts_on_reviewers_only(country):
    lead = nurse_of(country, lead=True).user
    reviewer, fellow = nurse_of(country), nurse_of(country, lead=True)

    staffing.suspend(reviewer, by=lead, reason="Nghỉ")
    with pytest.raises(PermissionDenied):
        staffing.suspend(fellow, by=lead, reason="Nghỉ")
    with pytest.raises(PermissionDenied):
        staffing.change_role(nurse_of(country), "lead", by=lead)


def test_an_officer_neither_raises_nor_suspends_herself_but_may_leave(country, huong):
    own = huong.memberships.get()

    with pytest.raises(PermissionDenied):
        staffing.change_role(own, "lead", by=huong)
    with pytest.raises(PermissionDenied):
        staffing.suspend(own, by=huong, reason="Nghỉ")
    staffing.end(own, by=huong, reason="Chuyển công tác")

    assert not staffing.memberships_of(huong).exists()


def test_ending_the_last_work_ends_the_open_link(country, huong):
    membership = invite(country, huong)

    staffing.end(membership, by=huong, reason="Nhầm người")

    assert membership.user.invitations.get().revoked_at is not None


@pytest.mark.parametrize("act", ["suspend", "end"])
def test_the_second_of_two_who_press_is_told(country, huong, act):
    nurse = nurse_of(country)
    getattr(staffing, act)(nurse, by=huong, reason="Nghỉ")

    with pytest.raises(staffing.AlreadyHandled):
        getattr(staffing, act)(nurse, by=huong, reason="Nghỉ")

    assert StaffEvent.objects.count() == 1


def test_acts_about_staff_are_never_changed(country, huong):
    invite(country, huong)

    with pytest.raises(DatabaseError), transaction.atomic():
        StaffEvent.objects.update(reason="khác")
    with pytest.raises(DatabaseError), transaction.atomic():
        StaffEvent.objects.all().delete()


def test_everybody_else_is_told_what_was_done_about_them(country, huong):
    nurse = nurse_of(country)

    staffing.suspend(nurse, by=huong, reason="Nghỉ")
    staffing.reinstate(nurse, by=huong)
    fresh = staffing.change_role(nurse, "lead", by=huong)
    staffing.end(fresh, by=huong, reason="Chuyển công tác")

    purposes = Message.objects.filter(user=nurse.user).order_by("pk")
    assert list(purposes.values_list("purpose", flat=True)) == [
        "staff.suspended",
        "staff.reinstated",
        "staff.role_changed",
        "staff.ended",
    ]


def test_appointing_over_a_suspension_does_not_lift_it(country, huong):
    nurse = nurse_of(country)
    staffing.suspend(nurse, by=huong, reason="Nghỉ")

    with pytest.raises(staffing.WorksThere):
        invite(country, huong, email=nurse.user.email)

    assert not Membership.objects.live().of(nurse.user).exists()
    assert User.objects.filter(email=nurse.user.email).count() == 1
