"""A reviewer's own week: what they decided, how fast, and what of theirs waits."""

from datetime import timedelta

import pytest

from corrections import actions
from corrections.lifecycle import Ground
from corrections.models import Correction
from review import queue
from review.own_week import OwnWeek, own_week
from tests.cases import colleague, file_many, waits_for_second
from tests.conftest import SignIn
from tests.world import World
from vaxreg import db_time


def week_of(user) -> OwnWeek:
    return own_week(user, queue.desks_of(user))


def refuse(case: Correction, by) -> None:
    actions.refuse(case, by=by, ground=Ground.PHOTO_BLURRED, remark="Ảnh mờ")


def test_it_counts_what_one_decided_and_how_long_half_of_it_took(world: World):
    five, four, _three, two, one = file_many(world, 5)
    minh = world.user("minh")
    for case in (five, four, one):
        refuse(case, minh)
    refuse(two, colleague(world))

    week = week_of(minh)

    assert week.decided == 3
    assert week.median is not None
    assert timedelta(hours=3, minutes=55) < week.median < timedelta(hours=4, minutes=5)


def test_a_week_without_a_decision_has_no_median(world: World, correction: Correction):
    assert week_of(world.user("minh")) == OwnWeek(0, None, 0, 0, 0)


def test_what_is_older_than_seven_days_does_not_count(world: World):
    (case,) = file_many(world, 1)
    minh = world.user("minh")
    with db_time.at(db_time.now() + timedelta(minutes=1)):
        refuse(case, minh)

    with db_time.at(db_time.now() + timedelta(days=6)):
        assert week_of(minh).decided == 1
    with db_time.at(db_time.now() + timedelta(days=8)):
        assert week_of(minh).decided == 0


def test_it_tells_what_of_ones_own_is_open_and_who_has_to_act(world: World):
    mine, asked, put_forward, other, _fresh = file_many(world, 5)
    minh, thu = world.user("minh"), colleague(world)
    actions.pick_up(mine, by=minh)
    actions.ask(asked, by=minh, question="Xin chụp lại giấy")
    waits_for_second(put_forward, first=minh)
    actions.ask(other, by=thu, question="Xin chụp lại giấy")

    week = week_of(minh)

    assert (week.picked_up, week.waits_for_second, week.waits_for_citizen) == (1, 1, 1)


def test_a_decision_that_a_second_person_confirmed_counts_for_both(world: World):
    (case,) = file_many(world, 1)
    minh, thu = world.user("minh"), colleague(world)
    waiting = waits_for_second(case, first=minh)

    actions.countersign(waiting, by=thu)

    assert week_of(minh).decided == 1
    assert week_of(thu).decided == 1


def test_the_page_names_no_colleague(world: World, as_staff: SignIn):
    first, second = file_many(world, 2)
    refuse(first, world.user("minh"))
    refuse(second, colleague(world))

    html = as_staff(world.user("minh")).get("/review/week/").content.decode()

    assert "Tuần của tôi" in html or "My week" in html
    assert "Ngô Thị Thu" not in html


@pytest.mark.parametrize("who", ["minh", "tuan", "huong", "mai"])
def test_the_queue_leads_to_it_and_it_leads_back(world: World, as_staff: SignIn, who: str):
    page = as_staff(world.user(who)).get("/review/week/")

    assert page.status_code == 200
    assert 'href="/review/"' in page.content.decode()


def test_it_cannot_be_asked_for_somebody_else(world: World, as_staff: SignIn):
    (case,) = file_many(world, 1)
    refuse(case, colleague(world))

    page = as_staff(world.user("minh")).get("/review/week/", {"user": "thu@example.vn"})

    assert page.context["week"].decided == 0
