"""The sums after any edits are the sums from scratch, and those of a plain count by hand."""

import random
from collections import Counter
from collections.abc import Iterable
from datetime import date, timedelta
from threading import Thread

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import connection, transaction

from citizens import merging
from citizens.actions import revise_identity
from citizens.models import Citizen
from doses.actions import mark_entered_in_error, revise
from doses.models import Dose, Vaccine
from tests import world as worlds
from tests.factories.citizens import CitizenFactory
from tests.uptake.given import give
from tests.world import World
from uptake import fold as folding
from uptake import tasks
from uptake.fold import rebuild, update_sums
from uptake.models import LOWEST_AGE, Band, Change, CommuneUptake, Course, DosesGiven, Uptake

Row = tuple[str, bool, date, str, str]


def stored() -> dict[Row, int]:
    rows = Uptake.objects.values_list("place", "is_month", "day", "measure", "band", "people")
    communes = CommuneUptake.objects.values_list("place", "month", "measure", "people")
    return {
        **{(place, month, day, measure, band): n for place, month, day, measure, band, n in rows},
        **{(place, True, month, measure, ""): n for place, month, measure, n in communes},
    }


def by_hand() -> dict[Row, int]:
    """Count as the rules say, person by person: nothing of it is shared with the product."""
    sums: Counter[Row] = Counter()
    for person in Citizen.objects.filter(merged_into=None).select_related("area"):
        doses = Dose.objects.of(person).exclude(provenance="self_declared")
        days = reached(doses.filter(status="completed").select_related("vaccine"))
        path = person.area.path if person.area else ""
        steps = path.split("/")[:-1][:2]
        places = ["".join(f"{step}/" for step in steps[:n]) for n in range(len(steps) + 1)]
        for measure, day in days.items():
            birthday_is_to_come = (day.month, day.day) < (
                person.date_of_birth.month,
                person.date_of_birth.day,
            )
            age = day.year - person.date_of_birth.year - birthday_is_to_come
            band = max(
                (b for b in Band if LOWEST_AGE[b] <= max(age, 0)), key=LOWEST_AGE.__getitem__
            )
            for place in places:
                sums[place, False, day, measure, band.value] += 1
                sums[place, True, day.replace(day=1), measure, band.value] += 1
            if path.count("/") == 3:
                sums[path, True, day.replace(day=1), measure, ""] += 1
    return dict(sums)


def stored_doses() -> dict[tuple[str, date], int]:
    rows = DosesGiven.objects.values_list("place", "day", "doses")
    return {(place, day): doses for place, day, doses in rows}


def doses_by_hand() -> dict[tuple[str, date], int]:
    """Count one dose per person and day, for the country and the province of the person."""
    sums: Counter[tuple[str, date]] = Counter()
    for person in Citizen.objects.filter(merged_into=None).select_related("area"):
        doses = Dose.objects.of(person).exclude(provenance="self_declared")
        places = {"", person.area.path.split("/")[0] + "/"} if person.area else {""}
        for day in set(doses.filter(status="completed").values_list("given_on", flat=True)):
            for place in places:
                sums[place, day] += 1
    return dict(sums)


def reached(doses: Iterable[Dose]) -> dict[str, date]:
    """Return the day of each measure that somebody with these doses has come to."""
    by_day: dict[date, list[Dose]] = {}
    for dose in doses:
        by_day.setdefault(dose.given_on, []).append(dose)
    days: dict[str, date] = {}
    primary, needed = 0, 99
    for day, given in sorted(by_day.items()):
        days.setdefault("one_dose", day)
        first = [dose.vaccine.primary_doses for dose in given if dose.kind == "primary"]
        if "complete" in days and any(dose.kind == "booster" for dose in given):
            days.setdefault("booster", day)
        if first:
            primary, needed = primary + 1, min(needed, *first)
            if primary >= needed:
                days.setdefault("complete", day)
    return days


def edit(world: World, chance: random.Random) -> None:
    """Change something at random, through the verbs; what cannot be is left."""
    people = list(Citizen.objects.order_by("pk"))
    person, other = chance.choice(people), chance.choice(people)
    dose = Dose.objects.order_by("?").first() if Dose.objects.exists() else None
    area = chance.choice([*world.areas.values(), None])
    vaccine = chance.choice(list(Vaccine.objects.filter(group__code="covid19").order_by("code")))
    day = chance.randrange(300)
    facts = {
        "given_on": date(2021, 8, 1) + timedelta(days=day),
        "vaccine": vaccine,
        "kind": chance.choice(["primary", "primary", "booster"]),
        "provenance": chance.choice(["site_entry", "correction", "self_declared"]),
        "status": chance.choice(["completed", "completed", "entered_in_error"]),
    }
    name = chance.choice(list(facts))
    acts = [
        lambda: give(
            world,
            person,
            vaccine.code + chance.choice(["", "", "!"]),
            day,
            provenance=facts["provenance"],
        ),
        lambda: give(world, person, vaccine.code, day),
        lambda: dose and revise(dose, changes={name: facts[name]}, by=None, why="Sửa"),
        lambda: dose and mark_entered_in_error(dose, by=None, why="Nhầm"),
        lambda: revise_identity(
            person,
            changes={
                "date_of_birth": date(chance.choice([1950, 1971, 2003, 2009, 2016]), 11, 5),
                "area": area,
            },
            by=None,
            why="Sửa",
        ),
        lambda: merging.merge(person, into=other, by=None, why="Một người"),
        lambda: merging.separate(person, by=None, why="Hai người"),
    ]
    try:
        with transaction.atomic():
            chance.choice(acts)()
    except ValidationError:
        pass


@pytest.mark.parametrize("seed", range(6))
def test_after_any_edits_the_fold_has_what_a_count_by_hand_has(world: World, seed):
    chance = random.Random(seed)
    CitizenFactory.create_batch(5, area=world.areas["buoi"])
    for _round in range(12):
        for _edit in range(chance.randrange(1, 7)):
            edit(world, chance)

        update_sums()

        assert stored() == by_hand()
        assert stored_doses() == doses_by_hand()
    assert stored(), "the edits were about something"
    assert not Change.objects.exists()


@pytest.mark.parametrize("seed", [1, 2])
def test_a_rebuild_finds_nothing_to_put_right_after_folds(world: World, seed):
    chance = random.Random(seed)
    for _edit in range(60):
        edit(world, chance)
    update_sums()
    before, courses = (stored(), stored_doses()), list(Course.objects.values())

    built = rebuild()

    assert (built.wrong_courses, built.wrong_sums) == (0, 0)
    assert ((stored(), stored_doses()), list(Course.objects.values())) == (before, courses)


def test_a_rebuild_puts_right_what_is_wrong_and_says_how_much(world: World, capsys):
    give(world, world.citizens["lan"], "JS", 0)
    give(world, world.citizens["binh"], "AZ", 0)
    update_sums()
    right = stored()
    Course.objects.filter(citizen=world.citizens["binh"]).delete()
    Uptake.objects.filter(place="01/").delete()
    Uptake.objects.filter(place="").update(people=7)
    Uptake.objects.create(place="79/", is_month=False, day=date(2021, 8, 1), people=3)

    call_command("rebuild_coverage")

    assert stored() == right
    said = capsys.readouterr().out
    assert "People: 2; 1 put right." in said
    # Two measures, three places, days and months; they share a band. Eight were wrong, one too many.
    assert "Sums: 12; 9 put right." in said


def test_what_changes_between_two_batches_is_taken_in(world: World, monkeypatch):
    monkeypatch.setattr(folding, "BATCH", 2)
    for person in CitizenFactory.create_batch(5):
        give(world, person, "AZ", 0)

    done = update_sums()

    assert done == 5
    assert stored() == by_hand()


def test_a_pass_ends_when_its_time_is_over_and_the_next_goes_on(world: World, monkeypatch):
    monkeypatch.setattr(folding, "BATCH", 2)
    for person in CitizenFactory.create_batch(5):
        give(world, person, "AZ", 0)

    assert update_sums(seconds=0) == 2
    tasks.fold()

    assert stored() == by_hand()


def test_a_statement_that_writes_many_doses_leaves_one_change_of_each_person(world: World):
    Change.objects.all().delete()
    days = [date(2021, 9, 1), date(2021, 10, 1), date(2021, 11, 1)]
    Dose.objects.bulk_create(
        Dose(
            citizen=world.citizens[whose],
            vaccine=world.az,
            organization=world.buoi,
            given_on=day,
            provenance=Dose.Provenance.SITE_ENTRY,
        )
        for whose in ("lan", "binh")
        for day in days
    )
    people = Counter(world.citizens[whose].pk for whose in ("lan", "binh"))
    assert Counter(Change.objects.values_list("citizen_id", flat=True)) == people

    Change.objects.all().delete()
    # A dose that moves changes what both people have got.
    lan, binh = world.citizens["lan"], world.citizens["binh"]
    moved = Dose.objects.filter(citizen=lan, given_on=days[0])
    moved.update(citizen=binh, given_on=date(2021, 12, 1), revision=2)
    assert Counter(Change.objects.values_list("citizen_id", flat=True)) == people


def test_facts_that_nobody_counts_by_leave_no_change(world: World):
    dose = give(world, world.citizens["lan"], "AZ", 0)
    update_sums()

    revise(dose, changes={"lot": "ABX1"}, by=None, why="Lô")
    revise_identity(world.citizens["lan"], changes={"full_name": "Lan"}, by=None, why="Tên")

    assert not Change.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_fold_leaves_another_one_that_is_at_it_alone():
    world = worlds.build()
    give(world, world.citizens["lan"], "AZ", 0)
    done: list[int] = []

    def elsewhere() -> None:
        done.append(update_sums())
        connection.close()

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [folding.LOCK])
        thread = Thread(target=elsewhere)
        thread.start()
        thread.join(timeout=20)

    assert done == [0]
    assert update_sums() == 1
