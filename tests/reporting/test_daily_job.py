"""The figures of the days: right, the same for good, and made again from events alone."""

from datetime import date, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from corrections import actions
from corrections.lifecycle import Ground
from corrections.models import Clock, Correction, Kind, Pause
from corrections.sweep import sweep
from organizations.models import Organization
from organizations.scope import Scope
from reporting import compute, daily_job, health, measures
from reporting.compute import Filters
from reporting.measures import FACTS, Span
from reporting.models import CurrentFigures, DayFigures, ReportDay
from tests import world as worlds
from tests.cases import file_one
from tests.factories.citizens import RecordLinkFactory
from tests.reporting.caseload import write_case, write_caseload
from tests.reporting.counted import count_everything
from tests.world import World
from vaxreg import db_time

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
# A Wednesday, at ten in the morning in Viet Nam, and long over.
THEN = datetime(2026, 11, 4, 10, tzinfo=measures.HERE)


def of_day(
    day: date, organization: Organization, *, kind: str = "", whole: bool = True
) -> DayFigures:
    part = {"is_whole": True} if whole else {"is_desk": True}
    return DayFigures.objects.get(day=day, organization=organization, kind=kind, **part)


def stored() -> list[tuple[object, ...]]:
    columns = [field.name for field in DayFigures._meta.fields if field.name not in ("id", "day")]
    return sorted(DayFigures.objects.values_list("day", *columns), key=str)


def of_days(rows: list[tuple[object, ...]], days: set[date]) -> list[tuple[object, ...]]:
    return [row for row in rows if row[0] in days]


def lose_all_figures() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("TRUNCATE reporting_dayfigures")


def test_a_day_counts_what_came_what_was_decided_and_what_lay_there_at_midnight(world: World):
    write_case(world, world.buoi, THEN - 50 * HOUR, decided_at=THEN)
    write_case(world, world.buoi, THEN, decided_at=THEN + 3 * HOUR)
    write_case(world, world.buoi, THEN)
    write_case(world, world.buoi, THEN - 47 * HOUR)

    with db_time.at(THEN + DAY):
        count_everything()

    day = of_day(THEN.date(), world.buoi)
    assert (day.opened, day.decided, day.in_time, day.missed) == (2, 2, 0, 2)
    assert (day.open, day.overdue, day.soon) == (2, 1, 0)
    assert (day.took, day.median, day.p90) == ([180, 3000], 1590, 2718)


def test_a_deadline_counts_for_its_day_whether_it_was_kept_early_or_not(world: World):
    write_case(world, world.buoi, THEN, decided_at=THEN + HOUR)

    with db_time.at(THEN + 4 * DAY):
        count_everything()

    kept = {row.day: row.in_time for row in DayFigures.objects.filter(organization=world.buoi)}
    assert kept[THEN.date()] == 0
    assert kept[THEN.date() + 2 * DAY] == 1


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime(2026, 11, 3, 16, 59, 59, tzinfo=measures.HERE), date(2026, 11, 3)),
        # Midnight in Viet Nam is 17:00 in Greenwich.
        (datetime(2026, 11, 3, 23, 59, 59, tzinfo=measures.HERE), date(2026, 11, 3)),
        (datetime(2026, 11, 4, 0, 0, tzinfo=measures.HERE), date(2026, 11, 4)),
    ],
)
def test_a_day_begins_at_midnight_in_viet_nam(world: World, moment: datetime, day: date):
    write_case(world, world.buoi, moment - HOUR, decided_at=moment)

    with db_time.at(THEN + 2 * DAY):
        count_everything()

    assert [row.day for row in DayFigures.objects.filter(organization=world.buoi, decided=1)] == [
        day,
        day,
    ]


def test_every_level_adds_up_to_the_one_above_in_every_figure(world: World):
    desks = [world.buoi, world.quang_an, world.tay_ho, world.lang_thuong, world.so_y_te]
    write_caseload(world, desks, 120)
    count_everything()

    for above in (world.tay_ho, world.so_y_te, world.ministry):
        for whole in DayFigures.objects.filter(organization=above, is_whole=True):
            same = {"day": whole.day, "kind": whole.kind}
            parts = DayFigures.objects.filter(above=above, is_whole=True, **same)
            own = DayFigures.objects.filter(organization=above, is_desk=True, **same)
            for name in (*FACTS, "open", "overdue", "soon"):
                added = [getattr(row, name) or 0 for row in (*parts, *own)]
                assert (getattr(whole, name) or 0) == sum(added), (above, name)


def test_the_kinds_of_a_day_add_up_to_all(world: World):
    write_case(world, world.buoi, THEN, decided_at=THEN + HOUR)
    dose = worlds.dose(world)
    write_case(world, world.buoi, THEN, kind=Kind.WRONG_FIELDS, dose=dose, named_site=None)

    with db_time.at(THEN + DAY):
        count_everything()

    rows = {
        row.kind: row.opened
        for row in DayFigures.objects.filter(organization=world.buoi, day=THEN.date())
    }
    assert rows == {"": 2, Kind.MISSING_DOSE: 1, Kind.WRONG_FIELDS: 1}


def test_yesterdays_figures_never_change_whatever_happens_today(world: World):
    minh, lan = world.user("minh"), world.user("lan")
    with db_time.at(THEN):
        case = file_one(world)
    with db_time.at(THEN + 50 * HOUR):
        count_everything()
        actions.ask(case, by=minh, question="Ngày nào?")
    with db_time.at(THEN + 3 * DAY):
        count_everything()
        before = stored()
        actions.answer(case, by=lan, words="Ngày 2")
        case = actions.refuse(case, by=minh, ground=Ground.PHOTO_BLURRED, remark="Ảnh mờ")
    with db_time.at(THEN + 3 * DAY + HOUR):
        actions.appeal(case, by=lan, words="Ảnh rõ mà")
        world.buoi.part_of = world.dong_da
        world.buoi.save()
        count_everything()

    closed = {THEN.date() + back * DAY for back in range(3)}
    assert of_days(before, closed) == of_days(stored(), closed) != []


def test_a_breach_written_after_its_day_was_closed_counts_for_the_day_it_is_written(world: World):
    write_case(world, world.buoi, THEN - 47 * HOUR)
    with db_time.at(THEN + 2 * DAY):
        # The sweep stands still: the day is kept open for some hours, then closed without it.
        daily_job.close_days()
        daily_job.refresh()
        before = stored()
    with db_time.at(THEN + 2 * DAY + HOUR):
        sweep()
        daily_job.refresh()

    late = of_day(THEN.date(), world.buoi)
    assert late.missed == 0
    assert of_day(THEN.date() + 2 * DAY, world.buoi).missed == 1
    assert of_days(stored(), {THEN.date()}) == of_days(before, {THEN.date()})


def test_a_day_waits_for_the_sweep_but_not_for_ever(world: World):
    write_case(world, world.buoi, THEN - 47 * HOUR)
    midnight = measures.beginning(THEN.date() + DAY)

    with db_time.at(midnight + daily_job.GRACE - timedelta(seconds=1)):
        sweep()
        daily_job.close_days()
        assert not ReportDay.objects.filter(day=THEN.date()).exists()
    Clock.objects.filter(stopped_at=None).update(next_milestone_at=midnight - HOUR)
    with db_time.at(midnight + daily_job.GRACE):
        daily_job.close_days()
        assert not ReportDay.objects.filter(day=THEN.date()).exists()
    with db_time.at(midnight + daily_job.CLOSE_AT_LATEST_AFTER):
        daily_job.close_days()

    assert ReportDay.objects.filter(day=THEN.date()).exists()


def test_the_last_minute_of_a_day_counts_at_once_though_the_day_is_not_closed(world: World):
    midnight = measures.beginning(THEN.date() + DAY)
    for before in (40, 20):
        write_case(world, world.buoi, midnight - timedelta(seconds=before))
        with db_time.at(midnight - timedelta(seconds=30)):
            daily_job.refresh()
    scope = Scope((world.tay_ho,))

    with db_time.at(midnight + timedelta(seconds=50)):
        count_everything()
        assert not ReportDay.objects.filter(day=THEN.date()).exists()
        span = compute.period(Filters(), db_time.now(), daily_job.as_of())
        rows = compute.rows_of_figure("opened", scope, Filters(), span)
        assert compute.report(scope).total.figures.opened == rows.count() == 2


def test_the_database_refuses_to_change_a_closed_day(world: World):
    write_case(world, world.buoi, THEN)
    with db_time.at(THEN + DAY):
        count_everything()
    closed = DayFigures.objects.filter(day=THEN.date())

    for change in (lambda: closed.update(decided=7), closed.delete):
        with pytest.raises(DatabaseError, match="final"), transaction.atomic():
            change()
    with pytest.raises(DatabaseError, match="kept as they are"), transaction.atomic():
        ReportDay.objects.all().delete()


def test_every_closed_day_is_made_again_from_events_as_it_was(world: World):
    """Random lives with pauses, hand-overs, appeals, and a tree that changed meanwhile."""
    minh, lan, huong = (world.user(name) for name in ("minh", "lan", "huong"))
    write_caseload(world, [world.buoi, world.quang_an, world.lang_thuong], 60)
    with db_time.at(THEN):
        case = file_one(world)
    with db_time.at(THEN + 5 * HOUR):
        actions.ask(case, by=minh, question="Ngày nào?")
        count_everything()
    with db_time.at(THEN + 30 * HOUR):
        count_everything()
        actions.answer(case, by=lan, words="Ngày 2")
    with db_time.at(THEN + 90 * HOUR):
        count_everything()
        case = actions.take_over(case, by=huong, reason="Đã quá hạn")
        case = actions.accept(case, by=huong)
    with db_time.at(THEN + 100 * HOUR):
        actions.reopen(case, by=lan, words="Vẫn sai")
    count_everything()
    before = stored()
    world.quang_an.part_of = world.dong_da
    world.quang_an.save()
    lose_all_figures()

    different = daily_job.rebuild(date.min, date.max)
    daily_job.refresh()

    assert different == []
    closed = set(ReportDay.objects.values_list("day", flat=True))
    assert of_days(stored(), closed) == of_days(before, closed)
    assert of_day(date(2026, 11, 8), world.tay_ho).undone == 1


def test_the_command_names_a_day_whose_stored_figures_differ(world: World):
    write_case(world, world.buoi, THEN)
    with db_time.at(THEN + 3 * DAY):
        count_everything()
    out = StringIO()
    call_command("rebuild_figures", stdout=out)
    lose_all_figures()
    DayFigures.objects.create(
        day=THEN.date(),
        organization=world.tay_ho,
        above=world.so_y_te,
        is_desk=False,
        is_whole=True,
        opened=9,
    )

    with pytest.raises(CommandError, match="1 of 3 days differ from what is stored: 2026-11-04"):
        call_command("rebuild_figures")

    assert "3 days are as they were" in out.getvalue()
    # What was missing is there again; what differs is left for people to look at.
    assert of_day(THEN.date(), world.buoi).opened == 1
    assert of_day(THEN.date(), world.tay_ho).opened == 9


def test_missed_deadlines_count_for_the_holder_and_in_the_other_view_for_the_giver(world: World):
    dose = worlds.dose(world)
    with db_time.at(THEN):
        case = file_one(world, dose=dose, proposed={"vaccine": "PF"})
    with db_time.at(THEN + HOUR):
        actions.pass_on(
            case, by=world.user("minh"), to=world.lang_thuong, reason="Không phải ở đây"
        )
    with db_time.at(THEN + 3 * DAY):
        count_everything()

    day = (THEN + 2 * DAY).date()
    assert (of_day(day, world.dong_da).missed, of_day(day, world.dong_da).missed_given) == (1, 0)
    assert of_day(day, world.buoi).missed_given == 1
    assert (of_day(day, world.tay_ho).missed, of_day(day, world.tay_ho).missed_given) == (0, 1)
    with db_time.at(THEN + 3 * DAY):
        whole = Scope((world.so_y_te,))
        by_holder = {row.organization: row.figures.missed for row in compute.report(whole).rows}
        by_giver = {
            row.organization: row.figures.missed
            for row in compute.report(whole, Filters(by="giver")).rows
        }
    assert (by_holder[world.dong_da], by_holder[world.tay_ho]) == (1, 0)
    assert (by_giver[world.dong_da], by_giver[world.tay_ho]) == (0, 1)


def test_a_paused_case_is_neither_late_nor_due_at_midnight_even_when_told_later(world: World):
    with db_time.at(THEN):
        case = file_one(world)
    with db_time.at(THEN + 40 * HOUR):
        actions.ask(case, by=world.user("minh"), question="Ngày nào?")
    with db_time.at(THEN + 80 * HOUR):
        actions.answer(case, by=world.user("lan"), words="Ngày 2")
    assert Pause.objects.count() == 1

    with db_time.at(THEN + 6 * DAY):
        count_everything()

    days = {
        row.day: (row.open, row.overdue, row.soon)
        for row in DayFigures.objects.filter(organization=world.buoi, kind="")
        if row.open is not None
    }
    # 34 hours left, then ten; the clock stands still over the third midnight; two hours are left
    # at the fourth, and at the fifth it is late.
    assert days[THEN.date()] == (1, 0, 0)
    assert days[THEN.date() + DAY] == (1, 0, 1)
    assert days[THEN.date() + 2 * DAY] == (1, 0, 0)
    assert days[THEN.date() + 3 * DAY] == (1, 0, 1)
    assert days[THEN.date() + 4 * DAY] == (1, 1, 0)


@pytest.mark.parametrize("fact", sorted(FACTS))
def test_each_figure_has_exactly_so_many_rows_behind_it(world: World, fact: str):
    write_caseload(world, [world.buoi, world.quang_an], 120)
    write_caseload(world, [world.lang_thuong], 20, seed=2)
    accepted = Correction.objects.filter(status="accepted", holder=world.buoi)
    wrong = accepted.latest("decided_at")
    RecordLinkFactory.create(
        relative=True,
        user=world.user("binh"),
        citizen=wrong.citizen,
        since=wrong.received_at,
    )
    actions.reopen(wrong, by=world.user("binh"), words="Vẫn sai")
    count_everything()
    now, as_of = db_time.now(), daily_job.as_of()

    for filters in (Filters(), Filters(days=14), Filters(kind=Kind.MISSING_DOSE)):
        for scope in (
            Scope((world.ministry,)),
            Scope((world.tay_ho,)),
            Scope((world.buoi,), alone=True),
        ):
            span = compute.period(filters, now, as_of)
            rows = compute.rows_of_figure(fact, scope, filters, span)
            report = compute.report(scope, filters)
            name = {"missed_given": "missed"}.get(fact, fact)
            assert rows.count() == getattr(report.total.figures, name)


def test_the_state_of_a_province_is_that_of_the_last_minute_and_counted_anew_when_it_is_old(
    world: World,
):
    write_case(world, world.buoi, db_time.now() - 60 * HOUR)
    count_everything()
    now = db_time.now()
    write_case(world, world.buoi, db_time.now() - 60 * HOUR)
    province = Scope((world.so_y_te,))

    kept = compute.report(province)
    with db_time.at(now + compute.STALE + timedelta(seconds=2)):
        counted = compute.report(province)
        assert "stand still" in health.figures_trouble()

    assert kept.total.queue.overdue == 1
    assert kept.at == daily_job.as_of()
    assert counted.total.queue.overdue == 2
    assert counted.at > kept.at
    assert health.figures_trouble() == ""


def test_what_is_no_longer_open_leaves_the_state(world: World):
    case = write_case(world, world.buoi, db_time.now() - 10 * HOUR)
    count_everything()
    assert CurrentFigures.objects.filter(organization=world.ministry, kind="").get().open == 1

    actions.refuse(case, by=world.user("minh"), ground=Ground.PHOTO_BLURRED, remark="Ảnh mờ")
    daily_job.refresh()

    assert not CurrentFigures.objects.exists()


def test_a_minute_without_news_writes_nothing(world: World):
    write_caseload(world, [world.buoi], 30)
    moment = db_time.now()
    with db_time.at(moment):
        count_everything()
        rows = set(DayFigures.objects.extra(select={"x": "xmin::text"}).values_list("pk", "x"))
        daily_job.refresh()
        again = set(DayFigures.objects.extra(select={"x": "xmin::text"}).values_list("pk", "x"))

    assert rows == again


def test_facts_outside_a_span_are_not_counted(world: World):
    case = write_case(world, world.buoi, THEN, decided_at=THEN + HOUR)

    exactly = measures.decided(Span(THEN + HOUR, THEN + 2 * HOUR))
    before = measures.decided(Span(THEN, THEN + HOUR))

    assert [one.correction for one in exactly] == [case]
    assert not before.exists()
