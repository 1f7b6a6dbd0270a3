"""The doses of the people of a chunk: what the registry says was given, with its errors.

Of the campaign no sessions are on record: `session` stays empty. When: as the campaign went, from 8 March 2021 (2 million doses by June, 28 by 12 September, 100 in
mid-November, 157 on 7 January, 212 on 26 April, 247 on 5 August 2022). Errors: the first dose not
recorded, a dose entered by two sites, a day or a vaccine that is another.
"""

import random
from bisect import bisect
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from bench.generating.copying import Rows
from bench.generating.persons import RecordedPerson, uuid_of
from bench.generating.places import Country
from bench.generating.size import MOST_DOSES, Chunk, RegistrySize

FIRST_DAY, LAST_DAY = date(2021, 3, 8), date(2022, 8, 5)
# Share of people who had a first dose by then.
FIRST_DOSES = (
    (date(2021, 3, 8), 0.0), (date(2021, 6, 15), 0.02), (date(2021, 7, 15), 0.05),
    (date(2021, 8, 15), 0.17), (date(2021, 9, 12), 0.34), (date(2021, 10, 18), 0.60),
    (date(2021, 11, 15), 0.85), (date(2022, 1, 7), 0.97), (date(2022, 4, 26), 1.0),
)  # fmt: skip
# Days from a dose to the next one of the series, and of the boosters.
APART = {
    "AZ": (42, 84),
    "PF": (21, 42),
    "MD": (28, 42),
    "VC": (21, 28),
    "AB": (14, 20),
    "SV": (21, 28),
}
BOOSTER_APART = (95, 170)
SERIES = (("primary", 1), ("primary", 2), ("booster", 1), ("booster", 2), ("additional", 1),
          ("booster", 3), ("primary", 3))  # fmt: skip
OF_THREE = (("primary", 1), ("primary", 2), ("primary", 3), ("booster", 1), ("booster", 2),
            ("additional", 1), ("booster", 3))  # fmt: skip
BRANDS, BRAND_WEIGHTS = ("AZ", "PF", "VC", "MD", "AB", "SV"), (34, 27, 24, 10, 4, 1)
LOTS = {"AZ": "NCE", "PF": "FG", "VC": "2021", "MD": "30", "AB": "10", "SV": "II"}
# Children: from 12 years in November 2021, from 5 years in April 2022, with one brand.
ADULT, YOUNG, CHILD = 18, 12, 5
FOR_YOUNG, FOR_CHILDREN = date(2021, 11, 1), date(2022, 4, 14)
AWAY = 0.3
# Venues of sessions, "" for the site itself; how many doses say at what hour and where.
VENUES, NOTED = ("", "", "", "Trường tiểu học", "Nhà văn hóa", "Sân vận động"), 0.6
NO_FIRST, TWICE, WRONG_DAY, WRONG_BRAND, NO_LOT = 0.04, 0.03, 0.02, 0.02, 0.1

# No dose is later than this many days after the first one of the country: 31 December 2022.
LAST = 663
_DAYS = tuple((FIRST_DAY + timedelta(number)).isoformat() for number in range(LAST + 70))
_FROM = FIRST_DAY.toordinal()
_KNOWN = tuple(share for _day, share in FIRST_DOSES)


@dataclass
class GivenDose:
    """A dose as it is recorded. day: counted from FIRST_DAY. recorded_at: when the site entered it.

    reference: the correction that added it. before: what it was until the correction `reference`
    changed it (revision 2), else None.
    """

    id: int
    public_id: str
    person: RecordedPerson
    day: int
    vaccine: str
    site: int
    lot: str
    kind: str
    ordinal: int
    provenance: str
    recorded_at: str
    by: int
    by_organization: int
    # The hour and the venue were noted where the dose was entered at once.
    given_time: str | None = None
    venue: str = ""
    status: str = "completed"
    reference: str = ""
    why: str = ""
    before: "GivenDose | None" = None
    revised_at: str = ""
    revision: int = 0

    @property
    def given_on(self) -> str:
        return _DAYS[self.day]

    @property
    def position(self) -> str:
        return f"{self.kind}-{self.ordinal}"

    def set_day(self, iso: str) -> None:
        self.day = date.fromisoformat(iso).toordinal() - _FROM

    def facts(self, country: Country) -> dict[str, str]:
        """Return the facts in the form in which corrections store them."""
        return {
            "vaccine": self.vaccine,
            "given_on": self.given_on,
            "organization": str(country.organizations[self.site].public_id),
            "lot": self.lot,
            "position": self.position,
        }


def doses_of(
    people: Sequence[RecordedPerson], size: RegistrySize, chunk: Chunk, country: Country
) -> list[list[GivenDose]]:
    """Return the doses of each of the people, exactly as many as the chunk has to have."""
    chance = random.Random(f"doses {size.seed} {chunk.number}")  # noqa: S311
    counts = _counts(people, len(chunk.doses), chance)
    number = chunk.doses.start
    given = []
    for person, count in zip(people, counts, strict=True):
        given.append(_series(person, number + 1, count, country, chance))
        number += count
    return given


def _counts(people: Sequence[RecordedPerson], total: int, chance: random.Random) -> list[int]:
    """Draw how many doses each person has; the sum is `total`."""
    able = [
        number for number, one in enumerate(people) if one.born.year <= LAST_DAY.year - CHILD - 1
    ]
    mean = total / max(len(able), 1)
    counts = [0] * len(people)
    for number in able:
        usual = int(mean) + (chance.random() < mean % 1)
        if usual and chance.random() < 0.4:
            usual += 1 if chance.random() < 0.5 else -1
        counts[number] = min(usual, MOST_DOSES)
    left = total - sum(counts)
    while left and able:
        number = chance.choice(able)
        step = 1 if left > 0 else -1
        if 0 <= counts[number] + step <= MOST_DOSES:
            counts[number] += step
            left -= step
    return counts


def _series(
    person: RecordedPerson, first: int, count: int, country: Country, chance: random.Random
) -> list[GivenDose]:
    if not count:
        return []
    age = FIRST_DAY.year - person.born.year
    day, brand = _begin(age, chance)
    series = OF_THREE if brand == "AB" else SERIES
    # A site enters what somebody else's dose was too: then the next one has the same position.
    is_twice = count > 1 and chance.random() < TWICE
    skipped = 1 if count < len(series) and chance.random() < NO_FIRST else 0
    positions = list(series[skipped : skipped + count])
    if is_twice:
        positions[-1] = positions[-2]
    home = chance.choice(person.commune.sites) if chance.random() < AWAY else person.commune.station
    doses: list[GivenDose] = []
    for number, (kind, ordinal) in enumerate(positions):
        twin = is_twice and number == len(positions) - 1
        if twin:
            day += chance.randrange(3)
        elif number:
            low, high = BOOSTER_APART if kind != "primary" else APART[brand]
            day += chance.randrange(low, high)
            if kind != "primary" and age >= ADULT:
                brand = "PF" if chance.random() < 0.7 else "MD"
        day = min(day, LAST)
        site = home
        if twin:
            site = next(
                (one for one in person.commune.sites if one != home), person.commune.station
            )
        doses.append(
            _dose(person, first + number, day, brand, site, kind, ordinal, country, chance)
        )
    keep_apart(doses)
    person.sites = [one.site for one in doses]
    return doses


def _begin(age: int, chance: random.Random) -> tuple[int, str]:
    """Return the day of the first dose, counted from FIRST_DAY, and its brand."""
    if age < YOUNG:
        return (FOR_CHILDREN - FIRST_DAY).days + chance.randrange(60), "PF"
    if age < ADULT:
        return (FOR_YOUNG - FIRST_DAY).days + chance.randrange(60), "PF"
    share = chance.random()
    at = bisect(_KNOWN, share)
    (since, low), (until, high) = FIRST_DOSES[at - 1], FIRST_DOSES[min(at, len(_KNOWN) - 1)]
    part = (share - low) / (high - low) if high > low else 0
    day = since.toordinal() + int(part * (until - since).days) - _FROM
    return max(day, 1), chance.choices(BRANDS, BRAND_WEIGHTS)[0]


def _dose(
    person: RecordedPerson,
    pk: int,
    day: int,
    brand: str,
    site: int,
    kind: str,
    ordinal: int,
    country: Country,
    chance: random.Random,
) -> GivenDose:
    entered = day + (
        chance.randrange(5, 60) if person.provenance == "back_entry" else chance.randrange(2)
    )
    is_noted = person.provenance == "site_entry" and chance.random() < NOTED
    said, vaccine = day, brand
    if chance.random() < WRONG_DAY:
        said = max(day - chance.randrange(1, 20), 1)
    if chance.random() < WRONG_BRAND:
        vaccine = chance.choice(BRANDS)
    lot = "" if chance.random() < NO_LOT else f"{LOTS[vaccine]}{said // 7:02}{chance.randrange(8)}"
    return GivenDose(
        id=pk,
        public_id=uuid_of(chance),
        person=person,
        day=said,
        vaccine=vaccine,
        site=site,
        lot=lot,
        kind=kind,
        ordinal=ordinal,
        provenance=person.provenance,
        recorded_at=f"{_DAYS[entered]} {chance.randrange(17, 22):02}:{chance.randrange(60):02}:00+07",
        by=country.staff[site],
        by_organization=site,
        given_time=f"{chance.randrange(7, 17):02}:{chance.randrange(60):02}" if is_noted else None,
        venue=chance.choice(VENUES) if is_noted else "",
    )


def keep_apart(doses: Sequence[GivenDose]) -> None:
    """Move a dose a day back that would be the same as another one: the database has it once."""
    seen: set[tuple[int, str, int]] = set()
    for one in doses:
        while (one.day, one.vaccine, one.site) in seen:
            one.day -= 1
        seen.add((one.day, one.vaccine, one.site))


class DoseTables:
    """The tables that hold doses."""

    def __init__(self) -> None:
        facts = "vaccine_id given_on organization_id lot kind ordinal status provenance given_time venue"
        self.doses = Rows(
            "doses_dose", f"id public_id citizen_id {facts} recorded_at revised_at revision"
        )
        self.revisions = Rows(
            "doses_doserevision",
            f"id dose_id number {facts} at by_id by_organization_id correction_reference why",
        )

    def add(self, one: GivenDose, size: RegistrySize, country: Country) -> None:
        """Add a dose with its revisions."""
        first, second = one.before or one, one if one.before else None
        self.doses.add(
            one.id, one.public_id, one.person.id, *self._facts(one, country), one.recorded_at,
            one.revised_at or one.recorded_at, 2 if second else 1,
        )  # fmt: skip
        self.revisions.add(
            one.id, one.id, 1, *self._facts(first, country), one.recorded_at, first.by,
            first.by_organization, first.reference, first.why,
        )  # fmt: skip
        if second is not None:
            self.revisions.add(
                size.doses + second.revision, one.id, 2, *self._facts(second, country),
                second.revised_at, second.by, second.by_organization, second.reference, second.why,
            )  # fmt: skip

    @staticmethod
    def _facts(one: GivenDose, country: Country) -> tuple[object, ...]:
        return (
            country.vaccines[one.vaccine], one.given_on, one.site, one.lot, one.kind, one.ordinal,
            one.status, one.provenance, one.given_time, one.venue,
        )  # fmt: skip
