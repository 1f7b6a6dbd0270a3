"""Links by which staff choose their first password: used once, good for some days, hashed here.

A link proves the mailbox, nothing else: whoever has a second factor is asked for it, whoever has
none sets it up before the first page.
"""

import secrets
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from accounts.models import Invitation, User
from vaxreg import db_time
from vaxreg.addresses import absolute
from vaxreg.encryption import ACCOUNTS

# Keeps the digests of links apart from others.
LABEL = "invitation"
TOKEN_BYTES = 32
# How long a dead link is kept, so that lists can say when somebody was invited.
KEPT = timedelta(days=90)


class CannotInvite(Exception):
    """The account is shut or suspended, or its owner has signed in and needs no link."""


def may_need_link(user: User) -> bool:
    """Whether somebody cannot come in without a link: no password of their own, never here."""
    return user.last_login is None or not user.has_usable_password()


@transaction.atomic
def make(user: User, *, by: User | None) -> tuple[Invitation, str]:
    """Make a link, and return it with its address; any older link ends now.

    Raises CannotInvite.
    """
    user = User.objects.select_for_update(of=("self",)).get(pk=user.pk)
    if not user.is_active or user.suspended_at is not None or not may_need_link(user):
        raise CannotInvite
    revoke(user)
    now = db_time.now()
    token = secrets.token_urlsafe(TOKEN_BYTES)
    invitation = Invitation.objects.create(
        user=user,
        token_hash=ACCOUNTS.digest(LABEL, token),
        made_at=now,
        made_by=by,
        expires_at=now + settings.INVITATION_LIFETIME,
    )
    return invitation, absolute(reverse("accounts:staff_invitation", args=[token]))


def revoke(user: User) -> None:
    """End the open link of somebody, if there is one."""
    Invitation.objects.filter(user=user, used_at=None, revoked_at=None).update(
        revoked_at=db_time.now()
    )


def find(token: str) -> Invitation | None:
    """Return the invitation behind a link that still opens something."""
    return (
        Invitation.objects.filter(
            token_hash__in=ACCOUNTS.digests(LABEL, token),
            used_at=None,
            revoked_at=None,
            expires_at__gt=db_time.now(),
            user__is_active=True,
            user__suspended_at=None,
        )
        .select_related("user")
        .first()
    )


@transaction.atomic
def accept(invitation: Invitation, password: str) -> User | None:
    """Use the link: its owner's password is this one from now on. None when it was used meanwhile.

    Sessions of before, of whoever had another password, end with the old password.
    """
    used = Invitation.objects.filter(pk=invitation.pk, used_at=None, revoked_at=None).update(
        used_at=db_time.now()
    )
    if not used:
        return None
    user = User.objects.select_for_update(of=("self",)).get(pk=invitation.user_id)
    user.set_password(password)
    user.must_change_password = False
    user.save(update_fields=["password", "must_change_password"])
    return user


def purge() -> int:
    """Forget links that ended long ago; how many."""
    return Invitation.objects.filter(expires_at__lt=db_time.now() - KEPT).delete()[0]
