"""The people of a chunk, as the registry has them, and their rows.

People and errors are those of bench/matching: numbers missing, of an old card or mistyped, names
mistyped or without marks, wrong dates, phones of others. Here they live where the campaign was.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import islice

from bench.generating.copying import Rows, array
from bench.generating.places import Commune, Country
from bench.generating.size import Chunk, RegistrySize
from bench.matching.population import PROVINCES, Person, Population, Rates
from bench.matching.records import Record, Writer
from citizens.models import Citizen, CitizenRevision, IdentityDocument, kind_of
from matching.features import COLUMNS, PersonFacts, features_of
from vaxreg.encryption import FIELDS
from vaxreg.search import search_key

# Numbers are given in blocks of more than twins lie apart, so that both are in one block.
BLOCK = 8
BLOCKS = len(PROVINCES) * 1_000_000 // BLOCK
# A prime, so that every block is reached once: chunk after chunk would be number after number.
STRIDE = 4_999_999
# Of numbers, so many have another form: a letter for a digit, a digit left out.
MALFORMED = 0.02
# Of people with both cards, so many showed the old one at another dose.
BOTH_CARDS = 0.3
BACK_ENTERED = 0.2
OLD_CARD = 9
PER_PROVINCE, FIRST_OF_CENTURY = 1_000_000, 2000
# The day after the first dose in the country.
FIRST_ENTRY = date(2021, 3, 9)
_LETTERS = {"0": "O", "1": "I", "8": "B", "5": "S"}

CITIZEN = Citizen._meta.get_field("id_number").label
REVISION = CitizenRevision._meta.get_field("id_number").label
DOCUMENT = IdentityDocument._meta.get_field("number").label
NUMBER_HASH = IdentityDocument._meta.get_field("number_hash").digest_of
ENDING_HASH = IdentityDocument._meta.get_field("ending_hash").digest_of


@dataclass
class RecordedPerson:
    """A record of a person, before and after corrections.

    number: as it stands there, "" for none; old_number: another card that was shown too. sites:
    which gave doses. revised: what an accepted correction about the person made of it.
    """

    id: int
    public_id: str
    record: Record
    commune: Commune
    number: str
    is_proven: bool
    old_number: str
    phone: str
    provenance: str
    created_at: str
    true_name: str
    sites: list[int] = field(default_factory=list)
    revised: "RevisedPerson | None" = None

    @property
    def born(self) -> date:
        return self.record.born.first


@dataclass(frozen=True)
class RevisedPerson:
    """What an accepted correction about the person made of the record: a second revision."""

    revision: int
    full_name: str
    at: str
    by: int
    by_organization: int
    reference: str
    why: str


class ChunkPopulation(Population):
    """People of one chunk: no two chunks give the same number. people: all that were made, by id."""

    def __init__(self, size: RegistrySize, chunk: Chunk, country: Country) -> None:
        super().__init__(len(chunk.people), 0, Rates(), dense=False)
        self.chance = random.Random(f"people {size.seed} {chunk.number}")  # noqa: S311
        self.country = country
        self.made: dict[int, Person] = {}
        self.communes = len(country.communes)
        self._first_block = BLOCKS * chunk.number // size.chunks
        self._blocks = max(BLOCKS * (chunk.number + 1) // size.chunks - self._first_block, 1)

    def make(self) -> Iterator[Person]:
        """Yield the people, and remember them."""
        for person in super().make():
            self.made[person.id] = person
            yield person

    def _commune(self) -> int:
        return self.country.draw(self.chance)

    def _number(self, born: date, *, woman: bool) -> str:
        century = (2 if born.year >= FIRST_OF_CENTURY else 0) + woman
        while True:
            block = self._first_block + self.chance.randrange(self._blocks)
            place = block * STRIDE % BLOCKS * BLOCK
            province = PROVINCES[place // PER_PROVINCE]
            number = f"{province:03d}{century}{born:%y}{place % PER_PROVINCE:06d}"
            if number not in self._used:
                self._used.add(number)
                return number


def people_of(size: RegistrySize, chunk: Chunk, country: Country) -> list[RecordedPerson]:
    """Return the people of a chunk, always the same."""
    population = ChunkPopulation(size, chunk, country)
    # Twins and second records may have the same number: only one can be proven.
    proven: set[str] = set()
    records = islice(Writer(population).all(), len(chunk.people))
    return [
        _recorded(number + 1, record, population, proven)
        for number, record in zip(chunk.people, records, strict=True)
    ]


def _recorded(
    number: int, record: Record, population: ChunkPopulation, proven: set[str]
) -> RecordedPerson:
    chance, person = population.chance, population.made[record.person]
    shown = next(iter(record.numbers), "")
    if shown and chance.random() < MALFORMED:
        shown = _malformed(shown)
    is_proven = shown == person.number != "" and shown not in proven
    if is_proven:
        proven.add(shown)
    has_both = person.old_number not in ("", shown) and chance.random() < BOTH_CARDS
    entered = max(FIRST_ENTRY + timedelta(chance.randrange(150)), record.born.last)
    return RecordedPerson(
        id=number,
        public_id=uuid_of(chance),
        record=record,
        commune=population.country.communes[record.commune],
        number=shown,
        is_proven=is_proven,
        old_number=person.old_number if has_both else "",
        phone=record.phone,
        provenance="back_entry" if chance.random() < BACK_ENTERED else "site_entry",
        true_name=person.full_name,
        created_at=f"{entered} {chance.randrange(8, 18):02}:{chance.randrange(60):02}:00+07",
    )


def uuid_of(chance: random.Random) -> str:
    """Return a random UUID (version 4) as PostgreSQL reads it."""
    drawn = chance.getrandbits(128) & ~(0xF << 76) & ~(0x3 << 62)
    return f"{drawn | 0x4 << 76 | 0x2 << 62:032x}"


def _malformed(number: str) -> str:
    """Return a number as it was mistyped: a digit left out of an old card, or a letter for one."""
    if len(number) == OLD_CARD:
        return number[:-1]
    place = next((at for at, digit in enumerate(number) if digit in _LETTERS), 0)
    return number[:place] + _LETTERS.get(number[place], "X") + number[place + 1 :]


@dataclass
class PeopleTables:
    """The tables that hold people."""

    citizens: Rows = field(
        default_factory=lambda: Rows(
            "citizens_citizen",
            "id public_id full_name search_name date_of_birth birth_precision sex id_number"
            " id_number_proven nationality phone workplace area_id provenance created_at",
        )
    )
    revisions: Rows = field(
        default_factory=lambda: Rows(
            "citizens_citizenrevision",
            "id citizen_id number full_name date_of_birth birth_precision sex id_number"
            " id_number_proven nationality phone workplace area_id by_id by_organization_id why"
            " correction_reference at",
        )
    )
    documents: Rows = field(
        default_factory=lambda: Rows(
            "citizens_identitydocument",
            "id citizen_id kind country number number_hash ending_hash is_proven is_current source"
            " added_at",
        )
    )
    features: Rows = field(
        default_factory=lambda: Rows(
            "matching_matchfeature", " ".join(("citizen_id", "whole", *COLUMNS, "written_at"))
        )
    )

    def add(self, one: RecordedPerson, size: RegistrySize, country: Country) -> None:
        """Add all rows of a person; their doses are known."""
        born, sex, revised = one.record.born, one.record.sex, one.revised
        current = revised.full_name if revised else one.record.full_name
        area = one.commune.area.pk
        facts = (born.first, born.precision, sex)
        self.citizens.add(
            one.id, one.public_id, current, search_key(current), *facts,
            _sealed(one.number, CITIZEN), one.is_proven or not one.number, "VN", one.phone, "",
            area, one.provenance, one.created_at,
        )  # fmt: skip
        station = one.commune.station
        self._revision(one, one.id, 1, one.record.full_name, country.staff[station], station, "", "",
                       one.created_at)  # fmt: skip
        if revised is not None:
            self._revision(one, size.people + revised.revision, 2, revised.full_name, revised.by,
                           revised.by_organization, revised.why, revised.reference, revised.at)  # fmt: skip
        if one.number:
            self._document(one, one.id, one.number, is_current=True)
        if one.old_number:
            self._document(one, size.people + one.id, one.old_number, is_current=False)
        if size.matching:
            self._features(one, current)

    def _revision(
        self,
        one: RecordedPerson,
        pk: int,
        number: int,
        full_name: str,
        by: int,
        organization: int,
        why: str,
        reference: str,
        at: str,
    ) -> None:
        born = one.record.born
        self.revisions.add(
            pk, one.id, number, full_name, born.first, born.precision, one.record.sex,
            _sealed(one.number, REVISION), one.is_proven or not one.number, "VN", one.phone, "",
            one.commune.area.pk, by, organization, why, reference, at,
        )  # fmt: skip

    def _document(self, one: RecordedPerson, pk: int, number: str, *, is_current: bool) -> None:
        kind = kind_of(number)
        self.documents.add(
            pk, one.id, kind.value, "" if kind == IdentityDocument.Kind.PASSPORT else "VN",
            _sealed(number, DOCUMENT), NUMBER_HASH(number), ENDING_HASH(number),
            is_current and one.is_proven, is_current, "record", one.created_at,
        )  # fmt: skip

    def _features(self, one: RecordedPerson, full_name: str) -> None:
        made = features_of(
            PersonFacts(
                full_name=full_name,
                born=one.record.born,
                sex=one.record.sex,
                numbers=[number for number in (one.number, one.old_number) if number],
                phones=[one.phone] if one.phone else [],
                area=one.commune.area,
                sites=sorted(set(one.sites)),
            )
        )
        values = [getattr(made, name) for name in COLUMNS]
        self.features.add(
            one.id, one.id,
            *(array(value) if isinstance(value, list) else value for value in values),
            one.created_at,
        )  # fmt: skip


def _sealed(number: str, label: str) -> str | None:
    return FIELDS.encrypt(number, label) if number else None
