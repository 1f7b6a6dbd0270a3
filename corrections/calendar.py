"""Which days are not worked in Viet Nam: weekends, public holidays, and what was decreed besides."""

from collections.abc import Callable, Mapping
from datetime import date

import holidays

from corrections.models import DayOff

SATURDAY = 5


def off_days(changed: Mapping[date, bool] | None = None) -> Callable[[date], bool]:
    """Return the question whether a day is off, asking the database once.

    changed: days that are looked at as if they were off (True) or worked; nothing is stored.

    The Labour Code's holidays come from the `holidays` package; the days that the government
    adds or swaps each year stand in DayOff and win.
    """
    decreed = {
        day: not is_working for day, is_working in DayOff.objects.values_list("day", "is_working")
    } | dict(changed or {})
    official = holidays.country_holidays("VN")

    def is_off(day: date) -> bool:
        if day in decreed:
            return decreed[day]
        return day.weekday() >= SATURDAY or day in official

    return is_off
