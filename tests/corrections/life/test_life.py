"""Random lives of 30 steps agree with the model; five seeded faults are each found.

30 lives a day, other ones every day; 200 in a thorough run (see tests/thorough.py).
"""

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from corrections import parties
from corrections.actions import desk, turn
from corrections.clocks import timekeeping
from tests.corrections.life.machine import CorrectionLife, begin
from tests.thorough import rounds, seed_of_today
from tests.world import World

# Lives are led in parts, so that no core waits for another at the end.
PARTS, LIVES = rounds(2, 20), 10
HOW = settings(
    max_examples=LIVES,
    stateful_step_count=30,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
# A fault is to be found, not to be made small.
QUICK = settings(
    HOW, max_examples=200, phases=[Phase.generate], report_multiple_bugs=False, print_blob=False
)


@pytest.fixture
def machine(world: World) -> type[CorrectionLife]:
    return type("Lived", (CorrectionLife,), {"world": world, "case": begin(world)})


@pytest.mark.parametrize("part", range(PARTS))
def test_lives_of_30_steps_go_as_the_model_says(part: int, machine: type[CorrectionLife]):
    today = seed_of_today()

    try:
        run_state_machine_as_test(seed(today * 100 + part)(machine), settings=HOW)
    except BaseException as error:
        error.add_note(f"The same lives again: LIFE_SEED={today} ./test corrections/life")
        raise


def restart_the_clock_when_passed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    real = desk.hand_over

    def faulty(taken, to):
        real(taken, to)
        one = timekeeping.running(taken.case)
        one.due_at = taken.case.due_at = taken.at + one.length
        one.save()

    monkeypatch.setattr(desk, "hand_over", faulty)


def let_a_question_stop_the_clock_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    real = timekeeping.resume

    def faulty(case, at, why):
        stood_still = timekeeping.Pause.objects.filter(clock__correction=case, until=None)
        stood_still.update(ends_at=at + turn.deadlines.ANSWER_TIME)
        real(case, at, why)

    monkeypatch.setattr(timekeeping, "resume", faulty)


def let_sites_pass_it_on_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk, "MOST_BOUNCES", 99)


def let_the_same_person_decide_the_appeal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parties, "has_decided", lambda user, correction: False)


def forget_the_breach_when_something_else_comes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turn.timekeeping, "record_overdue_work", lambda case, at: None)


@pytest.mark.parametrize(
    ("seed_fault", "steps"),
    [
        (restart_the_clock_when_passed_on, "pass_on"),
        (let_a_question_stop_the_clock_for_ever, "ask note"),
        (let_sites_pass_it_on_for_ever, "pass_on"),
        (
            let_the_same_person_decide_the_appeal,
            "accept countersign reopen refuse appeal overturn uphold",
        ),
        (forget_the_breach_when_something_else_comes_first, "note"),
    ],
)
def test_a_seeded_fault_is_found(seed_fault, steps, machine, monkeypatch):
    """The same lives, keeping to the steps in question: a fault is found in seconds."""
    seed_fault(monkeypatch)
    keeping = type("Keeping", (machine,), {"only": frozenset(steps.split())})

    with pytest.raises(AssertionError):
        run_state_machine_as_test(keeping, settings=QUICK)
