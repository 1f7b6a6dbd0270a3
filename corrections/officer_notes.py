"""Which notes of health officers somebody may read: those to the own desks, and to a site."""

from typing import TYPE_CHECKING

from django.db.models import QuerySet

from corrections.access import READING_ROLES
from corrections.models import OfficerNote
from organizations.models import Membership, Organization

if TYPE_CHECKING:
    from accounts.models import User

MOST_SHOWN = 5


def to_desks_of(user: "User") -> QuerySet[OfficerNote]:
    """Return the notes to the organizations in which the user decides, the newest first."""
    desks = Membership.objects.live().of(user).in_roles(READING_ROLES)
    notes = OfficerNote.objects.filter(organization__in=desks.values("organization"))
    return notes.select_related("by", "written_for", "organization")


def unread_by(user: "User") -> QuerySet[OfficerNote]:
    """Return those of them that nobody of the site has marked as read."""
    return to_desks_of(user).filter(read_at=None)


def to_site(organization: Organization) -> list[OfficerNote]:
    """Return the last notes to an organization, the newest first."""
    notes = OfficerNote.objects.filter(organization=organization)
    return list(notes.select_related("by", "read_by", "written_for")[:MOST_SHOWN])
