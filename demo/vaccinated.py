"""One in a thousand residents of four cities, vaccinated at the rates of Hà Nội, to show coverage.

Written with bulk inserts: thousands of people in seconds.
"""

import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from django.db.models import Sum
from django.utils import timezone

from citizens.models import Citizen
from demo import entries, people
from demo.entries import Entry
from doses.models import Dose, ScheduleStep, Vaccine
from organizations.models import Area, Organization
from uptake.fold import update_sums
from uptake.models import LOWEST_AGE, Band, Measure, Population, Uptake
from vaxreg import db_time

# Census of 2019, in thousands, by the code of the district of Hà Nội.
THOUSANDS = {
    "001": 222, "002": 136, "003": 160, "004": 322, "005": 293, "006": 372, "007": 304, "008": 506,
    "009": 294, "016": 341, "017": 406, "018": 286, "019": 264, "020": 274, "021": 335, "250": 227,
    "268": 398, "269": 151, "271": 291, "272": 182, "273": 174, "274": 243, "275": 203, "276": 217,
    "277": 337, "278": 208, "279": 248, "280": 230, "281": 205, "282": 204,
}  # fmt: skip
# By the code of the province: Hải Phòng, Đà Nẵng, Cần Thơ.
CITIES = {"31": 2028, "48": 1134, "92": 1235}
SOURCE = "Bản trình diễn: một phần nghìn dân số, Tổng điều tra 2019"
AS_OF = date(2019, 4, 1)


@dataclass(frozen=True)
class Campaign:
    """Vaccination of an age band.

    part: its share of all people. one_dose, complete, booster: shares of the band. days: length
    of the campaign. vaccines: weights by code.
    """

    part: float
    one_dose: float
    complete: float
    booster: float
    since: date
    days: int
    vaccines: dict[str, int]


ADULTS = {"AZ": 48, "PF": 26, "VC": 18, "MD": 5, "AB": 2, "JS": 1}
CAMPAIGNS = {
    Band.UNDER_5: Campaign(0.08, 0, 0, 0, date(2022, 4, 14), 1, {}),
    Band.FROM_5: Campaign(0.12, 0.86, 0.72, 0, date(2022, 4, 14), 120, {"PF": 60, "MD": 40}),
    Band.FROM_12: Campaign(0.095, 0.96, 0.93, 0.25, date(2021, 11, 23), 45, {"PF": 1}),
    Band.FROM_18: Campaign(0.475, 0.97, 0.96, 0.66, date(2021, 7, 1), 100, ADULTS),
    Band.FROM_50: Campaign(0.155, 0.96, 0.95, 0.72, date(2021, 6, 1), 110, ADULTS),
    Band.FROM_65: Campaign(0.075, 0.92, 0.9, 0.68, date(2021, 8, 1), 90, ADULTS),
}


# One dose of a person: vaccine, day, kind, ordinal.
GivenDose = tuple[Vaccine, date, str, int]


class VaccinatedPerson(NamedTuple):
    """A person, the site that vaccinated them, and their doses."""

    person: Citizen
    site: int
    doses: list[GivenDose]


def vaccinate() -> None:
    """Write the population of districts and cities, and vaccinated people up to their rates."""
    districts = list(
        Area.objects.current().filter(code__in=THOUSANDS, path__startswith="01/").order_by("code")
    )
    areas = Area.objects.current().filter(code__in=CITIES, level=Area.Level.PROVINCE)
    cities = list(areas.order_by("code"))
    _populate(districts, cities)
    update_sums()
    there: dict[tuple[str, str], int] = defaultdict(int)
    counted = Uptake.objects.filter(is_month=True, measure=Measure.ONE_DOSE)
    for place, band, number in counted.values_list("place", "band").annotate(Sum("people")):
        there[place, band] = number
    chance = random.Random(2021)  # noqa: S311 — a story, not a secret
    lives = [life for place in (*districts, *cities) for life in _lives(place, there, chance)]
    now = db_time.now()
    for life in lives:
        # Set here, not by the database: Django can then send the rows as arrays, twice as fast.
        life.person.created_at = now
    Citizen.objects.bulk_create((life.person for life in lives), batch_size=2_000)
    entries.write(
        Entry(
            citizen=life.person.pk,
            vaccine=vaccine.pk,
            given_on=day,
            organization=life.site,
            ordinal=ordinal,
            provenance=Dose.Provenance.BACK_ENTRY,
            at=timezone.make_aware(datetime.combine(day, time(17))),
            kind=kind,
        )
        for life in lives
        for vaccine, day, kind, ordinal in life.doses
    )
    update_sums()


def _populate(districts: list[Area], cities: list[Area]) -> None:
    province = Area.objects.current().get(code="01", level=Area.Level.PROVINCE)
    sizes = {area: {b: _people(area, b) for b in Band} for area in districts}
    sizes[province] = {band: sum(size[band] for size in sizes.values()) for band in Band}
    sizes |= {city: {b: _people(city, b) for b in Band} for city in cities}
    Population.objects.bulk_create(
        Population(area=area, band=band, people=number, source=SOURCE, as_of=AS_OF)
        for area, bands in sizes.items()
        for band, number in bands.items()
    )


def _people(place: Area, band: Band) -> int:
    thousands = CITIES if place.level == Area.Level.PROVINCE else THOUSANDS
    return round(thousands[place.code] * CAMPAIGNS[band].part)


def _lives(
    place: Area, there: dict[tuple[str, str], int], chance: random.Random
) -> Iterator[VaccinatedPerson]:
    stations = list(
        Organization.objects.open()
        .filter(kind=Organization.Kind.COMMUNE_STATION, area__path__startswith=place.path)
        .select_related("area")
        .order_by("code")
    )
    vaccines = {vaccine.code: vaccine for vaccine in Vaccine.objects.all()}
    second = ScheduleStep.objects.filter(kind=Dose.Kind.PRIMARY, ordinal=2)
    intervals = dict(second.exclude(after=None).values_list("after__code", "interval"))
    for band, campaign in CAMPAIGNS.items():
        # Coverage differs between places.
        reach = min(campaign.one_dose * chance.uniform(0.93, 1.03), 1)
        wanted = round(_people(place, band) * reach) - there[place.path, band]
        for _number in range(max(wanted, 0)):
            site = chance.choice(stations)
            code = chance.choices(list(campaign.vaccines), list(campaign.vaccines.values()))[0]
            first = campaign.since + timedelta(
                days=int(chance.triangular(0, campaign.days, campaign.days * 0.7))
            )
            person = _person(band, first, site, chance)
            doses = _doses(
                vaccines[code], intervals.get(code) or 0, vaccines["PF"], first, campaign, chance
            )
            yield VaccinatedPerson(person, site.pk, doses)


def _person(band: Band, first: date, site: Organization, chance: random.Random) -> Citizen:
    lowest = LOWEST_AGE[band]
    highest = {Band.FROM_65: 90, Band.FROM_50: 64, Band.FROM_18: 49, Band.FROM_12: 17}.get(band, 11)
    # Some months above the lowest age, so that nobody changes band between two doses.
    born = first - timedelta(days=int(365.25 * chance.uniform(lowest + 0.05, highest - 0.05)))
    is_woman = chance.random() < 0.5
    name = (
        f"{chance.choice(people.FAMILY)} {chance.choice(people.WOMEN if is_woman else people.MEN)}"
    )
    return Citizen(
        full_name=name,
        date_of_birth=born,
        sex="female" if is_woman else "male",
        area=site.area,
        provenance=Citizen.Provenance.BACK_ENTRY,
    )


def _doses(
    vaccine: Vaccine,
    interval: int,
    booster: Vaccine,
    first: date,
    campaign: Campaign,
    chance: random.Random,
) -> list[GivenDose]:
    complete = chance.random() < campaign.complete / campaign.one_dose
    number = vaccine.primary_doses if complete else 1
    days = [first + timedelta(days=interval * step) for step in range(number)]
    doses: list[GivenDose] = [
        (vaccine, day, Dose.Kind.PRIMARY, step) for step, day in enumerate(days, start=1)
    ]
    if complete and chance.random() < campaign.booster / campaign.complete:
        later = days[-1] + timedelta(days=chance.randrange(95, 200))
        doses.append((booster, later, Dose.Kind.BOOSTER, 1))
    return doses
