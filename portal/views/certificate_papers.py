"""A certificate on paper: as a PDF, and as a page for the printer."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.decorators import citizen_page
from accounts.http import UserRequest
from certificates import printing
from certificates.paper.content import paper_of
from portal.views.certificates import held_or_404
from portal.views.record import note_visit
from vaxreg import db_time


@citizen_page
@require_safe
def pdf(request: UserRequest, public_id: UUID, form: str) -> HttpResponse:
    """Send the PDF of a certificate in one form (CertificatePrint.Form)."""
    person, held = held_or_404(request, public_id)
    note_visit(request, person)
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
    person, held = held_or_404(request, public_id)
    note_visit(request, person)
    context = {"person": person, "held": held, "paper": paper_of(held, at=db_time.now())}
    return render(request, "portal/certificate_print.html", context)
