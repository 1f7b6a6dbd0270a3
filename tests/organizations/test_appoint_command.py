"""`manage.py appoint`: how the first staff of a new server get to work."""

import pytest
from django.core.management import CommandError, call_command
from django.utils.translation import override

from accounts import identity
from organizations.models import Membership
from tests.world import World


def live(world: World, name: str):
    held = Membership.objects.live().filter(user=world.user(name))
    return sorted(held.values_list("organization__code", "role"))


def test_an_operator_appoints_somebody_and_ends_it(world):
    call_command("appoint", "TUAN@example.vn", "TYT-00109", "reviewer")
    appointed = live(world, "tuan")
    call_command("appoint", "tuan@example.vn", "TYT-00109", "reviewer", "--end")

    assert appointed == [("TYT-00109", "reviewer"), ("TYT-00187", "reviewer")]
    assert live(world, "tuan") == [("TYT-00187", "reviewer")]


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
