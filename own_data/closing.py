"""Closing an account: it opens nothing any more, and its phone number is free.

What the law keeps stays: the records, the proposals and who did what. A new account on the same
phone is another one, and opens a record by the usual proofs.
"""

from datetime import timedelta
from typing import TYPE_CHECKING

from django.contrib.auth import get_user_model
from django.contrib.sessions.backends.base import SessionBase
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import sessions
from citizens import links
from citizens.models import RecordLink
from corrections.models import Correction
from identity.models import VneidIdentity
from messaging.actions import stop_messages_of
from own_data.telling import tell
from vaxreg import db_time, ui

if TYPE_CHECKING:
    from accounts.models import User

# Who signed in longer ago proves anew, by code or VNeID, that the account is theirs.
FRESH = timedelta(minutes=10)


def is_staff_account(user: "User") -> bool:
    """Somebody works with it: the organization closes it, not its person."""
    return user.email is not None or user.is_staff or user.is_superuser


def is_fresh(session: SessionBase) -> bool:
    """Whether this session began so lately that its sign-in proves who asks."""
    age = timezone.now().timestamp() - float(session.get(sessions.STARTED_AT, 0))
    return age < FRESH.total_seconds()


def open_proposals(user: "User") -> int:
    """Return how many proposals of the user's records are open: nobody would read their answer."""
    return Correction.objects.of_own_records(user).open().count()


@transaction.atomic
def close(user: "User") -> None:
    """Close the account for good. Who asks has proven it anew: the caller's question.

    Sessions, programs and links to records end; what waited to be sent is not sent, but for the
    last message. Raises PermissionDenied for an account of staff.
    """
    user = get_user_model().objects.select_for_update(of=("self",)).get(pk=user.pk)
    if is_staff_account(user):
        raise PermissionDenied
    stop_messages_of(user.pk)
    tell(
        user,
        "own_data.closed",
        lambda: (
            _("So Tiem: your account is closed, your record is kept. Not you? Call %(hotline)s.")
            % {"hotline": ui.hotline().display}
        ),
    )
    sessions.end_all(user)
    for link in RecordLink.objects.filter(user=user, until=None):
        links.end(link, by=user)
    now = db_time.now()
    VneidIdentity.objects.filter(user=user, ended_at=None).update(ended_at=now)
    user.is_active, user.closed_at, user.full_name = False, now, ""
    user.save(update_fields=["is_active", "closed_at", "full_name"])
