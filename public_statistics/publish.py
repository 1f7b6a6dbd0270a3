"""Publishes each month once, when its last day is closed; a published month is never changed.

disclosure.py decides what stays unpublished (reasons: docs/adr/0022). The file formats for other
programs are described in docs/statistics.md.
"""

import logging
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import connection, transaction
from django.db.models import Max, Min, Q

from background import counting
from organizations.models import Area, Organization
from public_statistics.disclosure import SMALL, MonthCounts, Withheld, withheld
from public_statistics.models import PublishedFigures
from reporting import quantiles
from reporting.models import DayFigures, ReportDay

log = logging.getLogger(__name__)

Part = PublishedFigures.Part
# Key of a PostgreSQL advisory lock: any number that nobody else uses.
LOCK = 945822
MONTH = counting.register(
    counting.Work("public_statistics.month", "statistics of a month, and of those after it")
)
COUNTED = ("opened", "decided", "in_time", "missed")


class DoesNotAddUp(Exception):
    """The rows of a month do not add up to the country: the month must not be published."""


@dataclass
class Unit:
    """The counts of a month, of a province or of the organizations of the national level."""

    name: str = ""
    counts: MonthCounts = field(default_factory=MonthCounts)
    # Pairs of a number of decisions and a sample of their minutes (quantiles.py).
    took: list[tuple[int, Sequence[int]]] = field(default_factory=list)

    def add(self, counts: MonthCounts, decided: int, took: Sequence[int]) -> None:
        """Add the counts of one more day or organization."""
        self.counts += counts
        self.took.append((decided, took))


def publish() -> list[date]:
    """Publish each past month whose days are closed, oldest first; return these months."""
    published = []
    month = _next_month()
    while month is not None and _is_closed(month):
        with counting.counted(MONTH, [month.isoformat()]) as begun:
            is_published = bool(begun) and _publish(month)
        if not is_published:
            break
        published.append(month)
        month = _after(month)
    return published


def months() -> list[date]:
    """Return the published months, the newest first."""
    rows = PublishedFigures.objects.filter(part=Part.COUNTRY).order_by("-month")
    return list(rows.values_list("month", flat=True))


def lines(month: date | None = None) -> list[PublishedFigures]:
    """Return the rows of one month, or of all: newest month first, the country on top."""
    rows = PublishedFigures.objects.order_by("-month", "area_code")
    found = rows if month is None else rows.filter(month=month)
    # Order: country, provinces, organizations of the national level.
    place = {Part.COUNTRY: 0, Part.PROVINCE: 1, Part.NATIONAL_DESKS: 2}
    return sorted(found, key=lambda line: (-line.month.toordinal(), place[Part(line.part)]))


def country(newest: int) -> list[PublishedFigures]:
    """Return the country's rows of the newest months, the oldest first."""
    rows = PublishedFigures.objects.filter(part=Part.COUNTRY).order_by("-month")
    return list(rows[:newest])[::-1]


def last_published() -> datetime | None:
    """Return when a month was last published."""
    last: datetime | None = PublishedFigures.objects.aggregate(last=Max("published_at"))["last"]
    return last


def _next_month() -> date | None:
    newest: date | None = PublishedFigures.objects.aggregate(newest=Max("month"))["newest"]
    if newest is not None:
        return _after(newest)
    first: date | None = ReportDay.objects.aggregate(first=Min("day"))["first"]
    return first.replace(day=1) if first is not None else None


def _after(month: date) -> date:
    return (month + timedelta(days=31)).replace(day=1)


def _is_closed(month: date) -> bool:
    """Tell whether all days of a month are final; days before the first figures count as final."""
    first, last = month, _after(month) - timedelta(days=1)
    closed = ReportDay.objects.filter(day__range=(first, last))
    begun: date = closed.aggregate(first=Min("day"))["first"] or last
    if begun != first and ReportDay.objects.filter(day__lt=first).exists():
        return False
    return closed.count() == (last - begun).days + 1


@transaction.atomic
def _publish(month: date) -> bool:
    """Store the rows of a month; False when they exist already or do not add up."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    if PublishedFigures.objects.filter(month=month).exists():
        return False
    try:
        units = _units(month)
    except DoesNotAddUp:
        log.exception("the statistics of %s are not published", month)
        return False
    store(month, units)
    return True


def store(month: date, units: dict[str, Unit], *, published_at: datetime | None = None) -> None:
    """Store the rows of a month without what must stay unpublished.

    units: by area code; "" is the national level. published_at: now, if not given.
    """
    hidden = withheld({key: unit.counts for key, unit in units.items()})
    rows = [_country(month, units, hidden), *_parts(month, units, hidden)]
    for row in rows:
        if published_at is not None:
            row.published_at = published_at
    PublishedFigures.objects.bulk_create(rows)


def _units(month: date) -> dict[str, Unit]:
    """Return the counts of a month by area code; "" is the national level."""
    last = _after(month) - timedelta(days=1)
    days = DayFigures.objects.filter(kind="", day__range=(month, last)).order_by()
    ministry = Organization.objects.get(kind=Organization.Kind.MINISTRY)
    departments = {
        department.pk: _at_the_end(department.area, last)
        for department in Organization.objects.filter(
            kind=Organization.Kind.PROVINCIAL_DEPARTMENT
        ).select_related("area__replaced_by")
    }
    units: dict[str, Unit] = defaultdict(Unit)
    for province in provinces(last):
        units[province.code].name = province.name
    rows = days.filter(Q(above=ministry, is_whole=True) | Q(organization=ministry, is_desk=True))
    for organization, took, *counts in rows.values_list("organization", "took", *COUNTED):
        area = departments.get(organization)
        unit = units[area.code if area else ""]
        unit.name = area.name if area else ""
        unit.add(MonthCounts(*counts), counts[1], took)
    whole = days.filter(organization=ministry, is_whole=True).values_list(*COUNTED)
    if _sum(unit.counts for unit in units.values()) != _sum(MonthCounts(*day) for day in whole):
        raise DoesNotAddUp
    return units


def provinces(day: date) -> list[Area]:
    """Return the provinces that had a department on that day, with or without cases."""
    had = Organization.objects.filter(
        Q(closed_on=None) | Q(closed_on__gt=day),
        kind=Organization.Kind.PROVINCIAL_DEPARTMENT,
        opened_on__lte=day,
    )
    areas = Area.objects.filter(pk__in=had.values("area")).select_related("replaced_by")
    return [province for area in areas if (province := _at_the_end(area, day)) is not None]


def _at_the_end(area: Area | None, day: date) -> Area | None:
    """Return the province, or its successor on that day: codes were used again after mergers."""
    while area is not None and area.valid_to is not None and area.valid_to <= day:
        if area.replaced_by is None:
            break
        area = area.replaced_by
    return area


def _sum(several: Iterable[MonthCounts]) -> MonthCounts:
    return sum(several, start=MonthCounts())


def _country(month: date, units: dict[str, Unit], hidden: Withheld[str]) -> PublishedFigures:
    everything = Unit(
        counts=_sum(unit.counts for unit in units.values()),
        took=[sample for unit in units.values() for sample in unit.took],
    )
    line = PublishedFigures(month=month, part=Part.COUNTRY)
    return _filled(line, everything, flow=not hidden.all_flow, deadlines=not hidden.all_deadlines)


def _parts(
    month: date, units: dict[str, Unit], hidden: Withheld[str]
) -> Iterable[PublishedFigures]:
    for code, unit in sorted(units.items()):
        line = PublishedFigures(
            month=month,
            part=Part.PROVINCE if code else Part.NATIONAL_DESKS,
            area_code=code,
            area_name=unit.name,
        )
        yield _filled(
            line, unit, flow=code not in hidden.flow, deadlines=code not in hidden.deadlines
        )


def _filled(line: PublishedFigures, unit: Unit, *, flow: bool, deadlines: bool) -> PublishedFigures:
    if flow:
        line.received, line.decided = unit.counts.flow
        line.median_hours = _hours(unit, 5)
        line.p90_hours = _hours(unit, 9)
    if deadlines:
        line.in_time, line.missed = unit.counts.deadlines
    return line


def _hours(unit: Unit, tenths: int) -> Decimal | None:
    """Return the hours within which `tenths`/10 of the cases were decided; None if few lie beyond.

    With fewer than ten cases on one side, the value would describe these few, and could reveal that
    a hidden count is below ten.
    """
    if unit.counts.decided * min(tenths, 10 - tenths) < SMALL * 10:
        return None
    minutes = quantiles.quantile(unit.took, tenths / 10)
    return None if minutes is None else round(Decimal(minutes) / 60, 1)
