"""A site writes a dose into the register: found or new person, warnings read, who and when."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from citizens.models import Citizen, RecordVisit
from citizens.visits import log_visit
from doses import actions, sessions
from doses.actions import Abroad
from doses.models import Dose, ReceivedLot, VaccinationSession, Vaccine
from doses.plausibility.checks import DoseLine, about_dose
from doses.plausibility.warnings import DoseWarning
from organizations.models import Organization
from recording.access import refuse_own_or_unverified
from vaxreg import db_time

if TYPE_CHECKING:
    from accounts.models import User

# What is entered later than this after the day of the dose says so: it came from paper.
AT_ONCE = timedelta(days=1)


@dataclass(frozen=True)
class GivenDose:
    """A dose as the site writes it down. position: "primary-1". given_time: in Viet Nam."""

    vaccine: Vaccine
    lot: str
    position: str
    given_time: time | None = None
    given_by: str = ""


def doubts(session: VaccinationSession, citizen: Citizen, given: GivenDose) -> list[DoseWarning]:
    """Return every warning about a dose of this session for this person."""
    return about_dose(
        citizen,
        DoseLine(given.position, session.on, given.vaccine, is_recorded=False),
        lot=actions.clean_lot(given.lot),
        organization=session.organization,
    )


def doubts_of_first(
    session: VaccinationSession,
    citizen: Citizen,
    lots: Sequence[ReceivedLot],
    first: Mapping[str, object],
) -> list[DoseWarning]:
    """Return the warnings about the dose with which the form begins (sessions.first_values)."""
    lot = next((one for one in lots if str(one.pk) == first.get("supply")), None)
    vaccine = lot.vaccine if lot else Vaccine.objects.filter(code=first.get("vaccine")).first()
    if vaccine is None:
        return []
    number = lot.number if lot else str(first.get("lot", ""))
    return doubts(session, citizen, GivenDose(vaccine, number, str(first["position"])))


@transaction.atomic
def record_in_session(
    session: VaccinationSession,
    citizen: Citizen,
    given: GivenDose,
    *,
    by: "User",
    left: Sequence[DoseWarning] = (),
) -> Dose:
    """Record a dose of this session. left: the warnings that were shown and are left standing.

    Raises PermissionDenied (recording.access), SessionOver, and ValidationError as
    `doses.actions.record` does.
    """
    refuse_own_or_unverified(by, citizen)
    session = sessions.begin(session)
    kind, ordinal = given.position.rsplit("-", 1)
    dose = actions.record(
        citizen=citizen,
        vaccine=given.vaccine,
        given_on=session.on,
        organization=session.organization,
        provenance=provenance_of(session.on),
        lot=given.lot,
        kind=kind,
        ordinal=int(ordinal),
        session=session,
        venue=session.venue,
        given_time=given.given_time,
        given_by=given.given_by,
        left=left,
        by=by,
        by_organization=session.organization,
    )
    log_recorded(by, citizen, session.organization)
    return dose


@transaction.atomic
def record_abroad(
    citizen: Citizen,
    *,
    vaccine: Vaccine,
    given_on: date,
    position: str,
    abroad: Abroad,
    lot: str,
    by: "User",
    by_organization: Organization,
    why: str,
    left: Sequence[DoseWarning] = (),
) -> Dose:
    """Record a dose of which somebody has seen the certificate of another country.

    why: which paper it was. left: as for `record_in_session`. Raises as `record_in_session` does.
    """
    refuse_own_or_unverified(by, citizen)
    kind, ordinal = position.rsplit("-", 1)
    dose = actions.record(
        citizen=citizen,
        vaccine=vaccine,
        given_on=given_on,
        organization=None,
        provenance=Dose.Provenance.ABROAD,
        lot=lot,
        kind=kind,
        ordinal=int(ordinal),
        abroad=abroad,
        left=left,
        by=by,
        by_organization=by_organization,
        why=why,
    )
    log_recorded(by, citizen, by_organization)
    return dose


def log_recorded(by: "User", citizen: Citizen, organization: Organization) -> None:
    """Store that a dose was recorded of a person who is there: it explains that they were opened."""
    ground = RecordVisit.Ground.COUNTER
    log_visit(by, citizen, RecordVisit.Why.RECORDING, organization=organization, ground=ground)


def provenance_of(given_on: date) -> str:
    """Return where an entry of today comes from: written at once, or later from paper."""
    today = timezone.localdate(db_time.now())
    late = today - given_on > AT_ONCE
    return Dose.Provenance.BACK_ENTRY if late else Dose.Provenance.SITE_ENTRY
