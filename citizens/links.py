"""Links between sign-ins and records: made, asked for, confirmed, ended.

What is printed on an identity card opens no record at once. Whoever knows it may ask; the phone on
record and everybody who can open the record are told, and may object for 24 hours. Staff who have
seen the person may confirm sooner. Of a link that opens a record at once they are told as well.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.contrib.auth import get_user_model
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import formats, timezone, translation
from django.utils.translation import gettext as _

from accounts import rate_limits
from accounts.identity import is_verified
from accounts.rate_limits import LimitRule, Limits
from citizens.access import is_own_or_family
from citizens.masking import mask_phone
from citizens.models import Citizen, RecordLink, RecordLinkQuerySet, RecordVisit
from messaging.actions import send_to_citizen
from vaxreg import db_time, ui
from vaxreg.addresses import absolute

if TYPE_CHECKING:
    from accounts.models import User

WAIT = timedelta(hours=24)
# How long the address in a message can end a link.
OBJECT_WITHIN = timedelta(days=30)
# People for whom one account may act at once, and how many it may add in a day: a family, no list.
MOST_PEOPLE = 15
PEOPLE_A_DAY: Limits = ((5, timedelta(days=1)),)
Proof = RecordLink.Proof
# A link ends another one only if its own proof is not weaker.
STRENGTH = {
    Proof.ID_AND_BIRTH: 0,
    Proof.PHONE_AND_BIRTH: 1,
    Proof.PHONE_AND_ID: 1,
    Proof.DECLARED: 1,
    Proof.VNEID: 2,
    Proof.STAFF: 2,
}
# Purposes of the messages about a new link.
ASKED, OPENED = "record.asked", "record.opened"
_signer = signing.TimestampSigner(salt="citizens.links")


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


class NotWaiting(Exception):
    """The link has begun or ended in the meantime."""


@transaction.atomic
def make(user: "User", citizen: Citizen, proven_by: str, relation: str) -> RecordLink:
    """Let the user open the record from now on; return the link that exists already, if any.

    Raises HasOwnRecord, and TooManyPeople for a ward. What the user has asked for and not got ends:
    one own record is enough. The phone on record and the others who open it are told at once.
    """
    lock(user)
    whole = _locked(citizen)
    known = RecordLink.objects.live().filter(user=user, citizen__in=whole).first()
    if known is not None:
        return known
    refuse_a_second_own_record(user, relation)
    if relation != RecordLink.Relation.SELF:
        _count_people(user)
    now = db_time.now()
    mine = RecordLink.objects.waiting().filter(user=user)
    mine.filter(Q(relation=relation) | Q(citizen__in=whole)).update(until=now, ended_by=user)
    link = RecordLink.objects.create(
        user=user,
        citizen=citizen,
        relation=relation,
        proven_by=proven_by,
        asked_at=now,
        since=now,
    )
    _tell_all(link, OPENED)
    return link


@transaction.atomic
def ask(user: "User", citizen: Citizen) -> None:
    """Ask for one's own record by what is printed on a card.

    The link begins after `WAIT`, if somebody could be told who might object; else only when staff
    confirm it. Asking again changes nothing, also after an objection.
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
        needs_confirmation=not _phones_to_tell(user, citizen),
    )
    _tell_all(link, ASKED)


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
    _tell_all(link, ASKED)


def was_ended_by_others(user: "User", whole: Collection[int]) -> bool:
    """Whether somebody else has ended the last link of the user to this record (ids of its parts)."""
    last = RecordLink.objects.filter(user=user, citizen__in=whole).order_by("-pk").first()
    return last is not None and last.until is not None and last.ended_by_id != user.pk


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
    return link


@transaction.atomic
def end(link: RecordLink, *, by: "User | None") -> None:
    """End a link, waiting or begun. `by` is None for whoever got the message about it.

    Whether `by` may do it is the caller's question (`may_end`). A link that has ended stays so.
    """
    link = RecordLink.objects.select_for_update(of=("self",)).get(pk=link.pk)
    if link.until is None:
        link.until, link.ended_by = db_time.now(), by
        link.save(update_fields=["until", "ended_by"])


def asked_for(citizen: Citizen) -> RecordLinkQuerySet:
    """Return the links to the record that staff may confirm, with their users; oldest first."""
    whole = Citizen.objects.whole(citizen)
    links = RecordLink.objects.confirmable().filter(citizen__in=whole)
    return links.select_related("user").order_by("asked_at", "pk")


def of_my_records(user: "User") -> RecordLinkQuerySet:
    """Return the links to the records that the user may open now, the user's own included.

    Each has `last_used`: when its user last read the record, None for never.
    """
    records = Citizen.objects.parts_linked_to(user)
    read = RecordVisit.objects.filter(
        citizen=Coalesce(OuterRef("citizen__merged_into"), OuterRef("citizen")),
        user=OuterRef("user"),
        why__in=(RecordVisit.Why.OWN, RecordVisit.Why.GUARDIAN),
    )
    return (
        RecordLink.objects.filter(until=None, citizen__in=records)
        .annotate(last_used=Subquery(read.order_by("-at").values("at")[:1]))
        .select_related("user", "citizen__merged_into")
        .order_by("citizen_id", "asked_at", "pk")
    )


def may_end(user: "User", link: RecordLink) -> bool:
    """Whether the user may end it: their own, or another of their record on no stronger proof."""
    if link.user_id == user.pk:
        return True
    mine = RecordLink.objects.live().filter(
        user=user, citizen__in=Citizen.objects.whole(link.citizen)
    )
    strength = STRENGTH[Proof(link.proven_by)]
    return any(STRENGTH[Proof(one.proven_by)] >= strength for one in mine)


def is_waiting(link: RecordLink) -> bool:
    """Whether it opens nothing yet."""
    return link.until is None and (link.needs_confirmation or link.since > db_time.now())


def objection_token(link: RecordLink) -> str:
    """Return what the address in a message about this link ends with."""
    return _signer.sign(str(link.pk))


def link_of_token(token: str) -> RecordLink | None:
    """Return the link that the token of a message names; None for a wrong or old one."""
    try:
        key = _signer.unsign(token, max_age=OBJECT_WITHIN)
    except signing.BadSignature:
        return None
    return RecordLink.objects.filter(pk=key).select_related("user", "citizen").first()


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


def _phones_to_tell(asker: "User", citizen: Citizen) -> dict[str, tuple[str, int | None]]:
    """Return the phones on the record and of those who open it, with language and account."""
    whole = Citizen.objects.whole(citizen)
    links = RecordLink.objects.live().filter(citizen__in=whole, user__phone_verified=True)
    holders = links.exclude(user=asker).select_related("user")
    phones: dict[str, tuple[str, int | None]] = {
        str(link.user.phone): (link.user.language, link.user.pk)
        for link in holders
        if link.user.phone
    }
    on_record = set(whole.exclude(phone="").values_list("phone", flat=True)) - set(phones)
    accounts: dict[str, tuple[str, int | None]] = {
        str(user.phone): (user.language, user.pk)
        for user in get_user_model().objects.filter(phone__in=on_record, closed_at=None)
    }
    phones |= {phone: accounts.get(phone, ("vi", None)) for phone in sorted(on_record)}
    phones.pop(asker.phone or "", None)
    return phones


def _tell_all(link: RecordLink, purpose: str) -> None:
    """Tell the phones on the record and everybody who opens it, but not who has this link."""
    for phone, (language, account) in _phones_to_tell(link.user, link.citizen).items():
        _tell(link, purpose, phone, language, account)
    whole = Citizen.objects.whole(link.citizen)
    others = RecordLink.objects.live().filter(citizen__in=whole, user__phone=None)
    for one in (
        others.exclude(user=link.user).select_related("user").order_by("user").distinct("user")
    ):
        _tell(link, purpose, "", one.user.language, one.user.pk)


def _tell(link: RecordLink, purpose: str, phone: str, language: str, account: int | None) -> None:
    page = absolute(reverse("record-not-me", args=[objection_token(link)]))
    texts = ui.in_each_language(lambda: _words(link, purpose, page))
    with translation.override(language):
        send_to_citizen(
            purpose=purpose,
            phone=phone,
            text=texts[language],
            texts=texts,
            user_id=account,
            dedupe_key=f"record-link:{link.pk}:{phone or account}",
        )


def _words(link: RecordLink, purpose: str, page: str) -> str:
    since = timezone.localtime(link.since)
    values = {
        "ending": mask_phone(link.user.phone)[-3:],
        "time": formats.time_format(since, "H:i"),
        "day": formats.date_format(since, "j/n"),
        "page": page,
    }
    by_vneid = link.proven_by == Proof.VNEID
    if purpose == OPENED and by_vneid:
        text = _(
            "So Tiem: the person named on a vaccination record of this phone opened it with VNeID at"
            " %(time)s on %(day)s. Not right? Stop it: %(page)s"
        )
    elif purpose == OPENED and not link.user.phone:
        text = _(
            "So Tiem: somebody with VNeID opened a vaccination record that you can open or that has"
            " your number. Not right? Stop it: %(page)s"
        )
    elif purpose == OPENED:
        text = _(
            "So Tiem: a phone ending in %(ending)s opened a vaccination record that you can open or"
            " that has your number. Not right? Stop it: %(page)s"
        )
    elif link.needs_confirmation:
        text = _(
            "So Tiem: somebody with VNeID asks to open a vaccination record of this phone. Health"
            " staff look at the papers first. Not right? Stop it: %(page)s"
        )
    elif not link.user.phone:
        text = _(
            "So Tiem: somebody with VNeID asks to open a vaccination record of this phone. Not right?"
            " Stop it before %(time)s on %(day)s: %(page)s"
        )
    else:
        text = _(
            "So Tiem: a phone ending in %(ending)s asks to open a vaccination record of this "
            "phone. Not you? Stop it before %(time)s on %(day)s: %(page)s"
        )
    return text % values
