"""Coverage of a place on a day, for the page, its files and the API. Reads only the sums."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import QuerySet, Sum
from django.utils import timezone

from organizations.models import REGISTRY_START
from uptake import population
from uptake.access import DEEPEST, CoveragePlace, parts_of
from uptake.models import Band, Change, CommuneUptake, Measure, Uptake
from vaxreg import db_time

# Length of the table by day, in days; 0: one row per month since the first dose.
PERIODS = (30, 90, 0)

Key = tuple[str, str, str]


@dataclass(frozen=True)
class CoverageFilters:
    """Filters: end of which day, one age band or all (""), period in days."""

    day: date
    band: str = ""
    period: int = 0

    @property
    def bands(self) -> list[str]:
        return [self.band] if self.band else list(Band.values)


@dataclass(frozen=True)
class Count:
    """Number of people, and of residents (None: unknown)."""

    people: int
    population: int | None

    @property
    def share(self) -> float | None:
        """Usually 0 to 1; above 1 if more people were vaccinated than the population table has."""
        return self.people / self.population if self.population else None


@dataclass(frozen=True)
class CoverageCount:
    """A place or an age band with its three counts. place None: unknown part of the whole."""

    population: int | None
    counts: Mapping[str, Count]
    place: CoveragePlace | None = None
    band: str = ""


@dataclass(frozen=True)
class TrendPoint:
    """A day, or a month dated on its last day: new people and the total for each measure."""

    day: date
    new: Mapping[str, int]
    total: Mapping[str, int]


@dataclass(frozen=True)
class Coverage:
    """One report; the parts add up to the whole, and so do the age bands."""

    as_of: datetime
    place: CoveragePlace
    filters: CoverageFilters
    whole: CoverageCount
    parts: list[CoverageCount]
    bands: list[CoverageCount]
    steps: list[TrendPoint]

    @property
    def hides_communes(self) -> bool:
        """Communes are counted by month and for all ages: for other filters they are left out."""
        return self.place.depth == DEEPEST and not can_count_communes(self.filters)

    @property
    def lacks_population(self) -> bool:
        return any(line.population is None for line in [self.whole, *self.known_parts])

    @property
    def is_empty(self) -> bool:
        """Whether nobody has reached any measure."""
        return not any(count.people for count in self.whole.counts.values())

    @property
    def known_parts(self) -> list[CoverageCount]:
        return [line for line in self.parts if line.place]

    @property
    def is_above_all(self) -> bool:
        """Whether any share is above 100 %."""
        return any(
            (count.share or 0) > 1
            for line in [self.whole, *self.parts, *self.bands]
            for count in line.counts.values()
        )


def coverage(place: CoveragePlace, filters: CoverageFilters) -> Coverage:
    """Return the coverage of a place at the end of a day."""
    parts = parts_of(place)
    if place.depth == DEEPEST:
        parts = parts if can_count_communes(filters) else []
    people = _people([place.path, *(part.path for part in parts if part.has_page)], filters.day)
    people |= _people_of_communes([part.path for part in parts if not part.has_page], filters.day)
    living = _living(place, parts)
    bands = filters.bands
    return Coverage(
        as_of=as_of(),
        place=place,
        filters=filters,
        whole=_line(people, living, place, bands),
        parts=_parts(people, living, place, parts, bands),
        bands=[_line(people, living, place, [band], band) for band in bands],
        steps=steps(place, filters),
    )


def can_count_communes(filters: CoverageFilters) -> bool:
    """Tell whether the sums of communes answer: all ages, until today or the end of a month."""
    is_whole = filters.day >= timezone.localdate() or filters.day == _last_of_month(filters.day)
    return is_whole and not filters.band


def as_of() -> datetime:
    """Return the moment until which everything is counted: now, or that of the oldest change."""
    waiting = Change.objects.order_by("id").values_list("at", flat=True).first()
    return waiting or db_time.now()


def steps(place: CoveragePlace, filters: CoverageFilters) -> list[TrendPoint]:
    """Return the days of the chosen period, or every month since the first dose."""
    first = (
        max(filters.day - timedelta(days=filters.period - 1), REGISTRY_START)
        if filters.period
        else filters.day
    )
    asked = Uptake.objects.filter(place=place.path, band__in=filters.bands)
    new: dict[date, dict[str, int]] = defaultdict(dict)
    for day, measure, is_month, number in _until(
        asked, first.replace(day=1), filters.day, "day", "measure", "is_month"
    ):
        # A month is dated on its last day.
        at = _last_of_month(day) if is_month else day
        new[at][measure] = new[at].get(measure, 0) + number
    if filters.period:
        return _running(new, _days(first, filters.day), first)
    return _running(new, _months(filters.day), date.min)


def every_day(place: CoveragePlace, filters: CoverageFilters) -> list[TrendPoint]:
    """Return each day since the first dose, for a file."""
    asked = Uptake.objects.filter(
        place=place.path, is_month=False, day__lte=filters.day, band__in=filters.bands
    )
    new: dict[date, dict[str, int]] = defaultdict(dict)
    for day, measure, number in (
        asked.order_by("day").values_list("day", "measure").annotate(number=Sum("people"))
    ):
        new[day][measure] = number
    return _running(new, _days(REGISTRY_START, filters.day), date.min)


def _people(paths: list[str], day: date) -> dict[Key, int]:
    """Return how many had reached each measure by the end of the day, by (place, measure, band)."""
    asked = Uptake.objects.filter(place__in=paths)
    sums: dict[Key, int] = defaultdict(int)
    month = day.replace(day=1)
    for place, measure, band, number in _until(asked, month, day, "place", "measure", "band"):
        sums[place, measure, band] += number
    return sums


def _people_of_communes(paths: list[str], day: date) -> dict[Key, int]:
    """Return how many had reached each measure by the end of the month, under the first band.

    Communes have no sums by age: _line adds up the bands, and the others are empty.
    """
    if not paths:
        return {}
    asked = CommuneUptake.objects.filter(place__in=paths, month__lte=day.replace(day=1))
    rows = asked.order_by().values_list("place", "measure").annotate(number=Sum("people"))
    return {(place, measure, Band.values[0]): number for place, measure, number in rows}


def _until(asked: QuerySet[Uptake], month: date, day: date, *by: str) -> Iterable[tuple[Any, ...]]:
    """Return people by these columns: rows of whole months before this one, then rows of days.

    Each half is one range of the index; a single condition with OR would read all days.
    """
    halves = [
        asked.filter(is_month=True, day__lt=month),
        asked.filter(is_month=False, day__range=(month, day)),
    ]
    first, second = (
        half.order_by().values_list(*by).annotate(number=Sum("people")) for half in halves
    )
    return first.union(second, all=True)


def _living(place: CoveragePlace, parts: list[CoveragePlace]) -> dict[tuple[str, str], int]:
    living = population.of_places([place.path, *(part.path for part in parts)])
    if not place.path:
        # The country is the sum of its provinces, or unknown if any of them is.
        for band in Band.values:
            known = [living[part.path, band] for part in parts if (part.path, band) in living]
            if parts and len(known) == len(parts):
                living["", band] = sum(known)
    return living


def _line(
    people: Mapping[Key, int],
    living: Mapping[tuple[str, str], int],
    place: CoveragePlace,
    bands: list[str],
    band: str = "",
) -> CoverageCount:
    known = [living[place.path, one] for one in bands if (place.path, one) in living]
    number = sum(known) if len(known) == len(bands) else None
    counts = {
        measure: Count(sum(people.get((place.path, measure, one), 0) for one in bands), number)
        for measure in Measure.values
    }
    return CoverageCount(number, counts, place, band)


def _parts(
    people: Mapping[Key, int],
    living: Mapping[tuple[str, str], int],
    place: CoveragePlace,
    parts: list[CoveragePlace],
    bands: list[str],
) -> list[CoverageCount]:
    """Return a row per part, and one for people whose part is unknown."""
    lines = [_line(people, living, part, bands) for part in parts]
    whole = _line(people, living, place, bands)
    rest = {
        measure: Count(
            whole.counts[measure].people - sum(line.counts[measure].people for line in lines), None
        )
        for measure in Measure.values
    }
    if lines and any(count.people for count in rest.values()):
        lines.append(CoverageCount(None, rest))
    return lines


def _running(
    new: Mapping[date, Mapping[str, int]], days: Iterable[date], first: date
) -> list[TrendPoint]:
    """Return cumulative totals at these days; people before `first` count in the totals only."""
    found: list[TrendPoint] = []
    known = sorted(new)
    total = dict.fromkeys(Measure.values, 0)
    for day in days:
        here = dict.fromkeys(Measure.values, 0)
        while known and known[0] <= day:
            then = known.pop(0)
            for measure, number in new[then].items():
                total[measure] += number
                if then >= first:
                    here[measure] += number
        found.append(TrendPoint(day, here, dict(total)))
    return found


def _days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def _months(last: date) -> list[date]:
    """Return the last day of each month since the first dose, and `last`."""
    months = []
    day = _last_of_month(REGISTRY_START)
    while day < last:
        months.append(day)
        day = _last_of_month(day + timedelta(days=1))
    return [*months, last]


def _last_of_month(day: date) -> date:
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
