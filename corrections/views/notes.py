"""Notes of health officers, as the people of the site meet them: in the queue, until one read it."""

from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _

from accounts.decorators import staff_page
from accounts.http import UserRequest
from accounts.models import User
from corrections import actions
from corrections.access import READING_ROLES
from corrections.models import OfficerNote
from organizations.models import Membership


@staff_page
def mark_read(request: UserRequest, public_id: UUID) -> HttpResponse:
    """POST keeps who read a note to one of their desks, and when."""
    note = get_object_or_404(to_desks_of(request.user), public_id=public_id)
    if request.method == "POST":
        actions.mark_read(note, by=request.user)
        messages.success(
            request,
            _("%(centre)s sees that you have read it.") % {"centre": note.written_for},
        )
    return redirect("queue")


def to_desks_of(user: User) -> QuerySet[OfficerNote]:
    """Return the notes to the organizations in which the user decides, the newest first."""
    desks = Membership.objects.live().of(user).in_roles(READING_ROLES)
    notes = OfficerNote.objects.filter(organization__in=desks.values("organization"))
    return notes.select_related("by", "written_for", "organization")


def unread_by(user: User) -> QuerySet[OfficerNote]:
    """Return those of them that nobody of the site has marked as read."""
    return to_desks_of(user).filter(read_at=None)
