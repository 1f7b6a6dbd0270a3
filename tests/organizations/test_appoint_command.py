"""`manage.py appoint`: how the first staff of a new server get to work."""

import pytest
from django.core.management import CommandError, call_command

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
