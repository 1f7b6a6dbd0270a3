"""Links by which staff choose their first password: usable once, for some days; stored as a hash.

A link proves only that the person reads the mailbox: a second factor is still asked for, or set
up before the first page.
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

# Part of the hash, so that hashes of links differ from others.
LABEL = "invitation"
TOKEN_BYTES = 32
# How long an ended link is kept, so that lists can say when somebody was invited.
KEPT = timedelta(days=90)


class CannotInvite(Exception):
    """The account is closed or suspended, or its owner has signed in and needs no link."""


def may_need_link(user: User) -> bool:
    """Whether the user cannot sign in without a link: no usable password, or never signed in."""
    return user.last_login is None or not user.has_usable_password()


@transaction.atomic
def make(user: User, *, by: User | None) -> tuple[Invitation, str]:
    """Create a link; return it with its URL. An older link ends now.

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
    """End the open link of a user, if there is one."""
    Invitation.objects.filter(user=user, used_at=None, revoked_at=None).update(
        revoked_at=db_time.now()
    )


def find(token: str) -> Invitation | None:
    """Return the invitation of a valid link, or None."""
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
    """Use the link to set the password; None if it was used meanwhile.

    Older sessions, which may belong to somebody with another password, end.
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
    """Delete links that ended long ago; return their number."""
    return Invitation.objects.filter(expires_at__lt=db_time.now() - KEPT).delete()[0]
