"""Whoever is suspended or dismissed can do nothing more from the next request on, by any credential."""

import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client

from accounts import invitations, sessions
from accounts.api_auth import make_token
from accounts.models import Scope, SessionKind, User
from accounts.sign_in import two_factor
from organizations.models import Membership
from tests.accounts.authenticator import Passkey
from tests.accounts.doors import PASSWORD, SECRET, app_code, enter_code, enter_password
from tests.sign_in import sign_in_citizen, sign_in_staff
from tests.world import World
from vaxreg import db_time

QUEUE = "/api/v1/queue/"


@pytest.fixture(autouse=True)
def _real_site(settings):
    settings.ROOT_URLCONF = "vaxreg.urls"


@pytest.fixture
def minh(world: World) -> User:
    minh = world.user("minh")
    minh.set_password(PASSWORD)
    minh.save()
    two_factor.set_up(minh, SECRET)
    two_factor.mark_recovery_codes_seen(minh)
    return minh


def suspended(minh: User) -> None:
    User.objects.filter(pk=minh.pk).update(suspended_at=db_time.now())


def dismissed(minh: User) -> None:
    User.objects.filter(pk=minh.pk).update(is_active=False)


def without_work(minh: User) -> None:
    Membership.objects.filter(user=minh).update(until=db_time.now())


def with_suspended_work(minh: User) -> None:
    Membership.objects.filter(user=minh).update(suspended_at=db_time.now())


def token(minh: User, kind: SessionKind, scope: Scope) -> Client:
    key = make_token(minh, name="p", kind=kind, lifetime=timedelta(days=1), scopes=[scope])
    return Client(headers={"authorization": f"Token {key}"})


def session(minh: User) -> Client:
    client = Client()
    sign_in_staff(client, minh)
    return client


def signed_out_everywhere(minh: User) -> None:
    sessions.end_all(minh)


SHUT = [suspended, dismissed]
OUT = [without_work, with_suspended_work]


@pytest.mark.parametrize("shut", SHUT)
@pytest.mark.parametrize(
    "path", ["/review/", "/account/", "/account/second-factors/", "/messages/"]
)
def test_a_session_of_staff_ends(world, minh, shut: Callable[[User], None], path: str):
    client = session(minh)

    shut(minh)

    assert "sign-in" in client.get(path).headers["Location"]
    assert client.get("/account/").status_code == 302


@pytest.mark.parametrize("shut", SHUT)
@pytest.mark.parametrize("make", [session, lambda u: token(u, SessionKind.STAFF, Scope.READ)])
def test_no_credential_of_staff_opens_the_interface(world, minh, shut, make):
    client = make(minh)
    assert client.get(QUEUE).status_code == 200

    shut(minh)

    assert client.get(QUEUE).status_code == 401


@pytest.mark.parametrize("out", OUT)
@pytest.mark.parametrize("make", [session, lambda u: token(u, SessionKind.STAFF, Scope.READ)])
def test_ended_or_suspended_work_opens_no_case_by_any_credential(correction, minh, out, make):
    client, case = make(minh), correction.reference
    assert client.get(f"/api/v1/corrections/{case}/").status_code == 200

    out(minh)

    assert client.get(f"/api/v1/corrections/{case}/").status_code == 404
    assert client.get(f"/review/{case}/").status_code in (302, 404)


@pytest.mark.parametrize("out", OUT)
def test_ended_or_suspended_work_takes_no_step_by_a_key(correction, minh, out):
    client = token(minh, SessionKind.STAFF, Scope.REVIEW)

    out(minh)

    answer = client.post(f"/api/v1/corrections/{correction.reference}/pick-up/")
    assert answer.status_code in (403, 404)


@pytest.mark.parametrize("out", OUT)
@pytest.mark.parametrize("make", [session, lambda u: token(u, SessionKind.STAFF, Scope.READ)])
def test_an_officer_without_work_reads_no_report(world, out, make):
    huong = world.user("huong")
    client = make(huong)
    assert client.get("/api/v1/oversight/report/").status_code == 200

    out(huong)

    assert client.get("/api/v1/oversight/report/").status_code == 403
    assert client.get("/oversight/").status_code in (302, 403)


@pytest.mark.parametrize("shut", [*SHUT, signed_out_everywhere])
def test_a_sign_in_that_is_under_way_goes_no_further(world, minh, shut):
    client = Client()
    enter_password(client, str(minh.email))

    shut(minh)

    answer = enter_code(client, app_code(minh))
    assert answer.headers["Location"] == "/staff/sign-in/"
    assert client.get("/review/").status_code == 302


@pytest.mark.parametrize("shut", SHUT)
def test_a_passkey_that_was_asked_for_before_proves_nothing(world, minh, shut):
    work, key, client = session(minh), Passkey(), Client()
    add = "/account/second-factors/passkeys/add/"
    made = key.make(work.get(add).context["options"])
    assert work.post(add, {"name": "Desk", "passkey": made}).status_code == 302
    enter_password(client, str(minh.email))
    options = client.get("/staff/sign-in/code/").context["options"]
    assert json.loads(options)["allowCredentials"]

    shut(minh)

    client.post("/staff/sign-in/code/", {"passkey": key.prove(options)})
    assert client.get("/review/").status_code == 302


@pytest.mark.parametrize("shut", SHUT)
def test_an_invitation_link_sets_no_password(world, shut):
    hoa = User.objects.create_user(email="hoa@example.vn")
    _row, link = invitations.make(hoa, by=None)
    path = link.partition("localhost")[2]

    shut(hoa)

    assert Client().get(path).status_code == 404
    Client().post(path, {"password": PASSWORD, "again": PASSWORD})
    hoa.refresh_from_db()
    assert not hoa.has_usable_password()


def test_a_dismissed_citizen_is_out_by_session_and_key(world):
    lan = world.user("lan")
    client, program = Client(), token(lan, SessionKind.CITIZEN, Scope.READ)
    sign_in_citizen(client, lan)
    assert client.get("/record/").status_code == program.get("/api/v1/records/").status_code == 200

    dismissed(lan)

    assert client.get("/record/").status_code == 302
    assert program.get("/api/v1/records/").status_code == 401


def test_a_suspended_nurse_still_reads_her_own_record_as_a_citizen(world):
    nurse = world.user("lan")
    client, program = Client(), token(nurse, SessionKind.CITIZEN, Scope.READ)
    sign_in_citizen(client, nurse)

    suspended(nurse)

    assert client.get("/record/").status_code == program.get("/api/v1/records/").status_code == 200
