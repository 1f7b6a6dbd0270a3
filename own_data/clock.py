"""The time that the law gives for a request about personal data.

Decree 356/2025/NĐ-CP: an answer within 2 working days; carried out within 10 days, and within 20
when it needed more time, which is said once and with a reason. The day of receipt does not count
(Civil Code 2015, art. 147); days end at midnight in Viet Nam. All moments are aware datetimes.
"""

from datetime import datetime, time, timedelta

from corrections.clocks.deadlines import HERE, working_days_after
from corrections.clocks.working_days import off_days

ANSWER_WORKING_DAYS = 2
DAYS, DAYS_EXTENDED = 10, 20


def answer_due(received: datetime) -> datetime:
    """Return by when somebody says whether it is done; by the calendar of days off."""
    return working_days_after(received, ANSWER_WORKING_DAYS, off_days())


def completion_due(received: datetime, *, extended: bool = False) -> datetime:
    """Return by when it is carried out."""
    days = DAYS_EXTENDED if extended else DAYS
    day = received.astimezone(HERE).date() + timedelta(days=days + 1)
    return datetime.combine(day, time(0), HERE)
