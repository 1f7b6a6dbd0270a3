"""Writes one chunk: people, their doses, and corrections, each chunk in a transaction of its own."""

import random
from dataclasses import dataclass

from django.db import connection, transaction

from bench.generating import places
from bench.generating.case_tables import CaseTables
from bench.generating.cases import CaseWriter
from bench.generating.copying import Rows
from bench.generating.desks import CaseDesks
from bench.generating.given import DoseTables, doses_of
from bench.generating.persons import PeopleTables, people_of
from bench.generating.places import Country
from bench.generating.size import RegistrySize

# Every table that is written, in an order in which each row refers to earlier ones.
TABLES = (
    "accounts_user",
    "citizens_citizen",
    "citizens_citizenrevision",
    "citizens_identitydocument",
    "citizens_identitycheck",
    "citizens_recordlink",
    "matching_matchfeature",
    "doses_dose",
    "doses_doserevision",
    "corrections_filing",
    "corrections_correction",
    "corrections_clock",
    "corrections_pause",
    "corrections_holding",
    "corrections_breach",
    "corrections_correctionevent",
    "corrections_outboxrow",
)


@dataclass(frozen=True)
class Written:
    """How many doses and rows of any table a chunk had."""

    doses: int
    rows: int


@dataclass
class ChunkFiller:
    """What one process needs for its chunks."""

    size: RegistrySize
    country: Country
    desks: CaseDesks

    def fill(self, number: int) -> Written:
        """Write the chunk of this number, and return how much it was."""
        chunk = self.size.chunk(number)
        people = people_of(self.size, chunk, self.country)
        given = doses_of(people, self.size, chunk, self.country)
        chance = random.Random(f"rows {self.size.seed} {number}")  # noqa: S311
        cases = CaseTables(self.size, self.country, chance)
        # All of them, before anything is written: they change people and doses.
        for one in CaseWriter(self.size, chunk, self.country, self.desks).all(people, given):
            cases.add(one)
        persons, doses = PeopleTables(), DoseTables()
        for person in people:
            persons.add(person, self.size, self.country)
        for dose in (dose for series in given for dose in series):
            doses.add(dose, self.size, self.country)
        tables = _in_order([*vars(cases).values(), *vars(persons).values(), *vars(doses).values()])
        with transaction.atomic():
            with connection.cursor() as cursor:
                # A crash of the machine loses a registry that was not finished anyway.
                cursor.execute("SET LOCAL synchronous_commit = off")
            rows = sum(table.copy() for table in tables)
        return Written(len(doses.doses.lines), rows)


def filler(size: RegistrySize, first_account: int) -> ChunkFiller:
    """Read what all chunks of a process need."""
    country = places.read(first_account)
    return ChunkFiller(size, country, CaseDesks(country))


def _in_order(found: list[object]) -> list[Rows]:
    tables = {one.table: one for one in found if isinstance(one, Rows) and one.lines}
    return [tables[name] for name in TABLES if name in tables]
