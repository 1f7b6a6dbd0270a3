"""The gate: free at first, then asked why, slowed, stopped; what counts, and what does not."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, InternalError, transaction

from citizens.looking import gate, rules, stops
from citizens.models import (
    BreakGlass,
    Citizen,
    LookingReason,
    LookingRule,
    LookingStop,
    RecordVisit,
)
from citizens.visits import log_visit
from tests.cases import colleague
from tests.citizens.looking.looks import looked_at, strangers
from tests.world import World
from vaxreg import db_time

Ground = RecordVisit.Ground
HOURS = timedelta(hours=1)
WHY = "Người bệnh gọi điện hỏi mũi tiêm"


def look(world: World, citizen: Citizen, who: str = "minh", ground: str = Ground.ELSEWHERE):
    return log_visit(world.user(who), citizen, "review", ground=ground)


def outcome(world: World, **how: object) -> str:
    try:
        look(world, strangers(1)[0], **how)
    except gate.CannotLook as refused:
        return type(refused).__name__
    return "opens"


@pytest.mark.parametrize(
    ("number", "ago", "comes"),
    [
        (9, timedelta(minutes=30), "opens"),
        (10, timedelta(minutes=30), "SayWhy"),
        (29, 2 * HOURS, "opens"),
        (30, 2 * HOURS, "SayWhy"),
        (30, timedelta(minutes=59), "Stopped"),
        (79, 3 * HOURS, "SayWhy"),
        (80, 3 * HOURS, "Stopped"),
        (200, 25 * HOURS, "opens"),
    ],
)
def test_the_number_of_people_decides_what_comes_next(world: World, number, ago, comes):
    looked_at(world.user("minh"), number, ago=ago)

    assert outcome(world) == comes


@pytest.mark.parametrize("ground", [one for one in Ground if one not in RecordVisit.OUTSIDE])
def test_ones_own_cases_open_always(world: World, ground):
    looked_at(world.user("minh"), 90)
    stops.stop(world.user("minh"), in_hour=90, in_day=90)
    if ground == Ground.BREAK_GLASS:
        return  # its own tests

    assert outcome(world, ground=ground) == "opens"


@pytest.mark.parametrize("ground", RecordVisit.OUTSIDE)
def test_each_ground_outside_counts(world: World, ground):
    looked_at(world.user("minh"), 10, ground=ground)

    assert outcome(world) == "SayWhy"


def test_what_others_looked_at_does_not_count(world: World):
    looked_at(world.user("tuan"), 90)

    assert outcome(world) == "opens"


def test_somebody_who_was_explained_does_not_count(world: World):
    people = looked_at(world.user("minh"), 10)
    look(world, people[0], ground=Ground.CALL)

    assert outcome(world) == "opens"


def test_whom_a_colleague_of_the_session_vaccinated_does_not_count(world: World):
    minh = world.user("minh")
    people = strangers(11)
    for person in people[:10]:
        log_visit(minh, person, "recording", organization=world.buoi)
    assert outcome(world) == "SayWhy"

    nurse = colleague(world)
    log_visit(nurse, people[0], "recording", organization=world.buoi, ground=Ground.COUNTER)

    assert outcome(world) == "opens"


def test_one_person_counts_once_however_often_opened(world: World):
    person = strangers(1)[0]
    for _ in range(30):
        look(world, person)

    assert outcome(world) == "opens"


def test_a_reason_opens_the_person_for_whom_it_was_given_and_stands_in_the_row(world: World):
    minh = world.user("minh")
    looked_at(minh, 10)
    one, other = strangers(2)
    gate.say_why(minh, [one.pk], WHY)

    assert look(world, one).reason == WHY
    with pytest.raises(gate.SayWhy):
        look(world, other)


def test_a_reason_is_good_for_an_hour(world: World):
    minh = world.user("minh")
    person = strangers(1)[0]
    with db_time.at(db_time.now() - timedelta(minutes=61)):
        gate.say_why(minh, [person.pk], WHY)
    looked_at(minh, 10)

    with pytest.raises(gate.SayWhy):
        look(world, person)


def test_after_many_five_minutes_lie_between_two_people(world: World):
    minh = world.user("minh")
    looked_at(minh, 20, ago=timedelta(minutes=2))
    person = strangers(1)[0]
    gate.say_why(minh, [person.pk], WHY)

    with pytest.raises(gate.Wait) as waits:
        look(world, person)

    assert waits.value.retry_at - db_time.now() < timedelta(minutes=3)
    with db_time.at(waits.value.retry_at + timedelta(seconds=1)):
        assert look(world, person).reason == WHY


def test_whom_one_has_opened_in_the_last_hour_opens_again_without_a_question(world: World):
    people = looked_at(world.user("minh"), 25, ago=timedelta(minutes=1))

    assert look(world, people[0]).pk


def test_a_stop_closes_even_whom_one_has_just_opened(world: World):
    people = looked_at(world.user("minh"), 2)
    stops.stop(world.user("minh"), in_hour=2, in_day=2)

    with pytest.raises(gate.Stopped):
        look(world, people[0])


def test_a_stop_stands_until_it_is_lifted_and_then_the_count_begins_anew(world: World):
    minh, huong = world.user("minh"), world.user("huong")
    looked_at(minh, 40)
    stops.stop(minh, in_hour=40, in_day=40)
    with db_time.at(db_time.now() + timedelta(days=3)):
        assert outcome(world) == "Stopped"

    stops.lift(minh, by=huong, reason="Đã hỏi, có lý do")

    assert outcome(world) == "opens"


def test_the_ministry_changes_the_limits_by_a_new_version(world: World):
    numbers = {name: getattr(rules.in_force(), name) for name in rules.NUMBERS}
    fresh = LookingRule(**(numbers | {"ask_hour": 1, "note": "Thử"}))
    rules.change(fresh, instead_of=0, by=world.user("phuc"))
    looked_at(world.user("minh"), 1)

    assert outcome(world) == "SayWhy"
    with pytest.raises(rules.ChangedMeanwhile):
        rules.change(LookingRule(**numbers), instead_of=0, by=world.user("phuc"))


def test_limits_out_of_their_order_are_refused_by_the_database(world: World):
    with pytest.raises(IntegrityError), transaction.atomic():
        LookingRule.objects.create(version=1, ask_hour=50, made_at=db_time.now())


def test_rows_of_looking_are_kept(world: World):
    minh, huong = world.user("minh"), world.user("huong")
    person = strangers(1)[0]
    gate.say_why(minh, [person.pk], WHY)
    stops.review(minh, "fine", by=huong)
    stops.stop(minh, in_hour=1, in_day=1)
    stops.lift(minh, by=huong, reason="Đã hỏi")
    BreakGlass.objects.create(
        user=minh,
        citizen=person,
        organization=world.buoi,
        reason="Cấp cứu",
        at=db_time.now(),
        ends_at=db_time.now() + HOURS,
    )
    changes = (
        lambda: LookingReason.objects.update(reason="x"),
        lambda: LookingStop.objects.update(lift_reason="x"),
        lambda: LookingStop.objects.all().delete(),
        lambda: BreakGlass.objects.update(reason="x"),
        lambda: minh.looking_reviews.update(note="x"),
    )
    for change in changes:
        with pytest.raises((InternalError, IntegrityError)), transaction.atomic():
            change()


def test_a_token_names_people_to_its_own_account_alone(world: World):
    token = gate.token_of(world.user("minh"), [7])

    assert gate.citizens_of(world.user("minh"), token) == [7]
    assert gate.citizens_of(world.user("tuan"), token) == []
    assert gate.citizens_of(world.user("minh"), token + "x") == []
