"""Views of answers that are printed as letters, for people without a phone."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.decorators import staff_page
from accounts.http import UserRequest
from counter import letters
from counter.offices import first_office_of
from recording.access import sites_of
from vaxreg import db_time


@staff_page
@require_safe
def listed(request: UserRequest) -> HttpResponse:
    """List the answers that are still to be printed, and those that were."""
    context = {
        "office": first_office_of(request.user),
        "at_counter": sites_of(request.user).exists(),
        "waiting": letters.waiting(request.user),
        "printed": letters.printed(request.user),
    }
    return render(request, "counter/letters.html", context)


@staff_page
@require_http_methods(["GET", "HEAD", "POST"])
def letter(request: UserRequest, reference: str) -> HttpResponse:
    """Show one letter, to print; POST says that it was printed and goes to the person."""
    first_office_of(request.user)
    found = letters.letter_of(request.user, reference)
    if found is None:
        raise Http404
    if request.method == "POST":
        letters.mark_printed(found, by=request.user)
        messages.success(
            request, _("Noted: the letter of %(reference)s is printed.") % {"reference": reference}
        )
        return redirect("counter-letters")
    return render(request, "counter/letter.html", {"letter": found, "today": db_time.now()})
