"""The e-mail in which a site reads what a health officer wrote to it."""

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.models import User
from corrections.access import READING_ROLES
from corrections.models import OfficerNote
from messaging.actions import send
from messaging.models import Channel
from organizations.models import Membership


def readers_of(note: OfficerNote) -> list[User]:
    """Return who is told of a note: whoever decides there now and has an e-mail address."""
    staff = Membership.objects.live().in_roles(READING_ROLES)
    told = staff.filter(organization=note.organization_id).exclude(user=note.by_id)
    return list(
        User.objects.filter(pk__in=told.values("user"), is_active=True, email__isnull=False)
        .exclude(email="")
        .order_by("pk")
    )


def tell(note: OfficerNote) -> None:
    """Write the note to everybody who decides there; to the organization itself if nobody does."""
    people: list[User | None] = [*readers_of(note)]
    for user in people or [None]:
        address = user.email if user else note.organization.email
        if not address:
            continue
        with translation.override(user.language if user else settings.LANGUAGE_CODE):
            values = {
                "centre": note.written_for.name,
                "organization": note.organization.name,
                "officer": note.by.full_name,
            }
            send(
                purpose="officer.note",
                channel=Channel.EMAIL,
                recipient=address,
                subject=_("A note from %(centre)s") % values,
                text="\n".join(
                    [
                        _("%(officer)s, %(centre)s, writes to %(organization)s:") % values,
                        "",
                        note.text,
                        "",
                        _("Please mark it as read in the queue:"),
                        _queue(),
                    ]
                ),
                user_id=user.pk if user else None,
                dedupe_key=f"note:{note.pk}:user:{user.pk if user else 0}",
                may_wait=True,
            )


def _queue() -> str:
    return f"{'https' if settings.HTTPS else 'http'}://{settings.SITE_DOMAIN}/review/"
