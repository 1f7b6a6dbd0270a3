"""The personal QR code of a record, by default with parts of it hidden."""

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.decorators import citizen_page
from accounts.http import UserRequest
from citizens.visits import log_own
from portal import record_page
from portal.personal_code import code_of
from portal.views.record import chosen_person, note_visit
from vaxreg.papers.qr import qr
from vaxreg.typed import personal_qr


@citizen_page
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: UserRequest) -> HttpResponse:
    """Show the code with parts hidden; POST shows it in full, on its answer alone.

    In full it is for whoever has proven the number; each time is logged.
    """
    people = record_page.people(request.user)
    if not people:
        return render(request, "portal/no_record.html")
    person = chosen_person(people, request.GET.get("person", ""))
    in_full = request.method == "POST"
    if in_full:
        if not person.shows_number:
            raise PermissionDenied(
                _("The code is shown in full to the person alone, once the ID number is proven.")
            )
        log_own(request.user, person.citizen)
    else:
        note_visit(request, person)
    code = code_of(person, in_full=in_full)
    text = personal_qr.write(code)
    context = {
        "people": people,
        "person": person,
        "in_full": in_full,
        "said": code,
        "text": text,
        "code": qr(text),
    }
    return render(request, "portal/personal_qr.html", context)
