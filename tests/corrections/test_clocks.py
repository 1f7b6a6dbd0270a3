"""A clock is a row: it pauses while the citizen is asked, and every due time can be explained."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import translation

from corrections import actions, sweep
from corrections.clocks import explain
from corrections.lifecycle import Ground, Status
from corrections.models import Breach, Clock, Correction, Pause
from tests.cases import make_overdue
from tests.world import World
from vaxreg import db_time

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


def asked(correction: Correction, world: World, after: timedelta, question: str = "Which day?"):
    with db_time.at(correction.received_at + after):
        return actions.ask(correction, by=world.user("minh"), question=question)


def answered(correction: Correction, world: World, after: timedelta):
    with db_time.at(correction.received_at + after):
        return actions.answer(correction, by=world.user("lan"), words="The 29th")


def test_a_filed_correction_has_two_clocks_and_the_review_is_due_after_48_hours(correction):
    review, statutory = correction.clocks.order_by("id")

    assert (review.kind, statutory.kind) == ("review", "statutory")
    assert review.started_at == statutory.started_at == correction.received_at
    assert review.due_at == correction.due_at == correction.received_at + 48 * HOUR


def test_the_clock_stands_still_while_the_citizen_is_asked(world: World, correction: Correction):
    asked(correction, world, 10 * HOUR)

    case = answered(correction, world, 34 * HOUR)

    assert case.status == Status.QUEUED
    assert case.due_at == correction.received_at + 72 * HOUR
    assert case.paused_at is None


def test_a_paused_case_is_never_overdue(world: World, correction: Correction):
    asked(correction, world, 10 * HOUR)

    with db_time.at(correction.received_at + 100 * HOUR):
        sweep.sweep()
        assert not Correction.objects.overdue().exists()
        assert not Breach.objects.exclude(rung="statutory").exists()


def test_the_pause_ends_after_seven_days_in_all(world: World, correction: Correction):
    asked(correction, world, 2 * HOUR, "One?")
    answered(correction, world, 2 * HOUR + 5 * DAY)
    asked(correction, world, 3 * HOUR + 5 * DAY, "Two?")

    case = answered(correction, world, 3 * HOUR + 11 * DAY)

    assert case.due_at == correction.received_at + 48 * HOUR + 7 * DAY
    assert [one.ended_by for one in Pause.objects.all()] == [Pause.End.REPLY, Pause.End.CAP]


def test_with_the_cap_used_up_a_question_stops_nothing(world: World, correction: Correction):
    asked(correction, world, HOUR, "One?")
    answered(correction, world, HOUR + 7 * DAY - timedelta(seconds=1))
    asked(correction, world, 2 * HOUR + 7 * DAY, "Two?")
    answered(correction, world, 3 * HOUR + 7 * DAY)

    case = asked(correction, world, 4 * HOUR + 7 * DAY, "Three?")

    assert case.status == Status.WAITING
    assert case.paused_at is None


def test_the_sweep_lets_the_clock_go_on_when_the_cap_is_used_up(world: World, correction):
    asked(correction, world, HOUR, "One?")
    answered(correction, world, HOUR + 5 * DAY)
    asked(correction, world, 2 * HOUR + 5 * DAY, "Two?")

    with db_time.at(correction.received_at + 3 * HOUR + 7 * DAY):
        sweep.sweep()

    correction.refresh_from_db()
    assert correction.status == Status.WAITING
    assert correction.paused_at is None
    assert correction.due_at == correction.received_at + 48 * HOUR + 7 * DAY


def test_the_same_question_never_stops_the_clock_twice(world: World, correction: Correction):
    asked(correction, world, HOUR, "Which day?")
    answered(correction, world, 2 * HOUR)

    with pytest.raises(ValidationError) as refused:
        asked(correction, world, 3 * HOUR, "  which   DAY? ")

    assert "question" in refused.value.message_dict


def test_a_pause_after_the_breach_does_not_undo_it(world: World, correction: Correction):
    make_overdue(correction, 60)
    now = db_time.now()
    actions.ask(correction, by=world.user("minh"), question="Which day?")

    breach = Breach.objects.get()
    with db_time.at(now + 10 * HOUR):
        case = actions.answer(correction, by=world.user("lan"), words="The 29th")
        still_late = case.is_overdue()

    assert (breach.rung, breach.holder) == ("due", world.buoi)
    assert still_late


@pytest.mark.parametrize("by", ["lan", "mai", None])
def test_a_reply_by_any_channel_ends_the_pause(world: World, correction: Correction, by):
    actions.ask(correction, by=world.user("minh"), question="Which day?")

    case = actions.answer(correction, by=world.user(by) if by else None, words="The 29th")

    assert case.paused_at is None
    assert Pause.objects.get().ended_by == Pause.End.REPLY


def test_deciding_without_the_answer_ends_the_pause_and_stops_the_clocks(
    world: World, correction: Correction
):
    actions.ask(correction, by=world.user("minh"), question="Which day?")

    actions.accept(correction, by=world.user("minh"))

    review, statutory = correction.clocks.order_by("id")
    assert Pause.objects.get().ended_by == Pause.End.MOVED_ON
    assert (review.stopped_how, statutory.stopped_how) == ("decided", "answered")
    assert review.holder == world.buoi


def test_an_unanswered_question_closes_the_case_and_an_answer_opens_it_again(
    world: World, correction: Correction
):
    asked(correction, world, HOUR)
    with db_time.at(correction.received_at + HOUR + 7 * DAY):
        sweep.sweep()
        correction.refresh_from_db()
        at_the_last_moment = correction.status
    with db_time.at(correction.received_at + HOUR + 7 * DAY + timedelta(microseconds=1)):
        sweep.sweep()
    correction.refresh_from_db()
    after = correction.status

    case = answered(correction, world, 9 * DAY)

    assert (at_the_last_moment, after, case.status) == ("waiting", "expired", "queued")
    assert case.due_at == correction.received_at + 9 * DAY + 48 * HOUR
    assert case.clocks.filter(kind="review").count() == 2


def test_after_30_days_an_expired_case_stays_closed(world: World, correction: Correction):
    asked(correction, world, HOUR)
    with db_time.at(correction.received_at + 8 * DAY):
        sweep.sweep()

    with pytest.raises(actions.TooLate):
        answered(correction, world, 39 * DAY)


@pytest.mark.parametrize("first", ["ask", "keep", "refuse"])
def test_the_statutory_clock_stops_at_the_holders_first_answer(world, correction, first: str):
    words = {
        "ask": {"question": "Which day?"},
        "keep": {"remark": "We look into our papers."},
        "refuse": {"ground": Ground.PHOTO_BLURRED, "remark": "Too blurred."},
    }[first]

    getattr(actions, first)(correction, by=world.user("minh"), **words)

    statutory = correction.clocks.get(kind="statutory")
    assert statutory.stopped_how == ("decided" if first == "refuse" else "answered")


def test_a_missed_statutory_answer_is_a_breach_of_its_own(world: World, correction: Correction):
    with db_time.at(correction.received_at + 20 * DAY):
        sweep.sweep()

    breaches = Breach.objects.select_related("clock").values_list("rung", "clock__kind")
    assert set(breaches) == {
        ("due", "review"),
        ("three_days", "review"),
        ("five_days", "review"),
        ("statutory", "statutory"),
    }


def test_marks_move_along_with_a_pause(world: World, correction: Correction):
    asked(correction, world, 10 * HOUR)
    answered(correction, world, 30 * HOUR)

    for hours in (43, 45):
        with db_time.at(correction.received_at + hours * HOUR):
            sweep.sweep()

    milestones = [one.data["milestone"] for one in correction.events.filter(step="remind")]
    assert milestones == ["half_time"]


def test_each_line_of_how_a_due_time_came_about_can_be_read(world: World, correction: Correction):
    asked(correction, world, 10 * HOUR)
    answered(correction, world, 34 * HOUR)

    review = explain.explain(correction, db_time.now())[0]

    start, due = correction.received_at, correction.received_at + 72 * HOUR
    assert [(line.text, line.at, line.adds) for line in review.lines] == [
        ("Recorded by the system", start, None),
        ("48 hours, nights and holidays included (rules, version 1)", start, 48 * HOUR),
        ("Stood still: the question was answered", start + 10 * HOUR, 24 * HOUR),
        ("Due", due, None),
    ]


def test_the_lines_of_every_clock_add_up_to_its_due_time(world: World, correction: Correction):
    asked(correction, world, 10 * HOUR)
    answered(correction, world, 34 * HOUR)
    actions.refuse(correction, by=world.user("minh"), ground=Ground.PHOTO_BLURRED, remark="Mờ")
    actions.appeal(correction, by=world.user("lan"), words="Không đúng")

    for account in explain.explain(correction, db_time.now()):
        lines = [one for one in account.lines if not one.text.startswith("Stopped")]
        total = sum((one.adds or timedelta(0) for one in lines), timedelta(0))
        assert account.clock.started_at + total == account.clock.due_at


def test_a_case_opened_again_gets_a_new_clock_and_the_old_breach_stays(world, correction):
    make_overdue(correction, 60)
    actions.accept(correction, by=world.user("minh"))

    case = actions.reopen(correction, by=world.user("lan"), words="Vẫn sai ngày")

    first, second = case.clocks.filter(kind="review").order_by("number")
    assert Breach.objects.get().clock == first
    assert first.stopped_how == "decided"
    assert second.stopped_at is None
    assert case.due_at == second.due_at > db_time.now()


def test_only_one_clock_runs(correction: Correction):
    first = correction.clocks.get(kind="review")

    with pytest.raises(IntegrityError), transaction.atomic():
        Clock.objects.create(
            correction=correction,
            kind="appeal",
            policy=first.policy,
            length=first.length,
            started_at=first.started_at,
            due_at=first.due_at,
        )
