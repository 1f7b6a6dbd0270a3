"""The command that opens staff accounts and gives a new start."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from accounts.models import User
from accounts.sign_in import two_factor
from tests.accounts.doors import app_code, enter_code, enter_password, make_nurse

pytestmark = pytest.mark.django_db


def staff_account(*args: str) -> str:
    out = StringIO()
    call_command("staff_account", *args, stdout=out)
    return out.getvalue().strip()


def test_a_new_account_begins_with_changing_the_password(client):
    password = staff_account("Hoa@Example.vn", "--name", "Lê Thị Hoa")

    begun = enter_password(client, "hoa@example.vn", password)

    assert begun.headers["Location"] == "/staff/sign-in/password/"
    assert User.objects.get().full_name == "Lê Thị Hoa"


def test_a_reset_keeps_the_second_factor_and_asks_for_it_first(client):
    minh = make_nurse()
    password = staff_account("minh@demo.sotiem.vn")

    begun = enter_password(client, password=password)
    proven = enter_code(client, app_code(minh))

    assert begun.headers["Location"] == "/staff/sign-in/code/"
    assert proven.headers["Location"] == "/staff/sign-in/password/"


def test_a_reset_ends_all_sessions():
    minh, client = make_nurse(), Client()
    enter_password(client)
    enter_code(client, app_code(minh))

    staff_account("minh@demo.sotiem.vn")

    assert client.get("/review/").status_code == 302


def test_whoever_lost_phone_and_recovery_codes_sets_up_anew(client):
    minh = make_nurse()

    staff_account("minh@demo.sotiem.vn", "--forget-second-factor")

    assert not two_factor.is_set_up(minh)
    assert two_factor.recovery_codes(minh) == []


def test_a_name_that_is_none_is_told():
    with pytest.raises(CommandError):
        staff_account("hoa@example.vn", "--name", "Hoa 2")

    assert not User.objects.exists()
