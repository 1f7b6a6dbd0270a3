"""The inbox on the site: all messages to a person, whether or not the SMS arrived."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.decorators import citizen_page
from accounts.http import UserRequest
from messaging import actions
from messaging.masking import masked_recipient
from messaging.models import Message
from vaxreg import db_time, paging
from vaxreg.paging import Key

PAGE_SIZE = 20


@dataclass(frozen=True)
class InboxMessage:
    """One message on the page: its text, and the delivery state of its newest copy."""

    message: Message
    latest: Message
    is_new: bool
    to: str
    is_unconfirmed: bool
    can_resend: bool


@citizen_page
@require_safe
def inbox(request: UserRequest) -> HttpResponseBase:
    """Show the newest messages and mark them as read."""
    own = Message.objects.inbox_of(request.user.pk)
    page = paging.page(
        own.prefetch_related("resends"),
        ("-pk",),
        # In this address the mark is called `before`: older than that message.
        {"after": request.GET.get("before", "")},
        size=PAGE_SIZE,
        key_of=_key_of,
        mark_of=lambda message: str(message.pk),
    )
    now = db_time.now()
    context = {
        "shown": [_shown(message, now) for message in page.rows],
        "older": f"?{urlencode({'before': page.after})}" if page.after else "",
        "newest": "" if page.is_first else request.path,
    }
    answer = render(request, "accounts/messages.html", context)
    unread = [message.pk for message in page.rows if message.read_at is None]
    if unread and request.method == "GET":
        Message.objects.filter(pk__in=unread, read_at=None).update(read_at=now)
    return answer


def _key_of(mark: str) -> Key | None:
    # 18 digits fit into a bigint.
    return (int(mark),) if mark.isdecimal() and len(mark) < 19 else None


@citizen_page
@require_POST
def send_again(request: UserRequest, key: UUID) -> HttpResponse:
    message = get_object_or_404(Message.objects.inbox_of(request.user.pk), key=key)
    try:
        actions.resend(message)
    except actions.TooSoon:
        messages.info(request, _("We sent it a moment ago. Please wait ten minutes."))
    except actions.NotResendable:
        messages.info(request, _("This message is on its way or has arrived already."))
    else:
        messages.success(request, _("We are sending it again."))
    return redirect("messages")


def _shown(message: Message, now: datetime) -> InboxMessage:
    copies = sorted(message.resends.all(), key=lambda row: row.pk)
    latest = copies[-1] if copies else message
    rested = message.resent_at is None or now >= message.resent_at + actions.RESEND_EVERY
    few = len(copies) < actions.MOST_RESENDS
    return InboxMessage(
        message=message,
        latest=latest,
        is_new=message.read_at is None,
        to=masked_recipient(message),
        is_unconfirmed=latest.is_unconfirmed(now),
        can_resend=rested and few and actions.can_resend(latest, now),
    )
