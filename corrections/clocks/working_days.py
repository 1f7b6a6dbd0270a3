"""Days that are not worked in Viet Nam: weekends, public holidays and days decreed besides."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

import holidays
from django.utils.translation import get_language

from corrections.models import DayOff

SATURDAY = 5


def off_days(changed: Mapping[date, bool] | None = None) -> Callable[[date], bool]:
    """Return a function that tells whether a day is off; reads the database once.

    changed: by day, True for off and False for worked; overrides what is stored.

    The Labour Code's holidays come from the `holidays` package. Rows of DayOff, the days that the
    government adds or swaps each year, win over it.
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


@dataclass(frozen=True)
class SpecialDay:
    """A public holiday on a weekday, or a day in DayOff; decreed: that row, if there is one."""

    day: date
    name: str
    is_working: bool = False
    decreed: DayOff | None = None


def special_days(since: date, until: date) -> list[SpecialDay]:
    """Return the public holidays on weekdays, and the days in DayOff, between two dates."""
    language = "vi" if get_language() == "vi" else "en_US"
    years = range(since.year, until.year + 1)
    official = holidays.country_holidays("VN", years=years, language=language)
    found = {
        day: SpecialDay(day, name)
        for day, name in official.items()
        if since <= day <= until and day.weekday() < SATURDAY
    }
    for decreed in DayOff.objects.filter(day__range=(since, until)).select_related("made_by"):
        found[decreed.day] = SpecialDay(decreed.day, decreed.name, decreed.is_working, decreed)
    return [found[day] for day in sorted(found)]
