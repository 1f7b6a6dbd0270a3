"""Writes made-up people into the registry, and remembers which records are one person's."""

from collections import defaultdict
from dataclasses import dataclass, field

from bench.matching.population import COMMUNES_PER_DISTRICT
from bench.matching.records import Record
from citizens.models import Citizen
from matching import writing
from matching.features import PersonFacts
from organizations.models import Area

BATCH = 5_000
DISTRICTS_PER_PROVINCE = 12


@dataclass
class Registry:
    """The areas, and by id of each citizen the record that was written."""

    areas: list[Area]
    records: dict[int, Record] = field(default_factory=dict)
    _batch: list[Record] = field(default_factory=list)

    def add(self, record: Record) -> None:
        """Write a record, some thousands at a time."""
        self._batch.append(record)
        if len(self._batch) == BATCH:
            self.flush()

    def flush(self) -> None:
        """Write what is left: the citizens, and their features as the product writes them."""
        citizens = Citizen.objects.bulk_create(
            Citizen(
                full_name=one.full_name,
                **one.born.columns,
                sex=one.sex,
                id_number=next(iter(one.numbers), None),
                id_number_proven=False,
                phone=one.phone,
                area=self.areas[one.commune],
                provenance=Citizen.Provenance.BACK_ENTRY,
            )
            for one in self._batch
        )
        writing.write(citizens)
        self.records |= {
            citizen.pk: one for citizen, one in zip(citizens, self._batch, strict=True)
        }
        self._batch.clear()

    def pairs(self) -> set[tuple[int, int]]:
        """Return the pairs of citizens that are one person, the lower id first."""
        of_person = defaultdict(list)
        for citizen, record in self.records.items():
            of_person[record.person].append(citizen)
        return {(pair[0], pair[1]) for pair in map(sorted, of_person.values()) if len(pair) > 1}

    def facts(self, record: Record) -> PersonFacts:
        """Return a record as somebody types it."""
        return PersonFacts(
            full_name=record.full_name,
            born=record.born,
            sex=record.sex,
            numbers=record.numbers,
            phones=[record.phone] if record.phone else [],
            area=self.areas[record.commune],
        )


def write_areas(communes: int) -> list[Area]:
    """Write so many communes with their districts and provinces; return the communes."""
    districts = (communes - 1) // COMMUNES_PER_DISTRICT + 1
    provinces = _level(Area.Level.PROVINCE, (districts - 1) // DISTRICTS_PER_PROVINCE + 1, [], 1)
    middle = _level(Area.Level.DISTRICT, districts, provinces, DISTRICTS_PER_PROVINCE)
    return _level(Area.Level.COMMUNE, communes, middle, COMMUNES_PER_DISTRICT)


def _level(level: str, number: int, above: list[Area], each: int) -> list[Area]:
    digits = {Area.Level.PROVINCE: 2, Area.Level.DISTRICT: 3, Area.Level.COMMUNE: 5}[
        Area.Level(level)
    ]
    made = []
    for n in range(number):
        parent = above[n // each] if above else None
        code = f"{n:0{digits}}"
        path = f"{parent.path if parent else ''}{code}/"
        name = f"{level} {n}"
        made.append(
            Area(code=code, level=level, name=name, full_name=name, parent=parent, path=path)
        )
    return Area.objects.bulk_create(made)
