"""The phone numbers of somebody for whom a dose is due: opened for a call, and who opened them is kept."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from accounts import rate_limits
from accounts.rate_limits import Limits
from citizens import phones
from citizens.models import RecordVisit
from citizens.phones import CitizenPhone
from citizens.visits import log_visit
from organizations.models import Organization
from recording.due.models import NextDose

if TYPE_CHECKING:
    from accounts.models import User

# Openings by one member of staff, as for the numbers of cases.
PER_PERSON: Limits = [(30, timedelta(hours=1)), (120, timedelta(days=1))]


class TooManyCalls(Exception):
    """The user opened too many numbers; the next one is possible at `retry_at`."""

    def __init__(self, retry_at: datetime | None) -> None:
        super().__init__(retry_at)
        self.retry_at = retry_at


def open_for_call(due: NextDose, site: Organization, *, by: "User") -> list[CitizenPhone]:
    """Log who opens the numbers for which dose, and return them.

    Raises TooManyCalls. Must not run in a transaction: a rollback would undo the count.
    """
    verdict = rate_limits.count_attempt("due: phone number", str(by.pk), PER_PERSON)
    if not verdict.allowed:
        raise TooManyCalls(verdict.retry_at)
    log_visit(
        by,
        due.citizen,
        RecordVisit.Why.CALL,
        organization=site,
        ground=RecordVisit.Ground.DESK,
        seen=RecordVisit.Seen.PHONE,
        reference=due.group.code,
    )
    return phones.of_record(due.citizen)
