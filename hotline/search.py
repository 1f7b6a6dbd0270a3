"""Finds the record of a caller, and checks who is calling.

Agents see masked data only. A record opens after two facts were answered correctly. The answers are
compared here; they are neither shown nor stored. That the check was made is recorded for good.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any
from uuid import UUID

import structlog
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts import rate_limits
from accounts.rate_limits import LimitRule, Limits
from citizens.access import is_own_or_family
from citizens.masking import mask_id_ending, mask_name, mask_phone
from citizens.models import Citizen, IdentityDocument, RecordLink
from corrections.models import Correction
from corrections.reference import read_reference
from doses.models import Dose
from doses.sites import distinctive_words
from hotline.models import CallerCheck
from vaxreg import db_time
from vaxreg.forms import BirthDateField, PhoneField
from vaxreg.id_numbers import ENDING
from vaxreg.search import search_key
from vaxreg.typed.birth_dates import BirthDate, may_be
from vaxreg.typed.dates import Precision
from vaxreg.typed.numbers import compact

if TYPE_CHECKING:
    from accounts.models import User

log = structlog.get_logger()

MOST_FOUND = 12
# Of a year: of more people with such a name the agent has to say more anyway.
MOST_READ = 1_000
SHORTEST_ENDING = 4
SEARCHES: Limits = [(60, timedelta(hours=1)), (300, timedelta(days=1))]
# Only wrong answers count: per agent, and per record by all agents together.
WRONG_OF_AGENT: Limits = [(10, timedelta(hours=1)), (30, timedelta(days=1))]
WRONG_ABOUT_RECORD: Limits = [(5, timedelta(days=1))]
CALL_TIME = timedelta(minutes=30)
NEEDED = 2
# Many people call because of an old phone number: one answer may be wrong beside two right ones.
WRONG_ALLOWED = 1
DECLARED = "declared"
YEAR = re.compile(r"(?:19|20)\d{2}")


class AskedFact(StrEnum):
    """Facts that a caller can be asked."""

    DATE_OF_BIRTH = "date_of_birth"
    ID_NUMBER = "id_number"
    PHONE = "phone"
    DOSE_DATE = "dose_date"
    DOSE_SITE = "dose_site"


# Whoever has somebody's card knows these.
ON_A_CARD = {AskedFact.DATE_OF_BIRTH, AskedFact.ID_NUMBER}
FACT_LABELS = {
    AskedFact.DATE_OF_BIRTH: _("Date of birth"),
    AskedFact.ID_NUMBER: _("Whole ID number"),
    AskedFact.PHONE: _("Phone number on record"),
    AskedFact.DOSE_DATE: _("Date of one of the doses"),
    AskedFact.DOSE_SITE: _("Where one of the doses was given"),
}


class TooManySearches(Exception):
    """Too many searches or wrong answers; the next one is possible at `retry_at`."""

    def __init__(self, retry_at: datetime | None) -> None:
        super().__init__(retry_at)
        self.retry_at = retry_at


class SearchTooShort(Exception):
    """The typed text is too short to search the whole country for."""


@dataclass(frozen=True)
class Found:
    """Ids of the records that a search found, and the case whose reference was typed."""

    citizens: list[int]
    has_more: bool = False
    reference: str = ""


@dataclass(frozen=True)
class FoundPerson:
    """A record as an agent sees it before the check: enough to distinguish two people."""

    public_id: UUID
    name: str
    born: int
    phone: str
    id_ending: str
    area: str
    open_cases: int


def search(typed: str, *, by: "User") -> Found:
    """Find records by reference, phone, end of the ID number, or name (with a year of birth).

    Raises TooManySearches, and Unclear when the text is too short. The search is logged, without
    the text.
    """
    verdict = rate_limits.count_attempt("hotline: search", str(by.pk), SEARCHES)
    if not verdict.allowed:
        raise TooManySearches(verdict.retry_at)
    found = _find(" ".join(typed.split())[:120])
    log.info("hotline_search", agent=by.pk, found=len(found.citizens), more=found.has_more)
    return found


def people(keys: list[int]) -> list[FoundPerson]:
    """Return these records masked, in this order."""
    rows = Citizen.objects.select_related("area__parent").in_bulk(keys)
    return [_person(rows[pk]) for pk in keys if pk in rows]


def found_record(keys: Iterable[int], public_id: UUID) -> Citizen | None:
    """Return a record that the last search found; None for any other id."""
    return Citizen.objects.filter(pk__in=keys, public_id=public_id).first()


def check_caller(citizen: Citizen, answers: Mapping[str, Any], *, by: "User") -> CallerCheck:
    """Compare a caller's answers with the record, and store that it was checked.

    Two must be right and at most one wrong. Raises TooManySearches, and PermissionDenied for the
    record of the agent or the agent's family. Must not run in a transaction: a rollback would
    undo the count of tries.
    """
    if is_own_or_family(by, citizen):
        raise PermissionDenied
    verdict = rate_limits.count_attempts(
        LimitRule("hotline: wrong of agent", str(by.pk), WRONG_OF_AGENT),
        LimitRule("hotline: wrong about record", str(citizen.pk), WRONG_ABOUT_RECORD),
    )
    if not verdict.allowed:
        log.warning("hotline_checks_spent", agent=by.pk, citizen=citizen.pk)
        raise TooManySearches(verdict.retry_at)
    given = {fact: answers[fact] for fact in AskedFact if answers.get(fact)}
    right = {fact for fact, said in given.items() if _is_right(citizen, fact, said)}
    passed = len(right) >= NEEDED and len(given) - len(right) <= WRONG_ALLOWED
    if passed:
        rate_limits.undo(verdict)
    beyond_card = passed and bool(right - ON_A_CARD)
    return _noted(citizen, [str(fact) for fact in given], passed, by, beyond_card=beyond_card)


def begin_with_new(citizen: Citizen, *, by: "User") -> CallerCheck:
    """Begin a call about a record that was just created for the caller."""
    return _noted(citizen, [DECLARED], True, by)


def running_call(agent: "User", public_id: UUID) -> CallerCheck | None:
    """Return the running call of this agent; None after 30 minutes or for another agent."""
    return (
        CallerCheck.objects.filter(
            public_id=public_id, agent=agent, passed=True, at__gt=db_time.now() - CALL_TIME
        )
        .select_related("citizen__area__parent")
        .first()
    )


def masked(citizen: Citizen) -> FoundPerson:
    """Return one record as agents see it."""
    return _person(citizen)


def _noted(
    citizen: Citizen, facts: list[str], passed: bool, by: "User", *, beyond_card: bool = False
) -> CallerCheck:
    return CallerCheck.objects.create(
        agent=by,
        citizen=citizen,
        facts=facts,
        passed=passed,
        beyond_card=beyond_card,
        at=db_time.now(),
    )


def _person(citizen: Citizen) -> FoundPerson:
    area = citizen.area
    return FoundPerson(
        public_id=citizen.public_id,
        name=mask_name(citizen.full_name),
        born=citizen.date_of_birth.year,
        phone=mask_phone(citizen.phone),
        id_ending=mask_id_ending(citizen.id_number),
        area=", ".join(one.full_name for one in (area, area and area.parent) if one),
        open_cases=Correction.objects.of(citizen).open().count(),
    )


def _find(typed: str) -> Found:
    code = read_reference(typed)
    case = Correction.objects.filter(reference=code).first() if code else None
    if case is not None:
        kept = Citizen.objects.filter(pk=case.citizen_id).values_list("merged_into", flat=True)[0]
        return Found([kept or case.citizen_id], reference=case.reference)
    number = compact(typed, more="()")
    if re.fullmatch(r"\+?\d+", number):
        return _by_number(number)
    # A passport number has a letter; a name has no digit.
    if re.fullmatch(r"(?=.*\d)[A-Za-z0-9]{6,12}", typed):
        return _of(Citizen.objects.numbered(typed))
    return _by_name(typed)


def _by_number(number: str) -> Found:
    if len(number) < SHORTEST_ENDING:
        raise SearchTooShort
    phone = _phone(number)
    if phone:
        told = Correction.objects.filter(filing__contact_phone=phone).values("citizen")
        holders = RecordLink.objects.live().filter(user__phone=phone, user__phone_verified=True)
        keys = set(Citizen.objects.filter(phone=phone).values_list("pk", flat=True)[:MOST_FOUND])
        keys |= set(told.values_list("citizen", flat=True)[:MOST_FOUND])
        keys |= set(holders.values_list("citizen", flat=True)[:MOST_FOUND])
        if keys or len(number) not in (9, 12):
            return _of(Citizen.objects.filter(pk__in=keys))
    if len(number) in (9, 12):
        return _of(Citizen.objects.numbered(number))
    return _by_ending(number)


def _by_ending(number: str) -> Found:
    """Find by the end of an ID number; a longer end than the indexed one is compared here."""
    documents = IdentityDocument.objects.ending_in(number[-ENDING:])
    keys = {
        one.citizen_id
        for one in documents.only("citizen_id", "number").iterator()
        if one.number.endswith(number)
    }
    return _of(Citizen.objects.filter(pk__in=keys))


def _by_name(typed: str) -> Found:
    """Find by name: with a date or year of birth by any words of it, else by its first words."""
    day, words = _born(typed)
    key = search_key(words)
    if day is not None and key:
        named = Citizen.objects.all()
        for word in key.split()[:6]:
            named = named.filter(search_name__contains=word)
        if day.precision != Precision.YEAR:
            return _of(named.filter(may_be(day)))
        # Whoever was born in that year stands in the index, name and all: no row is read for those
        # with another name.
        born = named.filter(date_of_birth__range=(day.first, day.last)).order_by()
        return _of(
            Citizen.objects.filter(pk__in=list(born.values_list("pk", flat=True)[:MOST_READ]))
        )
    if len(key.split()) < 2:
        # One word is the whole name of some people, and a part of the names of too many others.
        whole = _of(Citizen.objects.filter(search_name=key)) if key else Found([])
        if not whole.citizens:
            raise SearchTooShort
        return whole
    return _of(Citizen.objects.filter(Q(search_name=key) | Q(search_name__startswith=f"{key} ")))


def _of(rows: Any) -> Found:
    keys: list[int] = []
    for pk, into in rows.order_by("pk").values_list("pk", "merged_into")[: MOST_FOUND + 1]:
        if (into or pk) not in keys:
            keys.append(into or pk)
    return Found(keys[:MOST_FOUND], has_more=len(keys) > MOST_FOUND)


def _phone(number: str) -> str:
    try:
        return str(PhoneField(required=False).clean(number))
    except ValidationError:
        return ""


def _born(typed: str) -> tuple[BirthDate | None, str]:
    """Return the date of birth in the text, as far as it is given, and the rest of the text."""
    *words, last = typed.split()
    try:
        day = BirthDateField(required=False).clean(last)
    except ValidationError:
        day = None
    if day is not None:
        return day, " ".join(words)
    years = YEAR.findall(typed)
    if not years:
        return None, typed
    return BirthDate.fromisoformat(years[-1]), YEAR.sub(" ", typed)


def _is_right(citizen: Citizen, fact: AskedFact, said: Any) -> bool:
    own = Dose.objects.of(citizen).completed()
    if fact == AskedFact.DATE_OF_BIRTH:
        return citizen.born.is_met_by(BirthDate.of(said))
    if fact == AskedFact.ID_NUMBER:
        return bool(citizen.id_number) and citizen.id_number == said
    if fact == AskedFact.PHONE:
        return bool(citizen.phone) and citizen.phone == said
    if fact == AskedFact.DOSE_DATE:
        return own.filter(given_on=said).exists()
    words = distinctive_words(str(said))
    names = own.values_list("organization__search_name", "organization__area__search_name")
    return bool(words) and any(
        words <= distinctive_words(f"{name} {area or ''}") for name, area in names
    )
