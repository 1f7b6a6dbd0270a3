"""Public statistics of the months before the demo's own cases, so that their page shows a year's half.

Only what was published then: the demo has no cases of that time. Which counts stay unpublished is
decided by public_statistics, as for any month.
"""

import random
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from corrections.clocks.deadlines import HERE
from demo.country import CITIES, PACES, SINCE
from public_statistics import publish
from public_statistics.disclosure import MonthCounts
from public_statistics.publish import Unit
from reporting import quantiles
from vaxreg import db_time

MONTHS = 6
# Proposals of a province in a month; the cities have as many times more as in the demo's cases.
USUAL = range(8, 90)
CITY_TIMES = 6
# Days after which a month is published.
PUBLISHED_ON = timedelta(days=1, minutes=20)


def publish_earlier_months() -> list[date]:
    """Publish made-up figures of six months, unless any month is published; return the months."""
    if publish.months():
        return []
    told = list(_months_before((db_time.now() - SINCE).astimezone(HERE).date()))
    for month in reversed(told):
        end = datetime.combine(_next(month), time(), HERE)
        publish.store(month, _units(month), published_at=end + PUBLISHED_ON)
    return told


def _months_before(day: date) -> Iterator[date]:
    """Yield the first days of the months before the one of this day, the newest first."""
    month = day.replace(day=1)
    for _number in range(MONTHS):
        month = (month - timedelta(days=1)).replace(day=1)
        yield month


def _next(month: date) -> date:
    return (month + timedelta(days=31)).replace(day=1)


def _units(month: date) -> dict[str, Unit]:
    """Return made-up counts of a month by area code, the same ones each time."""
    units = {"": Unit()}
    for province in publish.provinces(_next(month) - timedelta(days=1)):
        chance = random.Random(f"{month}{province.code}")  # noqa: S311 — stories, not secrets
        # How fast a province is changes slowly: mostly the province, a little the month.
        pace = random.Random(province.code).choice(PACES) * chance.uniform(0.8, 1.2)  # noqa: S311
        wanted = CITIES.get(province.code, 0) * CITY_TIMES or chance.choice(USUAL)
        received = round(wanted * chance.uniform(0.85, 1.15))
        hours = [chance.expovariate(1 / pace) + 0.3 for _case in range(received)]
        missed = sum(took > 48 for took in hours)
        decided = [round(60 * took) for took in hours if took < 300]
        unit = Unit(name=province.name)
        counts = MonthCounts(received, len(decided), received - missed, missed)
        unit.add(counts, len(decided), quantiles.compress(decided))
        units[province.code] = unit
    return units
