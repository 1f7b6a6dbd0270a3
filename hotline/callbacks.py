"""People who asked to be called back: asking, claiming one before the call, what came of it."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone

from accounts import rate_limits
from accounts.rate_limits import EVERYBODY, LimitRule, Limits
from accounts.sign_in import devices
from accounts.sign_in.devices import UNKNOWN, Device
from citizens.models import Citizen, RecordVisit
from citizens.visits import log_visit
from corrections import access
from hotline.models import BestTime, CallbackRequest, CallbackTry
from organizations.models import Organization
from vaxreg import db_time

if TYPE_CHECKING:
    from accounts.models import User

MOST_SHOWN = 100
# A claim ends after as long as a call may last.
CLAIM_TIME = timedelta(minutes=30)
# After this time the number is forgotten.
KEPT = timedelta(days=30)
PER_NUMBER: Limits = [(3, timedelta(days=1))]
# Many citizens share one address of a mobile network.
PER_ADDRESS: Limits = [(20, timedelta(hours=1)), (60, timedelta(days=1))]
IN_HOUR: Limits = [(500, timedelta(hours=1))]


class TooManyCallbacks(Exception):
    """The number, the address or everybody together asked too often; again from `retry_at` on."""

    def __init__(self, retry_at: datetime | None) -> None:
        super().__init__(retry_at)
        self.retry_at = retry_at


class NotYourCall(Exception):
    """A colleague claimed the request, or it is closed; nothing was stored."""


def ask(
    phone: str, best_time: BestTime, *, address: str, device: Device = UNKNOWN
) -> CallbackRequest:
    """Store that this number (E.164) asks to be called; address: the client's IP.

    Nothing is looked up: the answer tells nothing about the number. Raises TooManyCallbacks. Must
    not run in a transaction: a rollback would undo the count.
    """
    verdict = rate_limits.count_attempts(
        *devices.rules(
            device,
            "callback: number",
            phone,
            PER_NUMBER,
            LimitRule("callback: address", address, PER_ADDRESS),
            LimitRule("callback: in an hour", EVERYBODY, IN_HOUR),
        )
    )
    if not verdict.allowed:
        raise TooManyCallbacks(verdict.retry_at)
    return _stored(phone, best_time)


def note(citizen: Citizen, phone: str, best_time: BestTime, *, by: "User") -> CallbackRequest:
    """Store during a call that the caller is to be called back. Raises PermissionDenied."""
    _require_agent(by)
    return _stored(phone, best_time, citizen=citizen, noted_by=by)


def waiting() -> QuerySet[CallbackRequest]:
    """Return the open requests, the one to be called first comes first."""
    return (
        CallbackRequest.objects.filter(closed_at=None)
        .select_related("claimed_by", "noted_by", "citizen")
        .prefetch_related("tries__agent")
        .order_by("not_before", "pk")
    )


def due_count() -> int:
    """Return how many people may be called now and are not being called."""
    now = db_time.now()
    due = CallbackRequest.objects.filter(closed_at=None, not_before__lte=now)
    return due.exclude(claimed_at__gt=now - CLAIM_TIME).count()


def is_claimed(request: CallbackRequest, now: datetime) -> bool:
    """Whether somebody claimed it a short time ago."""
    return request.claimed_at is not None and request.claimed_at > now - CLAIM_TIME


def claimed_by(agent: "User", request: CallbackRequest) -> bool:
    """Whether this agent is the one who calls."""
    return request.claimed_by_id == agent.pk and is_claimed(request, db_time.now())


@transaction.atomic
def claim(request: CallbackRequest, *, by: "User") -> CallbackRequest:
    """Take a request, before the call: colleagues see who calls, and since when.

    Raises NotYourCall, and PermissionDenied for a user who is no agent.
    """
    _require_agent(by)
    row = _locked(request)
    now = db_time.now()
    if is_claimed(row, now) and row.claimed_by_id != by.pk:
        raise NotYourCall
    row.claimed_by, row.claimed_at = by, now
    row.save(update_fields=["claimed_by", "claimed_at"])
    return row


def number_of(request: CallbackRequest, *, by: "User") -> str:
    """Return the number to dial. Who was noted during a call has a row about it in their record.

    Raises NotYourCall unless the agent claimed it, and PermissionDenied for a user who is no agent.
    """
    hotline = _require_agent(by)
    if not claimed_by(by, request):
        raise NotYourCall
    if request.citizen is not None:
        log_visit(
            by,
            request.citizen,
            RecordVisit.Why.CALL,
            organization=hotline,
            ground=RecordVisit.Ground.COUNTER,
            seen=RecordVisit.Seen.PHONE,
        )
    return request.phone


@transaction.atomic
def note_try(
    request: CallbackRequest,
    *,
    by: "User",
    result: CallbackTry.Result,
    again_at: datetime | None = None,
) -> CallbackRequest:
    """Store what came of a call: it closes the request, or says when to try again.

    again_at: needed for AGAIN, and only there. Raises NotYourCall unless the agent claimed it.
    """
    _require_agent(by)
    row = _locked(request)
    now = db_time.now()
    if row.claimed_by_id != by.pk:
        raise NotYourCall
    CallbackTry.objects.create(request=row, agent=by, result=result, again_at=again_at, at=now)
    row.claimed_by = row.claimed_at = None
    if again_at is None:
        row.closed_at = now
    else:
        row.not_before = again_at
    row.save(update_fields=["claimed_by", "claimed_at", "closed_at", "not_before"])
    return row


def next_times() -> dict[str, datetime]:
    """Return when somebody may be tried again: the choices of one tap."""
    now = db_time.now()
    tomorrow = timezone.localtime(now + timedelta(days=1))
    return {
        "hour": now + timedelta(hours=1),
        "three_hours": now + timedelta(hours=3),
        "tomorrow": tomorrow.replace(hour=8, minute=0, second=0, microsecond=0),
    }


def forget() -> int:
    """Forget the numbers asked for 30 days ago, and close what is still open; return how many."""
    now = db_time.now()
    old = CallbackRequest.objects.filter(asked_at__lt=now - KEPT).exclude(phone="")
    return old.update(phone="", closed_at=Coalesce("closed_at", now))


def _stored(
    phone: str,
    best_time: BestTime,
    *,
    citizen: Citizen | None = None,
    noted_by: "User | None" = None,
) -> CallbackRequest:
    """Return the open request of this number; it is created when there is none."""
    now = db_time.now()
    new = {
        "best_time": best_time,
        "citizen": citizen,
        "noted_by": noted_by,
        "asked_at": now,
        "not_before": now,
    }
    try:
        return CallbackRequest.objects.get_or_create(phone=phone, closed_at=None, defaults=new)[0]
    except IntegrityError:
        # It was closed between the two looks: this is a new one.
        return CallbackRequest.objects.create(phone=phone, **new)


def _locked(request: CallbackRequest) -> CallbackRequest:
    row = CallbackRequest.objects.select_for_update(of=("self",)).get(pk=request.pk)
    if row.closed_at is not None:
        raise NotYourCall
    return row


def _require_agent(user: "User") -> Organization:
    hotline = access.hotline_of(user)
    if hotline is None:
        raise PermissionDenied
    return hotline
