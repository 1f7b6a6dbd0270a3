"""Find the person who stands at the counter, by what is typed or scanned in one field."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from citizens.actions import start_for_other
from citizens.candidates import Description, namesakes
from citizens.masking import mask_id
from citizens.models import Citizen, RecordVisit, Sex
from citizens.visits import log_listed, log_visit
from doses.models import Dose, VaccinationSession
from matching.features import PersonFacts
from matching.online import likely_records
from matching.words import evidence
from organizations.models import Organization
from recording.access import refuse_own_or_unverified
from vaxreg.id_numbers import clean_id_number, is_id_number
from vaxreg.typed import chip_cards, personal_qr
from vaxreg.typed.birth_dates import BirthDate
from vaxreg.typed.dates import EARLIEST, UnreadableDate, read
from vaxreg.typed.invisible import clean_line
from vaxreg.typed.names import clean_name
from vaxreg.typed.numbers import compact
from vaxreg.typed.personal_qr import PersonalQr
from vaxreg.typed.phones import e164
from vaxreg.uuids import with_public_id

if TYPE_CHECKING:
    from accounts.models import User

MOST_SHOWN = 8
# An old card has 9 digits, a personal number 12; no phone number has.
NUMBER_LENGTHS = (9, 12)
# What is typed last: a date of birth, or a year alone.
_BORN = re.compile(r"^(?P<name>.*?)[,;\s]+(?P<born>\d[\d./\-]{3,9})$")


@dataclass(frozen=True)
class Typed:
    """What the field says about a person; whatever it does not say is empty."""

    full_name: str = ""
    born: BirthDate | None = None
    sex: str = ""
    numbers: list[str] = field(default_factory=list)
    phone: str = ""
    # A personal QR code has the name without its marks: it finds a person, and is no name to record.
    is_plain_name: bool = False

    @property
    def is_a_card(self) -> bool:
        """Read off the chip card: number, name and date of birth together."""
        return bool(self.numbers and self.full_name and self.born)

    @property
    def is_enough(self) -> bool:
        """A name alone fits thousands of people."""
        return bool(self.numbers or self.phone or (self.full_name and self.born))


@dataclass(frozen=True)
class FoundPerson:
    """A record that may be the person's. why: what fits and what does not, in words."""

    citizen: Citizen
    is_sure: bool
    fits: Sequence[str] = ()
    differs: Sequence[str] = ()

    @property
    def number(self) -> str:
        """The number on record, masked; "" without one."""
        return mask_id(self.citizen.id_number)


def read_typed(text: str) -> Typed:
    """Read one line: the text of a card, an ID number, a phone, or a name with a birth date.

    A card is the chip card, or a personal QR code of Decision 1405 that hides nothing. Raises
    chip_cards.NotAChipCard, whose message says what the text seems to be.
    """
    text = clean_line(text)
    if personal_qr.looks_like(text) and not personal_qr.read(text).is_masked:
        return _of_personal_qr(personal_qr.read(text))
    if "|" in text:
        card = chip_cards.read(text)
        numbers = [number for number in (card.number, card.old_number) if number]
        return Typed(card.full_name, card.born, card.sex, numbers)
    digits = compact(text)
    if digits.isdecimal() and len(digits) in NUMBER_LENGTHS:
        return Typed(numbers=[digits])
    try:
        return Typed(phone=e164(text))
    except ValidationError:
        number = clean_id_number(text) or ""
    if is_id_number(number):
        return Typed(numbers=[number])
    named = _BORN.match(text)
    if named is None:
        return Typed(full_name=clean_name(text))
    born = _born(named["born"])
    return Typed(full_name=clean_name(named["name"]), born=born)


def find(typed: Typed, *, by: "User", site_ids: Iterable[int] = ()) -> list[FoundPerson]:
    """Return the records that may be this person's, the surest first; who saw them is logged."""
    sure = _numbered(typed)
    likely = likely_records(
        PersonFacts(
            full_name=typed.full_name,
            born=typed.born,
            sex=typed.sex,
            numbers=list(typed.numbers),
            phones=[typed.phone] if typed.phone else [],
            sites=list(site_ids),
        ),
        most=MOST_SHOWN,
    )
    known = {one.pk for one in sure}
    others = Citizen.objects.in_bulk([one.citizen for one in likely if one.citizen not in known])
    found = [FoundPerson(one, is_sure=_agrees(one, typed)) for one in sure]
    for one in likely:
        if one.citizen in others:
            words = evidence(one.evidence)
            found.append(
                FoundPerson(others[one.citizen], False, words.speaks_for, words.speaks_against)
            )
    known |= set(others)
    # The model leaves out who has a common name and nothing else in common; the nurse decides.
    for citizen in [*_namesakes(typed), *_on_phone(typed.phone)]:
        if citizen.pk not in known:
            known.add(citizen.pk)
            found.append(FoundPerson(citizen, is_sure=False))
    shown = found[:MOST_SHOWN]
    log_listed(by, (one.citizen.pk for one in shown))
    return shown


def opened(
    public_id: UUID,
    site: Organization,
    *,
    by: "User",
    why: str = RecordVisit.Why.RECORDING,
    seen: str = RecordVisit.Seen.RECORD,
) -> Citizen | None:
    """Return the kept record with this public id for the counter of a site, and log who opened it.

    None for an unknown one. Raises PermissionDenied for one's own record or the family's.
    """
    citizen = with_public_id(Citizen.objects.all(), str(public_id)).first()
    if citizen is None:
        return None
    refuse_own_or_unverified(by, citizen.kept)
    log_visit(
        by,
        citizen.kept,
        why,
        organization=site,
        ground=ground_of(citizen.kept, site),
        seen=seen,
    )
    return citizen.kept


def ground_of(citizen: Citizen, site: Organization) -> str:
    """Return on what ground the counter of a site opens a person.

    Whoever had a dose from this organization is theirs. Anybody else was only found: it counts as a
    look outside of one's cases until a dose is recorded (`actions.log_recorded`).
    """
    given = Dose.objects.of(citizen).filter(organization=site)
    return RecordVisit.Ground.COUNTER if given.exists() else RecordVisit.Ground.ELSEWHERE


@transaction.atomic
def make(facts: Mapping[str, Any], session: VaccinationSession, *, by: "User") -> Citizen:
    """Make the record of somebody who has none; the values are those of PersonForm.

    Raises as `citizens.actions.start_for_other` does.
    """
    return start_for_other(
        by=by,
        by_organization=session.organization,
        full_name=facts["full_name"],
        date_of_birth=facts["date_of_birth"],
        sex=facts["sex"],
        id_number=facts["id_number"] or "",
        phone=facts["phone"] or "",
        nationality=facts["nationality"],
        area=session.organization.area,
        provenance=Citizen.Provenance.SITE_ENTRY,
        is_somebody_else=facts["is_somebody_else"],
    )


def as_form_values(typed: Typed) -> dict[str, str]:
    """Return what was typed about a person, for the form of a new record; no empty values."""
    values = {
        "full_name": "" if typed.is_plain_name else typed.full_name,
        "date_of_birth": str(typed.born or ""),
        "sex": typed.sex,
        "id_number": typed.numbers[0] if typed.numbers else "",
        "phone": typed.phone,
    }
    return {name: value for name, value in values.items() if value}


def _of_personal_qr(code: PersonalQr) -> Typed:
    """Return what the code says; of what cannot be read, nothing."""
    number = clean_id_number(code.number) or ""
    try:
        phone = e164(code.phone) if code.phone else ""
    except ValidationError:
        phone = ""
    return Typed(
        full_name=clean_name(code.full_name).title(),
        born=code.birth_date,
        sex=code.sex,
        numbers=[number] if number else [],
        phone=phone,
        is_plain_name=True,
    )


def _numbered(typed: Typed) -> list[Citizen]:
    kept = {}
    for number in typed.numbers:
        for one in Citizen.objects.numbered(number)[:MOST_SHOWN]:
            kept[one.kept.pk] = one.kept
    return list(kept.values())


def _namesakes(typed: Typed) -> list[Citizen]:
    if not typed.full_name or typed.born is None:
        return []
    said = Description.of("", typed.full_name, typed.born, typed.sex or Sex.UNKNOWN)
    return [one.kept for one in namesakes(said)]


def _on_phone(phone: str) -> list[Citizen]:
    if not phone:
        return []
    rows = Citizen.objects.filter(phone=phone, merged_into=None).order_by("pk")
    return list(rows[:MOST_SHOWN])


def _agrees(citizen: Citizen, typed: Typed) -> bool:
    """Whether nothing that was typed speaks against the record with this number."""
    return typed.born is None or citizen.born == typed.born


def _born(text: str) -> BirthDate | None:
    today = timezone.localdate()
    try:
        known = read(text, earliest=EARLIEST, latest=today, today=today, guess_century=True)
    except UnreadableDate:
        return None
    return BirthDate(known.first, known.precision)
