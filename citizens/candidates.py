"""Which of the records that a user may have is the one that they describe.

Twins are born on one day and often have names that differ by one mark. The exact name, the sex and
the number tell two people apart; where they do not, the user chooses: nobody guesses.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from django.db.models import Q

from citizens.models import Citizen, CitizenQuerySet, RecordLink, Sex
from vaxreg.id_numbers import clean_id_number, is_old_card
from vaxreg.search import exact_key, is_without_marks, search_key
from vaxreg.typed.birth_dates import BirthDate, may_be, met_by
from vaxreg.typed.names import clean_name

if TYPE_CHECKING:
    from accounts.models import User

MOST = 10


class SeveralRecords(Exception):
    """Several records fit: `records`, of which the user chooses one."""

    def __init__(self, records: list[Citizen]) -> None:
        super().__init__(records)
        self.records = records


@dataclass(frozen=True)
class Description:
    """What somebody says about a person, in order to open or start a record."""

    id_number: str | None = None
    full_name: str = ""
    born: BirthDate | None = None
    sex: str = ""

    @classmethod
    def of(
        cls,
        id_number: str,
        full_name: str,
        date_of_birth: date | BirthDate | None,
        sex: str = "",
    ) -> "Description":
        """Clean what was typed."""
        born = BirthDate.of(date_of_birth) if date_of_birth else None
        return cls(clean_id_number(id_number), clean_name(full_name), born, sex)

    @property
    def is_a_card(self) -> bool:
        """Whether everything was given that is printed on an identity card."""
        return bool(self.id_number and search_key(self.full_name) and self.born)

    def proven_by(self) -> Q | None:
        """Return a condition for records of this name, with a date of birth that is met by it."""
        key = search_key(self.full_name)
        return Q(met_by(self.born), search_name=key) if key and self.born else None


def to_open(user: "User", said: Description) -> list[tuple[Citizen, str]]:
    """Return the records on the user's phone that the description proves, each with its proof.

    One, if the number or the exact name decides; facts of a part lead to the kept record.
    """
    records = _on_phone(user)
    named_so = said.proven_by()
    if said.id_number:
        numbered = records.numbered(said.id_number)
        # Two people may have one number of an old card: then the name decides, if it was given.
        if named_so is not None and is_old_card(said.id_number):
            numbered = numbered.filter(named_so)
        if found := _kept(numbered):
            return [(one, RecordLink.Proof.PHONE_AND_ID) for one in found]
    if named_so is None:
        return []
    alike = [one for one in _read(records.filter(named_so)) if not _number_differs(one, said)]
    exact = [one for one in alike if is_named_so(one, said)]
    return [(one, RecordLink.Proof.PHONE_AND_BIRTH) for one in _kept(exact or alike)]


def to_start(user: "User", said: Description) -> list[tuple[Citizen, str]]:
    """Return the records, on the user's phone or declared by the user, that may be this person's.

    None of them is somebody's of another exact name, sex or number.
    """
    declared = RecordLink.objects.live().filter(user=user, proven_by=RecordLink.Proof.DECLARED)
    mine = Citizen.objects.filter(pk__in=declared.values("citizen"))
    found: list[tuple[Citizen, str]] = []
    for records in (_on_phone(user), mine):
        if said.id_number and not is_old_card(said.id_number):
            numbered = records.numbered(said.id_number)
            found += [(one, RecordLink.Proof.PHONE_AND_ID) for one in _kept(numbered)]
        alike = [one for one in _read(records.filter(_alike(said))) if not is_separate(one, said)]
        found += [(one, RecordLink.Proof.PHONE_AND_BIRTH) for one in _kept(alike)]
    # The first proof of each record is the better one.
    once: dict[int, tuple[Citizen, str]] = {}
    for one, proof in found:
        once.setdefault(one.pk, (one, proof))
    return list(once.values())


def namesakes(said: Description) -> list[Citizen]:
    """Return records of the whole registry that may be this person's; ten at most."""
    rows = Citizen.objects.filter(_alike(said)).order_by("pk")[:100]
    return [one for one in rows if not is_separate(one, said)][:MOST]


def is_separate(record: Citizen, said: Description) -> bool:
    """Whether the record is another person's: by the marks of the name, the sex, or the number."""
    sexes = {record.sex, said.sex} - {"", Sex.UNKNOWN}
    return len(sexes) > 1 or _number_differs(record, said) or _marks_differ(record, said.full_name)


def is_named_so(record: Citizen, said: Description) -> bool:
    """Whether the record has this name, with all its marks."""
    return exact_key(record.full_name) == exact_key(said.full_name)


def is_same(record: Citizen, said: Description) -> bool:
    """Whether the record says exactly this: it is what an earlier press of the button made."""
    return (record.full_name, record.born, record.sex, record.id_number) == (
        said.full_name,
        said.born,
        said.sex,
        said.id_number,
    )


def _alike(said: Description) -> Q:
    if said.born is None:
        return Q(pk=None)
    return Q(may_be(said.born), search_name=search_key(said.full_name))


def _on_phone(user: "User") -> CitizenQuerySet:
    if not (user.phone and user.phone_verified):
        return Citizen.objects.none()
    return Citizen.objects.filter(phone=user.phone)


def _read(records: CitizenQuerySet) -> list[Citizen]:
    return list(records.select_related("merged_into").order_by("pk")[:MOST])


def _kept(records: Iterable[Citizen] | CitizenQuerySet) -> list[Citizen]:
    """Return the kept records of these, each once."""
    rows = _read(records) if isinstance(records, CitizenQuerySet) else records
    return list(dict.fromkeys(one.kept for one in rows))


def _number_differs(record: Citizen, said: Description) -> bool:
    """Whether both numbers are known and of one kind: one person has an old card and a new one."""
    theirs, number = record.id_number, said.id_number
    if not theirs or not number or theirs == number:
        return False
    return (len(theirs), theirs.isdigit()) == (len(number), number.isdigit())


def _marks_differ(record: Citizen, full_name: str) -> bool:
    """Whether both names are written with marks, and with other ones."""
    one, other = exact_key(record.full_name), exact_key(full_name)
    return one != other and not (is_without_marks(one) or is_without_marks(other))
