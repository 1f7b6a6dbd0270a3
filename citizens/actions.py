"""Opening, starting and revising records, and noting who looked. The only writers of them."""

import unicodedata
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db import transaction
from django.db.models import Q

from accounts import rate_limits
from citizens.models import (
    Citizen,
    CitizenRevision,
    Identity,
    IdentityCheck,
    RecordLink,
    RecordVisit,
    Sex,
)
from organizations.models import Area, Organization
from vaxreg import db_time
from vaxreg.search import search_key

if TYPE_CHECKING:
    from accounts.models import User

KEPT_IN_REVISIONS = tuple(field.name for field in Identity._meta.get_fields())
# Whose part a record is, is no fact about the person: citizens.merging changes it.
FACTS = tuple(name for name in KEPT_IN_REVISIONS if name != "merged_into")

# Wrong answers of one user; and, from anywhere, about one ID number.
TRIES: rate_limits.Limits = ((5, timedelta(hours=1)), (10, timedelta(days=1)))
TRIES_PER_ID_NUMBER: rate_limits.Limits = ((20, timedelta(days=1)),)


class NoMatch(Exception):
    """What was answered fits no record that this user may open.

    Says nothing about whether a record is known under the phone number.
    """

    def __init__(self, tries_left: int) -> None:
        super().__init__(tries_left)
        self.tries_left = tries_left


class TooManyTries(Exception):
    """Too many wrong answers; the next one may be given at `retry_at`."""

    def __init__(self, retry_at: datetime) -> None:
        super().__init__(retry_at)
        self.retry_at = retry_at


class HasOwnRecord(Exception):
    """The user has a record of their own already: `link`."""

    def __init__(self, link: RecordLink) -> None:
        super().__init__(link)
        self.link = link


class IdNumberOnRecord(Exception):
    """The ID number belongs to a record with another name or date of birth.

    The way on: open that record with the name and date of birth written there, or ask the hotline
    or the health station, which can see both.
    """


class NameOnRecord(Exception):
    """A record has this name and date of birth already; it may be the same person's."""


class IdentityAnswer(NamedTuple):
    """Facts that somebody gave to show whose record they may open."""

    id_number: str | None
    search_name: str
    date_of_birth: date | None


def open_record(
    user: "User",
    *,
    id_number: str = "",
    full_name: str = "",
    date_of_birth: date | None = None,
    relation: str = RecordLink.Relation.SELF,
) -> RecordLink:
    """Link the record that the phone and a second fact point to, or all facts without the phone.

    The second fact is the ID number, or full name (diacritics do not matter) with date of birth.
    When the phone on record is wrong or has changed, ID number, full name and date of birth
    together open one's own record too: the person owns it, not the phone. Raises NoMatch,
    TooManyTries or HasOwnRecord. Not to be called in a transaction: wrong answers must stay
    counted.
    """
    answer = _answer(id_number, full_name, date_of_birth)
    verdict = _count_a_try(user, answer)
    match = _match(user, answer, relation)
    if match is None:
        tried = rate_limits.count("open_record", str(user.pk), TRIES[0][1])
        raise NoMatch(max(TRIES[0][0] - tried, 0))
    rate_limits.forgive(verdict)
    return _link(user, *match, relation)


def start_record(
    user: "User",
    *,
    full_name: str,
    date_of_birth: date,
    sex: str = Sex.UNKNOWN,
    id_number: str = "",
    workplace: str = "",
    area: Area | None = None,
    relation: str = RecordLink.Relation.SELF,
) -> RecordLink:
    """Start a self-declared record for somebody who has none; opens theirs if they do have one.

    Raises IdNumberOnRecord, TooManyTries, HasOwnRecord, and ValidationError for facts that cannot
    be. Not to be called in a transaction: tries must stay counted.
    """
    answer = _answer(id_number, full_name, date_of_birth)
    verdict = _count_a_try(user, answer)
    match = _match(user, answer, relation)
    taken = Citizen.objects.filter(id_number=answer.id_number) if answer.id_number else None
    if match is None and taken is not None and taken.exists():
        raise IdNumberOnRecord
    rate_limits.forgive(verdict)
    if match is not None:
        return _link(user, *match, relation)
    with transaction.atomic():
        _refuse_a_second_own_record(user, relation)
        citizen = Citizen(
            full_name=clean_name(full_name),
            date_of_birth=date_of_birth,
            sex=sex,
            id_number=answer.id_number,
            phone=user.phone or "",
            workplace=workplace.strip(),
            area=area,
            provenance=Citizen.Provenance.SELF_DECLARED,
            created_at=db_time.now(),
        )
        citizen.full_clean()
        citizen.save(force_insert=True)
        _write_revision(citizen, 1, citizen.created_at, user, None)
        return _link(user, citizen, RecordLink.Proof.DECLARED, relation)


def start_for_caller(
    *,
    by: "User",
    by_organization: Organization,
    full_name: str,
    date_of_birth: date,
    phone: str,
    sex: str = Sex.UNKNOWN,
    id_number: str = "",
    area: Area | None = None,
    is_somebody_else: bool = False,
) -> Citizen:
    """Start a self-declared record for a caller who has none. The agent gets no link to it.

    is_somebody_else: the agent was told that a record has this name and date of birth, and the
    caller says that it is not theirs. Raises NameOnRecord before that, IdNumberOnRecord, and
    ValidationError for facts that cannot be.
    """
    number = clean_id_number(id_number)
    if number and Citizen.objects.filter(id_number=number).exists():
        raise IdNumberOnRecord
    namesakes = Citizen.objects.filter(
        search_name=search_key(full_name), date_of_birth=date_of_birth
    )
    if not is_somebody_else and namesakes.exists():
        raise NameOnRecord
    with transaction.atomic():
        citizen = Citizen(
            full_name=clean_name(full_name),
            date_of_birth=date_of_birth,
            sex=sex,
            id_number=number,
            phone=phone,
            area=area,
            provenance=Citizen.Provenance.SELF_DECLARED,
            created_at=db_time.now(),
        )
        citizen.full_clean()
        citizen.save(force_insert=True)
        _write_revision(citizen, 1, citizen.created_at, by, by_organization)
        return citizen


def revise_identity(
    citizen: Citizen,
    *,
    changes: Mapping[str, Any],
    by: "User | None",
    why: str,
    by_organization: Organization | None = None,
    correction_reference: str = "",
) -> Citizen:
    """Give a citizen other identity facts, as a new revision; returns the fresh citizen.

    The facts as first recorded are kept as revision 1. Doses and links stay with the citizen:
    changing a name or a phone never hides a dose. Raises ValidationError for facts that cannot be,
    ValueError for a name that is no fact of identity.
    """
    if unknown := set(changes) - set(FACTS):
        raise ValueError(f"no facts of identity: {sorted(unknown)}")
    wanted = dict(changes)
    if "full_name" in wanted:
        wanted["full_name"] = clean_name(wanted["full_name"])
    if "id_number" in wanted:
        wanted["id_number"] = clean_id_number(wanted["id_number"] or "")
    with transaction.atomic():
        citizen = Citizen.objects.select_for_update(of=("self",)).get(pk=citizen.pk)
        if all(getattr(citizen, name) == value for name, value in wanted.items()):
            return citizen
        trace: dict[str, Any] = {
            "by": by,
            "by_organization": by_organization,
            "why": why,
            "correction_reference": correction_reference,
        }
        if wanted.get("id_number"):
            _take_over_id_number(citizen, wanted["id_number"], trace)
        for name, value in wanted.items():
            setattr(citizen, name, value)
        write_revision(citizen, **trace)
        return citizen


def _take_over_id_number(citizen: Citizen, id_number: str, trace: dict[str, Any]) -> None:
    """Let a part of the same person's record give up the number that the kept one is to have.

    An ID number stands on one row only; the part's revisions keep it.
    """
    parts = Citizen.objects.select_for_update(of=("self",)).filter(merged_into=citizen)
    for part in parts.filter(id_number=id_number):
        part.id_number = None
        write_revision(part, **trace)


def write_revision(
    citizen: Citizen,
    *,
    by: "User | None",
    by_organization: Organization | None,
    why: str,
    correction_reference: str,
) -> None:
    """Store a locked citizen that was changed, with the revision that says so.

    For the verbs of this room alone. The facts as first recorded are kept as revision 1. Raises
    ValidationError for facts that cannot be.
    """
    last = citizen.revisions.order_by("-number").values_list("number", flat=True).first()
    if last is None:
        before = Citizen.objects.get(pk=citizen.pk)
        _write_revision(before, 1, before.created_at, None, None)
        last = 1
    citizen.full_clean()
    citizen.save(force_update=True)
    _write_revision(
        citizen, last + 1, db_time.now(), by, by_organization, why, correction_reference
    )


def check_identity(
    citizen: Citizen,
    *,
    paper: str,
    matches: bool,
    by: "User",
    by_organization: Organization | None = None,
    correction_reference: str = "",
) -> IdentityCheck:
    """Note that somebody compared the citizen's facts with an identity paper, and the verdict.

    `paper` is one of IdentityCheck.Paper; its number is not kept. Stands in for the population
    database, which answers match or no match (dispatch 9438/BYT-CNTT).
    """
    verdict = IdentityCheck.Verdict.MATCH if matches else IdentityCheck.Verdict.NO_MATCH
    check = IdentityCheck(
        citizen=citizen,
        correction_reference=correction_reference,
        paper=paper,
        verdict=verdict,
        by=by,
        by_organization=by_organization,
        at=db_time.now(),
    )
    check.full_clean()
    check.save(force_insert=True)
    return check


def log_visit(
    user: "User", citizen: Citizen, why: str, *, organization: Organization | None = None
) -> RecordVisit:
    """Note that the user opened the citizen's record; the citizen may read it later.

    `why` is one of RecordVisit.Why; `organization` is the one that staff act for.
    """
    return RecordVisit.objects.create(
        user=user, citizen=citizen, why=why, organization=organization, at=db_time.now()
    )


def clean_name(full_name: str) -> str:
    """A name as it is stored: composed Unicode, single spaces."""
    return " ".join(unicodedata.normalize("NFC", full_name).split())


def clean_id_number(id_number: str) -> str | None:
    """An ID number as it is stored: capitals, no spaces or dots; None for nothing."""
    return "".join(c for c in id_number.upper() if c.isalnum()) or None


def _answer(id_number: str, full_name: str, date_of_birth: date | None) -> IdentityAnswer:
    return IdentityAnswer(clean_id_number(id_number), search_key(full_name), date_of_birth)


def _count_a_try(user: "User", answer: IdentityAnswer) -> rate_limits.LimitVerdict:
    rules = [rate_limits.LimitRule("open_record", str(user.pk), TRIES)]
    if answer.id_number:
        rules.append(rate_limits.LimitRule("open_record_id", answer.id_number, TRIES_PER_ID_NUMBER))
    verdict = rate_limits.take(*rules)
    if verdict.retry_at is not None:
        raise TooManyTries(verdict.retry_at)
    return verdict


def _match(user: "User", answer: IdentityAnswer, relation: str) -> tuple[Citizen, str] | None:
    """The one citizen that the answer proves, and by what; None also when there are two.

    Facts of a part of a merged record lead to the record that was kept.
    """
    by_birth = Q(search_name=answer.search_name, date_of_birth=answer.date_of_birth)
    knows_birth = bool(answer.search_name and answer.date_of_birth)
    if user.phone and user.phone_verified:
        on_phone = Citizen.objects.filter(phone=user.phone)
        if answer.id_number:
            found = on_phone.filter(id_number=answer.id_number).first()
            if found:
                return found.kept, RecordLink.Proof.PHONE_AND_ID
        if knows_birth:
            named = {one.kept for one in on_phone.filter(by_birth)[:5]}
            if len(named) == 1:
                return named.pop(), RecordLink.Proof.PHONE_AND_BIRTH
    if answer.id_number and knows_birth and relation == RecordLink.Relation.SELF:
        found = Citizen.objects.filter(by_birth, id_number=answer.id_number).first()
        if found:
            return found.kept, RecordLink.Proof.ID_AND_BIRTH
    return None


@transaction.atomic
def _link(user: "User", citizen: Citizen, proven_by: str, relation: str) -> RecordLink:
    # The lock makes two taps at once wait for each other.
    Citizen.objects.select_for_update(of=("self",)).get(pk=citizen.pk)
    whole = Citizen.objects.whole(citizen)
    known = RecordLink.objects.live().filter(user=user, citizen__in=whole).first()
    if known is not None:
        return known
    _refuse_a_second_own_record(user, relation)
    return RecordLink.objects.create(
        user=user, citizen=citizen, relation=relation, proven_by=proven_by, since=db_time.now()
    )


def _refuse_a_second_own_record(user: "User", relation: str) -> None:
    if relation != RecordLink.Relation.SELF:
        return
    own = RecordLink.objects.live().filter(user=user, relation=relation).first()
    if own is not None:
        raise HasOwnRecord(own)


def _write_revision(
    citizen: Citizen,
    number: int,
    at: datetime,
    by: "User | None",
    by_organization: Organization | None,
    why: str = "",
    correction_reference: str = "",
) -> None:
    CitizenRevision.objects.create(
        citizen=citizen,
        number=number,
        at=at,
        by=by,
        by_organization=by_organization,
        why=why,
        correction_reference=correction_reference,
        **{name: getattr(citizen, name) for name in KEPT_IN_REVISIONS},
    )
