"""Notes of health officers to a site: written, e-mailed, marked as read."""

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.models import User
from corrections import parties
from corrections.access import READING_ROLES
from messaging.actions import send
from messaging.models import Channel
from organizations.models import Membership, Organization
from review.models import OfficerNote
from vaxreg import db_time
from vaxreg.addresses import absolute

MOST_SHOWN = 5


def to_desks_of(user: User) -> QuerySet[OfficerNote]:
    """Return the notes to organizations in which the user decides, the newest first."""
    desks = Membership.objects.live().of(user).in_roles(READING_ROLES)
    notes = OfficerNote.objects.filter(organization__in=desks.values("organization"))
    return notes.select_related("by", "written_for", "organization")


def unread_by(user: User) -> QuerySet[OfficerNote]:
    """Return those of them that nobody of the site has marked as read."""
    return to_desks_of(user).filter(read_at=None)


def to_site(organization: Organization) -> list[OfficerNote]:
    """Return the latest notes to an organization, the newest first."""
    notes = OfficerNote.objects.filter(organization=organization)
    return list(notes.select_related("by", "read_by", "written_for")[:MOST_SHOWN])


@transaction.atomic
def write_note(organization: Organization, *, by: User, text: str) -> OfficerNote:
    """Store a note to an organization and e-mail it to those who decide there.

    Raises PermissionDenied for a user who is no health officer above it, or who works there.
    """
    desk = parties.officer_desk(by, organization)
    if desk is None or desk.pk == organization.pk:
        raise PermissionDenied
    note = OfficerNote.objects.create(
        organization=organization, by=by, written_for=desk, text=text.strip(), at=db_time.now()
    )
    tell(note)
    return note


@transaction.atomic
def mark_read(note: OfficerNote, *, by: User) -> OfficerNote:
    """Store who of the site read a note, and when; only the first one. Raises PermissionDenied."""
    fresh = OfficerNote.objects.select_for_update(of=("self",)).get(pk=note.pk)
    works_there = Membership.objects.live().of(by).in_roles(READING_ROLES)
    if not works_there.filter(organization=fresh.organization_id).exists():
        raise PermissionDenied
    if fresh.read_at is None:
        fresh.read_by, fresh.read_at = by, db_time.now()
        fresh.save(update_fields=["read_by", "read_at"])
    return fresh


def readers_of(note: OfficerNote) -> list[User]:
    """Return who gets the note: users who decide there now and have an e-mail address."""
    staff = Membership.objects.live().in_roles(READING_ROLES)
    told = staff.filter(organization=note.organization_id).exclude(user=note.by_id)
    return list(
        User.objects.filter(pk__in=told.values("user"), is_active=True, email__isnull=False)
        .exclude(email="")
        .order_by("pk")
    )


def tell(note: OfficerNote, *, again: str = "") -> None:
    """E-mail the note to everybody who decides there, or to the organization if nobody does.

    again: a name for this reminder of it, such as its day; each name is written once.
    """
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
                        absolute(reverse("queue")),
                    ]
                ),
                user_id=user.pk if user else None,
                dedupe_key=f"note:{note.pk}:user:{user.pk if user else 0}{again and f':{again}'}",
                may_wait=True,
            )
