"""Computes deadlines and milestones: pure functions, no database.

Dispatch 9458/BYT-CNTT: reviewed and posted within 48 hours of the moment the system recorded the
proposal. These are elapsed hours: nights, weekends and Tết count. Only the statutory clock counts
working days (Decree 356/2025/NĐ-CP). All moments are aware datetimes.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

HERE = ZoneInfo("Asia/Ho_Chi_Minh")
# A case that is due within this time counts as due soon.
SOON = timedelta(hours=12)
# The same reminder or escalation of one case is possible once in this time.
REPEAT_AFTER = timedelta(days=1)
# After this time the sweep ends a colleague's claim.
CLAIM_TIME = timedelta(minutes=30)
# Within this time after a decision the citizen may appeal or reopen.
REOPEN_TIME = timedelta(days=30)
# A question that is not answered within this time closes the case, whatever its clock shows.
ANSWER_TIME = timedelta(days=7)


class Addressee(StrEnum):
    """Whom a milestone tells, in relation to the holder of the case."""

    HOLDER = "holder"
    DISTRICT = "district"
    PROVINCE = "province"
    MINISTRY = "ministry"


@dataclass(frozen=True)
class Milestone:
    """A point in the time of a clock at which the sweep acts.

    share: of the time allowed, 0 to 1, from the start. late: elapsed time after due.
    """

    name: str
    share: float
    tells: Addressee
    late: timedelta = timedelta(0)
    is_breach: bool = False

    def moment(self, due_at: datetime, length: timedelta) -> datetime:
        """Return when it is reached: counted back from due, so that pauses move it."""
        return due_at - length * (1 - self.share) + self.late


# In order of time. At due the district is told, at 72 hours the province, and so on up.
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
# The number of review milestones up to and including due.
MILESTONES_UNTIL_DUE = 4


def is_overdue(due: datetime, now: datetime) -> bool:
    """Tell whether the deadline is missed: exactly at due is still on time."""
    return now > due


def claim_is_over(picked_up_at: datetime | None, now: datetime) -> bool:
    """Tell whether a colleague's claim is older than 30 minutes."""
    return picked_up_at is None or now - picked_up_at >= CLAIM_TIME


def milestones_of(*, is_statutory: bool) -> tuple[Milestone, ...]:
    return STATUTORY_MILESTONES if is_statutory else MILESTONES


@dataclass(frozen=True)
class PassedMilestones:
    """Milestones to act upon, the number of all that are passed, and the moment of the next."""

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
    """Return the milestones that are passed and not yet acted upon, oldest first.

    passed: how many were acted upon before. A reminder to the holder is left out once a later
    milestone is passed too: after an outage nobody needs "half of the time is over" about a case
    that is overdue.
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
    """Return the midnight (Asia/Ho_Chi_Minh) that ends the last of `days` working days.

    The day of receipt does not count (Civil Code 2015, art. 147). is_off: True for Saturdays,
    Sundays, holidays, and days in DayOff.
    """
    day = start.astimezone(HERE).date()
    left = days
    while left:
        day += timedelta(days=1)
        if not is_off(day):
            left -= 1
    return datetime.combine(day + timedelta(days=1), time(0), HERE)
