"""Made-up people for tests of matching: a few hundred, with known second records."""

from datetime import date

from bench.matching.population import Population, Rates
from bench.matching.records import Writer
from bench.matching.registry import Registry, write_areas
from citizens.models import Citizen
from matching.features import PersonFacts
from tests.factories.citizens import CitizenFactory
from vaxreg.typed.birth_dates import BirthDate


def write_people(people: int = 300, *, seed: int = 5, duplicates: float = 0.3) -> Registry:
    """Write people of one province, of whom many have two records."""
    rates = Rates(duplicates=duplicates, twins=0.1)
    population = Population(people, seed, rates, dense=True)
    registry = Registry(write_areas(population.communes))
    for record in Writer(population).all():
        registry.add(record)
    registry.flush()
    return registry


def person(**other) -> PersonFacts:
    """Return what somebody types about Trần Thị Hoài Thương, with other facts in place of hers."""
    facts = {
        "full_name": "Trần Thị Hoài Thương",
        "born": BirthDate(date(1987, 4, 23)),
        "sex": "female",
        "numbers": ["038187004711"],
        "phones": ["+84912004711"],
    }
    return PersonFacts(**{**facts, **other})


def citizen(**other) -> Citizen:
    """Write her record, with other facts in place of hers."""
    facts = {
        "full_name": "Trần Thị Hoài Thương",
        "date_of_birth": date(1987, 4, 23),
        "sex": "female",
        "id_number": "038187004711",
        "phone": "+84912004711",
    }
    return CitizenFactory.create(**{**facts, **other})
