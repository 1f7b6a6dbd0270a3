"""A claimed dose is held against the sessions of its site: in words, and nothing is decided."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.utils.translation import override

from doses import sessions
from doses.held_sessions import sentences_about
from doses.models import VaccinationSession
from tests import world as worlds
from tests.world import World

pytestmark = pytest.mark.django_db

DAY = date(2021, 8, 29)
HEAD = "Session at Nhà văn hoá that day: AstraZeneca (Vaxzevria), lots ABX4112, ABX4113;"


def held(world: World, day: date = DAY, venue: str = "Nhà văn hoá") -> VaccinationSession:
    """A session with two lots of AstraZeneca and one dose that is entered."""
    minh = world.user("minh")
    lots = [
        sessions.receive_lot(world.buoi, world.az, f"{number}", received_on=day, by=minh)
        for number in ("ABX4113", "ABX4112")
    ]
    made = sessions.plan(world.buoi, day, venue=venue, lots=lots, planned_doses=120, by=minh)
    worlds.dose(world, "binh", session=made, given_on=day)
    return made


def said(world: World, **changed: str) -> list[str]:
    facts = {
        "vaccine": "AZ",
        "given_on": DAY.isoformat(),
        "organization": str(world.buoi.public_id),
        "lot": "ABX4112",
    }
    with override("en"):
        return sentences_about({**facts, **changed})


Make = Callable[[World], object]
CLAIMS: dict[str, tuple[Make, dict[str, str], list[str]]] = {
    "it agrees": (held, {}, [f"{HEAD} planned 120, 1 entered. The claim agrees with it."]),
    "another vaccine": (
        held, {"vaccine": "PF"}, [f"{HEAD} planned 120, 1 entered. The vaccine was another one."],
    ),
    "another lot": (
        held, {"lot": "x9"}, [f"{HEAD} planned 120, 1 entered. Lot X9 was not used there."],
    ),
    "no lot": (held, {"lot": ""}, [f"{HEAD} planned 120, 1 entered. The claim agrees with it."]),
    "doses still to enter": (
        lambda world: sessions.close(held(world), given_doses=3),
        {},
        [
            f"{HEAD} planned 120, given 3, 1 entered. The claim agrees with it."
            " 2 doses of its count are not entered yet."
        ],
    ),
    "full": (
        lambda world: sessions.close(held(world), given_doses=1),
        {},
        [
            f"{HEAD} planned 120, given 1, 1 entered. The claim agrees with it."
            " All doses of its count are entered."
        ],
    ),
    "another day": (
        lambda world: held(world, DAY + timedelta(days=2)),
        {},
        [
            "No session on that day; the nearest was on 31/08/2021: Nhà văn hoá; AstraZeneca (Vaxzevria),"
            " lots ABX4112, ABX4113; planned 120, 1 entered."
        ],
    ),
    "a day far from any": (lambda world: held(world, DAY + timedelta(days=61)), {}, []),
    "a month alone": (held, {"given_on": "2021-08"}, []),
    "another site": (held, {"organization": "x"}, []),
    "called off": (
        lambda world: sessions.call_off(
            sessions.plan(world.buoi, DAY, by=world.user("minh"))
        ), {}, [],
    ),
    "nothing but the day": (
        lambda world: sessions.plan(world.buoi, DAY, by=world.user("minh")),
        {}, ["Session that day: 0 entered."],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CLAIMS)
def test_a_claim_is_compared_with_the_sessions_in_one_query(
    world: World, name: str, django_assert_max_num_queries: Callable[[int], object]
):
    make, changed, expected = CLAIMS[name]
    make(world)

    with django_assert_max_num_queries(1):
        assert said(world, **changed) == expected
