"""When people are not disturbed: from 22:00 to 06:00 in Việt Nam. Pure functions, no database."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

VIET_NAM = ZoneInfo("Asia/Ho_Chi_Minh")
QUIET_FROM = time(22)
QUIET_UNTIL = time(6)


def is_quiet(moment: datetime) -> bool:
    """Whether people sleep at this moment; 22:00 belongs to the night, 06:00 to the day."""
    clock = moment.astimezone(VIET_NAM).time()
    return clock >= QUIET_FROM or clock < QUIET_UNTIL


def awake(moment: datetime) -> datetime:
    """Return the moment itself, or in quiet hours the 06:00 that ends them."""
    if not is_quiet(moment):
        return moment
    local = moment.astimezone(VIET_NAM)
    day = local.date() + timedelta(days=1 if local.time() >= QUIET_FROM else 0)
    return datetime.combine(day, QUIET_UNTIL, VIET_NAM)
