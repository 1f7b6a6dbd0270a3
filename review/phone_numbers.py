"""The phone numbers of the people of a case: opened for a call, once somebody has said why."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from accounts import rate_limits
from accounts.rate_limits import Limits
from citizens import phones
from citizens.phones import CitizenPhone
from corrections import actions
from corrections.models import Correction
from corrections.phone_calls import CallReason

if TYPE_CHECKING:
    from accounts.models import User

# Openings by one member of staff. A desk that calls all day makes fewer calls than this.
PER_PERSON: Limits = [(30, timedelta(hours=1)), (120, timedelta(days=1))]

ANSWERS = _("Answers about this case go here")


class TooManyCalls(Exception):
    """The user opened too many numbers; the next one is possible at `retry_at`."""

    def __init__(self, retry_at: datetime | None) -> None:
        super().__init__(retry_at)
        self.retry_at = retry_at


def of_case(case: Correction) -> list[CitizenPhone]:
    """Return the numbers of a case, each once, the one to which answers go first."""
    return phones.of_record(case.citizen, (case.filing.answer_phone, ANSWERS))


def open_for_call(
    case: Correction, *, by: "User", reason: CallReason, words: str = ""
) -> list[CitizenPhone]:
    """Record who opens the numbers and why, and return them.

    Raises TooManyCalls, and what corrections.actions.call raises. Must not run in a transaction: a
    rollback would undo the count.
    """
    verdict = rate_limits.count_attempt("case: phone number", str(by.pk), PER_PERSON)
    if not verdict.allowed:
        raise TooManyCalls(verdict.retry_at)
    actions.call(case, by=by, reason=reason, words=words)
    return of_case(case)
