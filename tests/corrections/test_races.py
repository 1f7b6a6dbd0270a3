"""Two people at one case at once: one winner each time, and the other is told."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from corrections import actions
from corrections.actions import AlreadyOpen
from corrections.lifecycle import Ground
from corrections.models import Correction, CorrectionEvent
from doses.models import DoseRevision
from tests import world as worlds
from tests.cases import colleague, file_one
from tests.racing import AtOnce, racers
from tests.thorough import rounds
from tests.world import World

# Of two deciders, until each has won; of a decision and another step; of opening again and filing.
RACES, MOST_RACES = rounds(40, 200), 200
RIVALS, REFILED = rounds(10, 40), rounds(5, 20)


@pytest.fixture
def at_once(transactional_db: None) -> Iterator[AtOnce]:
    with racers(2) as run:
        yield run


@pytest.mark.django_db(transaction=True)
def test_of_two_deciders_one_wins_in_every_race(at_once: AtOnce):
    world = worlds.build()
    minh, thu, lan = world.user("minh"), colleague(world), world.user("lan")
    case = file_one(world)
    wins: list[str] = []

    while len(wins) < RACES or (len(set(wins)) < 2 and len(wins) < MOST_RACES):
        number = len(wins)
        decisions = CorrectionEvent.objects.filter(step__in=["accept", "refuse"]).count()
        got = at_once(
            lambda case=case: actions.accept(case, by=minh),
            lambda case=case: actions.refuse(
                case, by=thu, ground=Ground.PHOTO_BLURRED, remark="Mờ"
            ),
        )
        assert sum(isinstance(one, Correction) for one in got) == 1, got
        assert CorrectionEvent.objects.filter(step__in=["accept", "refuse"]).count() == (
            decisions + 1
        )
        winner = next(one for one in got if isinstance(one, Correction))
        wins.append(winner.status)
        case = open_again(world, winner, lan, number)

    # Neither of them always comes first, or it was no race.
    assert len(set(wins)) == 2
    # What was not accepted left no trace in the record.
    assert DoseRevision.objects.filter(number__gt=1).count() <= wins.count("accepted")


def open_again(world: World, closed: Correction, lan, number: int) -> Correction:
    """Give the same people a case to race for again."""
    if closed.status == "accepted":
        return actions.reopen(closed, by=lan, words=f"Vẫn sai {number}")
    # After the day of the first dose: two doses of one day may not come to say the same.
    day = worlds.date(2021, 9, 1) + timedelta(days=number)
    dose = worlds.dose(world, given_on=day, lot=f"L{number}", ordinal=2)
    return file_one(world, key=f"race-{number}", dose=dose, proposed={"vaccine": "PF"})


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("rival", ["withdraw", "pass_on", "ask"])
def test_a_decision_races_against_other_steps_and_nothing_is_half_done(at_once: AtOnce, rival: str):
    world = worlds.build()
    minh, thu, lan = world.user("minh"), colleague(world), world.user("lan")

    for number in range(RIVALS):
        dose = worlds.dose(world, given_on=worlds.date(2021, 8, 1 + number), lot=f"R{number}")
        case = file_one(world, key=f"{rival}-{number}", dose=dose, proposed={"vaccine": "PF"})
        others = {
            "withdraw": lambda case=case: actions.withdraw(case, by=lan),
            "pass_on": lambda case=case: actions.pass_on(
                case, by=thu, to=world.lang_thuong, reason="Không tiêm ở đây"
            ),
            "ask": lambda case=case: actions.ask(case, by=thu, question="Ngày nào?"),
        }
        got = at_once(lambda case=case: actions.accept(case, by=minh, version=2), others[rival])

        case.refresh_from_db()
        dose.refresh_from_db()
        steps = list(case.events.exclude(step__in=["file", "route"]).values_list("step", flat=True))
        assert len(steps) == sum(isinstance(one, Correction) for one in got) == 1, (steps, got)
        assert (dose.vaccine.code == "PF") == (case.status == "accepted")
        assert case.clocks.filter(stopped_at=None).exists() == case.is_open


@pytest.mark.django_db(transaction=True)
def test_opening_again_races_against_a_new_filing_and_one_of_them_is_told(at_once: AtOnce):
    world = worlds.build()
    minh, lan = world.user("minh"), world.user("lan")

    for number in range(REFILED):
        dose = worlds.dose(world, given_on=worlds.date(2021, 8, 1 + number), lot=f"A{number}")
        case = file_one(world, key=f"old-{number}", dose=dose, proposed={"vaccine": "PF"})
        case = actions.accept(case, by=minh)
        got = at_once(
            lambda case=case: actions.reopen(case, by=lan, words="Vẫn sai"),
            lambda dose=dose, number=number: file_one(
                world, key=f"new-{number}", dose=dose, proposed={"lot": "MOI1"}, routed=False
            ),
        )

        assert sorted(isinstance(one, Correction) for one in got) == [False, True], got
        assert any(isinstance(one, AlreadyOpen) for one in got), got
