"""What the registry has of made-up people: one record each, and second ones with errors.

Kinds of errors as the registry of 2021 had them: numbers missing, of another card, or with a digit
wrong; names without marks, with their parts swapped, or mistyped; day and month swapped, the year
alone, a digit wrong; another phone; another commune. How often is a guess.
"""

import random
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from bench.matching.population import COMMUNES_PER_DISTRICT, Person, Population, almost
from vaxreg.typed.birth_dates import BirthDate
from vaxreg.typed.dates import Precision

DAYS_OF_A_MONTH = 12


@dataclass(frozen=True)
class Record:
    """A record. person: whose it is. errors: kinds of errors that it has against the person."""

    person: int
    full_name: str
    born: BirthDate
    sex: str
    numbers: list[str]
    phone: str
    commune: int
    errors: tuple[str, ...] = ()
    is_second: bool = False

    @property
    def district(self) -> int:
        return self.commune // COMMUNES_PER_DISTRICT


@dataclass
class Writer:
    """Writes records of people, with errors."""

    population: Population
    chance: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self.chance = self.population.chance

    def all(self) -> Iterator[Record]:
        """Yield the records of all people; who has a second one has it after the first."""
        rates = self.population.rates
        for person in self.population.make():
            yield self._with_errors(person, second=False)
            if self.chance.random() < rates.duplicates:
                yield self._with_errors(person, second=True)

    def _happens(self, rate: float, *, second: bool) -> bool:
        # First records were made from the card, mostly.
        usual = rate * self.population.rates.errors
        return self.chance.random() < (usual if second else usual / 4)

    def _with_errors(self, person: Person, *, second: bool) -> Record:
        chance = self.chance
        errors: list[str] = []
        said = Record(
            person=person.id,
            full_name=person.full_name,
            born=BirthDate(person.born),
            sex="female" if person.woman else "male",
            numbers=[person.number] if person.number else [],
            phone=person.phone,
            commune=person.commune,
            is_second=second,
        )
        said = self._number(person, said, errors, second=second)
        said = self._name(person, said, errors, second=second)
        said = self._born(person, said, errors, second=second)
        if self._happens(0.25, second=second):
            errors.append("phone")
            others = [
                one.phone for one in person.household if one.phone and one.phone != person.phone
            ]
            phone = self.population.phone() if chance.random() < 0.5 else ""
            said = replace(
                said, phone=chance.choice(others) if others and chance.random() < 0.3 else phone
            )
        if self._happens(0.12, second=second):
            errors.append("commune")
            near = person.commune // COMMUNES_PER_DISTRICT * COMMUNES_PER_DISTRICT
            commune = (
                min(near + chance.randrange(COMMUNES_PER_DISTRICT), self.population.communes - 1)
                if chance.random() < 0.5
                else chance.randrange(self.population.communes)
            )
            said = replace(said, commune=commune)
        if self._happens(0.02, second=second):
            errors.append("sex")
            other = "male" if person.woman else "female"
            said = replace(said, sex=other if chance.random() < 0.15 else "unknown")
        return replace(said, errors=tuple(errors))

    def _number(self, person: Person, said: Record, errors: list[str], *, second: bool) -> Record:
        if person.old_number and self._happens(0.1, second=second):
            errors.append("old card")
            return replace(said, numbers=[person.old_number])
        if not said.numbers:
            return said
        number = said.numbers[0]
        if self._happens(0.12, second=second):
            errors.append("no number")
            return replace(said, numbers=[])
        if self._happens(0.02, second=second):
            errors.append("digit of the number")
            return replace(said, numbers=[_other_digit(number, self.chance)])
        borrowed = [one.number for one in person.household if one.number and one is not person]
        if borrowed and self._happens(0.004, second=second):
            errors.append("borrowed number")
            return replace(said, numbers=[self.chance.choice(borrowed)])
        return said

    def _name(self, person: Person, said: Record, errors: list[str], *, second: bool) -> Record:
        chance = self.chance
        name = said.full_name
        if self._happens(0.02, second=second):
            errors.append("typing error in the name")
            words = name.split()
            place = chance.randrange(len(words))
            words[place] = _mistyped(words[place], chance)
            name = " ".join(words)
        elif self._happens(0.01, second=second):
            errors.append("other marks")
            words = name.split()
            place = chance.randrange(len(words))
            words[place] = _other_mark(words[place], chance)
            name = " ".join(words)
        elif self._happens(0.01, second=second):
            errors.append("swapped parts")
            words = name.split()
            name = " ".join(
                [words[-1], *words[:-1]] if chance.random() < 0.7 else words[1:] + words[:1]
            )
        elif person.middle and self._happens(0.006, second=second):
            errors.append("no middle name")
            name = f"{person.family} {person.given}"
        if self._happens(0.1, second=second):
            errors.append("no marks")
            name = bare(name)
        return replace(said, full_name=name)

    def _born(self, person: Person, said: Record, errors: list[str], *, second: bool) -> Record:
        born, chance = person.born, self.chance
        is_old = born.year < 1960
        if self._happens(0.1 if is_old else 0.01, second=second):
            errors.append("year alone")
            return replace(said, born=BirthDate(date(born.year, 1, 1), Precision.YEAR.value))
        if (
            born.day <= DAYS_OF_A_MONTH
            and born.day != born.month
            and self._happens(0.03, second=second)
        ):
            errors.append("day and month swapped")
            return replace(said, born=BirthDate(date(born.year, born.day, born.month)))
        if self._happens(0.015, second=second):
            errors.append("digit of the date")
            return replace(said, born=BirthDate(_other_date(born, chance)))
        return said


def bare(name: str) -> str:
    """Return a name without its marks."""
    decomposed = unicodedata.normalize("NFD", name.replace("đ", "d").replace("Đ", "D"))
    return "".join(char for char in decomposed if not unicodedata.combining(char))


def _other_digit(number: str, chance: random.Random) -> str:
    place = chance.randrange(len(number))
    if chance.random() < 0.25 and place + 1 < len(number) and number[place] != number[place + 1]:
        return number[:place] + number[place + 1] + number[place] + number[place + 2 :]
    digit = chance.choice([one for one in "0123456789" if one != number[place]])
    return number[:place] + digit + number[place + 1 :]


def _mistyped(word: str, chance: random.Random) -> str:
    kind = chance.randrange(4)
    place = chance.randrange(len(word))
    if kind == 0 and len(word) > 2:
        return word[:place] + word[place + 1 :]
    if kind == 1:
        return word[:place] + word[place] + word[place:]
    if kind == 2 and place + 1 < len(word):
        return word[:place] + word[place + 1] + word[place] + word[place + 2 :]
    return word[:place] + chance.choice("abcdeghiklmnopqrstuvxy") + word[place + 1 :]


def _other_mark(word: str, chance: random.Random) -> str:
    for _ in range(20):
        other = almost(word, chance)
        if bare(other).lower() == bare(word).lower():
            return other
    return word


def _other_date(born: date, chance: random.Random) -> date:
    while True:
        digits = list(f"{born:%d%m%Y}")
        place = chance.choice((0, 1, 2, 3, 6, 7, 7))
        digits[place] = chance.choice("0123456789")
        text = "".join(digits)
        try:
            other = date(int(text[4:]), int(text[2:4]), int(text[:2]))
        except ValueError:
            continue
        if other != born and date(1900, 1, 1) <= other < date(2022, 6, 1) - timedelta(days=1):
            return other
