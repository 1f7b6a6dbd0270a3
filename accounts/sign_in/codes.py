"""One-time codes by SMS, call or e-mail, or read out: send one, and check what the user typed.

Unknown phone numbers are treated like known ones: sending creates an unverified account, so that
the answer and its headers are the same, and everybody can sign in with their own phone. Opening a
record needs a second fact later.
"""

import enum
import hmac
import logging
import secrets
import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts import rate_limits
from accounts.models import CodeWay, Language, SignInCode, User
from accounts.rate_limits import EVERYBODY, LimitRule, LimitVerdict
from accounts.sign_in import contact_email, devices
from accounts.sign_in.devices import UNKNOWN, Device
from messaging import actions as messages
from messaging.models import Channel
from vaxreg import db_time
from vaxreg.encryption import ACCOUNTS

log = logging.getLogger(__name__)

# Part of the hash, so that hashes of codes differ from others.
LABEL = "sign-in code"

SENT_TO_NUMBER = "code to number"
SENT_TO_ADDRESS = "code to address"
SENT_IN_HOUR = "codes in an hour"
WRONG_FOR_NUMBER = "wrong code for number"
WRONG_IN_HOUR = "wrong codes in an hour"


class CodeOutcome(enum.Enum):
    """The result of checking a code."""

    RIGHT = enum.auto()
    WRONG = enum.auto()
    EXPIRED = enum.auto()
    TOO_MANY = enum.auto()
    # The code is too short for these hours, in which strangers guess at codes: ask for a longer one.
    TOO_SHORT = enum.auto()


@dataclass(frozen=True)
class Check:
    """The result of checking a code, and how many attempts are left."""

    outcome: CodeOutcome
    user: User | None = None
    tries_left: int = 0
    retry_at: datetime | None = None


@dataclass(frozen=True)
class Sending:
    """The code that was sent, or the rate limit that refused it."""

    verdict: LimitVerdict
    code_id: uuid.UUID | None = None
    sent_at: datetime | None = None
    digits: int = 0


@transaction.atomic
def send(
    phone: str, *, address: str, device: Device = UNKNOWN, channel: Channel = Channel.SMS
) -> Sending:
    """Send a new code to this number (E.164), or call it, unless a rate limit refuses.

    By EMAIL it goes to the confirmed address of the account; nothing is sent, and nobody is told,
    where there is none.

    While strangers guess at codes all over the country, the code is longer. `address` is the
    client's IP address. Codes requested by other sessions stay valid: a stranger who types
    somebody's number must not invalidate that person's code.
    """
    hour = settings.SIGN_IN_HOUR
    verdict = rate_limits.count_attempts(
        *devices.rules(
            device,
            SENT_TO_NUMBER,
            phone,
            settings.CODES_PER_NUMBER,
            LimitRule(SENT_TO_ADDRESS, address, settings.CODES_PER_ADDRESS),
            LimitRule(SENT_IN_HOUR, EVERYBODY, [(settings.CODES_PER_HOUR, hour)]),
        )
    )
    if not verdict.allowed:
        if verdict.refused_by == SENT_IN_HOUR:
            log.critical("sign_in_code_budget_spent")
        return Sending(verdict)
    now = db_time.now()
    language = get_language() or Language.VIETNAMESE.value
    user, _created = User.objects.get_or_create(
        phone=phone, closed_at=None, defaults={"language": language}
    )
    digits = settings.LONG_CODE_DIGITS if _is_guessed_at() else settings.SIGN_IN_CODE_DIGITS
    way = CodeWay.EMAIL if channel == Channel.EMAIL else CodeWay.PHONE
    row, code = _make(user, way, digits, now)
    recipient = contact_email.of(user) if channel == Channel.EMAIL else phone
    if user.is_active and recipient:
        row.message = messages.send(
            purpose="sign_in_code",
            channel=channel,
            recipient=recipient,
            subject=_("Your code to sign in to Sổ Tiêm") if channel == Channel.EMAIL else "",
            text=_spoken(code) if channel == Channel.CALL else _text(code),
            user_id=user.pk,
            is_secret=True,
            useless_after=row.expires_at,
        )
    row.save()
    return Sending(verdict, row.pk, now, digits)


@transaction.atomic
def give(user: User) -> tuple[SignInCode, str]:
    """Return a new code for the hotline to read out, and end the one that it gave before.

    It works in any browser in which the number of this account is asked for. The caller has checked
    who is on the telephone, and counts.
    """
    user = User.objects.select_for_update(of=("self",)).get(pk=user.pk)
    now = db_time.now()
    given = SignInCode.objects.filter(user=user, way=CodeWay.HOTLINE, used_at=None)
    given.filter(expires_at__gt=now).update(expires_at=now)
    row, code = _make(user, CodeWay.HOTLINE, settings.LONG_CODE_DIGITS, now)
    row.save()
    return row, code


@transaction.atomic
def check(
    code_id: uuid.UUID | None,
    typed: str,
    *,
    device: Device = UNKNOWN,
    phone: str = "",
    earlier: Collection[uuid.UUID] = (),
) -> Check:
    """Compare the typed digits with the codes of this session, and count the attempt.

    They are `code_id` and those sent `earlier` that still count; and what the hotline gave for
    `phone`. A wrong one counts for all of them. With no `code_id` only the hotline's is compared,
    and the answer does not tell whether it gave one. The rows are locked, so that only five guesses
    are compared, however many arrive at once.
    """
    now = db_time.now()
    sent = Q(pk__in=[one for one in (code_id, *earlier) if one])
    told = Q(user__phone=phone, way=CodeWay.HOTLINE) if phone else Q(pk=None)
    rows = (
        SignInCode.objects.select_for_update(of=("self",))
        .select_related("user")
        .filter(sent | told, used_at=None, expires_at__gt=now)
        .order_by("created_at", "pk")
    )
    own, given = [], []
    for row in rows:
        if row.way != CodeWay.HOTLINE:
            own.append(row)
        elif row.digits == len(typed):
            given.append(row)
    if code_id and not own and not given:
        return Check(CodeOutcome.EXPIRED)
    if own and all(row.tries >= settings.SIGN_IN_CODE_TRIES for row in own):
        return Check(CodeOutcome.TOO_MANY)
    number = phone or str(own[0].user.phone)
    # Long codes need no limit for the country: so many cannot be asked for that one is guessed.
    is_short = any(row.digits < settings.LONG_CODE_DIGITS for row in own)
    verdict = rate_limits.count_attempts(
        *devices.rules(
            device,
            WRONG_FOR_NUMBER,
            number,
            settings.WRONG_CODES_PER_NUMBER,
            *([_all_wrong_ones()] if is_short else []),
        )
    )
    if not verdict.allowed:
        if verdict.refused_by == WRONG_IN_HOUR:
            log.critical("wrong_sign_in_code_budget_spent")
            return Check(CodeOutcome.TOO_SHORT)
        return Check(CodeOutcome.TOO_MANY, retry_at=verdict.retry_at)
    compared = [row for row in (*own, *given) if row.tries < settings.SIGN_IN_CODE_TRIES]
    right = next((row for row in compared if _matches(row, typed) and row.user.is_active), None)
    for row in compared:
        row.tries += 1
        row.save(update_fields=["tries"])
    if right is None:
        if not own:
            return Check(CodeOutcome.EXPIRED if code_id else CodeOutcome.WRONG)
        left = settings.SIGN_IN_CODE_TRIES - min(row.tries for row in own)
        return Check(CodeOutcome.WRONG if left else CodeOutcome.TOO_MANY, tries_left=left)
    rate_limits.undo(verdict)
    right.used_at = now
    right.save(update_fields=["used_at"])
    user = right.user
    # A code by another way proves who it is, and not that the phone is in their hand.
    if right.way == CodeWay.PHONE and not user.phone_verified:
        user.phone_verified = True
        user.save(update_fields=["phone_verified"])
    return Check(CodeOutcome.RIGHT, user=user)


def _make(user: User, way: CodeWay, digits: int, now: datetime) -> tuple[SignInCode, str]:
    """Return a new row that is not stored yet, and its code."""
    code = f"{secrets.randbelow(10**digits):0{digits}}"
    expires_at = now + settings.SIGN_IN_CODE_LIFETIME
    row = SignInCode(user=user, way=way, created_at=now, expires_at=expires_at, digits=digits)
    row.code_hash = ACCOUNTS.digest(LABEL, _labelled(row, code))
    return row, code


def purge() -> int:
    """Delete expired codes; return their number."""
    return SignInCode.objects.filter(expires_at__lt=db_time.now()).delete()[0]


def _all_wrong_ones() -> LimitRule:
    per_hour = [(settings.WRONG_CODES_PER_HOUR, settings.SIGN_IN_HOUR)]
    return LimitRule(WRONG_IN_HOUR, EVERYBODY, per_hour)


def _is_guessed_at() -> bool:
    """Whether half of the wrong codes that the country may type in an hour are typed."""
    typed = rate_limits.count(WRONG_IN_HOUR, EVERYBODY, settings.SIGN_IN_HOUR)
    return typed * 2 >= settings.WRONG_CODES_PER_HOUR


def _labelled(row: SignInCode, code: str) -> str:
    return f"{row.pk}:{code}"


def _matches(row: SignInCode, typed: str) -> bool:
    """Compare with the hash under each key: the key may be replaced while a code is valid."""
    possible = ACCOUNTS.digests(LABEL, _labelled(row, typed))
    return any(hmac.compare_digest(row.code_hash, one) for one in possible)


def _spoken(code: str) -> str:
    """Return what is read out in a call: the digits one by one, and once more."""
    return _(
        "This is Sổ Tiêm. Your code to sign in is: %(digits)s. Once more: %(digits)s. Tell it to"
        " nobody, not even to health staff."
    ) % {"digits": ", ".join(code)}


def _text(code: str) -> str:
    """Return the SMS; its last line lets phones fill in the code (WebOTP format)."""
    words = _(
        "%(code)s is your code to sign in to Sổ Tiêm. It is valid for %(minutes)s minutes."
        " Tell it to nobody, not even to health staff."
    ) % {
        "code": code,
        "minutes": int(settings.SIGN_IN_CODE_LIFETIME.total_seconds()) // 60,
    }
    return f"{words}\n\n@{settings.SITE_DOMAIN} #{code}"
