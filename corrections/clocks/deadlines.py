"""When an answer is due, and what happens on the way: pure functions, no database.

Dispatch 9458/BYT-CNTT: reviewed and posted within 48 hours of the moment the system recorded the
proposal. Elapsed hours: nights, weekends and Tết included. Working days count for the statutory
clock alone (Decree 356/2025/NĐ-CP). All moments are aware datetimes.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

HERE = ZoneInfo("Asia/Ho_Chi_Minh")
# Within this long before due, a correction counts as due soon.
SOON = timedelta(hours=12)
# The same bell is rung for the same case once in so long.
ONCE_IN = timedelta(days=1)
# A colleague's claim counts for this long; then the sweep gives the case back to the desk.
CLAIM_TIME = timedelta(minutes=30)
# For so long after a decision the citizen may appeal, or say that the record is still wrong.
SECOND_THOUGHTS = timedelta(days=30)
# A question that nobody answers closes the case after this long, wherever its clock stands.
ANSWER_TIME = timedelta(days=7)


class Addressee(StrEnum):
    """Who is told when a milestone is passed, seen from the organization that holds the case."""

    HOLDER = "holder"
    DISTRICT = "district"
    PROVINCE = "province"
    MINISTRY = "ministry"


@dataclass(frozen=True)
class Milestone:
    """A moment on the way of a clock at which the sweep acts.

    share: of the time allowed, counted from the start; late: elapsed time after due.
    """

    name: str
    share: float
    tells: Addressee
    late: timedelta = timedelta(0)
    is_breach: bool = False

    def moment(self, due_at: datetime, length: timedelta) -> datetime:
        """Return when it is passed: counted back from due, so that pauses move it along."""
        return due_at - length * (1 - self.share) + self.late


# In order of time. Product rule 5: at due the district, at 72 h the province, and so on up.
MILESTONES: tuple[Milestone, ...] = (
    Milestone("half_time", 0.5, Addressee.HOLDER),
    Milestone("three_quarters", 0.75, Addressee.HOLDER),
    Milestone("nine_tenths", 0.9, Addressee.HOLDER),
    Milestone("due", 1, Addressee.DISTRICT, is_breach=True),
    Milestone("three_days", 1, Addressee.PROVINCE, late=timedelta(hours=24), is_breach=True),
    Milestone("five_days", 1, Addressee.MINISTRY, late=timedelta(hours=72), is_breach=True),
)
STATUTORY_MILESTONES: tuple[Milestone, ...] = (
    Milestone("statutory", 1, Addressee.DISTRICT, is_breach=True),
)
BREACH_RUNGS: tuple[str, ...] = tuple(
    milestone.name for milestone in (*MILESTONES, *STATUTORY_MILESTONES) if milestone.is_breach
)
# How many milestones of a review are behind a clock whose due time has passed.
MILESTONES_UNTIL_DUE = 4


def is_overdue(due: datetime, now: datetime) -> bool:
    """Tell whether the deadline is missed: exactly at due is still on time."""
    return now > due


def claim_is_over(picked_up_at: datetime | None, now: datetime) -> bool:
    """Tell whether a colleague's claim on a case counts no more."""
    return picked_up_at is None or now - picked_up_at >= CLAIM_TIME


def milestones_of(*, is_statutory: bool) -> tuple[Milestone, ...]:
    """Return the milestones of a kind of clock."""
    return STATUTORY_MILESTONES if is_statutory else MILESTONES


@dataclass(frozen=True)
class PassedMilestones:
    """What a look at a clock found: milestones to act upon, how many are passed, when the next is."""

    milestones: list[tuple[Milestone, datetime]]
    passed: int
    next_at: datetime | None


def passed_milestones(
    milestones: Sequence[Milestone],
    *,
    due_at: datetime,
    length: timedelta,
    passed: int,
    now: datetime,
) -> PassedMilestones:
    """Return the milestones now behind us that were not yet acted upon, oldest first.

    A reminder to the holder is dropped once a later milestone is due as well: after an outage nobody
    wants to hear that half of the time has passed on a case that is overdue.
    """
    moments = [(milestone, milestone.moment(due_at, length)) for milestone in milestones[passed:]]
    behind = [(milestone, moment) for milestone, moment in moments if now > moment]
    ahead = [moment for _milestone, moment in moments if now <= moment]
    return PassedMilestones(
        milestones=[
            (milestone, moment)
            for number, (milestone, moment) in enumerate(behind)
            if milestone.is_breach or number == len(behind) - 1
        ],
        passed=passed + len(behind),
        next_at=ahead[0] if ahead else None,
    )


def working_days_after(start: datetime, days: int, is_off: Callable[[date], bool]) -> datetime:
    """Return the end (midnight, in Viet Nam) of the last of so many working days after `start`.

    The day of receipt does not count (Civil Code 2015, art. 147). is_off: Saturdays, Sundays,
    holidays and whatever the calendar adds.
    """
    day = start.astimezone(HERE).date()
    left = days
    while left:
        day += timedelta(days=1)
        if not is_off(day):
            left -= 1
    return datetime.combine(day + timedelta(days=1), time(0), HERE)
