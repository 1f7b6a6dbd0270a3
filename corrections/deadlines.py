"""When an answer is due, and what happens on the way: pure functions over elapsed time.

Dispatch 9458/BYT-CNTT: reviewed and posted within 48 hours of the moment the system recorded the
proposal. Elapsed hours: nights, weekends and Tết included. All moments are aware datetimes.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

REVIEW_TIME = timedelta(hours=48)
# Within this long before due, a correction counts as due soon.
SOON = timedelta(hours=12)
# A colleague's claim counts for this long; then anybody at the desk may pick the case up.
CLAIM_TIME = timedelta(minutes=30)


class Addressee(StrEnum):
    """Who is told when a mark is passed, seen from the organization that holds the case."""

    HOLDER = "holder"
    DISTRICT = "district"
    PROVINCE = "province"
    MINISTRY = "ministry"


@dataclass(frozen=True)
class Mark:
    """A moment on the way at which the sweep acts, counted from the time of receipt."""

    name: str
    after: timedelta
    tells: Addressee
    is_breach: bool = False


# In order of time. Product rule 5: at due the district, at 72 h the province, and so on up.
MARKS: tuple[Mark, ...] = (
    Mark("half_time", timedelta(hours=24), Addressee.HOLDER),
    Mark("six_hours_left", timedelta(hours=42), Addressee.HOLDER),
    Mark("due", REVIEW_TIME, Addressee.DISTRICT, is_breach=True),
    Mark("three_days", timedelta(hours=72), Addressee.PROVINCE, is_breach=True),
    Mark("five_days", timedelta(hours=120), Addressee.MINISTRY, is_breach=True),
)
BREACH_RUNGS: tuple[str, ...] = tuple(mark.name for mark in MARKS if mark.is_breach)


def due_at(received_at: datetime) -> datetime:
    """Return when the answer must be posted."""
    return received_at + REVIEW_TIME


def is_overdue(due: datetime, now: datetime) -> bool:
    """Tell whether the deadline is missed: exactly at due is still on time."""
    return now > due


def next_mark(received_at: datetime, marks_passed: int) -> tuple[Mark, datetime] | None:
    """Return the next mark and its moment; None when all are passed."""
    if marks_passed >= len(MARKS):
        return None
    mark = MARKS[marks_passed]
    return mark, received_at + mark.after


def marks_due(
    received_at: datetime, marks_passed: int, now: datetime
) -> list[tuple[Mark, datetime]]:
    """Return the marks now behind us that were not yet acted upon, oldest first.

    A reminder to the holder is dropped once a later mark is due as well: after an outage nobody
    wants to hear that half of the time has passed on a case that is overdue.
    """
    behind = [
        (mark, received_at + mark.after)
        for mark in MARKS[marks_passed:]
        if now > received_at + mark.after
    ]
    return [
        (mark, moment)
        for number, (mark, moment) in enumerate(behind)
        if mark.is_breach or number == len(behind) - 1
    ]
