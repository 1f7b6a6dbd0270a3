"""The 48 hours, to the microsecond, on any day of the year."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from corrections import deadlines
from corrections.deadlines import MARKS

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
MICROSECOND = timedelta(microseconds=1)
RECEIVED = datetime(2021, 11, 20, 8, 30, tzinfo=VIETNAM)


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
def test_due_is_48_elapsed_hours_after_receipt(received: datetime):
    due = deadlines.due_at(received.astimezone(UTC))

    assert due - received.astimezone(UTC) == timedelta(hours=48)


def test_a_correction_is_on_time_at_the_very_moment_it_is_due():
    due = deadlines.due_at(RECEIVED)

    assert not deadlines.is_overdue(due, due)


def test_a_correction_is_overdue_one_microsecond_after_48_hours():
    due = deadlines.due_at(RECEIVED)

    assert deadlines.is_overdue(due, due + MICROSECOND)


def test_the_marks_stand_in_order_of_time():
    moments = [mark.after for mark in MARKS]

    assert moments == sorted(moments)
    assert [(mark.name, mark.after / timedelta(hours=1)) for mark in MARKS] == [
        ("half_time", 24),
        ("six_hours_left", 42),
        ("due", 48),
        ("three_days", 72),
        ("five_days", 120),
    ]


@pytest.mark.parametrize(
    ("hours", "passed", "expected"),
    [
        (23, 0, []),
        (24.1, 0, ["half_time"]),
        (24.1, 1, []),
        (43, 0, ["six_hours_left"]),
        (43, 1, ["six_hours_left"]),
        (49, 0, ["due"]),
        (49, 2, ["due"]),
        (49, 3, []),
        (80, 0, ["due", "three_days"]),
        (200, 0, ["due", "three_days", "five_days"]),
        (200, 4, ["five_days"]),
        (200, 5, []),
    ],
)
def test_after_an_outage_every_breach_is_written_and_no_stale_reminder(
    hours: float, passed: int, expected: list[str]
):
    now = RECEIVED + timedelta(hours=hours)

    due = deadlines.marks_due(RECEIVED, passed, now)

    assert [mark.name for mark, _moment in due] == expected


def test_a_mark_is_dated_at_its_own_moment_and_not_at_the_run():
    now = RECEIVED + timedelta(hours=90)

    due = {mark.name: moment for mark, moment in deadlines.marks_due(RECEIVED, 0, now)}

    assert due["due"] == RECEIVED + timedelta(hours=48)
    assert due["three_days"] == RECEIVED + timedelta(hours=72)


def test_there_is_no_mark_after_the_last():
    assert deadlines.next_mark(RECEIVED, len(MARKS)) is None
