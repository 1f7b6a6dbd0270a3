"""The messages to a caller: what each was about and what became of it, and sending one again.

Agents read no text: it may hold a code or a link. Messages about other people's cases on the same
phone are left out.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts import rate_limits
from accounts.rate_limits import Limits
from citizens.masking import mask_phone
from citizens.models import Citizen, RecordLink
from corrections.models import Correction, CorrectionEvent, UploadLink
from corrections.notices import message_key
from hotline import upload_links
from hotline.models import CallerCheck, MessageResend
from messaging import actions, outcome
from messaging.models import Message, MessageQuerySet
from messaging.outcome import Outcome
from vaxreg import db_time
from vaxreg.encryption import blind_indexes

if TYPE_CHECKING:
    from accounts.models import User

MOST_SHOWN = 20
PER_AGENT: Limits = [(30, timedelta(hours=1)), (120, timedelta(days=1))]
# What a message was about, by its purpose.
ABOUT: dict[str, Promise] = {
    "correction.received": _("The case was received"),
    "correction.filed_for_you": _("A relative reported something for this person"),
    "correction.asked": _("The site has a question"),
    "correction.decided": _("The case was decided"),
    "correction.appealed": _("The appeal was received"),
    "correction.expired": _("Closed without an answer"),
    "correction.upload_link": _("Link for a photo of the paper"),
}
# Messages about no case, to the phones on which the caller is known.
ABOUT_THE_PERSON: dict[str, Promise] = {
    "sign_in_code": _("Code to sign in"),
    "record.asked": _("A phone asks to open the record"),
    "record.opened": _("The record was opened by another phone or account"),
    "account.hotline_code": _("The hotline gave a one-time code"),
    "account.email_changed": _("The e-mail address for codes was changed"),
    "record.merged": _("Two records became one"),
    "record.photos_seen": _("Photos were seen: the record opens after 24 hours"),
    "record.photos_answered": _("What staff decided about photos of a card"),
    "record.ended": _("The record does not open for a phone or account any more"),
    "record.ends_soon": _("A link to the record ends soon"),
    "record.consent_code": _("Code to agree that a relative opens the record"),
    "record.consent_asked": _("A relative asks to open the record"),
    "more_messages": _("There are more messages in the inbox"),
}


class TooManyResends(Exception):
    """The agent sent too many messages again; the next one is possible at `retry_at`."""

    def __init__(self, retry_at: datetime | None) -> None:
        super().__init__(retry_at)
        self.retry_at = retry_at


@dataclass(frozen=True)
class LoggedMessage:
    """One message to the caller, without its text; to: the phone, masked."""

    key: UUID
    about: Promise | str
    reference: str
    at: datetime
    to: str
    outcome: Outcome
    read_at: datetime | None
    can_resend: bool
    resends: list[MessageResend]


def of_caller(call: CallerCheck, agent: "User") -> list[LoggedMessage]:
    """Return the messages to a caller, the newest first."""
    now = db_time.now()
    references = _references(call, agent)
    newest = _messages(call, references).prefetch_related("resends").order_by("-pk")[:MOST_SHOWN]
    found = list(newest)
    again: dict[int, list[MessageResend]] = {}
    for row in MessageResend.objects.filter(message__in=found).select_related("agent"):
        again.setdefault(row.message_id, []).append(row)
    return [_logged(one, references, again.get(one.pk, []), now) for one in found]


def resend(call: CallerCheck, key: UUID, *, by: "User") -> Message:
    """Send a message to the caller once more, and store which agent did it.

    Raises Message.DoesNotExist for a message to anybody else, TooManyResends, and what
    messaging.actions.resend raises. Must not run in a transaction: a rollback would undo the count.
    """
    message = _messages(call, _references(call, by)).get(key=key)
    verdict = rate_limits.count_attempt("hotline: resend", str(by.pk), PER_AGENT)
    if not verdict.allowed:
        raise TooManyResends(verdict.retry_at)
    with transaction.atomic():
        sent = actions.resend(message)
        MessageResend.objects.create(agent=by, call=call, message=message, at=db_time.now())
    return sent


def _references(call: CallerCheck, agent: "User") -> dict[str, str]:
    """Return the de-duplication keys of the messages about the caller's cases, with references."""
    cases = Correction.objects.heard_of(agent).filter(
        citizen__in=Citizen.objects.whole(call.citizen)
    )
    events = CorrectionEvent.objects.filter(correction__in=cases)
    links = UploadLink.objects.filter(correction__in=cases)
    return {
        **{message_key(pk): code for pk, code in events.values_list("pk", "correction__reference")},
        **{
            upload_links.message_key(pk): code
            for pk, code in links.values_list("pk", "correction__reference")
        },
    }


def _messages(call: CallerCheck, references: dict[str, str]) -> MessageQuerySet:
    hashes = [
        one
        for phone in _phones(call.citizen)
        for one in blind_indexes("messaging.message.recipient", phone)
    ]
    of_person = Q(recipient_hash__in=hashes, purpose__in=ABOUT_THE_PERSON)
    return Message.objects.filter(Q(dedupe_key__in=references) | of_person, resent_from=None)


def _phones(citizen: Citizen) -> set[str]:
    """Return the phones on record, and those of the accounts that open the record."""
    whole = Citizen.objects.whole(citizen)
    links = RecordLink.objects.live().filter(citizen__in=whole, user__phone_verified=True)
    on_record = whole.exclude(phone="").values_list("phone", flat=True)
    return {str(one) for one in (*on_record, *links.values_list("user__phone", flat=True)) if one}


def _logged(
    message: Message, references: dict[str, str], again: list[MessageResend], now: datetime
) -> LoggedMessage:
    copies = sorted(message.resends.all(), key=lambda row: row.pk)
    latest = copies[-1] if copies else message
    rested = message.resent_at is None or now >= message.resent_at + actions.RESEND_EVERY
    few = len(copies) < actions.MOST_RESENDS
    return LoggedMessage(
        key=message.key,
        about={**ABOUT, **ABOUT_THE_PERSON}.get(message.purpose, message.purpose),
        reference=references.get(message.dedupe_key or "", ""),
        at=message.created_at,
        to=mask_phone(message.recipient),
        outcome=outcome.outcome_of(latest, now),
        read_at=message.read_at,
        can_resend=rested and few and actions.can_resend(latest, now),
        resends=again,
    )
