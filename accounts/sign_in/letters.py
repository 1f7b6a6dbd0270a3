"""E-mails to staff about their own sign-in: what somebody with their password could have done."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from accounts.models import User
from messaging.actions import send
from messaging.models import Channel
from vaxreg import db_time, ui


def recovery_code_used(user: User, left: int) -> None:
    """left: how many codes still work."""
    with override(user.language):
        rest = ngettext(
            "%(count)s code is left. You make new ones on the page of your account.",
            "%(count)s codes are left. You make new ones on the page of your account.",
            left,
        ) % {"count": left}
        used = _("One of your recovery codes was used to confirm that it is you.")
    _write(user, "account.recovery_code_used", f"{used} {rest}")


def recovery_codes_renewed(user: User) -> None:
    with override(user.language):
        text = _("You have new recovery codes. The ones from before no longer work.")
    _write(user, "account.recovery_codes_renewed", text)


def passkey_added(user: User, name: str) -> None:
    with override(user.language):
        text = _("A passkey was added to your account: %(name)s.") % {"name": name}
    _write(user, "account.passkey_added", text)


def passkey_removed(user: User, name: str) -> None:
    with override(user.language):
        text = _("A passkey was removed from your account: %(name)s.") % {"name": name}
    _write(user, "account.passkey_removed", text)


def passkey_copied(user: User) -> None:
    with override(user.language):
        text = _(
            "A passkey of yours was refused: it answered as a copy of it would. Remove it on the"
            " page of your account."
        )
    _write(user, "account.passkey_copied", text)


def _write(user: User, purpose: str, text: str) -> None:
    if not user.email:
        return
    with override(user.language):
        if_not_you = _(
            "Was it not you? Change your password, sign out on all devices, and call %(number)s."
        ) % {"number": ui.hotline().display}
        send(
            purpose=purpose,
            channel=Channel.EMAIL,
            recipient=user.email,
            subject=_("The sign-in to your account for Sổ Tiêm"),
            text=f"{ui.when(db_time.now())}. {text}\n\n{if_not_you}",
            user_id=user.pk,
        )
