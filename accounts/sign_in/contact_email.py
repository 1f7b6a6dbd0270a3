"""The e-mail address of a citizen, for sign-in codes when no SMS comes: given, confirmed, taken off.

It counts only once a code that was sent there is typed. The phone is told of every change.
"""

import hmac
import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts import rate_limits
from accounts.models import ContactEmail, User
from accounts.rate_limits import LimitRule
from messaging.actions import send, send_to_citizen
from messaging.models import Channel
from vaxreg import db_time, ui
from vaxreg.encryption import ACCOUNTS

# Part of the hash, so that hashes of codes differ from others.
LABEL = "code of an e-mail address"
GOOD_FOR = timedelta(minutes=30)
DIGITS = 6
# E-mails with a code that one account may cause, and that one address may get.
PER_ACCOUNT = [(1, timedelta(minutes=1)), (5, timedelta(days=1))]
PER_ADDRESS = [(5, timedelta(days=1))]
# From one IP address, which many citizens share in a mobile network.
PER_CLIENT = [(60, timedelta(hours=1))]
# What `confirm` returns for the right code.
CONFIRMED = -1


class TooManyEmails(Exception):
    """The account or the address had as many codes as it may have; again at `retry_at`."""

    def __init__(self, retry_at: datetime | None) -> None:
        super().__init__(retry_at)
        self.retry_at = retry_at


def of(user: User) -> str:
    """Return the confirmed address of this account, or ""."""
    row = ContactEmail.objects.filter(user=user, confirmed_at__isnull=False).first()
    return row.address if row else ""


def of_phone(phone: str) -> str:
    """Return the confirmed address of the account with this number (E.164), or ""."""
    user = User.objects.filter(phone=phone, closed_at=None).first()
    return of(user) if user else ""


def waiting(user: User) -> str:
    """Return the address that waits for its code, or ""."""
    row = ContactEmail.objects.filter(user=user, confirmed_at=None).first()
    return row.address if row else ""


@transaction.atomic
def give(user: User, address: str, *, client: str) -> None:
    """Send a code to this address, which waits for it; another one that waited is forgotten.

    client: the IP address of who asks, counted as well.

    Raises TooManyEmails.
    """
    verdict = rate_limits.count_attempts(
        LimitRule("e-mail code: account", str(user.pk), PER_ACCOUNT),
        LimitRule("e-mail code: address", address.casefold(), PER_ADDRESS),
        LimitRule("e-mail code: client", client, PER_CLIENT),
    )
    if not verdict.allowed:
        raise TooManyEmails(verdict.retry_at)
    _lock(user)
    now = db_time.now()
    code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"
    expires_at = now + GOOD_FOR
    values = {"address": address, "code_hash": _hash(user, address, code), "tries": 0}
    ContactEmail.objects.filter(user=user, confirmed_at=None).delete()
    ContactEmail.objects.create(user=user, given_at=now, code_expires_at=expires_at, **values)
    send(
        purpose="account.email_code",
        channel=Channel.EMAIL,
        recipient=address,
        subject=_("Confirm your e-mail address for Sổ Tiêm"),
        text=_(
            "%(code)s is the code that confirms this address for Sổ Tiêm, the vaccination register."
            " It is valid for %(minutes)s minutes.\n\nDid you not ask for it? Then do nothing: the"
            " address is not used."
        )
        % {"code": code, "minutes": int(GOOD_FOR.total_seconds()) // 60},
        user_id=user.pk,
        is_secret=True,
        useless_after=expires_at,
    )


@transaction.atomic
def confirm(user: User, typed: str) -> int:
    """Let the address that waits count from now on; the one before is forgotten.

    Return `CONFIRMED`, or how many tries are left: 0 when the code has ended, or none waits.
    """
    _lock(user)
    row = ContactEmail.objects.filter(user=user, confirmed_at=None).first()
    now = db_time.now()
    if row is None or row.code_expires_at <= now or row.tries >= settings.SIGN_IN_CODE_TRIES:
        return 0
    row.tries += 1
    if not _matches(row, typed):
        row.save(update_fields=["tries"])
        return settings.SIGN_IN_CODE_TRIES - row.tries
    ContactEmail.objects.filter(user=user, confirmed_at__isnull=False).delete()
    row.confirmed_at = now
    row.save(update_fields=["tries", "confirmed_at"])
    _tell(user, row.address, taken_off=False)
    return CONFIRMED


@transaction.atomic
def take_off(user: User) -> bool:
    """Forget the addresses of this account; return whether one of them counted."""
    _lock(user)
    counted = of(user)
    ContactEmail.objects.filter(user=user).delete()
    if counted:
        _tell(user, counted, taken_off=True)
    return bool(counted)


def purge() -> int:
    """Forget addresses that nobody confirmed in time; return their number."""
    expired = ContactEmail.objects.filter(confirmed_at=None, code_expires_at__lt=db_time.now())
    return expired.delete()[0]


def _tell(user: User, address: str, *, taken_off: bool) -> None:
    """Tell the phone of the account, and its inbox, of a change."""
    masked, number = ui.masked_email(address), ui.hotline().display

    def words() -> str:
        if taken_off:
            text = _("So Tiem: the e-mail address %(email)s was taken off your account.")
        else:
            text = _("So Tiem: sign-in codes of your account can be sent to %(email)s now.")
        return f"{text % {'email': masked}} " + _("Was it not you? Call %(number)s.") % {
            "number": number
        }

    texts = ui.in_each_language(words)
    with override(user.language):
        send_to_citizen(
            purpose="account.email_changed",
            phone=user.phone or "",
            text=texts[user.language],
            texts=texts,
            user_id=user.pk,
        )


def _lock(user: User) -> None:
    User.objects.select_for_update(of=("self",)).get(pk=user.pk)


def _hash(user: User, address: str, code: str) -> str:
    return ACCOUNTS.digest(LABEL, _labelled(user.pk, address, code))


def _matches(row: ContactEmail, typed: str) -> bool:
    possible = ACCOUNTS.digests(LABEL, _labelled(row.user_id, row.address, typed))
    return any(hmac.compare_digest(row.code_hash, one) for one in possible)


def _labelled(user_id: int, address: str, code: str) -> str:
    return f"{user_id}:{address}:{code}"
