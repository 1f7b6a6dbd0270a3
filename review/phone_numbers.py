"""The phone numbers of the people of a case: opened for a call, once somebody has said why."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts import rate_limits
from accounts.rate_limits import Limits
from citizens.models import Citizen, RecordLink
from corrections import actions
from corrections.models import Correction
from corrections.phone_calls import CallReason

if TYPE_CHECKING:
    from accounts.models import User

# Openings by one member of staff. A desk that calls all day makes fewer calls than this.
PER_PERSON: Limits = [(30, timedelta(hours=1)), (120, timedelta(days=1))]

ANSWERS = _("Answers about this case go here")
GUARDIAN = _("Guardian")
RELATIVE = _("Family member who was agreed to")
OWN_ACCOUNT = _("The person’s own sign-in")
ON_RECORD = _("Number of the record")


class TooManyCalls(Exception):
    """The user opened too many numbers; the next one is possible at `retry_at`."""

    def __init__(self, retry_at: datetime | None) -> None:
        super().__init__(retry_at)
        self.retry_at = retry_at


@dataclass(frozen=True)
class CitizenPhone:
    """One number (E.164), and whose it is: everything that is known of it."""

    number: str
    whose: tuple[Promise, ...]


def of_case(case: Correction) -> list[CitizenPhone]:
    """Return the numbers of a case, each once, the one to which answers go first."""
    whole = Citizen.objects.whole(case.citizen)
    links = RecordLink.objects.live().filter(citizen__in=whole, user__phone_verified=True)
    openers = links.select_related("user").order_by("pk")
    relations = {
        RecordLink.Relation.SELF: OWN_ACCOUNT,
        RecordLink.Relation.GUARDIAN: GUARDIAN,
        RecordLink.Relation.RELATIVE: RELATIVE,
    }
    found = [
        (case.filing.answer_phone, ANSWERS),
        *((one.user.phone, relations[RecordLink.Relation(one.relation)]) for one in openers),
        *((one.phone, ON_RECORD) for one in whole.order_by("pk")),
    ]
    whose: dict[str, list[Promise]] = {}
    for number, label in found:
        if number and label not in whose.setdefault(number, []):
            whose[number].append(label)
    return [CitizenPhone(number, tuple(labels)) for number, labels in whose.items()]


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
