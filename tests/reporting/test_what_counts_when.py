"""When something counts, for whom, and along which tree: the list says what its number says."""

from datetime import datetime, timedelta

import pytest
from django.db import connection

from corrections import actions
from corrections.lifecycle import Ground
from corrections.models import Breach, Clock
from corrections.sweep import sweep
from organizations.models import Place
from organizations.scope import Scope
from reporting import compute, daily_job, measures
from reporting.compute import Filters
from reporting.measures import FACTS
from tests.cases import file_one
from tests.reporting.caseload import write_case
from tests.reporting.counted import count_everything
from tests.world import World
from vaxreg import db_time

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
# A Wednesday, at ten in the morning in Viet Nam, and long over.
THEN = datetime(2026, 11, 4, 10, tzinfo=measures.HERE)
# Which report says the number of a fact, and under which name.
FILTERS = {name: Filters(by="giver" if name == "missed_given" else "holder") for name in FACTS}
NUMBER = {name: name.removesuffix("_given") for name in FACTS}


def test_a_breach_written_while_its_day_is_being_closed_counts_for_the_day_it_is_written(
    world: World,
):
    case = write_case(world, world.buoi, THEN - 47 * HOUR)
    closing = connection.copy()

    with closing.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [daily_job.BREACH_LOCK])
        missed = Breach.objects.create(
            correction=case,
            clock=case.clocks.get(),
            rung="due",
            at=THEN + HOUR,
            holder=world.buoi,
            written_at=THEN + DAY,
        )
    closing.close()

    missed.refresh_from_db()
    assert missed.counts_at == THEN + DAY


def test_a_breach_that_the_figures_did_not_see_yet_is_not_in_their_list(world: World):
    write_case(world, world.buoi, THEN - 47 * HOUR)
    with db_time.at(THEN + 2 * HOUR):
        # The minute's pass of the figures comes before that of the sweep.
        daily_job.refresh()
    with db_time.at(THEN + 2 * HOUR + timedelta(seconds=20)):
        sweep()
        scope = Scope((world.buoi,))
        span = compute.period(Filters(), db_time.now(), daily_job.as_of())
        listed = compute.rows_of_figure("missed", scope, Filters(), span).count()
        number = compute.report(scope).total.figures.missed

    assert listed == number == 0
    with db_time.at(THEN + 2 * HOUR + timedelta(minutes=1)):
        daily_job.refresh()
        span = compute.period(Filters(), db_time.now(), daily_job.as_of())
        assert compute.rows_of_figure("missed", scope, Filters(), span).count() == 1


def test_a_breach_written_in_time_counts_for_the_moment_of_the_deadline(world: World):
    case = write_case(world, world.buoi, THEN - 47 * HOUR)

    with db_time.at(THEN + DAY):
        sweep()

    missed = case.breaches.get(rung="due")
    assert missed.counts_at == missed.at == THEN + HOUR < missed.written_at


def test_a_case_opens_at_the_first_desk_under_each_clock_and_nowhere_else(world: World):
    minh, lan = world.user("minh"), world.user("lan")
    with db_time.at(THEN):
        case = file_one(world)
    with db_time.at(THEN + HOUR):
        actions.pass_on(case, by=minh, to=world.lang_thuong, reason="Không phải chúng tôi")
        case.refresh_from_db()
    with db_time.at(THEN + 2 * HOUR):
        case = actions.refuse(
            case, by=world.user("tuan"), ground=Ground.PHOTO_BLURRED, remark="Ảnh mờ"
        )
    with db_time.at(THEN + 3 * HOUR):
        actions.appeal(case, by=lan, words="Ảnh rõ mà")

    held = case.holdings.order_by("since", "pk").values_list("organization", "opens")
    assert [opens for _organization, opens in held] == [True, False, True]
    assert Clock.objects.get(correction=case, kind="review").undone_at is None


@pytest.mark.parametrize("fact", [name for name in FACTS if name != "undone"])
def test_a_list_follows_the_tree_of_each_day_as_its_number_does(world: World, fact: str):
    for hours in (2, 30, 80):
        with db_time.at(THEN + (hours - 1) * HOUR):
            write_case(world, world.buoi, db_time.now() - 47.5 * HOUR)
            write_case(world, world.buoi, db_time.now() - 47 * HOUR, decided_at=db_time.now())
        with db_time.at(THEN + hours * HOUR):
            sweep()
            if hours == 30:
                world.buoi.part_of = world.dong_da
                world.buoi.save()
    # The database dates the move by its own time.
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        moved = world.buoi.places.order_by("-pk")[0]
        Place.objects.exclude(pk=moved.pk).update(since=THEN - 30 * DAY)
        Place.objects.filter(pk=moved.pk).update(since=THEN + 30 * HOUR)
        cursor.execute("SET LOCAL session_replication_role = origin")
    with db_time.at(THEN + 4 * DAY):
        count_everything()
        span = compute.period(Filters(), db_time.now(), daily_job.as_of())
        scopes = [Scope((top,)) for top in (world.tay_ho, world.dong_da, world.so_y_te)]
        listed = [compute.rows_of_figure(fact, scope, Filters(), span).count() for scope in scopes]
        totals = [compute.report(scope, FILTERS[fact]).total.figures for scope in scopes]

    assert listed == [getattr(total, NUMBER[fact]) for total in totals]
    assert min(listed) > 0
