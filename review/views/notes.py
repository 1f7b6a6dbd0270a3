"""The view that marks an officer's note as read; the queue shows notes until then."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _

from accounts.decorators import staff_page
from accounts.http import UserRequest
from review import notes
from vaxreg.addresses import own_path


@staff_page
def mark_read(request: UserRequest, public_id: UUID) -> HttpResponse:
    """POST stores who read a note to one of their organizations; `next` is the page to return to."""
    note = get_object_or_404(notes.to_desks_of(request.user), public_id=public_id)
    if request.method == "POST":
        notes.mark_read(note, by=request.user)
        messages.success(
            request,
            _("%(centre)s sees that you have read it.") % {"centre": note.written_for},
        )
    return redirect(own_path(request.POST.get("next")) or "queue")
