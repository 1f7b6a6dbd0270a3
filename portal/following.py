"""Following a correction without signing in, by its reference and the last digits of the phone.

This shows which organization holds it and until when it is due, and nothing about a person. No
answer tells whether a reference exists.
"""

import hmac
from dataclasses import dataclass, replace
from datetime import timedelta

import structlog
from django.conf import settings
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from accounts import rate_limits
from accounts.rate_limits import EVERYBODY, LimitRule, Limits, LimitVerdict
from corrections import history
from corrections.history import Audience, HistoryEntry
from corrections.lifecycle import Status
from corrections.models import Correction
from vaxreg.addresses import absolute

log = structlog.get_logger()

DIGITS = 4
# Wrong tries only. Five a day at one reference: one in 2,000 guesses its digits in a day.
WRONG_FOR_REFERENCE: Limits = [(5, timedelta(days=1))]
# Many citizens share one address of a mobile network.
WRONG_FROM_ADDRESS: Limits = [(30, timedelta(hours=1)), (100, timedelta(days=1))]
# All together. When it is spent nobody follows without signing in until the hour has passed.
WRONG_IN_HOUR: Limits = [(1_000, timedelta(hours=1))]
FOR_REFERENCE = "follow: wrong for reference"
FROM_ADDRESS = "follow: wrong from address"
IN_HOUR = "follow: wrong in an hour"
# Here the citizen's own sentence neither tells of the record nor points to what stands below it.
SAME_SENTENCE = frozenset({Status.RECEIVED, Status.QUEUED, Status.IN_REVIEW, Status.KEPT})
# Compared with when there is no phone to compare with; no digits are like it.
NO_PHONE = "-" * DIGITS


@dataclass(frozen=True)
class LookUp:
    """The result of one try: a correction, none, or too many wrong tries."""

    verdict: LimitVerdict
    case: Correction | None = None


def look_up(reference: str, digits: str, *, address: str) -> LookUp:
    """Find a correction unless there were too many wrong tries; address: the client's IP.

    A try is counted before the comparison, whether or not the reference exists, and taken back when
    the digits were right.
    """
    verdict = rate_limits.count_attempts(
        LimitRule(FOR_REFERENCE, reference, WRONG_FOR_REFERENCE),
        LimitRule(FROM_ADDRESS, address, WRONG_FROM_ADDRESS),
        LimitRule(IN_HOUR, EVERYBODY, WRONG_IN_HOUR),
    )
    if not verdict.allowed:
        if verdict.refused_by == IN_HOUR:
            log.critical("follow_budget_spent")
        return LookUp(verdict)
    case = find(reference, digits)
    if case:
        rate_limits.undo(verdict)
    return LookUp(verdict, case)


def find(reference: str, digits: str) -> Correction | None:
    """Return the correction if its phone number ends in these digits.

    The phone is the filer's, or the one that a caller gave to the hotline. The query and the
    comparison are the same whether the reference exists or not.
    """
    named = Correction.objects.filter(reference=reference)
    row = named.values_list("pk", "filing__contact_phone", "filing__filed_by__phone").first()
    phone = row[1] or row[2] if row else None
    expected = (phone or NO_PHONE)[-DIGITS:]
    is_right = hmac.compare_digest(expected.encode(), digits.encode())
    if row is None or not phone or not is_right:
        return None
    return Correction.objects.select_related("holder").get(pk=row[0])


def status_sentence(case: Correction) -> str:
    """Return one sentence about the state, without what was decided about the dose."""
    if case.status in SAME_SENTENCE:
        return history.status_sentence(case)
    if case.status == Status.WAITING:
        names = {"organization": case.holder.name if case.holder else ""}
        return _("%(organization)s has a question for you. Sign in to answer it.") % names
    words = _("Where it stands: %(status)s.") if case.is_open else _("Closed: %(status)s.")
    return words % {"status": str(case.get_status_display())}


def lines(case: Correction) -> list[HistoryEntry]:
    """Return events with their organizations, without texts and names of people."""
    return [replace(line, details=()) for line in history.entries(case, Audience.CITIZEN)]


def page_address() -> str:
    """Return the address of the search page, to be printed and typed in."""
    return f"{settings.SITE_DOMAIN}{reverse('follow')}"


def link(reference: str) -> str:
    """Return the address in the QR code of a receipt: with the reference, without the digits."""
    return f"{absolute(reverse('follow'))}?{urlencode({'ref': reference})}"
