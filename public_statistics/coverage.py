"""Publishes the vaccination coverage of each day once, rounded, when the day is over.

Every number is rounded by itself, and the country is the sum of the rounded numbers: so no total
and no earlier day says more about a number than the number itself does (docs/adr/0032). The file
formats for other programs are described in docs/statistics.md.
"""

import logging
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Max

from background import counting
from public_statistics.models import PublishedCoverage
from reporting.measures import day_of
from uptake import daily, reports
from uptake.daily import PlaceTotals
from vaxreg import db_time

log = logging.getLogger(__name__)

# Numbers of people and doses are rounded to the nearest multiple: 0 stands for 0 to 49. More than
# twice SMALL of disclosure.py, so that 0 and the difference of two days can be 10 and more.
ROUNDED_TO = 100
# Key of a PostgreSQL advisory lock: any number that nobody else uses.
LOCK = 945823
# Seconds for one call: the first one publishes years.
PASS = 40
DAYS = counting.register(
    counting.Work("public_statistics.coverage", "public coverage of a day, and of those after it")
)
COUNTRY, PROVINCE, NO_PROVINCE = "country", "province", "no_province"


@dataclass(frozen=True)
class CoverageLine:
    """A line of a published day. Numbers of people and doses are rounded.

    part: country, province or no_province (people whose province is unknown). adults: residents of
    18 years and older, not rounded; None if unknown.
    """

    part: str
    area_code: str
    area_name: str
    adults: int | None
    one_dose: int
    complete: int
    doses: int

    @property
    def share_one_dose(self) -> float | None:
        """Usually 0 to 1; above 1 if more people were vaccinated than the population table has."""
        return self.one_dose / self.adults if self.adults else None

    @property
    def share_complete(self) -> float | None:
        return self.complete / self.adults if self.adults else None


def rounded(number: int) -> int:
    """Return the nearest multiple of ROUNDED_TO; halves go up."""
    return (number + ROUNDED_TO // 2) // ROUNDED_TO * ROUNDED_TO


def publish(seconds: float = PASS) -> list[date]:
    """Publish every day that is over and whose doses are counted, the oldest first; return them.

    The first call begins with the first day on which somebody was vaccinated. What is left after
    `seconds` is published by the next call.
    """
    until = time.monotonic() + seconds
    published: list[date] = []
    first, last = _next_days()
    if first is not None and first <= last and not daily.has_counted_doses():
        log.warning("coverage is not published: run manage.py rebuild_coverage")
        return []
    while first is not None and first <= last and time.monotonic() < until:
        with counting.counted(DAYS, [first.isoformat()]) as begun:
            done = _publish(first, last) if begun else []
        if not done:
            break
        published += done
        first, last = _next_days()
    return published


def store(day: date, totals: Iterable[PlaceTotals]) -> None:
    """Store one day, rounded."""
    _row(day, totals).save(force_insert=True)


def months() -> list[date]:
    """Return the first days of the months that have published days, the newest first."""
    return list(PublishedCoverage.objects.dates("day", "month", order="DESC"))


def days(first: date, last: date) -> list[PublishedCoverage]:
    """Return the published days from the first to the last one, the oldest first."""
    return list(PublishedCoverage.objects.filter(day__range=(first, last)).order_by("day"))


def last_published() -> datetime | None:
    """Return when a day was last published."""
    last: datetime | None = PublishedCoverage.objects.aggregate(last=Max("published_at"))["last"]
    return last


def lines_of(published: PublishedCoverage) -> list[CoverageLine]:
    """Return the lines of a day: the country, the provinces by name, people without a province."""
    return [CoverageLine(**line) for line in published.lines]


def end_of(month: date) -> date:
    """Return the last day of a month."""
    return (month.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


def _next_days() -> tuple[date | None, date]:
    """Return the first and the last day to publish now, both of one month; None: no first one."""
    counted_until = day_of(min(reports.as_of(), db_time.now())) - timedelta(days=1)
    newest: date | None = PublishedCoverage.objects.aggregate(newest=Max("day"))["newest"]
    first = newest + timedelta(days=1) if newest else daily.first_day()
    return first, min(end_of(first), counted_until) if first else counted_until


@transaction.atomic
def _publish(first: date, last: date) -> list[date]:
    """Store these days, of one month; [] if somebody else has begun to."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    if PublishedCoverage.objects.filter(day__gte=first).exists():
        return []
    rows = [_row(day, totals) for day, totals in daily.totals(first, last)]
    return [row.day for row in PublishedCoverage.objects.bulk_create(rows)]


def _row(day: date, totals: Iterable[PlaceTotals]) -> PublishedCoverage:
    lines = [_line(one) for one in totals]
    # Of years with all their provinces: dataclasses.asdict would take ten times as long.
    return PublishedCoverage(day=day, lines=[{**vars(line)} for line in [_country(lines), *lines]])


def _line(totals: PlaceTotals) -> CoverageLine:
    place = totals.place
    return CoverageLine(
        part=PROVINCE if place else NO_PROVINCE,
        area_code=place.code if place else "",
        area_name=place.name if place else "",
        adults=totals.adults,
        one_dose=rounded(totals.one_dose),
        complete=rounded(totals.complete),
        doses=rounded(totals.doses),
    )


def _country(lines: list[CoverageLine]) -> CoverageLine:
    adults = [line.adults for line in lines if line.part == PROVINCE]
    known = [number for number in adults if number is not None]
    return CoverageLine(
        part=COUNTRY,
        area_code="",
        area_name="",
        adults=sum(known) if known and len(known) == len(adults) else None,
        one_dose=sum(line.one_dose for line in lines),
        complete=sum(line.complete for line in lines),
        doses=sum(line.doses for line in lines),
    )


def as_data(published: PublishedCoverage, before: PublishedCoverage | None) -> list[dict[str, Any]]:
    """Return the lines of a day for programs, with the names of coverage_page.FIELDS.

    before: the day before, for the doses of the day; both numbers are published ones.
    """
    earlier = {(line.part, line.area_code): line for line in lines_of(before)} if before else {}
    found = []
    for line in lines_of(published):
        then = earlier.get((line.part, line.area_code))
        found.append(
            {
                "day": published.day.isoformat(),
                "part": line.part,
                "area_code": line.area_code,
                "area_name": line.area_name,
                "adults": line.adults,
                "one_dose": line.one_dose,
                "share_one_dose": _share(line.share_one_dose),
                "complete": line.complete,
                "share_complete": _share(line.share_complete),
                "doses": line.doses,
                "doses_that_day": line.doses - then.doses if then else None,
            }
        )
    return found


def _share(share: float | None) -> float | None:
    return None if share is None else round(share, 4)
