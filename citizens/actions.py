"""Open, start and revise records, and log visits. Only this module and merging write them."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q

from accounts import rate_limits
from accounts.rate_limits import LimitRule, Limits, LimitVerdict
from citizens import candidates, documents, links
from citizens.announcements import citizen_written, citizens_written
from citizens.candidates import Description, SeveralRecords
from citizens.family.majority import is_adult
from citizens.models import (
    Citizen,
    CitizenRevision,
    Identity,
    IdentityCheck,
    IdentityDocument,
    RecordLink,
    Sex,
)
from organizations.models import Area, Organization
from vaxreg import db_time
from vaxreg.id_numbers import clean_id_number, is_old_card
from vaxreg.typed.birth_dates import BirthDate
from vaxreg.typed.countries import VIET_NAM
from vaxreg.typed.invisible import clean_line
from vaxreg.typed.names import checked_name

if TYPE_CHECKING:
    from accounts.models import User

KEPT_IN_REVISIONS = tuple(field.name for field in Identity._meta.get_fields())
# These two are no facts about the person: the verbs here and in merging set them.
FACTS = tuple(name for name in KEPT_IN_REVISIONS if name not in {"merged_into", "id_number_proven"})

# Instead of the public id of a record: the person is none of those that were offered.
SOMEBODY_ELSE = "somebody_else"
# The same facts from the same user within this time are another press of the same button.
REPEATED_WITHIN = timedelta(minutes=10)
# Limits of wrong answers per user, and of all users who ask by a card with one ID number.
TRIES: Limits = ((5, timedelta(hours=1)), (10, timedelta(days=1)))
ASKED_PER_ID_NUMBER: Limits = ((20, timedelta(days=1)),)


class NoMatch(Exception):
    """The answer fits no record that this user may open.

    It does not tell whether a record with the user's phone number exists.
    """

    def __init__(self, tries_left: int) -> None:
        super().__init__(tries_left)
        self.tries_left = tries_left


class TooManyTries(Exception):
    """Too many wrong answers; the next one is allowed from `retry_at` on."""

    def __init__(self, retry_at: datetime) -> None:
        super().__init__(retry_at)
        self.retry_at = retry_at


class AskedToOpen(Exception):
    """The phone proves nothing; the facts of a card may have asked for a record to be opened.

    It says the same whether such a record exists or not: nobody learns that a number is registered.
    """


class IdNumberOnRecord(Exception):
    """The ID number is the proven one of a record; only staff are told so."""


class NameOnRecord(Exception):
    """A record with this name and date of birth exists; it may be the same person's."""


def open_record(
    user: "User",
    *,
    id_number: str = "",
    old_id_number: str = "",
    full_name: str = "",
    date_of_birth: date | BirthDate | None = None,
    relation: str = RecordLink.Relation.SELF,
    chosen: str = "",
) -> RecordLink:
    """Link the record that matches the phone and a second fact.

    The second fact is the ID number, or full name (ignoring diacritics) with date of birth. If the
    phone on record is wrong or has changed, ID number, full name and date of birth together ask
    for one's own record (`links.ask`); AskedToOpen is raised, also when there is no such record.
    old_id_number: the old number on the same card; the record has whichever is found, and then both.
    chosen: the public id of one of several records that match; without it SeveralRecords is raised.
    Raises NoMatch, TooManyTries, TooManyPeople, HasOwnRecord or IsAdult. Do not call it in a transaction: a
    rollback would
    lose the count of wrong answers.
    """
    said = Description.of(id_number, full_name, date_of_birth)
    _refuse_adults(relation, said)
    verdict = _count_a_try(LimitRule("open_record", str(user.pk), TRIES))
    matches = candidates.to_open(user, said)
    if not matches and old_id_number:
        older = Description.of(old_id_number, full_name, date_of_birth)
        matches = candidates.to_open(user, older)
    if relation == RecordLink.Relation.GUARDIAN:
        # An adult has to agree, and the answer does not tell that there is such a record.
        matches = [match for match in matches if not is_adult(match[0].born)]
    if matches:
        rate_limits.undo(verdict)
        link = links.make(user, *_chosen(matches, chosen), relation)
        if old_id_number:
            _add_numbers_of_card(link, id_number, old_id_number)
        return link
    if said.is_a_card and relation == RecordLink.Relation.SELF:
        links.refuse_a_second_own_record(user, relation)
        # Only here: each may send a message, and strangers must not spend the tries of the owner.
        _count_a_try(LimitRule("ask_by_card", str(said.id_number), ASKED_PER_ID_NUMBER))
        _ask_by_card(user, said)
        raise AskedToOpen
    tried = rate_limits.count("open_record", str(user.pk), TRIES[0][1])
    raise NoMatch(max(TRIES[0][0] - tried, 0))


@transaction.atomic
def start_record(
    user: "User",
    *,
    full_name: str,
    date_of_birth: date | BirthDate,
    sex: str = Sex.UNKNOWN,
    id_number: str = "",
    old_id_number: str = "",
    nationality: str = VIET_NAM,
    workplace: str = "",
    area: Area | None = None,
    relation: str = RecordLink.Relation.SELF,
    chosen: str = "",
) -> RecordLink:
    """Create a self-declared record for a person who has none; open the one on the user's phone.

    The ID number is unproven: another record may have the same, and the answer does not tell.
    Somebody of another exact name, sex or number has another record. chosen: the public id of one
    of the records that may be the person's, or SOMEBODY_ELSE; without it SeveralRecords is raised
    when there are several, or one whose name is written without marks. The same facts at once, or
    once more, make one record. Raises TooManyTries, TooManyPeople, HasOwnRecord, links.IsAdult (of
    a ward), and ValidationError for impossible facts.
    """
    links.lock(user)
    said = Description.of(id_number, full_name, date_of_birth, sex)
    _refuse_adults(relation, said)
    verdict = _count_a_try(LimitRule("open_record", str(user.pk), TRIES))
    matches = candidates.to_start(user, said)
    rate_limits.undo(verdict)
    if chosen == SOMEBODY_ELSE:
        matches = [match for match in matches if _is_repeated(match[0], said, by=user)]
    if matches:
        match = _chosen(matches, chosen)
        by_name = match[1] == RecordLink.Proof.PHONE_AND_BIRTH
        if not chosen and by_name and not candidates.is_named_so(match[0], said):
            # A name without marks may be that of either twin.
            raise SeveralRecords([match[0]])
        return links.make(user, *match, relation)
    links.refuse_a_second_own_record(user, relation)
    citizen = _declare(
        said,
        nationality=nationality,
        phone=user.phone or "",
        workplace=workplace,
        area=area,
        by=user,
    )
    link = links.make(user, citizen, RecordLink.Proof.DECLARED, relation)
    if old_id_number:
        _add_numbers_of_card(link, id_number, old_id_number)
    return link


@transaction.atomic
def start_for_other(
    *,
    by: "User",
    by_organization: Organization,
    full_name: str,
    date_of_birth: date | BirthDate,
    phone: str,
    sex: str = Sex.UNKNOWN,
    id_number: str = "",
    nationality: str = VIET_NAM,
    area: Area | None = None,
    provenance: str = Citizen.Provenance.SELF_DECLARED,
    is_somebody_else: bool = False,
) -> Citizen:
    """Create a record for a caller, or for somebody at the counter, who has none.

    Whoever types it gets no link to it. provenance: self-declared by a caller, or site entry.
    is_somebody_else: a record may be the person's, by name and date of birth, and they say that it
    is not; without it NameOnRecord is raised. The same facts at
    once, or once more, make one record. Raises IdNumberOnRecord, and ValidationError for
    impossible facts.
    """
    links.lock(by)
    said = Description.of(id_number, full_name, date_of_birth, sex)
    found = candidates.namesakes(said)
    repeated = next((one for one in found if _is_repeated(one, said, by=by)), None)
    if repeated is not None:
        return repeated
    # Provinces gave some numbers of old cards to two people.
    new_number = None if is_old_card(said.id_number) else said.id_number
    if Citizen.objects.proven_by_number(new_number).exists():
        raise IdNumberOnRecord
    if found and not is_somebody_else:
        raise NameOnRecord
    return _declare(
        said,
        phone=phone,
        area=area,
        nationality=nationality,
        provenance=provenance,
        by=by,
        by_organization=by_organization,
    )


def _declare(
    said: Description,
    *,
    phone: str,
    by: "User",
    area: Area | None,
    by_organization: Organization | None = None,
    nationality: str = VIET_NAM,
    workplace: str = "",
    provenance: str = Citizen.Provenance.SELF_DECLARED,
) -> Citizen:
    """Create a record with an unproven number. Raises ValidationError for impossible facts."""
    if said.born is None:
        raise ValueError("a record needs a date of birth")
    citizen = Citizen(
        full_name=_name(said.full_name),
        **said.born.columns,
        sex=said.sex,
        id_number=said.id_number,
        id_number_proven=False,
        nationality=nationality,
        phone=phone,
        workplace=clean_line(workplace),
        area=area,
        provenance=provenance,
        created_at=db_time.now(),
    )
    citizen.full_clean()
    citizen.save(force_insert=True)
    _write_revision(citizen, 1, citizen.created_at, by, by_organization)
    citizen_written.send(sender=Citizen, citizen=citizen)
    return citizen


@transaction.atomic
def start_many(
    people: list[Citizen],
    *,
    by: "User | None",
    by_organization: Organization | None,
    why: str,
) -> list[Citizen]:
    """Write records that were not saved yet, each with its first revision; return them.

    The caller has made sure that none of these people has a record, and that the facts are clean;
    the constraints of the table refuse impossible ones with IntegrityError.
    """
    made = Citizen.objects.bulk_create(people)
    CitizenRevision.objects.bulk_create(
        _revision(one, 1, one.created_at, by, by_organization, why) for one in made
    )
    citizens_written.send(sender=Citizen, citizens=made)
    return made


def _is_repeated(citizen: Citizen, said: Description, *, by: "User") -> bool:
    """Whether the same user has started the same record a moment ago."""
    lately = citizen.revisions.filter(number=1, by=by, at__gt=db_time.now() - REPEATED_WITHIN)
    return candidates.is_same(citizen, said) and lately.exists()


def _chosen(matches: list[tuple[Citizen, str]], chosen: str) -> tuple[Citizen, str]:
    """Return the only match, or the one with this public id. Raises SeveralRecords."""
    if len(matches) == 1:
        return matches[0]
    for citizen, proof in matches:
        if str(citizen.public_id) == chosen:
            return citizen, proof
    raise SeveralRecords([citizen for citizen, _proof in matches])


def revise_identity(
    citizen: Citizen,
    *,
    changes: Mapping[str, Any],
    by: "User | None",
    why: str,
    by_organization: Organization | None = None,
    correction_reference: str = "",
    number_proven: bool = True,
) -> Citizen:
    """Change identity facts of a citizen, as a new revision; return the current citizen.

    Revision 1 keeps the facts as first recorded. Doses and links stay with the citizen: a change
    of name or phone never hides a dose. number_proven: whether an ID number among the changes
    is proven; not one that is put back which nobody had proven. Raises ValidationError for impossible facts, ValueError
    for a name that is no identity fact.
    """
    if unknown := set(changes) - set(FACTS):
        raise ValueError(f"no facts of identity: {sorted(unknown)}")
    wanted = dict(changes)
    if "full_name" in wanted:
        wanted["full_name"] = _name(wanted["full_name"])
    if "date_of_birth" in wanted:
        wanted |= BirthDate.of(wanted["date_of_birth"]).columns
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
        if "id_number" in wanted:
            wanted["id_number_proven"] = number_proven
        for name, value in wanted.items():
            setattr(citizen, name, value)
        write_revision(citizen, **trace)
        return citizen


def _take_over_id_number(citizen: Citizen, id_number: str, trace: dict[str, Any]) -> None:
    """Remove the number from a merged part when the kept record is to have it.

    The ID number is unique in the table; the revisions of the part still have it.
    """
    parts = Citizen.objects.select_for_update(of=("self",)).filter(merged_into=citizen)
    for part in parts.numbered(id_number):
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
    """Save a changed citizen, whose row the caller has locked, with a new revision.

    For this app only. Revision 1 keeps the facts as first recorded. Raises ValidationError for
    impossible facts.
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
    citizen_written.send(sender=Citizen, citizen=citizen)


def check_identity(
    citizen: Citizen,
    *,
    paper: str,
    matches: bool,
    by: "User",
    by_organization: Organization | None = None,
    correction_reference: str = "",
    document: IdentityDocument | None = None,
) -> IdentityCheck:
    """Store the result of comparing the citizen's facts with an identity paper.

    `paper` is one of IdentityCheck.Paper; its number is not stored, but `document` names the one
    that it proved. It replaces a query to the
    population database, which answers match or no match (dispatch 9438/BYT-CNTT).
    """
    verdict = IdentityCheck.Verdict.MATCH if matches else IdentityCheck.Verdict.NO_MATCH
    check = IdentityCheck(
        citizen=citizen,
        correction_reference=correction_reference,
        paper=paper,
        document=document,
        verdict=verdict,
        by=by,
        by_organization=by_organization,
        at=db_time.now(),
    )
    check.full_clean()
    check.save(force_insert=True)
    return check


def _name(full_name: str) -> str:
    """Return a name as it is stored. Raises ValidationError keyed "full_name"."""
    try:
        return checked_name(full_name)
    except ValidationError as wrong:
        raise ValidationError({"full_name": wrong.messages}) from None


def _add_numbers_of_card(link: RecordLink, *numbers: str) -> None:
    """Put both numbers of a card on the record that was opened: the old one leads to it, too."""
    for number in filter(None, numbers):
        documents.add(link.citizen, number, by=link.user, source=documents.Source.CHIP_CARD)


def _refuse_adults(relation: str, said: Description) -> None:
    """Raise IsAdult when a guardian describes an adult."""
    if relation == RecordLink.Relation.GUARDIAN and said.born and is_adult(said.born):
        raise links.IsAdult


def _count_a_try(rule: LimitRule) -> LimitVerdict:
    verdict = rate_limits.count_attempts(rule)
    if verdict.retry_at is not None:
        raise TooManyTries(verdict.retry_at)
    return verdict


def _ask_by_card(user: "User", said: Description) -> None:
    """Ask for the record with these three facts, if its ID number is proven."""
    numbered = Citizen.objects.proven_by_number(said.id_number)
    found = numbered.filter(said.proven_by() or Q(pk=None)).first()
    if found is not None:
        links.ask(user, found.kept, by_card=True)


def _write_revision(
    citizen: Citizen,
    number: int,
    at: datetime,
    by: "User | None",
    by_organization: Organization | None,
    why: str = "",
    correction_reference: str = "",
) -> None:
    _revision(citizen, number, at, by, by_organization, why, correction_reference).save(
        force_insert=True
    )


def _revision(
    citizen: Citizen,
    number: int,
    at: datetime,
    by: "User | None",
    by_organization: Organization | None,
    why: str,
    correction_reference: str = "",
) -> CitizenRevision:
    return CitizenRevision(
        citizen=citizen,
        number=number,
        at=at,
        by=by,
        by_organization=by_organization,
        why=why,
        correction_reference=correction_reference,
        **{name: getattr(citizen, name) for name in KEPT_IN_REVISIONS},
    )
