"""A deadline in words, in both languages."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation

from vaxreg import ui

RECEIVED = dt.datetime(2026, 11, 19, 14, 30, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))
DUE = RECEIVED + dt.timedelta(hours=48)
MINUTE = dt.timedelta(minutes=1)
HOUR = dt.timedelta(hours=1)


@pytest.mark.parametrize(
    ("now", "state"),
    [
        (DUE - 12 * HOUR - MINUTE, "ok"),
        (DUE - 12 * HOUR, "soon"),
        (DUE, "soon"),
        (DUE + dt.timedelta(seconds=1), "over"),
    ],
)
def test_the_state_of_a_running_clock_changes_at_twelve_hours_and_just_after_due(now, state):
    clock = ui.deadline_words(received=RECEIVED, due=DUE, now=now)

    assert clock.state == state
    assert clock.live


def test_a_running_clock_says_how_long_and_until_when():
    clock = ui.deadline_words(received=RECEIVED, due=DUE, now=DUE - 5 * HOUR - 12 * MINUTE)

    assert clock.words == "Còn 5 giờ 12 phút"
    assert clock.until == "đến 14:30 Thứ Bảy 21/11/2026"


def test_an_overdue_clock_says_how_late_and_when_it_was_due():
    clock = ui.deadline_words(received=RECEIVED, due=DUE, now=DUE + HOUR + 6 * MINUTE)

    assert clock.words == "Quá hạn 1 giờ 06 phút"
    assert clock.until == "hạn 14:30 Thứ Bảy 21/11/2026"
    assert clock.hours_used == 100


def test_a_closed_clock_tells_the_time_it_took_or_how_late_it_came():
    met = ui.deadline_words(
        received=RECEIVED, due=DUE, closed=RECEIVED + 21 * HOUR, now=DUE + 99 * HOUR
    )
    missed = ui.deadline_words(
        received=RECEIVED, due=DUE, closed=DUE + 5 * HOUR, now=DUE + 99 * HOUR
    )

    assert (met.state, met.words) == ("met", "Xong sau 21 giờ 00 phút")
    assert (missed.state, missed.words) == ("missed", "Xong trễ 5 giờ 00 phút")
    assert not met.live


def test_a_paused_clock_still_tells_the_whole_time_since_filing():
    clock = ui.deadline_words(received=RECEIVED, due=DUE, paused=True, now=RECEIVED + 76 * HOUR)

    assert (clock.state, clock.words) == ("paused", "Chờ trả lời câu hỏi")
    assert clock.total == "tổng 3 ngày 4 giờ"
    assert clock.until == ""


def test_a_running_clock_tells_the_time_since_filing_too():
    running = ui.deadline_words(received=RECEIVED, due=DUE + 7 * HOUR, now=DUE)
    missed = ui.deadline_words(
        received=RECEIVED, due=DUE, closed=DUE + 5 * HOUR, now=DUE + 99 * HOUR
    )

    assert running.total == "48 giờ 00 phút từ khi gửi"
    assert missed.total == "tổng 53 giờ 00 phút"


def test_english_has_the_same_facts():
    with translation.override("en"):
        clock = ui.deadline_words(received=RECEIVED, due=DUE, now=DUE - 2 * HOUR)

        assert clock.words == "2 h 00 min left"
        assert clock.until == "until 14:30 Saturday 21/11/2026"


@pytest.mark.parametrize(
    ("length", "words"),
    [
        (dt.timedelta(seconds=59), "chưa đến 1 phút"),
        (59 * MINUTE, "59 phút"),
        (60 * MINUTE, "1 giờ 00 phút"),
        (71 * HOUR + 59 * MINUTE, "71 giờ 59 phút"),
        (72 * HOUR, "3 ngày"),
        (97 * HOUR, "4 ngày 1 giờ"),
    ],
)
def test_a_length_of_time_is_rounded_down(length, words):
    assert ui.duration(length) == words


def test_numbers_follow_the_language_of_the_page():
    with translation.override("vi"):
        vietnamese = (ui.number(1234.5, 1), ui.percent(0.914))
    with translation.override("en"):
        english = (ui.number(1234.5, 1), ui.percent(0.914))

    assert vietnamese == ("1.234,5", "91%")
    assert english == ("1,234.5", "91%")


def test_phone_numbers_are_shown_as_people_write_them():
    assert ui.phone("+84912345678") == "0912 345 678"
    assert ui.masked_phone("+84912345678") == "09•• ••• 678"
    assert ui.phone("not a number") == "not a number"
