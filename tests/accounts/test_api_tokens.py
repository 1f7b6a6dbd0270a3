"""Keys of programs."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request
from rest_framework.test import APIRequestFactory

from accounts import access, sessions
from accounts.api_auth import ApiTokenAuthentication, TooOften, make_token
from accounts.models import ApiToken, Scope, SessionKind, User
from tests.factories.accounts import staff_user
from vaxreg import db_time

pytestmark = pytest.mark.django_db


@pytest.fixture
def minh():
    return User.objects.create_user(email="minh@demo.sotiem.vn")


def request_with(header: str | None) -> Request:
    headers = {} if header is None else {"authorization": header}
    return Request(
        APIRequestFactory().get("/", headers=headers), authenticators=[ApiTokenAuthentication()]
    )


def token_for(user: User, kind: SessionKind = SessionKind.STAFF) -> str:
    day = timedelta(days=1)
    return make_token(user, name="ward register", kind=kind, lifetime=day, scopes=[Scope.READ])


@pytest.mark.parametrize("kind", SessionKind)
def test_a_token_acts_as_its_user_with_its_kind(minh, kind):
    request = request_with(f"Token {token_for(minh, kind)}")

    assert request.user == minh
    assert access.session_kind(request) == kind
    assert ApiToken.objects.get().last_used_at is not None


def test_the_key_is_not_in_the_database(minh):
    key = token_for(minh)

    assert key not in str(ApiToken.objects.values().get())


@pytest.mark.parametrize("header", ["Token", "Token x", "Token a b", "token \xff"])
def test_a_wrong_header_is_refused(minh, header):
    token_for(minh)

    with pytest.raises(AuthenticationFailed):
        _ = request_with(header).user


@pytest.mark.parametrize("header", [None, "", "Basic bWluaDp4"])
def test_requests_without_our_header_are_left_to_other_ways_in(header):
    assert ApiTokenAuthentication().authenticate(request_with(header)) is None


def test_an_expired_token_is_refused(minh):
    key = token_for(minh)

    with db_time.at(timezone.now() + timedelta(days=2)), pytest.raises(AuthenticationFailed):
        _ = request_with(f"Token {key}").user


def test_the_token_of_a_closed_account_is_refused_on_the_next_request(minh):
    key = token_for(minh)
    User.objects.update(is_active=False)

    with pytest.raises(AuthenticationFailed):
        _ = request_with(f"Token {key}").user


def test_the_command_makes_a_key_and_revokes_it(minh):
    out = StringIO()
    call_command("api_token", minh.email, name="ward register", kind="staff", stdout=out)
    key = out.getvalue().strip()
    assert request_with(f"Token {key}").user == minh

    call_command("api_token", minh.email, name="ward register", revoke=True, stdout=out)

    with pytest.raises(AuthenticationFailed):
        _ = request_with(f"Token {key}").user


@pytest.mark.parametrize(
    ("asked", "kind", "stored"),
    [
        ([], "staff", ["read"]),
        (["read", "review"], "staff", ["read", "review"]),
        (["oversee"], "staff", ["oversee"]),
        (["file", "read"], "citizen", ["file", "read"]),
        (["review"], "citizen", None),
        (["file"], "staff", None),
    ],
)
def test_the_command_gives_the_scopes_of_the_kind_and_reading_alone_by_default(
    minh, asked, kind, stored
):
    flags = [f"--scope={scope}" for scope in asked]
    command = ["api_token", str(minh.email), "--name=x", f"--kind={kind}", *flags]
    if stored is None:
        with pytest.raises(CommandError):
            call_command(*command)
        assert not ApiToken.objects.exists()
    else:
        call_command(*command, stdout=StringIO())
        assert ApiToken.objects.get().scopes == stored


def test_a_token_sends_so_many_requests_in_a_minute_and_then_waits(minh):
    key = token_for(minh)
    ApiToken.objects.update(per_minute=3)
    moment = timezone.now().replace(second=50)

    with db_time.at(moment):
        for _ in range(3):
            assert request_with(f"Token {key}").user == minh
        for _ in range(2):
            with pytest.raises(TooOften) as refused:
                _ = request_with(f"Token {key}").user
    with db_time.at(moment + timedelta(seconds=10)):
        assert request_with(f"Token {key}").user == minh

    assert refused.value.wait == 10
    assert ApiToken.objects.get().used_in_minute == 1


def test_the_owner_reads_what_a_token_may_and_how_often(minh, as_staff):
    token_for(minh)

    shown = as_staff(minh).get("/account/").content.decode()

    assert "đọc" in shown
    assert "120 yêu cầu một phút" in shown


def test_the_command_says_when_there_is_no_such_user():
    with pytest.raises(CommandError):
        call_command("api_token", "nobody@example.vn", name="x")


def test_signing_out_everywhere_ends_the_tokens_too(minh):
    key = token_for(minh)

    sessions.end_all(minh)

    with pytest.raises(AuthenticationFailed):
        _ = request_with(f"Token {key}").user


def test_the_owner_sees_the_tokens_and_ends_one(minh, as_staff):
    key, other = token_for(minh), token_for(minh)
    for_citizens = token_for(minh, SessionKind.CITIZEN)
    client = as_staff(minh)

    shown = client.get("/account/").content.decode()
    ended = ApiToken.objects.order_by("pk")[0]
    client.post("/account/programs/end/", {"token": ended.pk})

    assert shown.count("ward register</strong>") == 2
    with pytest.raises(AuthenticationFailed):
        _ = request_with(f"Token {key}").user
    assert request_with(f"Token {other}").user == minh
    assert request_with(f"Token {for_citizens}").user == minh


def test_nobody_ends_the_token_of_somebody_else(minh, as_staff):
    token_for(minh)
    other = as_staff(staff_user(email="tuan@example.vn", full_name="Lê Anh Tuấn"))

    for key in (ApiToken.objects.get().pk, "x", ""):
        assert other.post("/account/programs/end/", {"token": key}).status_code == 404
    assert ApiToken.objects.get().revoked_at is None
