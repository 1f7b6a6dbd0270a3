"""Days that are not worked in Viet Nam: weekends, public holidays and days decreed besides.

The government swaps days: a Monday before a holiday is off, and a Saturday is worked instead. A
swap is one fact with two halves, and both count. Those of past years come from the package
`holidays`, the others from DayOff.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

import holidays
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from corrections.models import DayOff
from vaxreg import ui

SATURDAY = 5
# The package says so in the Vietnamese name of the free day: "thay cho ngày 22/08/2026".
SWAPPED_FOR = re.compile(r"thay cho ngày (\d{2}/\d{2}/\d{4})")


class OfficialCalendar:
    """The Labour Code's holidays, and the swaps that the package `holidays` knows."""

    def __init__(self) -> None:
        self._days = holidays.country_holidays("VN", language="vi")
        self._years: set[int] = set()

    def is_off(self, day: date) -> bool:
        """Whether the day is off, unless DayOff says otherwise."""
        self._load(day.year)
        if day.weekday() >= SATURDAY:
            return day not in self._days.weekend_workdays
        return day in self._days

    def swaps(self, years: Iterable[int]) -> dict[date, date]:
        """Return the other half of every day that is swapped in these years."""
        for year in years:
            self._load(year)
        found: dict[date, date] = {}
        for free, name in self._days.items():
            if swapped := SWAPPED_FOR.search(name):
                worked = datetime.strptime(swapped[1], "%d/%m/%Y").date()  # noqa: DTZ007 (a day)
                found |= {free: worked, worked: free}
        return found

    def _load(self, year: int) -> None:
        """Read a year with its neighbours: a day of January may be worked for one of December."""
        for one in {year - 1, year, year + 1} - self._years:
            self._days.get(date(one, 1, 1))
            self._years.add(one)


def off_days(changed: Mapping[date, bool] | None = None) -> Callable[[date], bool]:
    """Return a function that tells whether a day is off; reads the database once.

    changed: by day, True for off and False for worked; overrides what is stored. Rows of DayOff,
    the days that the government adds or swaps each year, win over the official calendar.
    """
    decreed = {
        day: not is_working for day, is_working in DayOff.objects.values_list("day", "is_working")
    } | dict(changed or {})
    official = OfficialCalendar()

    def is_off(day: date) -> bool:
        return decreed[day] if day in decreed else official.is_off(day)

    return is_off


def other_half(day: date) -> date | None:
    """Return the day with which this one is swapped, None without a swap."""
    decreed = DayOff.objects.filter(day=day).first()
    if decreed is not None:
        return decreed.swapped_with
    other = OfficialCalendar().swaps([day.year]).get(day)
    if other is None or DayOff.objects.filter(day=other).exists():
        # A half that was declared otherwise has undone the official swap.
        return None
    return other


def changed_days(
    day: date, *, is_working: bool, swapped_with: date | None = None
) -> dict[date, bool]:
    """Return {day: is it off} of all days that a change of the calendar changes.

    swapped_with: the day that counts the opposite from now on. To change one half of a swap alone
    undoes the swap: its other half is again what it was before.
    """
    changes: dict[date, bool] = {}
    for one, is_off in ((day, not is_working), (swapped_with, is_working)):
        if one is None:
            continue
        before = other_half(one)
        if before is not None and before not in (day, swapped_with):
            changes[before] = not is_off
        changes[one] = is_off
    return changes


@dataclass(frozen=True)
class SpecialDay:
    """A public holiday on a weekday, a half of a swap, or a day in DayOff.

    decreed: that row, if there is one. swapped_with: the other half of the swap.
    """

    day: date
    name: str
    is_working: bool = False
    decreed: DayOff | None = None
    swapped_with: date | None = None


def special_days(since: date, until: date) -> list[SpecialDay]:
    """Return the days between two dates that are off or worked otherwise than every week."""
    language = "vi" if get_language() == "vi" else "en_US"
    years = range(since.year, until.year + 1)
    official = holidays.country_holidays("VN", years=years, language=language)
    swaps = OfficialCalendar().swaps(years)
    found = {
        day: SpecialDay(day, name) for day, name in official.items() if day.weekday() < SATURDAY
    }
    for day, other in swaps.items():
        is_working = day not in found
        name = _("Worked in place of %(day)s") if is_working else _("Off in place of %(day)s")
        found[day] = SpecialDay(
            day, name % {"day": ui.day(other)}, is_working=is_working, swapped_with=other
        )
    for row in DayOff.objects.filter(day__range=(since, until)).select_related("made_by"):
        found[row.day] = SpecialDay(row.day, row.name, row.is_working, row, row.swapped_with)
    return [found[day] for day in sorted(found) if since <= day <= until]
