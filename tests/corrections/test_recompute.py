"""A change of the rules or of the calendar, and what it does to clocks: open ones follow, audited."""

import random
import threading
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from corrections import actions, sweep
from corrections.clocks import deadlines, explain, policies, recompute, timekeeping, working_days
from corrections.clocks.deadlines import HERE
from corrections.models import (
    Breach,
    Clock,
    ClockChange,
    Correction,
    DayOff,
    Policy,
)
from tests import world as worlds
from tests.cases import file_one
from tests.corrections.rules import MONDAY, change, filed_at, many, rules
from tests.world import World
from vaxreg import db_time


def snapshot() -> dict[str, list[Any]]:
    """Everything that a recompute might write to."""
    return {
        model.__name__: list(model.objects.order_by("pk").values())
        for model in (Clock, Correction, ClockChange, Breach)
    }


def test_an_open_review_gets_the_new_hours_and_the_change_is_on_record(world: World):
    case = filed_at(world, MONDAY)

    with db_time.at(MONDAY + timedelta(hours=1)):
        run = change(world, review_hours=72)

    case.refresh_from_db()
    assert case.due_at == MONDAY + timedelta(hours=72)
    review = case.clocks.get(kind=Clock.Kind.REVIEW)
    assert (review.due_at, review.length) == (case.due_at, timedelta(hours=72))
    assert review.next_milestone_at == MONDAY + timedelta(hours=36)
    audit = review.changes.get()
    assert (audit.old_due_at, audit.new_due_at) == (MONDAY + timedelta(hours=48), case.due_at)
    assert (audit.old_policy.version, audit.new_policy.version) == (1, 2)
    assert (audit.why, audit.by) == ("Theo công văn mới", world.user("phuc"))
    assert (run.wanted, run.done, run.finished_at is not None) == (1, 1, True)


def test_how_due_came_about_still_adds_up(world: World):
    case = filed_at(world, MONDAY)
    with db_time.at(MONDAY + timedelta(hours=1)):
        change(world, review_hours=72)
        change(world, review_hours=60)

    account = next(
        one for one in explain.explain(case, MONDAY) if one.clock.kind == Clock.Kind.REVIEW
    )

    lines = [line for line in account.lines if line.adds is not None]
    assert sum((line.adds or timedelta(0) for line in lines), timedelta(0)) == timedelta(hours=60)
    assert [line.adds for line in lines] == [
        timedelta(hours=48),
        timedelta(hours=24),
        timedelta(hours=-12),
    ]


def test_the_version_of_a_case_stays_so_that_no_reviewers_page_goes_stale(world: World):
    case = filed_at(world, MONDAY)
    before = case.version

    with db_time.at(MONDAY + timedelta(hours=1)):
        change(world, review_hours=72)
        accepted = actions.accept(case, by=world.user("minh"), version=before)

    assert accepted.decided_at is not None


def test_pauses_are_kept_and_a_clock_that_stands_still_goes_on_rightly(world: World):
    case = filed_at(world, MONDAY)
    minh, lan = world.user("minh"), world.user("lan")
    with db_time.at(MONDAY + timedelta(hours=2)):
        actions.ask(case, by=minh, question="Lô vắc xin nào ạ?")
    with db_time.at(MONDAY + timedelta(hours=7)):
        actions.answer(case, by=lan, words="ABX4112")
    with db_time.at(MONDAY + timedelta(hours=8)):
        actions.ask(case, by=minh, question="Ngày nào ạ?")

    with db_time.at(MONDAY + timedelta(hours=9)):
        change(world, review_hours=72)

    review = case.clocks.get(kind=Clock.Kind.REVIEW)
    assert review.due_at == MONDAY + timedelta(hours=72 + 5)
    assert review.next_milestone_at is None
    assert review.pauses.count() == 2
    with db_time.at(MONDAY + timedelta(hours=18)):
        actions.answer(case, by=lan, words="Ngày 29/8")
    review.refresh_from_db()
    assert review.due_at == MONDAY + timedelta(hours=72 + 5 + 10)
    assert review.next_milestone_at == review.due_at - timedelta(hours=36)


def test_closed_cases_and_stopped_clocks_are_left_alone(world: World):
    decided = filed_at(world, MONDAY)
    with db_time.at(MONDAY + timedelta(hours=3)):
        actions.accept(decided, by=world.user("minh"))
    kept = filed_at(world, MONDAY, whose="binh", key="kept")
    with db_time.at(MONDAY + timedelta(hours=4)):
        actions.keep(kept, by=world.user("minh"), remark="Chờ sổ giấy")
    answered = kept.clocks.filter(stopped_at__isnull=False)
    before = snapshot()["Clock"], list(answered.values())

    with db_time.at(MONDAY + timedelta(hours=5)):
        change(world, review_hours=96, statutory_working_days=9)

    after = {row["id"]: row for row in snapshot()["Clock"]}
    assert all(after[row["id"]] == row for row in before[0] if row["stopped_at"])
    decided.refresh_from_db()
    assert decided.due_at == MONDAY + timedelta(hours=48)


def test_breaches_stay_and_no_rung_comes_twice_when_the_time_grows(world: World):
    case = filed_at(world, MONDAY)
    with db_time.at(MONDAY + timedelta(hours=49)):
        sweep.sweep()
        change(world, review_hours=96)
        assert not Correction.objects.overdue().exists()

    with db_time.at(MONDAY + timedelta(hours=96 + 25)):
        sweep.sweep()

    rungs = list(
        Breach.objects.filter(clock__kind="review").order_by("at").values_list("rung", "at")
    )
    assert rungs == [
        ("due", MONDAY + timedelta(hours=48)),
        ("three_days", MONDAY + timedelta(hours=96 + 24)),
    ]
    case.refresh_from_db()
    assert case.due_at == MONDAY + timedelta(hours=96)


def test_a_case_that_becomes_overdue_is_the_next_sweeps(world: World):
    filed_at(world, MONDAY)

    with db_time.at(MONDAY + timedelta(hours=30)):
        change(world, review_hours=24)
        assert not Breach.objects.exists()
        sweep.sweep()

    breach = Breach.objects.get()
    assert (breach.rung, breach.at) == ("due", MONDAY + timedelta(hours=24))


def test_a_new_holiday_moves_the_statutory_clock_only(world: World):
    case = filed_at(world, MONDAY)
    with db_time.at(MONDAY + timedelta(hours=1)):
        run = recompute.change_day(
            date(2026, 10, 13), is_working=False, name="Nghỉ bão số 9", by=world.user("phuc")
        )
        recompute.resume(run.pk)

    statutory = case.clocks.get(kind=Clock.Kind.STATUTORY)
    assert statutory.due_at == datetime(2026, 10, 16, tzinfo=HERE)
    assert statutory.next_milestone_at == statutory.due_at
    assert statutory.changes.get().why == "Nghỉ bão số 9"
    case.refresh_from_db()
    assert case.due_at == MONDAY + timedelta(hours=48)
    assert ClockChange.objects.count() == 1


def test_a_saturday_worked_instead_brings_the_statutory_answer_forward(world: World):
    friday = MONDAY + timedelta(days=4)
    case = filed_at(world, friday)
    with db_time.at(friday + timedelta(hours=1)):
        run = recompute.change_day(
            date(2026, 10, 17), is_working=True, name="Làm bù", by=world.user("phuc")
        )
        recompute.resume(run.pk)

    statutory = case.clocks.get(kind=Clock.Kind.STATUTORY)
    assert statutory.due_at == datetime(2026, 10, 20, tzinfo=HERE)


def about(world: World, given_on: str) -> dict[str, Any]:
    """A claim about another dose."""
    dose = worlds.dose(world, given_on=date.fromisoformat(given_on))
    return {"dose": dose, "proposed": {"vaccine": "PF"}}


def test_a_swap_moves_the_statutory_clocks_by_both_halves(world: World):
    """Friday 16 October is off, Saturday 24 October is worked instead."""
    early = filed_at(world, MONDAY + timedelta(days=2), key="k1")
    late = filed_at(world, MONDAY + timedelta(days=3), key="k2", **about(world, "2021-06-02"))
    with db_time.at(MONDAY + timedelta(days=3, hours=1)):
        run = recompute.change_day(
            date(2026, 10, 16),
            is_working=False,
            swapped_with=date(2026, 10, 24),
            name="Hoán đổi",
            by=world.user("phuc"),
        )
        recompute.resume(run.pk)
    after = filed_at(
        world, datetime(2026, 10, 23, 9, 0, tzinfo=HERE), key="k3", **about(world, "2021-06-03")
    )

    dues = [
        one.clocks.get(kind=Clock.Kind.STATUTORY).due_at.astimezone(HERE).date()
        for one in (early, late, after)
    ]
    # Thursday and Monday; Monday and Tuesday; Saturday and Monday.
    assert dues == [date(2026, 10, 20), date(2026, 10, 21), date(2026, 10, 27)]
    assert {one.day: (one.is_working, one.swapped_with) for one in DayOff.objects.all()} == {
        date(2026, 10, 16): (False, date(2026, 10, 24)),
        date(2026, 10, 24): (True, date(2026, 10, 16)),
    }
    assert (run.day, run.swapped_with) == (date(2026, 10, 16), date(2026, 10, 24))


@pytest.mark.parametrize("half", [date(2026, 10, 16), date(2026, 10, 24)])
def test_undoing_one_half_of_a_swap_undoes_the_other_one(world: World, half: date):
    case = filed_at(world, MONDAY + timedelta(days=3))
    due = case.clocks.get(kind=Clock.Kind.STATUTORY).due_at
    phuc = world.user("phuc")
    with db_time.at(MONDAY + timedelta(days=3, hours=1)):
        made = recompute.change_day(
            date(2026, 10, 16),
            is_working=False,
            swapped_with=date(2026, 10, 24),
            name="Hoán đổi",
            by=phuc,
        )
        recompute.resume(made.pk)
        undone = recompute.change_day(
            half, is_working=half == date(2026, 10, 16), name="Thôi hoán đổi", by=phuc
        )
        recompute.resume(undone.pk)

    is_off = working_days.off_days()
    assert not is_off(date(2026, 10, 16))
    assert is_off(date(2026, 10, 24))
    assert case.clocks.get(kind=Clock.Kind.STATUTORY).due_at == due
    assert not DayOff.objects.exclude(swapped_with=None).exists()
    assert {undone.day, undone.swapped_with} == {date(2026, 10, 16), date(2026, 10, 24)}


def test_the_same_change_again_moves_nothing(world: World):
    filed_at(world, MONDAY)
    with db_time.at(MONDAY + timedelta(hours=1)):
        run = change(world, review_hours=72)
        before = snapshot()

        recompute.resume(run.pk)
        again = change(world, review_hours=72, note="Lần nữa")

    assert snapshot() == before
    assert (again.wanted, again.done) == (0, 0)
    assert again.finished_at is not None


def test_rules_that_concern_no_clock_move_none(world: World):
    filed_at(world, MONDAY)

    with db_time.at(MONDAY + timedelta(hours=1)):
        run = change(world, triage_hours=6, four_eyes=["id_number"])

    assert run.wanted == 0
    assert not ClockChange.objects.exists()


def test_only_one_of_two_makers_changes_the_rules(world: World):
    change(world, review_hours=72)

    with pytest.raises(recompute.RulesChangedMeanwhile):
        recompute.change_rules(rules(review_hours=24), by=world.user("phuc"), instead_of=1)

    assert policies.current().review_hours == 72


def test_versions_of_the_rules_are_never_changed(world: World):
    with pytest.raises(IntegrityError), transaction.atomic():
        Policy.objects.update(review_hours=1)


def test_an_interrupted_run_is_resumed_by_the_sweep(world: World, monkeypatch):
    many(world, 5)
    monkeypatch.setattr(recompute, "BATCH", 2)
    now = MONDAY + timedelta(hours=1)
    with db_time.at(now):
        run = recompute.change_rules(rules(review_hours=72), by=world.user("phuc"), instead_of=1)
    real = recompute._move
    batches: list[tuple[int, int, int | None]] = []

    def dies(*arguments):
        if batches:
            raise KeyboardInterrupt
        batches.append(real(*arguments))
        return batches[0]

    with monkeypatch.context() as patch, db_time.at(now):
        patch.setattr(recompute, "_move", dies)
        with pytest.raises(KeyboardInterrupt):
            recompute.resume(run.pk)
    run.refresh_from_db()
    assert (run.wanted, run.done, run.percent) == (5, 2, 40)

    with db_time.at(now):
        sweep.sweep()

    run.refresh_from_db()
    assert (run.done, run.percent) == (5, 100)
    assert ClockChange.objects.count() == 5


def test_a_newer_change_takes_over_from_an_unfinished_one(world: World):
    case = filed_at(world, MONDAY)
    with db_time.at(MONDAY + timedelta(hours=1)):
        phuc = world.user("phuc")
        first = recompute.change_rules(rules(review_hours=72), by=phuc, instead_of=1)
        second = recompute.change_rules(rules(review_hours=60), by=phuc, instead_of=2)

        recompute.resume(first.pk)
        recompute.resume(second.pk)

    first.refresh_from_db()
    case.refresh_from_db()
    assert first.overtaken_by == second
    assert case.due_at == MONDAY + timedelta(hours=60)
    assert ClockChange.objects.get().old_policy.version == 1


def test_a_clock_started_under_the_old_rules_meanwhile_is_found(world: World):
    old = policies.current()
    with db_time.at(MONDAY):
        run = change(world, review_hours=72)
        case = file_one(world)
    # As a request that had read the rules before they changed would have left it.
    Clock.objects.filter(correction=case, kind="review").update(
        policy=old, length=timedelta(hours=48), due_at=MONDAY + timedelta(hours=48)
    )

    with db_time.at(MONDAY + timedelta(minutes=1)):
        sweep.sweep()

    case.refresh_from_db()
    assert case.due_at == MONDAY + timedelta(hours=72)
    run.refresh_from_db()
    assert run.done == 1


@pytest.mark.django_db(transaction=True)
def test_a_case_that_somebody_holds_is_moved_once_it_is_let_go(transactional_db: None, monkeypatch):
    monkeypatch.setattr(recompute, "hint", lambda *_arguments: None)
    world = worlds.build()
    held, free = file_one(world), file_one(world, whose="binh", key="free")
    run = recompute.change_rules(rules(review_hours=72), by=world.user("phuc"), instead_of=1)
    reached, let_go = threading.Event(), threading.Event()

    def hold():
        with transaction.atomic():
            Correction.objects.select_for_update().get(pk=held.pk)
            reached.set()
            let_go.wait(10)
        connection.close()

    holder = threading.Thread(target=hold)
    holder.start()
    reached.wait(10)
    in_between = recompute.resume(run.pk, seconds=0.5)
    moved = list(ClockChange.objects.values_list("clock__correction", flat=True))
    let_go.set()
    holder.join()

    at_last = recompute.resume(run.pk)

    assert (in_between, moved, at_last) == (False, [free.pk], True)
    assert ClockChange.objects.count() == 2


@pytest.mark.parametrize("seed", range(12))
def test_whatever_happened_before_due_is_start_plus_length_plus_pauses(world: World, seed: int):
    chance = random.Random(seed)
    cases = many(world, 6)
    minh = world.user("minh")
    for case in cases:
        at = MONDAY + timedelta(hours=chance.uniform(1, 40))
        with db_time.at(at):
            act = chance.choice(["nothing", "ask", "answered", "accept", "keep"])
            if act in ("ask", "answered"):
                actions.ask(case, by=minh, question="Lô nào ạ?")
            if act == "accept":
                actions.accept(case, by=minh)
            if act == "keep":
                actions.keep(case, by=minh, remark="Chờ")
        if act == "answered":
            with db_time.at(at + timedelta(hours=chance.uniform(1, 60))):
                actions.answer(case, by=world.user("lan"), words="Đây ạ")
    now = MONDAY + timedelta(hours=chance.uniform(60, 160))
    with db_time.at(now):
        sweep.sweep()
        breaches = list(Breach.objects.order_by("pk").values())
        passed = dict(Clock.objects.values_list("pk", "milestones_passed"))

        change(
            world,
            review_hours=chance.choice([12, 24, 48, 72, 200]),
            statutory_working_days=chance.randint(1, 5),
            pause_cap_days=chance.choice([3, 7]),
        )

    policy = policies.current()
    for one in Clock.objects.filter(stopped_at=None).prefetch_related("pauses"):
        stood = sum((p.until - p.since for p in one.pauses.all() if p.until), timedelta(0))
        assert one.due_at == timekeeping.due_of(one.kind, one.started_at, policy) + stood
        assert one.due_at == one.started_at + one.length + stood
        milestones = deadlines.milestones_of(is_statutory=one.kind == Clock.Kind.STATUTORY)
        ahead = [
            milestone.moment(one.due_at, one.length)
            for milestone in milestones[one.milestones_passed :]
        ]
        stands_still = any(p.until is None for p in one.pauses.all())
        expected = None if stands_still or not ahead else ahead[0]
        assert (one.next_milestone_at is None) == (expected is None)
        if expected and one.next_milestone_at:
            assert abs(one.next_milestone_at - expected) < timedelta(milliseconds=1)
        if one.kind != Clock.Kind.STATUTORY:
            assert one.correction.due_at == one.due_at
    assert list(Breach.objects.order_by("pk").values()) == breaches
    assert dict(Clock.objects.values_list("pk", "milestones_passed")) == passed


def test_a_day_can_be_looked_at_without_being_stored(world: World):
    is_off = working_days.off_days({date(2026, 10, 13): True})

    assert is_off(date(2026, 10, 13))
    assert not DayOff.objects.exists()
