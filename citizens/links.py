"""Links between sign-ins and records: made, asked for, confirmed, ended.

What is printed on an identity card opens no record at once. Whoever knows it may ask; the phone on
record and everybody who can open the record are told, and may object for 24 hours. Staff who have
seen the person may confirm sooner. Of a link that opens a record at once they are told as well.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q

from accounts import rate_limits
from accounts.identity import is_verified
from accounts.rate_limits import LimitRule, Limits
from citizens import link_messages
from citizens.access import is_own_or_family
from citizens.family.majority import is_adult
from citizens.models import Citizen, RecordLink, RecordLinkQuerySet, RecordVisit
from vaxreg import db_time

if TYPE_CHECKING:
    from accounts.models import User

WAIT = timedelta(hours=24)
# People for whom one account may act at once, and how many it may add in a day: a family, no list.
MOST_PEOPLE = 15
PEOPLE_A_DAY: Limits = ((5, timedelta(days=1)),)
Proof = RecordLink.Proof
# Visits of those who open a record by a link.
READ_BY_HOLDERS = (
    RecordVisit.Why.OWN,
    RecordVisit.Why.GUARDIAN,
    RecordVisit.Why.RELATIVE,
)
# A link ends another one only if its own proof is not weaker.
STRENGTH = {
    Proof.ID_AND_BIRTH: 0,
    Proof.PHONE_AND_BIRTH: 1,
    Proof.PHONE_AND_ID: 1,
    Proof.DECLARED: 1,
    Proof.PHOTOS: 1,
    Proof.CONSENT: 1,
    Proof.VNEID: 2,
    Proof.STAFF: 2,
}


class HasOwnRecord(Exception):
    """The user has a record of their own already: `link`."""

    def __init__(self, link: RecordLink) -> None:
        super().__init__(link)
        self.link = link


class TooManyPeople(Exception):
    """The account acts for as many people as it may; until `retry_at`, or None for good."""

    def __init__(self, retry_at: datetime | None = None) -> None:
        super().__init__(retry_at)
        self.retry_at = retry_at


class IsAdult(Exception):
    """A guardian opens the record of a child; an adult has to agree (citizens/family/consent.py)."""


class NotWaiting(Exception):
    """The link has begun or ended in the meantime."""


@transaction.atomic
def make(user: "User", citizen: Citizen, proven_by: str, relation: str) -> RecordLink:
    """Let the user open the record from now on; return the link that exists already, if any.

    Raises HasOwnRecord, and for a child IsAdult and TooManyPeople. What the user has asked for and
    not got ends: one own record is enough. The phone on record and the others who open it are told
    at once.
    """
    lock(user)
    whole = _locked(citizen)
    known = RecordLink.objects.live().filter(user=user, citizen__in=whole).first()
    if known is not None:
        return known
    refuse_a_second_own_record(user, relation)
    if relation != RecordLink.Relation.SELF:
        if is_adult(citizen.kept.born):
            raise IsAdult
        _count_people(user)
    mine = RecordLink.objects.waiting().filter(user=user)
    mine.filter(Q(relation=relation) | Q(citizen__in=whole)).update(
        until=db_time.now(), ended_by=user
    )
    return _open(user, citizen, whole, proven_by=proven_by, relation=relation)


@transaction.atomic
def make_for_relative(
    user: "User",
    citizen: Citizen,
    proven_by: str,
    *,
    ends_at: datetime,
    confirmed_by: "User | None" = None,
) -> RecordLink:
    """Let a relative open the record of an adult who agreed, until `ends_at`; tell both.

    Only citizens/family/consent.py calls it. A new agreement takes the place of the one before.
    Raises TooManyPeople.
    """
    lock(user)
    whole = _locked(citizen)
    before = RecordLink.objects.live().filter(
        user=user, citizen__in=whole, relation=RecordLink.Relation.RELATIVE
    )
    if not before.update(until=db_time.now(), ended_by=user):
        _count_people(user)
    return _open(
        user,
        citizen,
        whole,
        proven_by=proven_by,
        relation=RecordLink.Relation.RELATIVE,
        ends_at=ends_at,
        confirmed_by=confirmed_by,
    )


def _open(user: "User", citizen: Citizen, whole: Collection[int], **values: Any) -> RecordLink:
    """Create a link that begins now, and tell of it."""
    for over in RecordLink.objects.expired().filter(user=user, citizen__in=whole):
        close(over)
    now = db_time.now()
    link = RecordLink.objects.create(user=user, citizen=citizen, asked_at=now, since=now, **values)
    # The database writes the end of a guardian's.
    link.refresh_from_db(fields=["ends_at"])
    link_messages.tell_of_new(link, link_messages.OPENED)
    return link


def close(link: RecordLink) -> None:
    """Close a link that has come to its end."""
    if link.ends_at is not None:
        link.until = max(link.ends_at, link.asked_at)
        link.save(update_fields=["until"])


@transaction.atomic
def ask(user: "User", citizen: Citizen, *, by_card: bool) -> None:
    """Ask for one's own record by a number that is not proven there, with name and date of birth.

    by_card: the facts are those printed on a card, which opens nothing by itself: staff must see
    the person, or photos (citizens/photo_proofs.py). Else VNeID has verified them, and the link
    begins after `WAIT`, if somebody could be told who might object. Asking again changes nothing,
    also after an objection.
    """
    lock(user)
    whole = _locked(citizen)
    asked = RecordLink.objects.filter(user=user, citizen__in=whole)
    # Any link that stands, as that of a guardian, and any that somebody else has ended.
    if asked.filter(Q(until=None) | ~Q(ended_by=user)).exists():
        return
    now = db_time.now()
    RecordLink.objects.waiting().filter(user=user).update(until=now, ended_by=user)
    link = RecordLink.objects.create(
        user=user,
        citizen=citizen,
        relation=RecordLink.Relation.SELF,
        proven_by=Proof.ID_AND_BIRTH,
        asked_at=now,
        since=now + WAIT,
        needs_confirmation=by_card or not link_messages.phones_to_tell(user, citizen),
    )
    link_messages.tell_of_new(link, link_messages.ASKED)


@transaction.atomic
def ask_staff(user: "User", citizen: Citizen) -> None:
    """Ask for the record with the user's verified number, where something else speaks against it.

    It opens when staff have seen the person, never by itself. Asking again changes nothing.
    """
    lock(user)
    whole = _locked(citizen)
    if was_ended_by_others(user, whole) or RecordLink.objects.filter(
        user=user, citizen__in=whole, until=None
    ):
        return
    now = db_time.now()
    RecordLink.objects.waiting().filter(user=user).update(until=now, ended_by=user)
    link = RecordLink.objects.create(
        user=user,
        citizen=citizen,
        relation=RecordLink.Relation.SELF,
        proven_by=Proof.VNEID,
        asked_at=now,
        since=now,
        needs_confirmation=True,
    )
    link_messages.tell_of_new(link, link_messages.ASKED)


def was_ended_by_others(user: "User", whole: Collection[int]) -> bool:
    """Whether somebody else has ended the last link of the user to this record (ids of its parts)."""
    last = RecordLink.objects.filter(user=user, citizen__in=whole).order_by("-pk").first()
    if last is None or last.until is None or last.has_expired:
        return False
    return last.ended_by_id != user.pk


@transaction.atomic
def strengthen(link: RecordLink, proven_by: str) -> None:
    """Note a stronger proof for a link that is open."""
    if STRENGTH[Proof(proven_by)] > STRENGTH[Proof(link.proven_by)]:
        link.proven_by = proven_by
        link.save(update_fields=["proven_by"])


@transaction.atomic
def confirm(link: RecordLink, *, by: "User") -> RecordLink:
    """Let a link begin now: staff have seen the person, or asked what no card says.

    One that was stopped stays so, and a new one begins: somebody else may have the phone on record.
    Raises NotWaiting, HasOwnRecord, and PermissionDenied for staff without a verified identity, or when it is
    their own record or their family's.
    """
    link = _confirmable(link)
    if not is_verified(by) or is_own_or_family(by, link.citizen):
        raise PermissionDenied
    if link.until is not None:
        link = make(link.user, link.citizen, Proof.STAFF, link.relation)
    link.since, link.needs_confirmation = db_time.now(), False
    link.confirmed_by, link.proven_by = by, Proof.STAFF
    link.save(update_fields=["since", "needs_confirmation", "confirmed_by", "proven_by"])
    link_messages.tell_of_new(link, link_messages.OPENED)
    return link


@transaction.atomic
def begin_after_wait(link: RecordLink, *, by: "User") -> RecordLink:
    """Let a link begin after `WAIT`: staff have seen photos of the person with the paper.

    The phone on record and everybody who opens it are told once more, and may stop it. Raises
    NotWaiting, and PermissionDenied as `confirm` does.
    """
    link = _confirmable(link)
    if link.until is not None:
        raise NotWaiting
    if not is_verified(by) or is_own_or_family(by, link.citizen):
        raise PermissionDenied
    link.since, link.needs_confirmation = db_time.now() + WAIT, False
    link.confirmed_by = by
    if STRENGTH[Proof(link.proven_by)] < STRENGTH[Proof.PHOTOS]:
        link.proven_by = Proof.PHOTOS
    link.save(update_fields=["since", "needs_confirmation", "confirmed_by", "proven_by"])
    link_messages.tell_of_new(link, link_messages.PHOTOS_SEEN)
    return link


@transaction.atomic
def end(link: RecordLink, *, by: "User | None") -> None:
    """End a link, waiting or begun, and tell of it. `by` is None for who got the message about it.

    Whether `by` may do it is the caller's question (`may_end`). A link that has ended stays so.
    """
    link = RecordLink.objects.select_for_update(of=("self",)).get(pk=link.pk)
    if link.until is None:
        was_open = not is_waiting(link)
        link.until, link.ended_by = db_time.now(), by
        link.save(update_fields=["until", "ended_by"])
        link_messages.tell_of_end(link, by=by, was_open=was_open)


def asked_for(citizen: Citizen) -> RecordLinkQuerySet:
    """Return the links to the record that staff may confirm, with their users; oldest first."""
    whole = Citizen.objects.whole(citizen)
    links = RecordLink.objects.confirmable().filter(citizen__in=whole)
    return links.select_related("user").order_by("asked_at", "pk")


def of_my_records(user: "User") -> RecordLinkQuerySet:
    """Return the links that stand to the records that the user may open, the user's own included."""
    records = Citizen.objects.parts_linked_to(user)
    return (
        RecordLink.objects.standing()
        .filter(citizen__in=records)
        .select_related("user", "citizen__merged_into")
    )


def may_end(user: "User", link: RecordLink) -> bool:
    """Whether the user may end it: their own, or another of their record on no stronger proof.

    Who has agreed to a relative may end it always; a relative ends nobody else's.
    """
    if link.user_id == user.pk:
        return True
    relations = RecordLink.Relation
    mine = RecordLink.objects.live().filter(
        user=user, citizen__in=Citizen.objects.whole(link.citizen)
    )
    if link.relation == relations.RELATIVE:
        return mine.filter(relation=relations.SELF).exists()
    strength = STRENGTH[Proof(link.proven_by)]
    return any(
        STRENGTH[Proof(one.proven_by)] >= strength
        for one in mine.exclude(relation=relations.RELATIVE)
    )


def is_waiting(link: RecordLink) -> bool:
    """Whether it opens nothing yet."""
    return link.until is None and (link.needs_confirmation or link.since > db_time.now())


def refuse_a_second_own_record(user: "User", relation: str) -> None:
    """Raise HasOwnRecord when the user's own record is open already."""
    if relation != RecordLink.Relation.SELF:
        return
    own = RecordLink.objects.live().filter(user=user, relation=relation).first()
    if own is not None:
        raise HasOwnRecord(own)


def _count_people(user: "User") -> None:
    """Count one more person for whom the user acts, in the transaction that stores the link."""
    wards = RecordLink.objects.live().filter(user=user).exclude(relation=RecordLink.Relation.SELF)
    verdict = rate_limits.count_attempts(LimitRule("people", str(user.pk), PEOPLE_A_DAY))
    if not verdict.allowed:
        raise TooManyPeople(verdict.retry_at)
    if wards.count() >= MOST_PEOPLE:
        raise TooManyPeople


def lock(user: "User") -> None:
    """Let simultaneous requests of one user about records wait for each other."""
    get_user_model().objects.select_for_update(of=("self",), no_key=True).get(pk=user.pk)


def _locked(citizen: Citizen) -> list[int]:
    """Return the ids of the whole record; two simultaneous requests about it wait for each other."""
    Citizen.objects.select_for_update(of=("self",)).get(pk=citizen.pk)
    return list(Citizen.objects.whole(citizen).values_list("pk", flat=True))


def _confirmable(link: RecordLink) -> RecordLink:
    rows = RecordLink.objects.confirmable().select_for_update(of=("self",))
    found = rows.select_related("citizen", "user").filter(pk=link.pk).first()
    if found is None:
        raise NotWaiting
    return found
