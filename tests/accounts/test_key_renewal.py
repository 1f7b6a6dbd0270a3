"""ACCOUNTS_KEY is renewed like FIELD_KEY: nobody is locked out, and the old key ends for good."""

from datetime import timedelta

import pytest
from cryptography.fernet import InvalidToken
from django.core.management import call_command

from accounts import api_auth, invitations
from accounts.models import ApiToken, SessionKind, User
from accounts.sign_in import codes, two_factor
from tests.accounts.doors import app_code, last_code, make_nurse

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def old_key(settings):
    settings.ACCOUNTS_KEYS = ["old"]


def renew(settings) -> None:
    settings.ACCOUNTS_KEYS = ["new", "old"]
    call_command("renew_encryption")
    settings.ACCOUNTS_KEYS = ["new"]


def test_second_factors_and_recovery_codes_go_on_under_the_new_key(settings, capsys):
    nurse = make_nurse()
    recovery = two_factor.recovery_codes(nurse)

    renew(settings)

    assert "second factors: 2 rows" in capsys.readouterr().out
    assert two_factor.check(nurse, app_code(nurse)) is not None
    assert two_factor.recovery_codes(nurse) == recovery


def test_without_renewal_the_old_key_is_still_needed(settings):
    nurse = make_nurse()
    settings.ACCOUNTS_KEYS = ["new"]

    with pytest.raises(InvalidToken):
        two_factor.current_code(nurse)


def test_a_token_that_is_used_meanwhile_moves_to_the_new_key(settings):
    nurse = make_nurse()
    key = api_auth.make_token(
        nurse,
        name="register",
        kind=SessionKind.STAFF,
        lifetime=timedelta(days=1),
        scopes=[],
    )
    find = api_auth.ApiTokenAuthentication()._live_token
    settings.ACCOUNTS_KEYS = ["new", "old"]
    assert find(key.encode()) is not None

    settings.ACCOUNTS_KEYS = ["new"]

    assert find(key.encode()) == ApiToken.objects.get()


def test_a_code_and_an_invitation_on_their_way_are_found_under_the_older_key(settings):
    lan = User.objects.create_user(phone="+84912345678", full_name="Nguyễn Thị Lan")
    sent = codes.send(str(lan.phone), address="127.0.0.1")
    typed = last_code(str(lan.phone))
    thu = User.objects.create_user(email="thu@example.vn", full_name="Ngô Thị Thu")
    _invitation, url = invitations.make(thu, by=None)

    settings.ACCOUNTS_KEYS = ["new", "old"]

    assert codes.check(sent.code_id, typed).outcome is codes.CodeOutcome.RIGHT
    assert invitations.find(url.rstrip("/").rsplit("/", 1)[1]) is not None
