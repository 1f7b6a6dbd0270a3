"""Break-glass: one record for 60 minutes, told to both sides, for nobody's own family."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied

from accounts.models import VerifiedIdentity
from citizens.looking import break_glass, gate, stops
from citizens.models import BreakGlass, RecordLink, RecordVisit
from citizens.visits import log_visit
from messaging.models import Message
from tests.citizens.looking.looks import looked_at, strangers
from tests.factories.accounts import verify_again
from tests.world import World
from vaxreg import db_time

WHY = "Trẻ sốc phản vệ, cần biết mũi trước"


def test_both_sides_are_told_and_a_row_says_why(world: World):
    binh, minh = world.citizens["binh"], world.user("minh")

    glass = break_glass.open_record(binh, reason=WHY, by=minh)

    sms = Message.objects.get(purpose="record.break_glass", user=world.user("binh"))
    assert sms.recipient == "+84987654321"
    mail = Message.objects.get(purpose="record.break_glass", user=world.user("huong"))
    assert WHY in mail.text
    row = RecordVisit.objects.get(citizen=binh, user=minh)
    assert (row.why, row.ground, row.reason) == ("break_glass", "break_glass", WHY)
    assert (row.role, row.organization) == ("reviewer", world.buoi)
    assert glass.ends_at - glass.at == timedelta(minutes=60)


def test_guardians_of_a_child_are_told(world: World):
    break_glass.open_record(world.citizens["child"], reason=WHY, by=world.user("minh"))

    assert Message.objects.filter(purpose="record.break_glass", user=world.user("lan")).count() == 1


def test_pressed_twice_it_is_one(world: World):
    binh, minh = world.citizens["binh"], world.user("minh")

    first = break_glass.open_record(binh, reason=WHY, by=minh)

    assert break_glass.open_record(binh, reason="Lần nữa", by=minh) == first
    assert Message.objects.filter(purpose="record.break_glass").count() == 2


def test_whoever_is_stopped_opens_that_one_person_and_no_other_until_the_hour_is_over(world: World):
    minh, binh = world.user("minh"), world.citizens["binh"]
    looked_at(minh, 40)
    stops.stop(minh, in_hour=40, in_day=40)
    glass = break_glass.open_record(binh, reason=WHY, by=minh)

    assert log_visit(minh, binh, "review").ground == "break_glass"
    with pytest.raises(gate.Stopped):
        log_visit(minh, strangers(1)[0], "review")
    with db_time.at(glass.ends_at), pytest.raises(gate.Stopped):
        log_visit(minh, binh, "review")


def test_it_does_not_count_as_a_look_outside(world: World):
    minh = world.user("minh")
    looked_at(minh, 9)
    break_glass.open_record(world.citizens["binh"], reason=WHY, by=minh)

    assert log_visit(minh, strangers(1)[0], "review").ground == "elsewhere"


def test_five_in_a_day_are_enough(world: World):
    minh = world.user("minh")
    for person in strangers(5):
        break_glass.open_record(person, reason=WHY, by=minh)

    with pytest.raises(break_glass.TooMany) as refused:
        break_glass.open_record(world.citizens["binh"], reason=WHY, by=minh)

    assert refused.value.retry_at > db_time.now() + timedelta(hours=23)
    with db_time.at(refused.value.retry_at + timedelta(minutes=1)):
        assert break_glass.open_record(world.citizens["binh"], reason=WHY, by=minh)


def own_number(world: World) -> None:
    verify_again(world.user("minh"), id_number="001075067890")


def own_sign_in(world: World) -> None:
    RecordLink.objects.create(
        user=world.user("minh"),
        citizen=world.citizens["binh"],
        relation="self",
        proven_by="staff",
        since=db_time.now(),
    )


@pytest.mark.parametrize("how", [own_number, own_sign_in])
def test_nobody_opens_a_record_of_their_own_family(world: World, how):
    how(world)

    with pytest.raises(break_glass.OwnFamily):
        break_glass.open_record(world.citizens["binh"], reason=WHY, by=world.user("minh"))

    assert not BreakGlass.objects.exists()
    assert not Message.objects.exists()


def unverified(world: World) -> None:
    VerifiedIdentity.objects.filter(user=world.user("minh")).update(ended_at=db_time.now())


def without_work(world: World) -> None:
    world.user("minh").memberships.update(until=db_time.now())


@pytest.mark.parametrize("how", [unverified, without_work])
def test_only_verified_staff_with_work_open_one(world: World, how):
    how(world)

    with pytest.raises(PermissionDenied):
        break_glass.open_record(world.citizens["binh"], reason=WHY, by=world.user("minh"))
