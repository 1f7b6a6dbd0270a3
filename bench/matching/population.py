"""Made-up people in families: names, dates of birth, numbers, phones, communes, twins.

Numbers have the form of domain facts: 12 digits by Circular 59/2021 (province, century and sex, year,
six more), 9 digits for old cards; twins get numbers in a row.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from bench.matching import names

PROVINCES = (
    1, 2, 4, 6, 8, 10, 11, 12, 14, 15, 17, 19, 20, 22, 24, 25, 26, 27, 30, 31, 33, 34, 35, 36, 37, 38,
    40, 42, 44, 45, 46, 48, 49, 51, 52, 54, 56, 58, 60, 62, 64, 66, 67, 68, 70, 72, 74, 75, 77, 79, 80,
    82, 83, 84, 86, 87, 89, 91, 92, 93, 94, 95, 96,
)  # fmt: skip
NOW = date(2022, 6, 1)
SPREAD_COMMUNES, DENSE_PEOPLE = 10_599, 4_250
COMMUNES_PER_DISTRICT = 15
# Numbers of twins are so far apart at most.
MOST_STEP = 3


@dataclass(frozen=True)
class Rates:
    """How often something happens; guesses, named in docs/benchmarks.md."""

    duplicates: float = 0.05
    twins: float = 0.012
    # Of twins: their names differ by a mark or one letter, if there is such a name.
    alike: float = 0.35
    # All errors of a second record are this many times as frequent.
    errors: float = 1.0
    # Everybody is born on every so many-th day: as many people a day as a larger country has.
    days_apart: int = 1


@dataclass
class Person:
    """A person as they are. number and old_number may be "": nobody has asked for them yet."""

    id: int
    family: str
    middle: str
    given: str
    woman: bool
    born: date
    number: str
    old_number: str
    phone: str
    commune: int
    twin: "Person | None" = None
    household: list["Person"] = field(default_factory=list, repr=False)

    @property
    def full_name(self) -> str:
        return names.joined(self.family, self.middle, self.given)


class Population:
    """People made one household at a time, always the same for the same seed."""

    def __init__(self, people: int, seed: int, rates: Rates, *, dense: bool) -> None:
        self.people, self.rates = people, rates
        self.chance = random.Random(seed)  # noqa: S311 — made-up people, not secrets
        self.communes = max(people // DENSE_PEOPLE, 1) if dense else SPREAD_COMMUNES
        self.dense = dense
        self._next = 0
        self._used: set[str] = set()

    def make(self) -> Iterator[Person]:
        """Yield so many people."""
        while self._next < self.people:
            household = self._household()
            for person in household:
                person.household = household
            yield from household

    def _household(self) -> list[Person]:
        chance = self.chance
        commune = self._commune()
        adults = [
            self._adult(commune, woman=woman) for woman in (False, True) if chance.random() < 0.85
        ]
        if not adults:
            adults = [self._adult(commune, woman=True)]
        shared = next((one.phone for one in adults if one.phone), self.phone())
        household = list(adults)
        family = adults[0].family
        if chance.random() < 0.25:
            old = self._person(commune, family, woman=chance.random() < 0.6, years=(60, 92))
            old.phone = shared if chance.random() < 0.7 else ""
            household.append(old)
        middles = {woman: names.middle_name(chance, woman=woman) for woman in (False, True)}
        for _ in range(chance.choices((0, 1, 2, 3), (30, 25, 33, 12))[0]):
            household += self._children(commune, family, middles, shared)
        return household

    def _adult(self, commune: int, *, woman: bool) -> Person:
        adult = self._person(commune, names.family_name(self.chance), woman=woman, years=(22, 65))
        adult.phone = self.phone() if self.chance.random() < 0.9 else ""
        return adult

    def _children(
        self, commune: int, family: str, middles: dict[bool, str], shared: str
    ) -> list[Person]:
        chance = self.chance
        woman = chance.random() < 0.49
        # Brothers often have one middle name.
        middle = middles[woman] if chance.random() < 0.5 else names.middle_name(chance, woman=woman)
        child = self._person(commune, family, woman=woman, years=(3, 24), middle=middle)
        grown = child.born.year < NOW.year - 17
        child.phone = self.phone() if grown and chance.random() < 0.8 else shared
        if chance.random() >= self.rates.twins / 2 / 0.35:
            return [child]
        return [child, self._twin(child)]

    def _person(
        self,
        commune: int,
        family: str,
        *,
        woman: bool,
        years: tuple[int, int],
        middle: str | None = None,
    ) -> Person:
        chance = self.chance
        ordinal = NOW.toordinal() - chance.randrange(years[0] * 365, years[1] * 365)
        born = date.fromordinal(ordinal - ordinal % self.rates.days_apart)
        if middle is None:
            middle = names.middle_name(chance, woman=woman)
        self._next += 1
        grown = born.year < NOW.year - 14
        return Person(
            id=self._next,
            family=family,
            middle=middle,
            given=names.given_name(chance, woman=woman),
            woman=woman,
            born=born,
            number=self._number(born, woman=woman)
            if chance.random() < (0.93 if grown else 0.6)
            else "",
            old_number=self._old_number() if born.year < 2002 and chance.random() < 0.85 else "",
            phone="",
            commune=commune,
        )

    def _twin(self, child: Person) -> Person:
        chance = self.chance
        self._next += 1
        woman = child.woman if chance.random() < 0.65 else not child.woman
        middle, given = child.middle, child.given
        if woman != child.woman:
            middle = names.middle_name(chance, woman=woman)
        if woman == child.woman and chance.random() < self.rates.alike:
            given = names.like(given, chance, woman=woman)
        else:
            while given == child.given:
                given = names.given_name(chance, woman=woman)
        number = ""
        if child.number:
            step = chance.randrange(1, MOST_STEP + 1)
            number = f"{int(child.number) + step:012d}"
            if woman != child.woman:
                number = number[:3] + str(int(number[3]) ^ 1) + number[4:]
            self._used.add(number)
        twin = Person(
            id=self._next,
            family=child.family,
            middle=middle,
            given=given,
            woman=woman,
            born=child.born,
            number=number,
            old_number="",
            phone=child.phone,
            commune=child.commune,
            twin=child,
        )
        child.twin = twin
        return twin

    def _commune(self) -> int:
        """Draw where a household lives: the number of a commune."""
        return self.chance.randrange(self.communes)

    def _number(self, born: date, *, woman: bool) -> str:
        while True:
            century = (2 if born.year >= 2000 else 0) + woman
            # Most people were registered in the province where they live.
            province = (
                1 if self.dense and self.chance.random() < 0.8 else self.chance.choice(PROVINCES)
            )
            number = f"{province:03d}{century}{born:%y}{self.chance.randrange(1_000_000):06d}"
            if number not in self._used:
                self._used.add(number)
                return number

    def _old_number(self) -> str:
        return f"{self.chance.choice(PROVINCES):02d}{self.chance.randrange(10_000_000):07d}"

    def phone(self) -> str:
        return f"+84{self.chance.choice((3, 7, 8, 9))}{self.chance.randrange(100_000_000):08d}"


# A mark, or a letter, that makes another name of a name.
MARKS = ("aăâ", "eê", "oôơ", "uư", "dđ")
TONES = ("aàáảãạ", "ăằắẳẵặ", "âầấẩẫậ", "eèéẻẽẹ", "êềếểễệ", "iìíỉĩị", "oòóỏõọ", "ôồốổỗộ", "ơờớởỡợ", "uùúủũụ",
         "ưừứửữự", "yỳýỷỹỵ")  # fmt: skip


def almost(word: str, chance: random.Random) -> str:
    """Return another word that differs by a mark, a tone or a letter."""
    small = word.lower()
    while True:
        place = chance.randrange(len(small))
        letter = small[place]
        groups = [group for group in (*MARKS, *TONES) if letter in group]
        if groups and chance.random() < 0.7:
            other = chance.choice(chance.choice(groups))
        else:
            other = chance.choice("aeghiklmnotuvy")
        if other != letter and (letter.isalpha()):
            return (small[:place] + other + small[place + 1 :]).capitalize()
