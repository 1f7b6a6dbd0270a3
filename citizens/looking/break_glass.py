"""Break-glass: staff open one record in an emergency, for an hour, and both sides are told."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import connection, transaction

from accounts.identity import is_verified
from citizens.access import is_own_or_family
from citizens.looking import gate, messages, rules
from citizens.looking.counting import DAY
from citizens.models import BreakGlass, Citizen, RecordVisit
from citizens.visits import acting_as, log_visit
from vaxreg import db_time

if TYPE_CHECKING:
    from accounts.models import User

LASTS = timedelta(minutes=60)


class TooMany(Exception):
    """The account has opened too many records in an emergency; the next one from `retry_at` on."""

    def __init__(self, retry_at: datetime) -> None:
        super().__init__(retry_at)
        self.retry_at = retry_at


class OwnFamily(PermissionDenied):
    """It is the record of the account's own person or family."""


@transaction.atomic
def open_record(citizen: Citizen, *, reason: str, by: "User") -> BreakGlass:
    """Open the record to this member of staff for 60 minutes; both sides are told at once.

    One that is open already is returned as it is. Raises OwnFamily; PermissionDenied for whoever
    works nowhere or is not verified (their family would not be known); TooMany.
    """
    record = citizen.kept
    if is_own_or_family(by, record):
        raise OwnFamily
    place, _role = acting_as(by, None)
    if place is None or not is_verified(by):
        raise PermissionDenied
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [gate.LOCK, by.pk])
    now = db_time.now()
    known = gate.running(by).filter(citizen=record).first()
    if known is not None:
        return known
    most = rules.in_force().break_glass_day
    lately = BreakGlass.objects.filter(user=by, at__gt=now - DAY).order_by("-at")
    if (oldest := lately[most - 1 : most].first()) is not None:
        raise TooMany(oldest.at + DAY)
    glass = BreakGlass.objects.create(
        user=by, citizen=record, organization=place, reason=reason, at=now, ends_at=now + LASTS
    )
    log_look(glass)
    messages.tell_broken_glass(glass)
    return glass


def opened_by(user: "User", public_id: UUID) -> BreakGlass | None:
    """Return an emergency of this account, ended or not."""
    found = BreakGlass.objects.filter(user=user, public_id=public_id)
    return found.select_related("citizen__area", "citizen__merged_into", "organization").first()


def has_ended(glass: BreakGlass) -> bool:
    """Whether its 60 minutes are over."""
    return glass.ends_at <= db_time.now()


def log_look(glass: BreakGlass) -> RecordVisit:
    """Store that the account reads the record on this ground."""
    return log_visit(
        glass.user,
        glass.citizen,
        RecordVisit.Why.BREAK_GLASS,
        organization=glass.organization,
        ground=RecordVisit.Ground.BREAK_GLASS,
    )
