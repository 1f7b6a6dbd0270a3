"""The clocks' arithmetic: 48 hours to the microsecond, milestones, working days."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError
from django.utils.translation import override

from corrections.clocks import deadlines, policies, timekeeping, working_days
from corrections.clocks.deadlines import MILESTONES, PassedMilestones
from corrections.models import Clock, DayOff
from vaxreg import db_time

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
MICROSECOND = timedelta(microseconds=1)
RECEIVED = datetime(2021, 11, 20, 8, 30, tzinfo=VIETNAM)
LENGTH = timedelta(hours=48)
DUE = RECEIVED + LENGTH


def look(hours: float, passed: int = 0) -> PassedMilestones:
    return deadlines.passed_milestones(
        MILESTONES, due_at=DUE, length=LENGTH, passed=passed, now=RECEIVED + timedelta(hours=hours)
    )


@pytest.mark.parametrize(
    "received",
    [
        RECEIVED,
        datetime(2021, 12, 31, 23, 59, 59, tzinfo=VIETNAM),
        datetime(2024, 2, 28, 12, 0, tzinfo=VIETNAM),
        datetime(2022, 1, 31, 0, 0, tzinfo=VIETNAM),  # Tết: no day is left out
        datetime(2021, 11, 6, 12, 0, tzinfo=ZoneInfo("America/New_York")),  # clocks go back
        datetime(2021, 11, 20, 17, 30, tzinfo=UTC),
    ],
)
def test_due_is_48_elapsed_hours_after_receipt(db, received: datetime):
    due = timekeeping.due_of(Clock.Kind.REVIEW, received.astimezone(UTC), policies.current())

    assert due - received.astimezone(UTC) == timedelta(hours=48)


def test_a_correction_is_on_time_at_the_very_moment_it_is_due():
    assert not deadlines.is_overdue(DUE, DUE)


def test_a_correction_is_overdue_one_microsecond_after_48_hours():
    assert deadlines.is_overdue(DUE, DUE + MICROSECOND)


def test_reminders_come_at_50_75_and_90_percent_and_the_ladder_at_48_72_and_120_hours():
    moments = [
        (milestone.name, (milestone.moment(DUE, LENGTH) - RECEIVED) / LENGTH * 48)
        for milestone in MILESTONES
    ]

    assert moments == [
        ("half_time", 24),
        ("three_quarters", 36),
        ("nine_tenths", pytest.approx(43.2)),
        ("due", 48),
        ("three_days", 72),
        ("five_days", 120),
    ]


def test_the_marks_up_to_due_are_counted_right():
    assert [milestone.name for milestone in MILESTONES].index(
        "due"
    ) + 1 == deadlines.MILESTONES_UNTIL_DUE


@pytest.mark.parametrize(
    ("hours", "passed", "expected"),
    [
        (23, 0, []),
        (24.1, 0, ["half_time"]),
        (24.1, 1, []),
        (37, 0, ["three_quarters"]),
        (44, 1, ["nine_tenths"]),
        (49, 0, ["due"]),
        (49, 3, ["due"]),
        (49, 4, []),
        (80, 0, ["due", "three_days"]),
        (200, 0, ["due", "three_days", "five_days"]),
        (200, 5, ["five_days"]),
        (200, 6, []),
    ],
)
def test_after_an_outage_every_breach_is_written_and_no_stale_reminder(
    hours: float, passed: int, expected: list[str]
):
    behind = look(hours, passed)

    assert [milestone.name for milestone, _moment in behind.milestones] == expected
    assert behind.passed == sum(
        RECEIVED + timedelta(hours=hours) > milestone.moment(DUE, LENGTH)
        for milestone in MILESTONES
    )


def test_a_mark_is_dated_at_its_own_moment_and_not_at_the_run():
    due = {milestone.name: moment for milestone, moment in look(90).milestones}

    assert due["due"] == RECEIVED + timedelta(hours=48)
    assert due["three_days"] == RECEIVED + timedelta(hours=72)


def test_the_next_look_is_at_the_next_milestone_and_never_after_the_last():
    assert look(25).next_at == RECEIVED + timedelta(hours=36)
    assert look(121).next_at is None


def test_a_mark_is_not_passed_at_its_very_moment():
    behind = look(24)

    assert behind.milestones == []
    assert behind.next_at == RECEIVED + timedelta(hours=24)


@pytest.mark.parametrize(
    ("received", "due"),
    [
        # Friday noon: Monday and Tuesday.
        (datetime(2026, 10, 16, 12, 0, tzinfo=VIETNAM), date(2026, 10, 20)),
        # Monday one second before midnight: Tuesday and Wednesday.
        (datetime(2026, 10, 19, 23, 59, 59, tzinfo=VIETNAM), date(2026, 10, 21)),
        # 00:30 in Viet Nam is still the day before in UTC.
        (datetime(2026, 10, 20, 0, 30, tzinfo=VIETNAM), date(2026, 10, 22)),
        # Viet Nam's Culture Day, a holiday since 2026.
        (datetime(2026, 11, 23, 9, 0, tzinfo=VIETNAM), date(2026, 11, 26)),
        # Reunification Day and Labour Day, then a weekend: 30/04 and 01/05/2026.
        (datetime(2026, 4, 29, 9, 0, tzinfo=VIETNAM), date(2026, 5, 5)),
        # A Tết that takes more than a week of the calendar.
        (datetime(2026, 2, 13, 9, 0, tzinfo=VIETNAM), date(2026, 2, 24)),
    ],
)
def test_the_statutory_answer_is_due_at_the_end_of_the_second_working_day(
    db, received: datetime, due: date
):
    found = deadlines.working_days_after(received, 2, working_days.off_days())

    assert found == datetime.combine(due + timedelta(days=1), datetime.min.time(), VIETNAM)


def test_a_decreed_day_off_and_a_day_worked_instead_win_over_the_calendar(db):
    DayOff.objects.create(day=date(2026, 10, 22), name="Nghỉ bù", made_at=db_time.now())
    DayOff.objects.create(
        day=date(2026, 11, 28), name="Làm bù", is_working=True, made_at=db_time.now()
    )

    is_off = working_days.off_days()

    assert is_off(date(2026, 10, 22))
    assert not is_off(date(2026, 11, 28))


@pytest.mark.parametrize(
    ("free", "worked"),
    [
        (date(2026, 8, 31), date(2026, 8, 22)),
        (date(2025, 5, 2), date(2025, 4, 26)),
        (date(2024, 4, 29), date(2024, 5, 4)),
        (date(2019, 4, 29), date(2019, 5, 4)),
        # The halves lie in two years.
        (date(2018, 12, 31), date(2019, 1, 5)),
        (date(2015, 1, 2), date(2014, 12, 27)),
    ],
)
def test_both_halves_of_an_official_swap_count(db, free: date, worked: date):
    assert working_days.off_days()(worked) is False
    assert working_days.off_days()(free) is True
    assert working_days.other_half(free) == worked
    assert working_days.other_half(worked) == free


def test_the_saturday_of_a_swap_is_counted_for_the_statutory_answer(db):
    friday = datetime(2026, 8, 21, 9, 0, tzinfo=VIETNAM)

    due = deadlines.working_days_after(friday, 2, working_days.off_days())

    # Saturday 22 and Monday 24 August.
    assert due == datetime(2026, 8, 25, tzinfo=VIETNAM)


def test_both_halves_of_an_official_swap_stand_in_the_calendar(db):
    with override("en"):
        days = {
            one.day: one for one in working_days.special_days(date(2026, 8, 1), date(2026, 9, 30))
        }

    assert days[date(2026, 8, 22)].is_working
    assert days[date(2026, 8, 22)].name == "Worked in place of 31/08/2026"
    assert not days[date(2026, 8, 31)].is_working
    assert days[date(2026, 8, 31)].name == "Off in place of 22/08/2026"


def test_a_half_that_lies_outside_of_the_dates_is_left_out(db):
    days = working_days.special_days(date(2026, 8, 23), date(2026, 9, 30))

    assert date(2026, 8, 22) not in [one.day for one in days]


@pytest.mark.parametrize(
    ("change", "changed"),
    [
        (
            {"day": date(2026, 10, 16), "is_working": False, "swapped_with": date(2026, 10, 24)},
            {date(2026, 10, 16): True, date(2026, 10, 24): False},
        ),
        ({"day": date(2026, 10, 16), "is_working": False}, {date(2026, 10, 16): True}),
        (
            {"day": date(2026, 8, 31), "is_working": True},
            {date(2026, 8, 31): False, date(2026, 8, 22): True},
        ),
        (
            {"day": date(2026, 8, 22), "is_working": False},
            {date(2026, 8, 22): True, date(2026, 8, 31): False},
        ),
        ({"day": date(2026, 9, 2), "is_working": True}, {date(2026, 9, 2): False}),
    ],
)
def test_a_change_of_one_half_changes_the_other_one(db, change, changed):
    assert working_days.changed_days(**change) == changed


def test_an_official_swap_that_was_undone_is_none_any_more(db):
    for day, is_working in ((date(2026, 8, 31), True), (date(2026, 8, 22), False)):
        DayOff.objects.create(
            day=day, name="Không hoán đổi", is_working=is_working, made_at=db_time.now()
        )

    assert working_days.other_half(date(2026, 8, 31)) is None
    assert working_days.off_days()(date(2026, 8, 22)) is True
    assert working_days.off_days()(date(2026, 8, 31)) is False


def test_the_database_refuses_a_day_that_is_swapped_with_itself(db):
    day = date(2026, 10, 16)

    with pytest.raises(IntegrityError):
        DayOff.objects.create(day=day, swapped_with=day, name="x", made_at=db_time.now())
