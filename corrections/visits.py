"""Logs that somebody read a case in the record of its citizen: by what they are to it, on what ground."""

from typing import TYPE_CHECKING

from accounts.programs import Program
from citizens.models import RecordVisit
from citizens.visits import log_own, log_visit
from corrections.clocks import deadlines
from corrections.lifecycle import Party
from corrections.models import Correction
from corrections.parties import AT_THE_DESK, acting_organization, parties_of, steps_of
from organizations.models import Organization
from vaxreg import db_time

if TYPE_CHECKING:
    from accounts.models import User

Why, Ground, Seen = RecordVisit.Why, RecordVisit.Ground, RecordVisit.Seen


def log_reading(
    user: "User", case: Correction, program: Program | None = None, *, seen: str = Seen.CASE
) -> None:
    """Store the visit: of the desk, else of the officer above it, the hotline, or the family.

    program: what reads it for them, as `log_own` takes it.
    """
    parties = parties_of(user, case)
    desk = parties & AT_THE_DESK
    for party, why in ((Party.OVERSEER, Why.OVERSIGHT), (Party.HOTLINE, Why.HOTLINE)):
        if party in parties and not desk:
            log_case(user, case, why, acting_organization(user, case, party), seen=seen)
            return
    if desk:
        log_case(user, case, Why.REVIEW, acting_organization(user, case, Party.REVIEWER), seen=seen)
        return
    log_own(user, case.citizen, program)


def log_case(
    user: "User",
    case: Correction,
    why: str,
    organization: Organization | None,
    *,
    seen: str = Seen.CASE,
) -> None:
    """Store that staff read the case. Raises gate.CannotLook: then nothing may be shown."""
    log_visit(
        user,
        case.citizen,
        why,
        organization=organization,
        ground=ground_of(user, case, why),
        seen=seen,
        reference=case.reference,
    )


def ground_of(user: "User", case: Correction, why: str) -> str:
    """Return on what ground staff read a case: their own desk, a case that waits, or none.

    A case lies on the desk while it is open and for as long as it can be opened again, and always
    for those who decided it. Of what lies beneath, those wait for a health officer that are overdue, that a second person
    must confirm, or that they took part in.
    """
    if why == Why.HOTLINE:
        return Ground.NO_CALL
    took_part = user.pk in {case.reviewer_id, case.first_by_id, case.decided_by_id}
    if _is_old(case) and not took_part:
        return Ground.OLD
    if why == Why.REVIEW or took_part:
        return Ground.DESK
    parties = parties_of(user, case)
    if parties & AT_THE_DESK:
        return Ground.DESK
    waits = case.is_overdue() or "countersign" in steps_of(user, case, parties)
    return Ground.WAITING if waits else Ground.BELOW


def _is_old(case: Correction) -> bool:
    """Whether it ended longer ago than its citizen can open it again."""
    if case.is_open:
        return False
    ended = case.decided_at or case.events.latest("at").at
    return ended < db_time.now() - deadlines.REOPEN_TIME
