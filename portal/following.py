"""Following a correction without signing in, by its reference and four digits that its person knows.

They are the last ones of the phone number; for somebody without a phone, of the ID number. This shows which organization holds it and until when it is due, and nothing about a person. No
answer tells whether a reference exists.
"""

import hmac
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

import structlog
from django.conf import settings
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from accounts import rate_limits
from accounts.rate_limits import EVERYBODY, LimitRule, Limits, LimitVerdict
from accounts.sign_in import devices
from accounts.sign_in.devices import UNKNOWN, Device
from corrections import history
from corrections.history import Audience, HistoryEntry
from corrections.lifecycle import Status
from corrections.models import Correction, Filing
from vaxreg.addresses import absolute

if TYPE_CHECKING:
    from accounts.models import User

log = structlog.get_logger()

DIGITS = 4
# Wrong tries only. Five a day at one reference: one in 2,000 guesses its digits in a day.
WRONG_FOR_REFERENCE: Limits = [(5, timedelta(days=1))]
# Many citizens share one address of a mobile network.
WRONG_FROM_ADDRESS: Limits = [(30, timedelta(hours=1)), (100, timedelta(days=1))]
# All together. When it is spent, browsers that never found it follow only after signing in.
WRONG_IN_HOUR: Limits = [(1_000, timedelta(hours=1))]
FOR_REFERENCE = "follow: wrong for reference"
FROM_ADDRESS = "follow: wrong from address"
IN_HOUR = "follow: wrong in an hour"
# Here the citizen's own sentence neither tells of the record nor points to what stands below it.
SAME_SENTENCE = frozenset({Status.RECEIVED, Status.QUEUED, Status.IN_REVIEW, Status.KEPT})
# Compared with when there is nothing to compare with; no digits are like it.
NOTHING = "-" * DIGITS


class KeyKind(StrEnum):
    """What the four digits are."""

    PHONE = "phone"
    ID_NUMBER = "id_number"
    BIRTHDAY = "birthday"


@dataclass(frozen=True)
class SecondKey:
    """Four digits that the person knows and no receipt shows, and what they are."""

    kind: KeyKind
    digits: str


@dataclass(frozen=True)
class LookUp:
    """The result of one try: a correction, none, or too many wrong tries."""

    verdict: LimitVerdict
    case: Correction | None = None


def look_up(reference: str, digits: str, *, address: str, device: Device = UNKNOWN) -> LookUp:
    """Find a correction unless there were too many wrong tries; address: the client's IP.

    A try is counted before the comparison, whether or not the reference exists, and taken back when
    the digits were right. Tries of others do not lock a browser that found it before, or in which
    somebody signed in with its phone number.
    """
    phone = _phone_of(reference)
    verdict = rate_limits.count_attempts(
        *devices.rules(
            device,
            FOR_REFERENCE,
            phone if phone and device.knows(phone) else reference,
            WRONG_FOR_REFERENCE,
            LimitRule(FROM_ADDRESS, address, WRONG_FROM_ADDRESS),
            LimitRule(IN_HOUR, EVERYBODY, WRONG_IN_HOUR),
        )
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
    """Return the correction if these are its digits.

    The query and the comparison are the same whether the reference exists or not.
    """
    filing = _filing_of(reference)
    expected = second_key(filing).digits if filing else NOTHING
    is_right = hmac.compare_digest(expected.encode(), digits.encode())
    return _case(reference) if is_right and expected != NOTHING else None


def second_key(filing: Filing) -> SecondKey:
    """Return the digits that open a case of this filing, besides its reference.

    Who was written down without a phone has the last digits of the ID number; without one, the day
    and the month of birth, such as 2703.
    """
    if filing.answer_phone or not filing.is_on_behalf:
        return SecondKey(KeyKind.PHONE, (filing.answer_phone or NOTHING)[-DIGITS:])
    person = filing.citizen.kept
    if person.id_number:
        return SecondKey(KeyKind.ID_NUMBER, person.id_number[-DIGITS:])
    return SecondKey(KeyKind.BIRTHDAY, f"{person.date_of_birth:%d%m}")


def of_phone(reference: str, user: "User") -> Correction | None:
    """Return the correction if its phone number is the one with which this user signed in.

    So callers of the hotline, who filed without an account, follow it whatever strangers type.
    """
    phone = _phone_of(reference)
    proven = user.phone if user.phone_verified else None
    return _case(reference) if phone and phone == proven else None


def _phone_of(reference: str) -> str | None:
    """Return the number that a caller gave to the hotline, or the filer's; None without one."""
    filing = _filing_of(reference)
    return (filing.answer_phone or None) if filing else None


def _filing_of(reference: str) -> Filing | None:
    named = Filing.objects.filter(corrections__reference=reference)
    return named.select_related("filed_by", "citizen__merged_into").first()


def _case(reference: str) -> Correction:
    return Correction.objects.select_related("holder").get(reference=reference)


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
