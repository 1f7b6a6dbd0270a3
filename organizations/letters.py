"""Messages to staff about their work: invited, appointed, role changed, suspended, ended."""

from django.db import transaction
from django.template.defaultfilters import date as date_of
from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts import invitations
from accounts.models import User
from background import counting
from messaging.actions import send
from messaging.models import Channel
from organizations.models import Membership
from vaxreg.addresses import absolute
from vaxreg.celery import hint

# Messages to imported staff written in one transaction; the next batch follows at once.
BATCH = 200


def welcome(membership: Membership, *, by: User | None) -> None:
    """Tell somebody about a new membership; with an invitation link if they cannot sign in yet."""
    if membership.user.email and invitations.may_need_link(membership.user):
        link(membership, by=by)
    else:
        _write(membership.user, "staff.appointed", _appointed_words(membership))


def link(membership: Membership, *, by: User | None) -> None:
    """Send a new invitation link. Raises accounts.invitations.CannotInvite."""
    user = membership.user
    invitation, address = invitations.make(user, by=by)
    with override(user.language):
        values = {
            **_values(membership),
            "link": address,
            "until": date_of(localtime(invitation.expires_at), "SHORT_DATETIME_FORMAT"),
        }
        send(
            purpose="staff.invited",
            channel=Channel.EMAIL,
            recipient=user.email or "",
            subject=_("Your account for Sổ Tiêm"),
            text=_(
                "%(name)s,\n\n%(organization)s has made an account for you: %(role)s.\n\n"
                "Choose your password here, and set up the second step of the sign-in:\n%(link)s\n\n"
                "The link works once, until %(until)s. It is for you alone: do not pass it on.\n"
                "If you do not work there, do nothing: nobody can come in without this link."
            )
            % values,
            user_id=user.pk,
            is_secret=True,
            useless_after=invitation.expires_at,
        )


def _about(key: str) -> str:
    membership = Membership.objects.select_related("organization").filter(pk=key).first()
    return f"membership {key}" + (f" at {membership.organization.code}" if membership else "")


LETTER = counting.register(
    counting.Work("organizations.letter", "messages to imported staff", about=_about)
)


def write_pending() -> int:
    """Write to imported staff who were not told yet; return how many. Safe to run concurrently."""
    aside = [int(key) for key in counting.set_aside_of(LETTER)]
    waiting = Membership.objects.filter(must_tell=True).exclude(pk__in=aside)
    # Of one person next to each other: two memberships at once are one link.
    ids = list(waiting.order_by("user_id", "pk").values_list("pk", flat=True)[:BATCH])
    written = 0
    for piece in counting.pieces(LETTER, ids, BATCH):
        with counting.counted(LETTER, piece) as begun:
            written += _write_to(begun) if begun else 0
    if written and len(ids) == BATCH:
        hint("organizations.tell_staff")
    return written


def _write_to(membership_ids: list[int]) -> int:
    with transaction.atomic():
        rows = list(
            Membership.objects.filter(must_tell=True, pk__in=membership_ids)
            .select_for_update(of=("self",), skip_locked=True)
            .select_related("user", "organization", "appointed_by")
            .order_by("pk")
        )
        Membership.objects.filter(pk__in=[one.pk for one in rows]).update(must_tell=False)
        linked: set[int] = set()
        for one in rows:
            # Two memberships imported in one file: one link, and a message about the second one.
            if one.until is not None or one.user.suspended_at or not one.user.is_active:
                continue
            if one.user_id in linked:
                _write(one.user, "staff.appointed", _appointed_words(one))
            else:
                welcome(one, by=one.appointed_by)
                linked.add(one.user_id)
    return len(rows)


def role_changed(membership: Membership) -> None:
    with override(membership.user.language):
        text = _("You now work at %(organization)s as: %(role)s.") % _values(membership)
    _write(membership.user, "staff.role_changed", text)


def suspended(membership: Membership) -> None:
    with override(membership.user.language):
        text = _("Your work at %(organization)s (%(role)s) is suspended.") % _values(membership)
    _write(membership.user, "staff.suspended", text)


def reinstated(membership: Membership) -> None:
    with override(membership.user.language):
        text = _("You may work at %(organization)s (%(role)s) again.") % _values(membership)
    _write(membership.user, "staff.reinstated", text)


def ended(membership: Membership) -> None:
    with override(membership.user.language):
        text = _("Your work at %(organization)s (%(role)s) has ended.") % _values(membership)
    _write(membership.user, "staff.ended", text)


def account_suspended(user: User) -> None:
    """Tell a person that the staff sign-in is suspended; their own record stays accessible."""
    with override(user.language):
        text = _(
            "Your staff account is suspended. Your own vaccination record stays open to you: sign "
            "in with your phone number."
        )
    _write(user, "staff.account_suspended", text)


def account_reinstated(user: User) -> None:
    with override(user.language):
        text = _("Your staff account is open again.")
    _write(user, "staff.account_reinstated", text)


def _appointed_words(membership: Membership) -> str:
    with override(membership.user.language):
        return _("You now also work at %(organization)s: %(role)s. Sign in as before: %(link)s") % {
            **_values(membership),
            "link": absolute(reverse("accounts:staff_sign_in")),
        }


def _values(membership: Membership) -> dict[str, str]:
    return {
        "name": membership.user.full_name or membership.user.email or "",
        "organization": membership.organization.name,
        "role": str(Membership.Role(membership.role).label),
    }


def _write(user: User, purpose: str, text: str) -> None:
    if not user.email:
        return
    with override(user.language):
        send(
            purpose=purpose,
            channel=Channel.EMAIL,
            recipient=user.email,
            subject=_("Your work in Sổ Tiêm"),
            text=text,
            user_id=user.pk,
        )
