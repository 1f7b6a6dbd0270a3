"""A note from a health officer to a site, about no case in particular, until somebody read it."""

from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.db import transaction

from corrections import access, note_mail
from corrections.models import OfficerNote
from organizations.models import Membership, Organization
from vaxreg import clock

if TYPE_CHECKING:
    from accounts.models import User


@transaction.atomic
def write_note(organization: Organization, *, by: "User", text: str) -> OfficerNote:
    """Store a note to an organization and e-mail it to those who decide there.

    Raises PermissionDenied for somebody who is no health officer above it, or who works there.
    """
    desk = access.officer_desk(by, organization)
    if desk is None or desk.pk == organization.pk:
        raise PermissionDenied
    note = OfficerNote.objects.create(
        organization=organization, by=by, written_for=desk, text=text.strip(), at=clock.now()
    )
    note_mail.tell(note)
    return note


@transaction.atomic
def mark_read(note: OfficerNote, *, by: "User") -> OfficerNote:
    """Keep who of the site read a note, and when; the first one counts. Raises PermissionDenied."""
    fresh = OfficerNote.objects.select_for_update(of=("self",)).get(pk=note.pk)
    works_there = Membership.objects.live().of(by).in_roles(access.READING_ROLES)
    if not works_there.filter(organization=fresh.organization_id).exists():
        raise PermissionDenied
    if fresh.read_at is None:
        fresh.read_by, fresh.read_at = by, clock.now()
        fresh.save(update_fields=["read_by", "read_at"])
    return fresh
