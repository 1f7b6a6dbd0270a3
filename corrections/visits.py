"""Logs that somebody read a case in the record of its citizen, by what they are to the case."""

from typing import TYPE_CHECKING

from citizens.models import RecordVisit
from citizens.visits import log_own, log_visit
from corrections.lifecycle import Party
from corrections.models import Correction
from corrections.parties import AT_THE_DESK, acting_organization, parties_of

if TYPE_CHECKING:
    from accounts.models import User

Why = RecordVisit.Why


def log_reading(user: "User", case: Correction) -> None:
    """Store the visit: of the desk, else of the officer above it, the hotline, or the family."""
    parties = parties_of(user, case)
    desk = parties & AT_THE_DESK
    for party, why in ((Party.OVERSEER, Why.OVERSIGHT), (Party.HOTLINE, Why.HOTLINE)):
        if party in parties and not desk:
            log_visit(user, case.citizen, why, organization=acting_organization(user, case, party))
            return
    if desk:
        organization = acting_organization(user, case, Party.REVIEWER)
        log_visit(user, case.citizen, Why.REVIEW, organization=organization)
        return
    log_own(user, case.citizen)
