"""An adult agrees that a relative opens their record: asked for, and given in one of three ways.

By a code that goes to the phone on the adult's record, in the adult's own account, or at the counter,
where staff have seen the adult and a paper. Until then nothing opens, and nothing tells who asks
whether there is such a record. An agreement has a last day, a year off at most.
"""

import hmac
import secrets
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts import rate_limits
from accounts.identity import is_verified
from accounts.rate_limits import LimitRule, Limits
from citizens import links
from citizens.access import is_own_or_family, is_same_person, own_or_family_among
from citizens.actions import TooManyTries
from citizens.candidates import Description, is_named_so
from citizens.family import messages
from citizens.family.majority import is_adult
from citizens.models import Citizen, Consent, ConsentRequest, RecordLink
from organizations.models import Organization
from vaxreg import db_time
from vaxreg.encryption import ACCOUNTS
from vaxreg.typed.birth_dates import BirthDate

if TYPE_CHECKING:
    from accounts.models import User

LONGEST = timedelta(days=365)
# How long the adult or staff can answer a request; its code is good for `messages.CODE_FOR`.
OPEN_FOR = timedelta(days=14)
KEPT_FOR = timedelta(days=30)
DIGITS = 6
TRIES = 5
ASKED_PER_USER: Limits = ((5, timedelta(days=1)),)
CODES_PER_RECORD: Limits = ((3, timedelta(days=1)),)
# Part of the hash, so that hashes of these codes differ from others.
LABEL = "consent code"
Outcome = ConsentRequest.Outcome
Way = Consent.Way


class IsChild(Exception):
    """The person is under 18: a guardian opens the record."""


class OpenAlready(Exception):
    """The user can open this record already: `link`."""

    def __init__(self, link: RecordLink) -> None:
        super().__init__(link)
        self.link = link


class NotOpen(Exception):
    """The request was answered, or is too old."""


@dataclass(frozen=True)
class CodeCheck:
    """What became of a code that was typed: the link, or the tries that are left."""

    link: RecordLink | None
    tries_left: int = 0


def ask(
    user: "User",
    *,
    full_name: str,
    date_of_birth: date | BirthDate,
    phone: str = "",
    last_day: date | None = None,
) -> ConsentRequest:
    """Ask an adult to agree; return the request, which is the same where no record fits.

    phone (E.164): the one on the record, to which the code goes; without it no code is sent. Raises
    IsChild, OpenAlready and TooManyTries. Do not call it in a transaction: a rollback would lose the
    count.
    """
    born = BirthDate.of(date_of_birth)
    if not is_adult(born):
        raise IsChild
    verdict = rate_limits.count_attempts(LimitRule("ask_consent", str(user.pk), ASKED_PER_USER))
    if verdict.retry_at is not None:
        raise TooManyTries(verdict.retry_at)
    record = _find(Description.of("", full_name, born), phone)
    with transaction.atomic():
        links.lock(user)
        if record is not None:
            _refuse_what_is_open(user, record)
            _standing(user).filter(citizen__in=Citizen.objects.whole(record)).update(
                closed_at=db_time.now(), outcome=Outcome.REPLACED
            )
        request = ConsentRequest(
            user=user,
            citizen=record,
            said_name=full_name,
            last_day=last_day or latest_day(),
            by_code=bool(phone) and phone != user.phone,
            asked_at=db_time.now(),
        )
        code = ""
        if record is not None and _may_get_code(user, record, phone):
            code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"
            request.code_hash = ACCOUNTS.digest(LABEL, _labelled(request, code))
        request.save(force_insert=True)
        if record is not None:
            messages.tell_of_request(request, record, phone=phone if code else "", code=code)
    return request


def requests_of(user: "User") -> QuerySet[ConsentRequest]:
    """Return what the user has asked for and nobody has answered yet, the newest first."""
    return _standing(user).order_by("-asked_at", "-pk")


def requests_to(user: "User", record: Citizen) -> QuerySet[ConsentRequest]:
    """Return the requests that the user may answer: of their own record."""
    whole = Citizen.objects.whole(record)
    own = RecordLink.objects.live().filter(
        user=user, citizen__in=whole, relation=RecordLink.Relation.SELF
    )
    if not own.exists():
        return ConsentRequest.objects.none()
    return _open_ones().filter(citizen__in=whole).select_related("user").order_by("asked_at", "pk")


def requests_for_counter() -> QuerySet[ConsentRequest]:
    """Return the requests about records that staff may record an agreement to, oldest first."""
    found = _open_ones().filter(citizen__isnull=False)
    return found.select_related("user", "citizen").order_by("asked_at", "pk")


@transaction.atomic
def check_code(request: ConsentRequest, typed: str) -> CodeCheck:
    """Compare what the asker typed with the code; the right one opens the record.

    Without a record or a code every code is wrong. Raises NotOpen, and links.TooManyPeople.
    """
    request = _locked(request)
    if request.tries >= TRIES or db_time.now() > request.asked_at + messages.CODE_FOR:
        raise NotOpen
    if not _is_right(request, typed):
        request.tries += 1
        request.save(update_fields=["tries"])
        return CodeCheck(None, TRIES - request.tries)
    return CodeCheck(_grant(request, by=request.user, way=Way.CODE))


@transaction.atomic
def agree(request: ConsentRequest, *, by: "User", last_day: date | None = None) -> RecordLink:
    """Agree to a request about one's own record.

    Raises NotOpen, links.TooManyPeople (of the asker), and PermissionDenied for anybody else.
    """
    request = _locked(request)
    _require_own(request, by)
    request.last_day = last_day or request.last_day
    return _grant(request, by=by, way=Way.ACCOUNT)


@transaction.atomic
def refuse(request: ConsentRequest, *, by: "User") -> None:
    """Refuse a request about one's own record; the asker is not told. Raises as `agree`."""
    request = _locked(request)
    _require_own(request, by)
    _close(request, Outcome.REFUSED)


@transaction.atomic
def record_at_counter(
    request: ConsentRequest, *, paper: str, by: "User", by_organization: Organization
) -> RecordLink:
    """Record that the adult agreed at the counter, where staff saw them and this paper.

    paper: of IdentityCheck.Paper. Raises NotOpen, links.TooManyPeople, and PermissionDenied for staff
    without a verified identity, or when the record or the asker is their own or their family's.
    """
    request = _locked(request)
    if request.citizen is None or not is_verified(by) or _is_partial(by, request):
        raise PermissionDenied
    return _grant(request, by=by, way=Way.COUNTER, paper=paper, by_organization=by_organization)


def latest_day() -> date:
    """Return the last day that an agreement of today may have."""
    return timezone.localdate(db_time.now()) + LONGEST


def purge() -> int:
    """Delete requests that were answered, or not, a month ago; return their number."""
    return ConsentRequest.objects.filter(asked_at__lt=db_time.now() - KEPT_FOR).delete()[0]


def _find(said: Description, phone: str) -> Citizen | None:
    """Return the one record of this adult; None where none fits, or several do."""
    rows = Citizen.objects.filter(said.proven_by() or Q(pk=None))
    if phone:
        own = RecordLink.objects.live().filter(
            relation=RecordLink.Relation.SELF, user__phone=phone, user__phone_verified=True
        )
        rows = rows.filter(Q(phone=phone) | Q(pk__in=own.values("citizen")))
    found = list(rows.select_related("merged_into").order_by("pk")[:20])
    exact = [one for one in found if is_named_so(one, said)]
    kept = list(dict.fromkeys(one.kept for one in exact or found))
    return kept[0] if len(kept) == 1 and is_adult(kept[0].born) else None


def _refuse_what_is_open(user: "User", record: Citizen) -> None:
    whole = Citizen.objects.whole(record)
    stands = RecordLink.objects.live().filter(user=user, citizen__in=whole)
    # An agreement may be renewed while it lasts.
    known = stands.exclude(relation=RecordLink.Relation.RELATIVE).first()
    if known is not None:
        raise OpenAlready(known)


def _may_get_code(user: "User", record: Citizen, phone: str) -> bool:
    """Whether the phone is on the record, is not the asker's own, and had not too many codes."""
    if not phone or phone == user.phone:
        return False
    if not Citizen.objects.whole(record).filter(phone=phone).exists():
        return False
    rule = LimitRule("consent_code", str(record.pk), CODES_PER_RECORD)
    return rate_limits.count_attempts(rule).allowed


def _open_ones() -> QuerySet[ConsentRequest]:
    since = db_time.now() - OPEN_FOR
    return ConsentRequest.objects.filter(closed_at=None, asked_at__gt=since)


def _standing(user: "User") -> QuerySet[ConsentRequest]:
    return _open_ones().filter(user=user)


def _locked(request: ConsentRequest) -> ConsentRequest:
    # The account first, as in `ask`: two requests of one account never wait for each other.
    links.lock(request.user)
    rows = _open_ones().select_for_update(of=("self",)).select_related("user", "citizen")
    found = rows.filter(pk=request.pk).first()
    if found is None:
        raise NotOpen
    return found


def _labelled(request: ConsentRequest, code: str) -> str:
    return f"{request.public_id}:{code}"


def _is_right(request: ConsentRequest, typed: str) -> bool:
    """Compare with the hash under each key: the key may be replaced while a code is valid."""
    if request.citizen is None or not request.code_hash:
        return False
    possible = ACCOUNTS.digests(LABEL, _labelled(request, typed))
    return any(hmac.compare_digest(request.code_hash, one) for one in possible)


def _require_own(request: ConsentRequest, by: "User") -> None:
    if request.citizen is None or not requests_to(by, request.citizen).filter(pk=request.pk):
        raise PermissionDenied


def _is_partial(by: "User", request: ConsentRequest) -> bool:
    """Whether the member of staff is the asker or the adult, or of the family of one of them."""
    own = RecordLink.objects.filter(user=request.user, relation=RecordLink.Relation.SELF)
    return (
        is_same_person(by, request.user_id)
        or (request.citizen is not None and is_own_or_family(by, request.citizen))
        or bool(own_or_family_among(by, own.values_list("citizen", flat=True)))
    )


def _grant(
    request: ConsentRequest,
    *,
    by: "User",
    way: Way,
    paper: str = "",
    by_organization: Organization | None = None,
) -> RecordLink:
    if request.citizen is None:
        raise NotOpen
    link = links.make_for_relative(
        request.user,
        request.citizen,
        RecordLink.Proof.STAFF if way == Way.COUNTER else RecordLink.Proof.CONSENT,
        ends_at=_end_of(min(request.last_day, latest_day())),
        confirmed_by=by if way == Way.COUNTER else None,
    )
    consent = Consent(
        link=link, way=way, by=by, paper=paper, by_organization=by_organization, at=db_time.now()
    )
    consent.full_clean()
    consent.save(force_insert=True)
    _close(request, Outcome.AGREED)
    return link


def _close(request: ConsentRequest, outcome: Outcome) -> None:
    request.closed_at, request.outcome = db_time.now(), outcome
    request.save(update_fields=["closed_at", "outcome", "last_day"])


def _end_of(day: date) -> datetime:
    """Return the midnight after this day, in Viet Nam."""
    return timezone.make_aware(datetime.combine(day + timedelta(days=1), time()))
