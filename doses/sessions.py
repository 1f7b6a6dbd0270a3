"""Plan, hold and close vaccination sessions; write down the lots that a site received."""

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from doses.actions import clean_lot
from doses.models import Dose, ReceivedLot, VaccinationSession, Vaccine
from organizations.models import Organization
from vaxreg import db_time
from vaxreg.typed.invisible import clean_line

if TYPE_CHECKING:
    from accounts.models import User

Status = VaccinationSession.Status


class SessionOver(Exception):
    """The session was closed or called off in the meantime."""


@transaction.atomic
def plan(
    organization: Organization,
    on: date,
    *,
    by: "User",
    venue: str = "",
    lots: Iterable[ReceivedLot] = (),
    planned_doses: int | None = None,
) -> VaccinationSession:
    """Write down a session of a day; it is open from that day on.

    Raises ValidationError keyed "lots" for a lot of another site.
    """
    lots = list(lots)
    if any(lot.organization_id != organization.pk for lot in lots):
        raise ValidationError({"lots": _("This lot is not on the list of the site.")})
    session = VaccinationSession(
        organization=organization,
        venue=clean_line(venue),
        on=on,
        planned_doses=planned_doses,
        by=by,
        at=db_time.now(),
    )
    session.full_clean(exclude=["lots"])
    session.save(force_insert=True)
    session.lots.set(lots)
    return session


@transaction.atomic
def begin(session: VaccinationSession) -> VaccinationSession:
    """Open a planned session: the first dose does so. An open one stays open.

    A closed one stays closed: doses are entered late too. Raises SessionOver if it was called off.
    """
    session = _locked(session)
    if session.status == Status.CANCELLED:
        raise SessionOver
    if session.status == Status.PLANNED:
        session.status = Status.OPEN
        session.save(update_fields=["status"])
    return session


@transaction.atomic
def close(session: VaccinationSession, *, given_doses: int) -> VaccinationSession:
    """Say that the session is done, and how many doses were given by the site's own count.

    Again with another count: the count is put right. Raises SessionOver if it was called off.
    """
    session = _locked(session)
    if session.status == Status.CANCELLED:
        raise SessionOver
    session.given_doses = given_doses
    if session.status != Status.DONE:
        session.status, session.closed_at = Status.DONE, db_time.now()
    session.save(update_fields=["status", "closed_at", "given_doses"])
    return session


@transaction.atomic
def call_off(session: VaccinationSession) -> VaccinationSession:
    """Call a session off. Raises SessionOver if doses stand in it, or it is over."""
    session = _locked(session)
    if session.is_over or Dose.objects.completed().filter(session=session).exists():
        raise SessionOver
    session.status, session.closed_at = Status.CANCELLED, db_time.now()
    session.save(update_fields=["status", "closed_at"])
    return session


def receive_lot(
    organization: Organization,
    vaccine: Vaccine,
    number: str,
    *,
    received_on: date,
    by: "User",
    expires_on: date | None = None,
    doses: int | None = None,
) -> ReceivedLot:
    """Put a lot on the list of a site. Raises ValidationError if it stands there already."""
    lot = ReceivedLot(
        organization=organization,
        vaccine=vaccine,
        number=clean_lot(number),
        expires_on=expires_on,
        received_on=received_on,
        doses=doses,
        by=by,
        at=db_time.now(),
    )
    lot.full_clean()
    lot.save(force_insert=True)
    return lot


def withdraw_lot(lot: ReceivedLot, *, by: "User") -> None:
    """Take a lot off the list, as a mistake; the row stays."""
    ReceivedLot.objects.standing().filter(pk=lot.pk).update(
        withdrawn_at=db_time.now(), withdrawn_by=by
    )


def _locked(session: VaccinationSession) -> VaccinationSession:
    return VaccinationSession.objects.select_for_update(of=("self",)).get(pk=session.pk)
