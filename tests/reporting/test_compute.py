"""The overdue figures: right to the second, the same everywhere, at the same cost for any load."""

from datetime import datetime, timedelta
from statistics import median

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from corrections import actions
from corrections.lifecycle import Ground
from corrections.models import Breach, Correction
from corrections.sweep import sweep
from organizations.models import Membership
from organizations.scope import Scope, scope_of
from reporting import compute
from reporting.compute import Report
from reporting.measures import beginning, day_of
from tests.reporting.caseload import write_case, write_caseload
from tests.reporting.counted import count_everything
from tests.world import LONG_AGO, World
from vaxreg import db_time

HOUR = timedelta(hours=1)


@pytest.fixture
def now(world: World) -> datetime:
    return db_time.now()


def report_of(world: World, who: str) -> Report:
    scope = scope_of(world.user(who))
    assert scope is not None
    count_everything()
    return compute.report(scope)


def row_of(report: Report, organization: object) -> compute.ReportRow:
    return next(row for row in report.rows if row.organization == organization)


def test_a_case_is_overdue_only_after_the_second_at_which_it_is_due(world: World, now: datetime):
    case = write_case(world, world.buoi, now - 10 * HOUR)

    with db_time.at(case.due_at):
        at_due = report_of(world, "huong")
    with db_time.at(case.due_at + timedelta(microseconds=1)):
        just_after = report_of(world, "huong")

    assert (at_due.total.queue.overdue, at_due.total.queue.soon) == (0, 1)
    assert (just_after.total.queue.overdue, just_after.total.queue.soon) == (1, 0)


@pytest.mark.parametrize(
    ("late", "figure"),
    [
        (timedelta(hours=24), "late_a_day"),
        (timedelta(hours=24, seconds=1), "late_three_days"),
        (timedelta(days=3), "late_three_days"),
        (timedelta(days=3, seconds=1), "late_longer"),
    ],
)
def test_what_is_late_is_sorted_by_how_late_it_is(
    world: World, now: datetime, late: timedelta, figure: str
):
    case = write_case(world, world.buoi, now - timedelta(days=20))

    with db_time.at(case.due_at + late):
        queue = report_of(world, "huong").total.queue

    ages = {name: getattr(queue, name) for name in ("late_a_day", "late_three_days", "late_longer")}
    assert ages == {**dict.fromkeys(ages, 0), figure: 1}


def test_figures_equal_a_plain_count_over_random_cases(world: World, now: datetime):
    cases = write_caseload(world, [world.buoi, world.quang_an, world.tay_ho], 120)
    with db_time.at(now):
        report = report_of(world, "huong")

    first = beginning(day_of(now) - timedelta(days=6))
    decided = [c for c in cases if c.decided_at and c.decided_at >= first]
    due = [c for c in cases if first <= c.due_at <= now]
    in_time = [c for c in due if c.decided_at and c.decided_at <= c.due_at]
    late = [c for c in due if c not in in_time and c.due_at < now]
    took = [(c.decided_at - c.received_at) / HOUR for c in decided if c.decided_at]
    total = report.total
    assert total.queue.open == sum(1 for c in cases if c.is_open)
    assert total.queue.overdue == sum(1 for c in cases if c.is_overdue(now))
    assert total.figures.opened == sum(1 for c in cases if c.received_at >= first)
    assert total.figures.decided == len(decided)
    assert total.figures.in_time == len(in_time)
    assert total.figures.missed == len(late)
    assert total.figures.median_hours == pytest.approx(median(took), abs=0.06)
    assert total.figures.share_in_time == len(in_time) / (len(in_time) + len(late))


def test_rows_add_up_to_the_whole_and_the_worst_comes_first(world: World):
    write_caseload(world, [world.buoi, world.quang_an, world.tay_ho], 90)

    report = report_of(world, "huong")

    total = report.total
    for name in ("open", "soon", "overdue", "late_a_day", "late_three_days", "late_longer"):
        assert getattr(total.queue, name) == sum(getattr(row.queue, name) for row in report.rows)
    for name in ("opened", "decided", "in_time", "missed", "undone"):
        counted = [getattr(row.figures, name) for row in report.rows]
        assert getattr(total.figures, name) == sum(counted)
    columns = zip(*(row.trend for row in report.rows), strict=True)
    assert list(total.trend) == [sum(column) for column in columns]
    assert sum(total.weekdays) == total.figures.missed > 0
    overdue = [row.queue.overdue for row in report.rows]
    assert overdue == sorted(overdue, reverse=True)


def test_an_officer_counts_nothing_of_another_district(world: World, now: datetime):
    write_case(world, world.lang_thuong, now - 60 * HOUR)
    write_case(world, world.hospital, now - 60 * HOUR)

    report = report_of(world, "huong")

    assert report.total.queue.open == 0
    assert world.lang_thuong not in [row.organization for row in report.rows]


def test_a_province_sees_its_districts_as_rows_and_its_own_desk_beside(world: World, now: datetime):
    for holder in (world.buoi, world.buoi, world.tay_ho, world.lang_thuong, world.so_y_te):
        write_case(world, holder, now - 60 * HOUR)

    report = report_of(world, "phuc")

    overdue = {row.organization: (row.queue.overdue, row.is_part) for row in report.rows}
    assert overdue[world.tay_ho] == (3, True)
    assert overdue[world.dong_da] == (1, True)
    assert overdue[world.so_y_te] == (1, False)
    assert world.buoi not in overdue


def test_several_memberships_are_one_report_without_counting_twice(world: World, now: datetime):
    huong = world.user("huong")
    for organization in (world.buoi, world.dong_da):
        Membership.objects.create(
            user=huong, organization=organization, role="officer", since=now - LONG_AGO
        )
    for holder in (world.buoi, world.quang_an, world.lang_thuong):
        write_case(world, holder, now - 60 * HOUR)

    report = report_of(world, "huong")

    assert report.total.queue.overdue == 3
    assert {row.organization for row in report.late_rows} == {
        world.buoi,
        world.quang_an,
        world.lang_thuong,
    }


def test_a_missed_deadline_stays_with_whoever_held_the_case_then(world: World, now: datetime):
    case = write_case(world, world.buoi, now - 60 * HOUR)
    sweep()

    actions.take_over(case, by=world.user("huong"), reason="Đã quá hạn.")

    report = report_of(world, "huong")
    assert Breach.objects.filter(correction=case, rung="due").get().holder == world.buoi
    assert row_of(report, world.buoi).figures.missed == 1
    assert row_of(report, world.buoi).queue.overdue == 0
    assert row_of(report, world.tay_ho).figures.missed == 0
    assert row_of(report, world.tay_ho).queue.overdue == 1


def test_closing_a_late_case_does_not_better_the_share_in_time(world: World, now: datetime):
    write_case(world, world.buoi, now - 60 * HOUR, decided_at=now - 50 * HOUR)
    late = write_case(world, world.buoi, now - 60 * HOUR)
    sweep()
    before = report_of(world, "huong").total.figures.share_in_time

    actions.refuse(late, by=world.user("minh"), ground=Ground.PHOTO_BLURRED, remark="Ảnh mờ.")

    assert before == report_of(world, "huong").total.figures.share_in_time == 0.5


def test_a_reminder_shows_on_the_row_for_a_day(world: World, now: datetime):
    late = write_case(world, world.buoi, now - 60 * HOUR)
    actions.remind(late, by=world.user("huong"))

    today = row_of(report_of(world, "huong"), world.buoi).reminded
    with db_time.at(db_time.now() + timedelta(hours=25)):
        tomorrow = row_of(report_of(world, "huong"), world.buoi).reminded

    assert today is not None
    assert today.cases == 1
    assert tomorrow is None


def test_a_report_takes_as_many_queries_for_many_cases_as_for_few(world: World, now: datetime):
    write_caseload(world, [world.buoi], 5)
    scope = scope_of(world.user("huong"))
    assert scope is not None
    with CaptureQueriesContext(connection) as few:
        compute.report(scope)
    write_caseload(world, [world.buoi, world.quang_an, world.tay_ho], 60, seed=7)

    with CaptureQueriesContext(connection) as many:
        compute.report(scope)

    assert len(few) == len(many)


def test_a_section_that_fails_leaves_the_others_standing(
    world: World, now: datetime, monkeypatch: pytest.MonkeyPatch
):
    write_case(world, world.buoi, now - 60 * HOUR)

    def broken(*_: object) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 / 0")

    monkeypatch.setattr(compute, "_days", broken)

    report = report_of(world, "huong")

    assert report.failed == {"figures"}
    assert report.total.queue.overdue == 1


def test_somebody_who_is_no_officer_has_no_report(world: World):
    assert scope_of(world.user("minh")) is None
    assert scope_of(world.user("lan")) is None


def test_a_membership_that_ended_gives_no_report(world: World, now: datetime):
    Membership.objects.filter(user=world.user("huong")).update(until=now)

    assert scope_of(world.user("huong")) is None


def test_the_queue_is_read_over_the_partial_index(world: World, now: datetime):
    write_caseload(world, [world.buoi], 5)
    scope = Scope((world.buoi,), alone=True)

    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        # With five rows any partial index costs the same: without the others only the queue's is
        # left, and it is used only if the question says what its condition says.
        cursor.execute("DROP INDEX correction_one_open_per_subject, correction_due")
    plan = Correction.objects.open().filter(scope.holders(), due_at__lt=now).values("pk").explain()

    assert "correction_queue" in plan
