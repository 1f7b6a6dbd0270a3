"""Quiet hours, when nobody is disturbed: 22:00 to 06:00 in Vietnam. Pure functions."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

VIET_NAM = ZoneInfo("Asia/Ho_Chi_Minh")
QUIET_FROM = time(22)
QUIET_UNTIL = time(6)


def is_quiet(moment: datetime) -> bool:
    """Whether the moment is in quiet hours; 22:00 is, 06:00 is not."""
    clock = moment.astimezone(VIET_NAM).time()
    return clock >= QUIET_FROM or clock < QUIET_UNTIL


def awake(moment: datetime) -> datetime:
    """Return the moment itself, or in quiet hours the 06:00 (Vietnam time) that ends them."""
    return next_morning(moment) if is_quiet(moment) else moment


def next_morning(moment: datetime) -> datetime:
    """Return the first 06:00 (Vietnam time) after the moment."""
    local = moment.astimezone(VIET_NAM)
    day = local.date() + timedelta(days=0 if local.time() < QUIET_UNTIL else 1)
    return datetime.combine(day, QUIET_UNTIL, VIET_NAM)
