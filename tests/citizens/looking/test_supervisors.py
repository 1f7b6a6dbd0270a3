"""Who supervises whom, who is told, and that nobody lifts their own stop."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from citizens.looking import stops, supervisors
from citizens.models import LookingStop
from messaging.models import Message
from organizations.models import Membership
from tests import world as worlds
from tests.factories.accounts import staff_user
from tests.world import World
from vaxreg import db_time


def works(world: World, name: str, place: str, role: str) -> worlds.User:
    user = staff_user(email=f"{name}@example.vn", full_name=name)
    Membership.objects.create(
        user=user, organization=getattr(world, place), role=role, since=db_time.now()
    )
    world.users[name] = user
    return user


@pytest.mark.parametrize(
    ("supervisor", "person", "does"),
    [
        ("lead", "minh", True),
        ("huong", "minh", True),
        ("phuc", "minh", True),
        ("phuc", "huong", True),
        ("huong", "lead", True),
        ("minister", "mai", True),
        ("minister", "minister2", True),
        ("lead", "lead", False),
        ("lead", "tuan", False),
        ("minh", "minh", False),
        ("minh", "lead", False),
        ("huong", "huong", False),
        ("huong", "huong2", False),
        ("huong", "tuan", False),
        ("huong", "phuc", False),
        ("duc", "minh", False),
        ("mai", "minh", False),
        ("lan", "minh", False),
    ],
)
def test_leads_and_the_levels_above_supervise(world: World, supervisor, person, does):
    works(world, "lead", "buoi", "lead")
    works(world, "huong2", "tay_ho", "officer")
    works(world, "minister", "ministry", "officer")
    works(world, "minister2", "ministry", "officer")

    assert supervisors.supervises(world.user(supervisor), world.user(person)) is does


@pytest.mark.parametrize(
    ("person", "told"),
    [
        ("minh", ["huong", "lead"]),
        ("lead", ["huong"]),
        ("huong", ["phuc"]),
        ("mai", ["minister"]),
        ("phuc", ["minister"]),
        ("minister", []),
    ],
)
def test_the_lead_and_the_nearest_health_officers_are_told(world: World, person, told):
    works(world, "lead", "buoi", "lead")
    works(world, "minister", "ministry", "officer")

    found = supervisors.supervisors_of(world.user(person))

    assert sorted(one.email.split("@")[0] for one in found) == told


def test_a_stop_is_told_once_and_lifted_with_a_reason_that_is_told(world: World):
    minh, huong = world.user("minh"), world.user("huong")
    stops.stop(minh, in_hour=31, in_day=40)
    stops.stop(minh, in_hour=32, in_day=41)

    stops.lift(minh, by=huong, reason="Rà soát theo công văn 12")

    told = Message.objects.filter(purpose="looking.stopped").get()
    assert (told.user_id, "31" in told.text) == (huong.pk, True)
    assert "công văn 12" in Message.objects.get(purpose="looking.lifted", user=minh).text
    with pytest.raises(stops.NotStopped):
        stops.lift(minh, by=huong, reason="Lần nữa")


@pytest.mark.parametrize("who", ["minh", "tuan", "duc", "mai", "lan"])
def test_nobody_else_lifts_it_least_of_all_who_is_stopped(world: World, who):
    stops.stop(world.user("minh"), in_hour=31, in_day=40)

    with pytest.raises(PermissionDenied):
        stops.lift(world.user("minh"), by=world.user(who), reason="Tôi cần xem")


def test_the_database_refuses_that_somebody_lifts_their_own_stop(world: World):
    stop = stops.stop(world.user("minh"), in_hour=31, in_day=40)

    with pytest.raises(IntegrityError), transaction.atomic():
        LookingStop.objects.filter(pk=stop.pk).update(
            lifted_at=db_time.now(), lifted_by=world.user("minh"), lift_reason="x"
        )
