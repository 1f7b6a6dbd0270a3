"""What is compared of a record: its name, date of birth, sex, numbers, phone and places.

The same features are made of a citizen's row and of what somebody types about a person.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field, fields

from citizens.models import Citizen, Sex
from matching.blinding import blind_numbers, blind_phones, signed
from organizations.models import Area
from vaxreg.search import exact_key, is_without_marks, search_key
from vaxreg.typed.birth_dates import BirthDate
from vaxreg.typed.dates import Precision

# PostgreSQL compares at most 255 letters; a marked letter is a letter and up to two marks.
LONGEST, LONGEST_MARKED = 200, 400
# Parts of an area's path that name a district.
DISTRICT = 2
MONTHS = 12


@dataclass(frozen=True)
class PersonFacts:
    """What is known of a person: all of a record, or as much as somebody has typed.

    sites: ids of the organizations that gave doses.
    """

    full_name: str = ""
    born: BirthDate | None = None
    sex: str = Sex.UNKNOWN
    numbers: list[str] = field(default_factory=list)
    phones: list[str] = field(default_factory=list)
    area: Area | None = None
    sites: list[int] = field(default_factory=list)


@dataclass(frozen=True)
class Features:
    """The columns that the model compares, by the names of `MatchFeature`.

    keys: hashes of what two records of one person have in common (see `_keys`); records without a
    common key are never compared.
    """

    name_marked: str
    name_plain: str
    name_sorted: str
    family: str
    given: str
    is_bare: bool
    born_digits: str
    birth_precision: str
    sex: str
    numbers: list[int]
    number_near: list[int]
    number_tens: list[int]
    number_kinds: int
    phones: list[int]
    commune: int | None
    district: str
    sites: list[int]
    keys: list[int]


COLUMNS = tuple(one.name for one in fields(Features))


def numbers_of(citizen: Citizen) -> list[str]:
    """Return all ID numbers of a record, readable; `documents` should have been prefetched.

    Everything here asks this function for them.
    """
    return [one.number for one in citizen.documents.all() if one.withdrawn_at is None]


def facts_of(citizen: Citizen, sites: list[int]) -> PersonFacts:
    """Return the facts of a record; its doses were given at these sites."""
    return PersonFacts(
        full_name=citizen.full_name,
        born=citizen.born,
        sex=citizen.sex,
        numbers=numbers_of(citizen),
        phones=[citizen.phone] if citizen.phone else [],
        area=citizen.area,
        sites=sites,
    )


def features_of(facts: PersonFacts, *, every_key: bool = False) -> Features:
    """Compute the features; every_key: also with older keys of encryption, for a look-up."""
    marked = exact_key(facts.full_name)[:LONGEST_MARKED]
    plain = search_key(facts.full_name)[:LONGEST]
    words = plain.split()
    numbers = blind_numbers(facts.numbers, every_key=every_key)
    phones = blind_phones(facts.phones, every_key=every_key)
    commune, district = _place(facts.area)
    made = Features(
        name_marked=marked,
        name_plain=plain,
        name_sorted=" ".join(sorted(words)),
        family=words[0] if words else "",
        given=words[-1] if words else "",
        is_bare=is_without_marks(marked),
        born_digits=facts.born.first.strftime("%Y%m%d") if facts.born else "",
        birth_precision=facts.born.precision if facts.born else Precision.DAY,
        sex=facts.sex or Sex.UNKNOWN,
        numbers=numbers.exact,
        number_near=numbers.near,
        number_tens=numbers.tens,
        number_kinds=numbers.kinds,
        phones=phones,
        commune=commune,
        district=district,
        sites=facts.sites,
        keys=[],
    )
    made.keys.extend(
        sorted({_hash(*key) for key in _keys(made)} | {*made.numbers, *made.number_near})
    )
    return made


def _place(area: Area | None) -> tuple[int | None, str]:
    """Return the id of the commune as it is today, and the path of the district."""
    if area is None:
        return None, ""
    commune = area.replaced_by_id or area.pk if area.level == Area.Level.COMMUNE else None
    parts = area.path.strip("/").split("/")
    return commune, "/".join(parts[:DISTRICT]) if len(parts) >= DISTRICT else ""


def _keys(made: Features) -> Iterator[tuple[str, ...]]:
    """Yield what may bring two records together, each small enough in a registry of 50 million.

    A single error leaves at least one key as it is: any two parts of the date with the name; the
    date with what survives a typing error in the name; the phone with the given name or the year.
    """
    year, month, day = made.born_digits[:4], made.born_digits[4:6], made.born_digits[6:]
    is_whole = bool(year) and made.birth_precision == Precision.DAY
    for phone in map(str, made.phones):
        yield from [("phone, given", phone, made.given)] if made.given else []
        yield from [("phone, year", phone, year)] if year else []
        yield from [] if made.given or year else [("phone", phone)]
    if made.name_sorted and made.commune:
        yield "name, commune", made.name_sorted, str(made.commune)
    if made.name_sorted and year and made.district:
        yield "name, year, district", made.name_sorted, year, made.district
    if not is_whole:
        return
    if made.district:
        yield "date, district", made.born_digits, made.district
    if not made.name_sorted:
        return
    initials = "".join(word[0] for word in made.name_sorted.split())
    yield "date, initials", made.born_digits, initials
    yield "date, family, given", made.born_digits, made.family, made.given
    yield "name, year, month", made.name_sorted, year, month
    yield "name, year, day", made.name_sorted, year, day
    yield "name, month, day", made.name_sorted, month, day
    if int(day) <= MONTHS:
        yield "name, year, month or day", made.name_sorted, year, *sorted((month, day))


def _hash(*parts: str) -> int:
    return signed(hashlib.blake2b("\0".join(parts).encode(), digest_size=8).hexdigest())
