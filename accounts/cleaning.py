"""Delete old data of sign-ins."""

from datetime import timedelta

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import ProtectedError, RestrictedError

from accounts import invitations, rate_limits
from accounts.models import User
from accounts.sign_in import codes, contact_email
from background import counting
from messaging import actions as messages
from vaxreg import db_time

BATCH = 500
UNVERIFIED = counting.register(
    counting.Work("accounts.unverified", "accounts that nobody verified", lambda key: f"user {key}")
)


def purge() -> None:
    """Delete old attempts, codes, addresses that wait, links, sessions, and accounts that were never verified."""
    rate_limits.purge()
    codes.purge()
    contact_email.purge()
    invitations.purge()
    messages.forget_secrets(rate_limits.KEPT)
    Session.objects.filter(expire_date__lt=db_time.now()).delete()
    # No session is older than its greatest length.
    longest = timedelta(seconds=settings.SESSION_COOKIE_AGE)
    UserSession.objects.filter(created_at__lt=db_time.now() - longest).delete()
    forget_unverified()


def forget_unverified() -> int:
    """Delete accounts that asked for a code and never entered one; return their number.

    Accounts to which another row refers are kept.
    """
    asked_before = db_time.now() - settings.UNVERIFIED_LIFETIME
    stale = User.objects.filter(
        phone_verified=False, email__isnull=True, last_login=None, created_at__lt=asked_before
    )
    gone = 0
    aside = [int(key) for key in counting.set_aside_of(UNVERIFIED)]
    for user in stale.exclude(pk__in=aside).order_by("created_at")[:BATCH]:
        try:
            with counting.counted(UNVERIFIED, [user.pk]) as begun, transaction.atomic():
                if not begun:
                    continue
                user.delete()
        except (ProtectedError, RestrictedError):
            continue
        gone += 1
    return gone
