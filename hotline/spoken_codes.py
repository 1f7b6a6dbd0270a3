"""One-time codes that an agent reads out to a caller to whom no SMS comes.

Only after a check that a stolen identity card does not pass, and only for an account of the person
on record. The account's phone and inbox are told at once; who gave it for whom is kept.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts import rate_limits
from accounts.phones import is_vietnamese_mobile
from accounts.rate_limits import LimitRule, Limits
from accounts.sign_in import codes
from citizens.models import Citizen, RecordLink
from corrections import access
from hotline.models import CallerCheck, SpokenCode
from messaging.actions import send_to_citizen
from vaxreg import ui

if TYPE_CHECKING:
    from accounts.models import User

PER_PERSON: Limits = [(3, timedelta(days=1))]
PER_AGENT: Limits = [(20, timedelta(hours=1)), (80, timedelta(days=1))]
# Purpose of the message that tells the account.
PURPOSE = "account.hotline_code"


class TooManyCodes(Exception):
    """The account got, or the agent gave, as many as allowed; again at `retry_at`."""

    def __init__(self, retry_at: datetime | None) -> None:
        super().__init__(retry_at)
        self.retry_at = retry_at


@dataclass(frozen=True)
class Spoken:
    """A code to read out, in groups, and until when it works."""

    code: str
    phone: str
    until: datetime


def phones(citizen: Citizen) -> list[str]:
    """Return the numbers (E.164) with which this person may sign in, the likeliest first.

    They are those of accounts that have this as their own record, then the number on the record:
    unless that one belongs to an account with another own record, as on a child's record.
    """
    whole = Citizen.objects.whole(citizen)
    own = RecordLink.objects.live().filter(relation=RecordLink.Relation.SELF)
    mine = own.filter(citizen__in=whole, user__is_active=True, user__phone__isnull=False)
    found = [str(one) for one in mine.order_by("pk").values_list("user__phone", flat=True)]
    for number in whole.exclude(phone="").order_by("pk").values_list("phone", flat=True):
        if number in found or not number or not is_vietnamese_mobile(number):
            continue
        elsewhere = own.filter(user__phone=number).exclude(citizen__in=whole)
        shut = get_user_model().objects.filter(phone=number, is_active=False, closed_at=None)
        if not elsewhere.exists() and not shut.exists():
            found.append(number)
    return found


@transaction.atomic
def give(call: CallerCheck, phone: str, *, by: "User") -> Spoken:
    """Give a code for signing in with this number.

    Raises PermissionDenied when the call has not proven enough, or the number is none of `phones`;
    TooManyCodes.
    """
    if access.hotline_of(by) is None or not call.passed or not call.beyond_card:
        raise PermissionDenied
    if phone not in phones(call.citizen):
        raise PermissionDenied
    verdict = rate_limits.count_attempts(
        LimitRule("spoken code: account", phone, PER_PERSON),
        LimitRule("spoken code: agent", str(by.pk), PER_AGENT),
    )
    if not verdict.allowed:
        raise TooManyCodes(verdict.retry_at)
    account, _created = get_user_model().objects.get_or_create(phone=phone)
    row, code = codes.give(account)
    SpokenCode.objects.create(agent=by, call=call, account=account, at=row.created_at)
    _tell(account, row.created_at)
    half = len(code) // 2
    return Spoken(f"{code[:half]} {code[half:]}", phone, row.expires_at)


def _tell(account: "User", at: datetime) -> None:
    def words() -> str:
        return _(
            "So Tiem: the hotline gave a one-time code for signing in with this number at %(time)s."
            " Was it not you? Call %(number)s."
        ) % {"time": ui.minute(at), "number": ui.hotline().display}

    texts = ui.in_each_language(words)
    with override(account.language):
        send_to_citizen(
            purpose=PURPOSE,
            phone=account.phone or "",
            text=texts[account.language],
            texts=texts,
            user_id=account.pk,
        )
