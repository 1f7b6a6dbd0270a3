"""Which doses of a person are shown as one dose that stands twice, and when that is found."""

from datetime import date, timedelta

import pytest
from django.db import connection

from citizens import merging
from citizens.models import Citizen
from doses.actions import mark_entered_in_error, revise
from doses.models import Dose, Vaccine, VaccineRule
from review.models import DosePair, DosePairSweep
from review.twice import finding
from tests import world as worlds
from tests.world import World
from vaxreg import db_time

pytestmark = pytest.mark.django_db
FIRST = date(2021, 8, 29)


def second(world: World, **changed: object) -> Dose:
    """Lan's dose once more: the same AstraZeneca, entered at Láng Thượng."""
    return worlds.dose(world, **{"organization": world.lang_thuong, "lot": "", **changed})


@pytest.mark.parametrize(
    ("code", "days", "ordinal", "near"),
    [
        ("AZ", 0, 1, "same_day"),
        # Less than half of 28 days, 21, 14 and 7; Janssen has the 28 days before any other dose.
        ("AZ", 13, 2, "close"),
        ("AZ", 14, 2, None),
        ("PF", 10, 1, "close"),
        ("PF", 11, 1, None),
        ("AB", 6, 2, "close"),
        ("AB", 7, 2, None),
        ("JS", 13, 1, "close"),
        ("JS", 14, 1, None),
        ("JE", 3, 2, "close"),
        ("JE", 4, 2, None),
        # No rule says how soon another dose may follow.
        ("BCG", 0, 1, "same_day"),
        ("BCG", 1, 1, None),
    ],
)
def test_doses_of_one_product_are_near_below_half_of_its_shortest_interval(
    world: World, code: str, days: int, ordinal: int, near: str | None
):
    vaccine = Vaccine.objects.get(code=code)
    worlds.dose(world, vaccine=vaccine, given_on=FIRST + timedelta(days))
    second(world, vaccine=vaccine, ordinal=ordinal)

    assert [pair.near for pair in DosePair.objects.all()] == ([near] if near else [])


@pytest.mark.parametrize(
    ("days", "changed", "near"),
    [
        ((date(2021, 9, 3), date(2021, 3, 9)), {}, "swapped"),
        ((date(2021, 9, 3), date(2021, 3, 9)), {"ordinal": 2, "lot": "ABX4112"}, "swapped"),
        ((date(2021, 9, 3), date(2021, 3, 9)), {"ordinal": 2}, None),
        ((date(2021, 9, 3), date(2022, 3, 9)), {}, None),
        ((date(2021, 9, 3), date(2021, 3, 10)), {}, None),
    ],
)
def test_changed_about_day_and_month_are_near_with_the_same_number_or_lot(
    world: World, days: tuple[date, date], changed: dict[str, object], near: str | None
):
    worlds.dose(world, given_on=days[0])
    second(world, given_on=days[1], **changed)

    assert [pair.near for pair in DosePair.objects.all()] == ([near] if near else [])


@pytest.mark.parametrize(
    "changed",
    [
        {"whose": "child"},
        {"vaccine": "CS"},
        {"provenance": Dose.Provenance.SELF_DECLARED},
    ],
)
def test_another_person_another_product_or_a_declared_dose_is_no_pair(
    world: World, changed: dict[str, object]
):
    if "vaccine" in changed:
        changed = {"vaccine": Vaccine.objects.get(code=changed["vaccine"])}
    worlds.dose(world, given_on=date(2023, 8, 29))
    second(world, given_on=date(2023, 8, 29), **changed)

    assert not DosePair.objects.exists()


def test_the_interval_is_that_of_the_day_of_the_later_dose(world: World):
    VaccineRule.objects.filter(vaccine=world.az, about="shortest_interval").update(
        until_on=FIRST + timedelta(9)
    )
    VaccineRule.objects.filter(group=world.az.group, vaccine=None).delete()
    worlds.dose(world)
    for days in (9, 10):
        second(world, given_on=FIRST + timedelta(days))

    assert set(DosePair.objects.filter(one__given_on=FIRST).values_list("days", flat=True)) == {9}


def test_a_pair_follows_its_doses(world: World):
    mine, again = worlds.dose(world), second(world)
    pair = DosePair.objects.get()
    assert (pair.citizen, pair.one, pair.other) == (mine.citizen, mine, again)
    assert (pair.one_site, pair.other_site) == (world.buoi, world.lang_thuong)

    def state() -> str:
        pair.refresh_from_db()
        return str(pair.state)

    far = revise(again, changes={"given_on": date(2021, 11, 29)}, by=None, why="x")
    assert state() == "gone"
    near = revise(far, changes={"given_on": date(2021, 8, 30)}, by=None, why="x")
    assert (state(), pair.near, pair.days, pair.other_revision) == ("open", "close", 1, 3)
    mark_entered_in_error(near, by=None, why="x")
    assert state() == "one_left"
    revise(near, changes={"status": "completed"}, by=None, why="x")
    assert state() == "open"


def test_what_was_decided_stands_until_one_of_both_changes(world: World):
    mine, _again = worlds.dose(world), second(world)
    DosePair.objects.update(state="both_given", state_at=db_time.now())

    finding.find([mine.citizen_id])
    assert DosePair.objects.get().state == "both_given"
    revise(mine, changes={"lot": "ABX9999"}, by=None, why="x")

    assert DosePair.objects.get().state == "open"


def test_a_merge_finds_pairs_and_separating_ends_them(world: World):
    part = Citizen.objects.create(
        full_name="Nguyen Thi Lan", date_of_birth=date(1988, 3, 27), sex="female"
    )
    worlds.dose(world)
    second(world, citizen=part)
    assert not DosePair.objects.exists()

    merging.merge(part, into=world.citizens["lan"], by=None, why="x")
    pair = DosePair.objects.get()
    assert (pair.state, pair.citizen) == ("open", world.citizens["lan"])
    merging.separate(part, by=None, why="x")

    pair.refresh_from_db()
    assert pair.state == "gone"


def test_the_sweep_finds_what_nothing_announced_and_goes_on_where_it_stopped(
    world: World, monkeypatch: pytest.MonkeyPatch
):
    worlds.dose(world)
    worlds.dose(world, whose="binh")
    again = [
        second(world, citizen=world.citizens[whose], given_on=FIRST + timedelta(90))
        for whose in ("lan", "binh")
    ]
    Dose.objects.filter(pk__in=[one.pk for one in again]).update(revision=2, given_on=FIRST)
    assert not DosePair.objects.exists()
    monkeypatch.setattr(finding, "BATCH", 2)

    assert finding.sweep(0.0) == 0
    found = []
    for _ in range(2):
        finding._next_batch()
        found.append(DosePair.objects.count())
    assert found == [1, 2]
    assert DosePairSweep.objects.get().ended_at is not None
    assert finding.sweep() == 0

    DosePairSweep.objects.update(begun_at=db_time.now() - timedelta(days=8))
    assert finding.sweep() == 3


def test_nobody_elses_doses_are_read(world: World):
    mine = worlds.dose(world)
    child = world.citizens["child"]
    Dose.objects.bulk_create(
        Dose(
            citizen=child,
            vaccine=mine.vaccine,
            organization=world.buoi,
            given_on=FIRST - timedelta(days),
            provenance=mine.provenance,
        )
        for days in range(300)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE doses_dose")
        # As with doses of many people, which the test does not have.
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_hashjoin = off")
        cursor.execute("SET LOCAL enable_mergejoin = off")
        cursor.execute("EXPLAIN " + finding.FIND, finding.parameters([world.citizens["lan"].pk]))
        plan = " ".join(line for (line,) in cursor.fetchall())

    assert "dose_citizen_given_on" in plan, plan
    assert "Seq Scan on doses_dose" not in plan


def test_a_thousand_people_take_as_many_queries_as_one(world: World, django_assert_num_queries):
    # One asks for the time.
    with django_assert_num_queries(2):
        finding.find(range(1000))
