"""Somebody sends a case to an organization while it closes: none is left on a closed desk."""

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection, transaction

from administration.close_merge_move import TreeAct, carry_out
from corrections import actions
from corrections.models import Correction
from organizations import tree
from organizations.models import Membership
from tests import world as worlds
from tests.cases import each_has_one_desk, employ, file_one
from tests.racing import race
from tests.world import World

# Longer than a statement takes; whoever waits for so long waits for a lock.
A_WHILE = 0.5


@pytest.fixture
def staffed(transactional_db: None) -> World:
    world = worlds.build()
    employ(world, "an", "Cao Thị An", world.quang_an)
    return world


def filed(world: World, number: int) -> Correction:
    """File one about a dose that Phường Bưởi gave; nobody has sent it anywhere yet."""
    day = worlds.date(2021, 8, 1) + timedelta(days=number)
    dose = worlds.dose(world, given_on=day, lot=f"L{number}", ordinal=2)
    return file_one(world, key=f"k-{number}", routed=False, dose=dose, proposed={"vaccine": "PF"})


def merge(world: World) -> None:
    carry_out(TreeAct.MERGE, world.buoi, world.quang_an, by=world.user("huong"))


def in_background(work: Callable[[], object]) -> threading.Thread:
    def run() -> None:
        try:
            work()
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def test_a_merger_waits_for_a_case_that_is_just_being_sent_to_the_station(staffed: World):
    case = filed(staffed, 1)

    with transaction.atomic():
        actions.route(case)
        merging = in_background(lambda: merge(staffed))
        merging.join(A_WHILE)
        assert merging.is_alive()
    merging.join()

    case.refresh_from_db()
    assert case.holder == staffed.quang_an
    assert each_has_one_desk()


def test_a_case_that_is_sent_during_the_merger_goes_to_the_successor(staffed: World):
    case = filed(staffed, 1)

    with transaction.atomic():
        merge(staffed)
        sending = in_background(lambda: actions.route(case))
        sending.join(A_WHILE)
        assert sending.is_alive()
    sending.join()

    case.refresh_from_db()
    assert case.holder == staffed.quang_an
    assert each_has_one_desk()


def test_an_officer_who_gives_a_case_to_a_closing_station_is_told(staffed: World):
    case = actions.route(filed(staffed, 1))
    told: list[Exception] = []

    def give() -> None:
        try:
            actions.reassign(
                case, by=staffed.user("huong"), to=staffed.quang_an, reason="Bưởi quá tải"
            )
        except actions.CannotReceive as no:
            told.append(no)

    with transaction.atomic():
        carry_out(TreeAct.CLOSE, staffed.quang_an, None, by=staffed.user("huong"))
        giving = in_background(give)
        giving.join(A_WHILE)
    giving.join()

    assert len(told) == 1
    case.refresh_from_db()
    assert case.holder == staffed.buoi


def test_routing_races_against_mergers_and_no_case_is_orphaned(staffed: World):
    minh, huong = staffed.user("minh"), staffed.user("huong")
    for number in range(8):
        # A new station each time, with the nurse in it.
        old = tree.open_organization(
            name=f"Điểm tiêm {number}", kind="site", part_of=staffed.tay_ho, by=None
        )
        Membership.objects.create(user=minh, organization=old, role="reviewer")
        day = worlds.date(2021, 9, 1) + timedelta(days=number)
        dose = worlds.dose(staffed, given_on=day, lot=f"R{number}", ordinal=2, organization=old)
        case = file_one(
            staffed, key=f"r-{number}", routed=False, dose=dose, proposed={"vaccine": "PF"}
        )

        race(
            lambda case=case: actions.route(case),
            lambda old=old: carry_out(TreeAct.MERGE, old, staffed.quang_an, by=huong),
        )

        case.refresh_from_db()
        assert case.holder == staffed.quang_an, case.events.values_list("step", flat=True)
    assert each_has_one_desk()


def test_two_mergers_of_one_station_at_once_are_one(staffed: World):
    case = actions.route(filed(staffed, 1))
    refused: list[Exception] = []

    def press() -> None:
        try:
            merge(staffed)
        except tree.CannotArrange as no:
            refused.append(no)

    race(press, press)

    assert len(refused) == 1
    case.refresh_from_db()
    assert list(case.holdings.values_list("organization", flat=True)) == [
        staffed.buoi.pk,
        staffed.quang_an.pk,
    ]
