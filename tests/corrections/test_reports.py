"""The overdue figures: right to the second, the same everywhere, at the same cost for any load."""

from datetime import datetime, timedelta
from statistics import median

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from corrections import actions, listings, reports
from corrections.lifecycle import Ground
from corrections.listings import LISTINGS
from corrections.models import Breach, Correction
from corrections.reports import Report
from corrections.scope import Scope, scope_of
from corrections.sweep import sweep
from organizations.models import Membership
from tests.corrections.caseload import write_case, write_caseload
from tests.world import LONG_AGO, World
from vaxreg import clock

HOUR = timedelta(hours=1)


@pytest.fixture
def now(world: World) -> datetime:
    return clock.now()


def report_of(world: World, who: str) -> Report:
    scope = scope_of(world.user(who))
    assert scope is not None
    return reports.report(scope)


def row_of(report: Report, organization: object) -> reports.Row:
    return next(row for row in report.rows if row.organization == organization)


def every_case(listing: str, scope: Scope, world: World, who: str) -> list[str]:
    """Follow a list to its end, page by page."""
    found: list[str] = []
    after = ""
    while True:
        page = listings.page(LISTINGS[listing], scope, world.user(who), after)
        found += [line.case.reference for line in page.lines]
        after = page.after
        if not after:
            return found


def test_a_case_is_overdue_only_after_the_second_at_which_it_is_due(world: World, now: datetime):
    case = write_case(world, world.buoi, now - 10 * HOUR)

    with clock.at(case.due_at):
        at_due = report_of(world, "huong")
    with clock.at(case.due_at + timedelta(microseconds=1)):
        just_after = report_of(world, "huong")

    assert (at_due.queue.overdue, at_due.queue.soon) == (0, 1)
    assert (just_after.queue.overdue, just_after.queue.soon) == (1, 0)


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

    with clock.at(case.due_at + late):
        queue = report_of(world, "huong").queue

    ages = {name: getattr(queue, name) for name in ("late_a_day", "late_three_days", "late_longer")}
    assert ages == {**dict.fromkeys(ages, 0), figure: 1}


def test_figures_equal_a_plain_count_over_random_cases(world: World, now: datetime):
    cases = write_caseload(world, [world.buoi, world.quang_an, world.tay_ho], 120)
    sweep()

    with clock.at(now):
        report = report_of(world, "huong")

    week = now - timedelta(days=7)
    decided = [c for c in cases if c.decided_at and c.decided_at > week]
    due = [c for c in cases if week < c.due_at <= now]
    in_time = [c for c in due if c.decided_at and c.decided_at <= c.due_at]
    late = [c for c in due if c not in in_time and c.due_at < now]
    took = [(c.decided_at - c.received_at) / HOUR for c in decided if c.decided_at]
    assert report.queue.open == sum(1 for c in cases if c.is_open)
    assert report.queue.overdue == sum(1 for c in cases if c.is_overdue(now))
    assert report.decided.decided == len(decided)
    assert report.decided.in_time == len(in_time)
    assert report.missed == len(late)
    assert report.decided.median is not None
    assert report.decided.median / HOUR == pytest.approx(median(took))
    assert report.share_in_time == len(in_time) / (len(in_time) + len(late))


def test_rows_add_up_to_the_whole_and_the_worst_comes_first(world: World):
    write_caseload(world, [world.buoi, world.quang_an, world.tay_ho], 90)

    report = report_of(world, "huong")

    for name in ("open", "soon", "overdue", "late_a_day", "late_three_days", "late_longer"):
        total = getattr(report.queue, name)
        assert total == sum(getattr(row.queue, name) for row in report.rows)
    overdue = [row.queue.overdue for row in report.rows]
    assert overdue == sorted(overdue, reverse=True)
    assert report.missed == sum(row.missed for row in report.rows)
    assert report.decided.in_time == sum(row.decided.in_time for row in report.rows)


@pytest.mark.parametrize("listing", sorted(LISTINGS))
def test_each_number_leads_to_a_list_of_exactly_so_many_cases(world: World, listing: str):
    write_caseload(world, [world.buoi, world.quang_an], 150)
    write_caseload(world, [world.lang_thuong], 20, seed=2)
    moment = clock.now()
    scope = scope_of(world.user("huong"))
    assert scope is not None

    with clock.at(moment):
        report = reports.report(scope)
        found = every_case(listing, scope, world, "huong")
        at_buoi = reports.report(Scope((world.buoi,), alone=True))
        found_at_buoi = every_case(listing, Scope((world.buoi,), alone=True), world, "huong")

    assert LISTINGS[listing].count(report) == len(found) == len(set(found))
    assert len(found) > 0
    assert LISTINGS[listing].count(at_buoi) == len(found_at_buoi)


def test_a_list_is_read_from_the_most_urgent_on(world: World):
    write_caseload(world, [world.buoi], 80)
    scope = Scope((world.buoi,), alone=True)

    found = every_case("overdue", scope, world, "huong")

    dues = [Correction.objects.get(reference=reference).due_at for reference in found]
    assert len(found) > listings.PAGE
    assert dues == sorted(dues)


@pytest.mark.parametrize("mark", ["x", "~", "2026-11-22~7", "2026-13-45T00:00:00+00:00~1", "٣~٣"])
def test_a_broken_page_mark_starts_from_the_top(world: World, now: datetime, mark: str):
    case = write_case(world, world.buoi, now - 60 * HOUR)
    scope = Scope((world.buoi,), alone=True)

    page = listings.page(LISTINGS["overdue"], scope, world.user("huong"), mark)

    assert [line.case for line in page.lines] == [case]


def test_an_officer_counts_nothing_of_another_district(world: World, now: datetime):
    write_case(world, world.lang_thuong, now - 60 * HOUR)
    write_case(world, world.hospital, now - 60 * HOUR)

    report = report_of(world, "huong")

    assert report.queue.open == 0
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

    assert report.queue.overdue == 3
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
    assert row_of(report, world.buoi).missed == 1
    assert row_of(report, world.buoi).queue.overdue == 0
    assert row_of(report, world.tay_ho).missed == 0
    assert row_of(report, world.tay_ho).queue.overdue == 1


def test_missed_deadlines_are_counted_before_the_sweep_has_written_them(
    world: World, now: datetime
):
    write_case(world, world.buoi, now - 60 * HOUR)
    write_case(world, world.buoi, now - 60 * HOUR, decided_at=now - HOUR)

    before = report_of(world, "huong").missed
    sweep()
    after = report_of(world, "huong").missed

    assert (before, after) == (2, 2)


def test_closing_a_late_case_does_not_better_the_share_in_time(world: World, now: datetime):
    write_case(world, world.buoi, now - 60 * HOUR, decided_at=now - 50 * HOUR)
    late = write_case(world, world.buoi, now - 60 * HOUR)
    sweep()
    before = report_of(world, "huong").share_in_time

    actions.refuse(late, by=world.user("minh"), ground=Ground.PHOTO_BLURRED, remark="Ảnh mờ.")

    assert before == report_of(world, "huong").share_in_time == 0.5


def test_a_reminder_shows_on_the_row_for_a_day(world: World, now: datetime):
    late = write_case(world, world.buoi, now - 60 * HOUR)
    actions.remind(late, by=world.user("huong"))

    today = row_of(report_of(world, "huong"), world.buoi).reminded
    with clock.at(clock.now() + timedelta(hours=25)):
        tomorrow = row_of(report_of(world, "huong"), world.buoi).reminded

    assert today is not None
    assert today.cases == 1
    assert tomorrow is None


def test_a_report_takes_as_many_queries_for_many_cases_as_for_few(world: World, now: datetime):
    write_caseload(world, [world.buoi], 5)
    scope = scope_of(world.user("huong"))
    assert scope is not None
    with CaptureQueriesContext(connection) as few:
        reports.report(scope)
    write_caseload(world, [world.buoi, world.quang_an, world.tay_ho], 60, seed=7)

    with CaptureQueriesContext(connection) as many:
        reports.report(scope)

    assert len(few) == len(many)


def test_a_section_that_fails_leaves_the_others_standing(
    world: World, now: datetime, monkeypatch: pytest.MonkeyPatch
):
    write_case(world, world.buoi, now - 60 * HOUR)

    def broken(*_: object) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 / 0")

    monkeypatch.setattr(reports, "_missed", broken)

    report = report_of(world, "huong")

    assert report.failed == {"missed"}
    assert report.queue.overdue == 1


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
        cursor.execute("DROP INDEX correction_one_open_per_subject")
    plan = Correction.objects.open().filter(scope.holders(), due_at__lt=now).values("pk").explain()

    assert "correction_queue" in plan
