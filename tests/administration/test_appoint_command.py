"""`manage.py appoint`: how the first staff of a new server get to work."""

import pytest
from django.core.management import CommandError, call_command
from django.utils.translation import override

from accounts import identity
from accounts.models import User
from messaging.models import Message
from organizations.journal import StaffEvent
from organizations.models import Membership
from tests.world import World
from vaxreg import db_time


def live(world: World, name: str):
    held = Membership.objects.live().filter(user=world.user(name))
    return sorted(held.values_list("organization__code", "role"))


def test_an_operator_appoints_somebody_and_ends_it(world):
    call_command("appoint", "TUAN@example.vn", "TYT-00109", "reviewer")
    appointed = live(world, "tuan")
    call_command("appoint", "tuan@example.vn", "TYT-00109", "reviewer", "--end")

    assert appointed == [("TYT-00109", "reviewer"), ("TYT-00187", "reviewer")]
    assert live(world, "tuan") == [("TYT-00187", "reviewer")]


def acts(world: World, name: str):
    return list(StaffEvent.objects.filter(user=world.user(name)).values_list("act", "role", "by"))


def test_an_appointment_by_command_is_an_act_with_the_operator_and_a_letter(world, monkeypatch):
    monkeypatch.setenv("LOGNAME", "quan-tri")
    place = ("TYT-00109", "reviewer")
    User.objects.filter(pk=world.user("tuan").pk).update(last_login=db_time.now())
    call_command("appoint", "tuan@example.vn", *place)
    call_command("appoint", "tuan@example.vn", *place)
    call_command("appoint", "tuan@example.vn", *place, "--end")
    call_command("appoint", "tuan@example.vn", *place, "--end")

    assert acts(world, "tuan") == [("appointed", "reviewer", None), ("ended", "reviewer", None)]
    with override("en"):
        reasons = [one.reason_shown for one in StaffEvent.objects.filter(user=world.user("tuan"))]
    assert reasons == ["On the server’s command line, by quan-tri."] * 2
    sent = Message.objects.to("tuan@example.vn").order_by("pk").values_list("purpose", flat=True)
    assert list(sent) == ["staff.appointed", "staff.ended"]


def test_a_new_account_is_invited_by_command_with_a_link(world):
    call_command("staff_account", "hoa@example.vn", "--name", "Lê Thị Hoa")
    call_command("appoint", "hoa@example.vn", "TYT-00109", "reviewer")

    hoa = User.objects.get(email="hoa@example.vn")
    assert [one.act for one in hoa.staff_events.all()] == ["invited"]
    letter = Message.objects.to("hoa@example.vn").get()
    assert (letter.purpose, "/staff/invitation/" in letter.text) == ("staff.invited", True)


@pytest.mark.parametrize("shut", [{"is_active": False}, {"suspended_at": "2026-01-01T00:00Z"}])
def test_nobody_whose_account_is_shut_is_appointed(world, shut):
    User.objects.filter(pk=world.user("tuan").pk).update(**shut)

    with pytest.raises(CommandError, match="suspended or closed"):
        call_command("appoint", "tuan@example.vn", "TYT-00109", "reviewer")

    assert acts(world, "tuan") == []


@pytest.mark.parametrize(
    ("email", "code"), [("nobody@example.vn", "TYT-00109"), ("tuan@example.vn", "TYT-99999")]
)
def test_a_mistyped_appointment_is_told(world, email, code):
    with pytest.raises(CommandError):
        call_command("appoint", email, code, "reviewer")


def test_an_operator_says_who_somebody_is_by_the_paper(world):
    minh = world.user("minh")
    place = ("minh@example.vn", "TYT-00109", "reviewer")

    call_command("appoint", *place, "--id-number", "001 190 045 678", "--born", "1990-04-05")

    known = identity.identity_of(minh)
    assert known is not None
    assert (known.id_number, known.proven_by) == ("001190045678", "command")
    assert [one[0] for one in acts(world, "minh")] == ["identity_verified"]


def test_a_refused_appointment_stores_no_identity_either(world):
    User.objects.filter(pk=world.user("tuan").pk).update(is_active=False)
    before = identity.identity_of(world.user("tuan"))
    said = ("--id-number", "001190045679", "--born", "1990-04-05")

    with pytest.raises(CommandError):
        call_command("appoint", "tuan@example.vn", "TYT-00109", "reviewer", *said)

    assert identity.identity_of(world.user("tuan")) == before


@pytest.mark.parametrize(
    ("number", "phone", "word"),
    [("12345", "", "5"), ("001190045678", "0912", "few"), ("TAKEN", "", "Another account")],
)
def test_an_identity_that_cannot_be_is_told(world, number, phone, word):
    taken = identity.identity_of(world.user("tuan"))
    number = taken.id_number if number == "TAKEN" and taken else number
    place = ("minh@example.vn", "TYT-00109", "reviewer")
    said = ("--id-number", number, "--born", "1990-04-05", "--phone", phone)

    with override("en"), pytest.raises(CommandError, match=word):
        call_command("appoint", *place, *said)
