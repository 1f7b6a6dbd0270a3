"""The link of an invitation: chooses a password once, expires, and lets nobody past the second step."""

from datetime import timedelta

import pytest
from django.test import Client

from accounts import invitations
from accounts.models import Invitation
from accounts.sign_in import two_factor
from tests.factories.accounts import UserFactory
from vaxreg import db_time

PASSWORD = "tram y te buoi xanh la"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"

pytestmark = pytest.mark.django_db


@pytest.fixture
def nurse():
    user = UserFactory.create(staff=True, full_name="Vũ Thị Mới")
    user.set_unusable_password()
    user.save()
    return user


def path_to(nurse):
    _invitation, address = invitations.make(nurse, by=None)
    return "/" + address.split("/", 3)[3]


def choose(client, path, password=PASSWORD):
    return client.post(path, {"password": password, "again": password})


def test_the_link_leads_to_a_password_and_on_to_the_second_step(client, nurse):
    path = path_to(nurse)

    page = client.get(path)
    answer = choose(client, path)

    assert "Vũ Thị Mới" in page.text
    assert answer.headers["Location"] == "/staff/sign-in/set-up/"
    nurse.refresh_from_db()
    assert nurse.check_password(PASSWORD)
    assert not nurse.must_change_password


def test_looking_at_the_page_uses_nothing_up(client, nurse):
    path = path_to(nurse)

    for _look in range(3):
        assert client.get(path).status_code == 200
    assert client.head(path).status_code == 200

    assert Invitation.objects.get().used_at is None


def test_the_link_works_once(client, nurse):
    path = path_to(nurse)
    choose(client, path)

    again = choose(Client(), path, "mot mat khau khac han")

    assert again.status_code == 404
    nurse.refresh_from_db()
    assert nurse.check_password(PASSWORD)


def test_the_link_expires(client, nurse, settings):
    path = path_to(nurse)

    with db_time.at(db_time.now() + settings.INVITATION_LIFETIME + timedelta(seconds=1)):
        assert client.get(path).status_code == 404
        assert choose(client, path).status_code == 404


def test_a_new_link_ends_the_older_one(client, nurse):
    older, newer = path_to(nurse), path_to(nurse)

    assert client.get(older).status_code == 404
    assert client.get(newer).status_code == 200


@pytest.mark.parametrize("shut", [{"is_active": False}, {"suspended_at": True}])
def test_a_shut_account_has_no_way_in_by_a_link(client, nurse, shut):
    path = path_to(nurse)
    moment = db_time.now()
    values = {name: moment if value is True else value for name, value in shut.items()}
    type(nurse).objects.filter(pk=nurse.pk).update(**values)

    assert choose(client, path).status_code == 404


def test_a_link_does_not_replace_a_second_factor_that_is_there(client, nurse):
    two_factor.set_up(nurse, SECRET)
    two_factor.mark_recovery_codes_seen(nurse)

    answer = choose(client, path_to(nurse))

    assert answer.headers["Location"] == "/staff/sign-in/code/"


def test_a_weak_password_is_refused_and_the_link_stays(client, nurse):
    path = path_to(nurse)

    answer = choose(client, path, "sotiem12345678")

    assert answer.status_code == 422
    assert Invitation.objects.get().used_at is None


def test_whoever_has_signed_in_gets_no_link(nurse):
    nurse.set_password(PASSWORD)
    nurse.last_login = db_time.now()
    nurse.save()

    with pytest.raises(invitations.CannotInvite):
        invitations.make(nurse, by=None)


def test_old_links_are_forgotten(nurse):
    invitations.make(nurse, by=None)

    with db_time.at(db_time.now() + timedelta(days=120)):
        assert invitations.purge() == 1
