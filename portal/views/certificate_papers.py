"""A certificate on paper: as a PDF, and as a page for the printer."""

from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.decorators import citizen_page
from accounts.http import UserRequest
from certificates import card, printing
from certificates.card import Held
from certificates.paper.content import paper_of
from portal import record_page
from portal.record_page import RecordHolder
from portal.views.record import note_visit
from vaxreg import db_time


@citizen_page
@require_safe
def pdf(request: UserRequest, public_id: UUID, form: str) -> HttpResponse:
    """Send the PDF of a certificate in one form (CertificatePrint.Form)."""
    _person, held = _of_own_people(request, public_id)
    headers = {
        # Its name says nothing about anybody.
        "Content-Disposition": f'attachment; filename="chung-nhan-{form}.pdf"',
        "Cache-Control": "no-store",
    }
    content = printing.as_pdf(held, form)
    return HttpResponse(content, content_type="application/pdf", headers=headers)


@citizen_page
@require_safe
def to_print(request: UserRequest, public_id: UUID) -> HttpResponse:
    """Show the certificate as one sheet of paper, for the browser's printer."""
    person, held = _of_own_people(request, public_id)
    context = {"person": person, "held": held, "paper": paper_of(held, at=db_time.now())}
    return render(request, "portal/certificate_print.html", context)


def _of_own_people(request: UserRequest, public_id: UUID) -> tuple[RecordHolder, Held]:
    """Return the certificate and its person, whom the user may open; note the visit. Else 404."""
    for person in record_page.people(request.user):
        held = card.held_of(person.citizen, public_id)
        if held is not None:
            note_visit(request, person)
            return person, held
    raise Http404
