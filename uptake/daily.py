"""Totals of every province by day, for publication. Reads only the sums."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Min, QuerySet, Sum

from organizations.models import REGISTRY_START
from uptake import population
from uptake.access import CoveragePlace, country, parts_of
from uptake.models import Band, Course, DosesGiven, Measure, Uptake

# Adults: people who were 18 or older on the day on which they reached the measure.
ADULTS = (Band.FROM_18, Band.FROM_50, Band.FROM_65)
PEOPLE = (Measure.ONE_DOSE, Measure.COMPLETE)
# Beside the measures: doses given to people of any age.
DOSES = "doses"


@dataclass(frozen=True)
class PlaceTotals:
    """What a province has come to by the end of a day. place None: people without a province.

    adults: residents of 18 years and older, None if unknown. one_dose, complete: adults.
    doses: of all ages.
    """

    place: CoveragePlace | None
    adults: int | None
    one_dose: int
    complete: int
    doses: int


def first_day() -> date | None:
    """Return the first day on which somebody was vaccinated; None while nobody is counted."""
    first: date | None = Uptake.objects.filter(place="", is_month=False).aggregate(
        first=Min("day")
    )["first"]
    return max(first, REGISTRY_START) if first else None


def has_counted_doses() -> bool:
    """Tell whether the doses of every course are counted: not before `rebuild_coverage` has run."""
    return not Course.objects.filter(dose_days=None).exists()


def totals(first: date, last: date) -> Iterator[tuple[date, list[PlaceTotals]]]:
    """Yield these days, all of one month, with the totals of each province of today by then.

    The last line is of people without a province; the lines add up to the country.
    """
    provinces = parts_of(country())
    paths = [place.path for place in provinces]
    living = population.of_places(paths)
    sums: Counter[tuple[str, str]] = Counter()
    new: dict[date, list[tuple[str, str, int]]] = defaultdict(list)
    for day, place, what, number in _changes(["", *paths], first, last):
        if day < first:
            sums[place, what] += number
        else:
            new[day].append((place, what, number))
    for offset in range((last - first).days + 1):
        day = first + timedelta(days=offset)
        for place, what, number in new[day]:
            sums[place, what] += number
        lines = [_line(one, _adults(one, living), sums) for one in provinces]
        yield day, [*lines, _rest(lines, sums)]


def _changes(paths: list[str], first: date, last: date) -> Iterator[tuple[date, str, str, int]]:
    """Yield (day, place, what, number); what was before the month is dated before it."""
    month = first.replace(day=1)
    asked = Uptake.objects.filter(place__in=paths, band__in=ADULTS, measure__in=PEOPLE)
    doses = DosesGiven.objects.filter(place__in=paths)
    before = month - timedelta(days=1)
    earlier = asked.filter(is_month=True, day__lt=month)
    for place, measure, number in _summed(earlier, "people", "place", "measure"):
        yield before, place, measure, number
    for place, number in _summed(doses.filter(day__lt=month), "doses", "place"):
        yield before, place, DOSES, number
    days = asked.filter(is_month=False, day__range=(month, last))
    yield from _summed(days, "people", "day", "place", "measure")
    for day, place, number in _summed(
        doses.filter(day__range=(month, last)), "doses", "day", "place"
    ):
        yield day, place, DOSES, number


def _summed(asked: QuerySet[Any], column: str, *by: str) -> Iterator[tuple[Any, ...]]:
    return iter(asked.order_by().values_list(*by).annotate(number=Sum(column)))


def _adults(place: CoveragePlace, living: dict[tuple[str, str], int]) -> int | None:
    known = [living[place.path, band] for band in ADULTS if (place.path, band) in living]
    return sum(known) if len(known) == len(ADULTS) else None


def _line(place: CoveragePlace, adults: int | None, sums: Counter[tuple[str, str]]) -> PlaceTotals:
    one_dose, complete, doses = (sums[place.path, what] for what in (*PEOPLE, DOSES))
    return PlaceTotals(place, adults, one_dose, complete, doses)


def _rest(lines: list[PlaceTotals], sums: Counter[tuple[str, str]]) -> PlaceTotals:
    return PlaceTotals(
        None,
        None,
        sums["", Measure.ONE_DOSE] - sum(line.one_dose for line in lines),
        sums["", Measure.COMPLETE] - sum(line.complete for line in lines),
        sums["", DOSES] - sum(line.doses for line in lines),
    )
