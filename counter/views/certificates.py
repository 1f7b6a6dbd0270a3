"""Views of certificates at the counter: for a person without a phone they are printed."""

from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from accounts.decorators import staff_page
from accounts.http import UserRequest
from certificates import card, printing
from certificates.card import Held
from certificates.printing import Printed
from citizens.masking import mask_id
from citizens.models import RecordVisit
from counter.views.file import person_at_counter, site_of

Seen = RecordVisit.Seen


@staff_page
@require_safe
def certificates(request: UserRequest, person: UUID) -> HttpResponse:
    """Show which certificates of a person count, how often each was printed, and why one is missing."""
    citizen = person_at_counter(request, person)
    shown = card.card_of(citizen)
    printed = printing.printed([held.certificate for held in shown.held])
    rows: list[tuple[Held, Printed | None]] = [
        (held, printed.get(held.certificate.pk)) for held in shown.held
    ]
    context = {
        "citizen": citizen,
        "number": mask_id(citizen.id_number),
        "card": shown,
        "rows": rows,
    }
    return render(request, "counter/certificates.html", context)


@staff_page
@require_POST
def print_certificate(
    request: UserRequest, person: UUID, public_id: UUID, form: str
) -> HttpResponse:
    """Send the PDF to the printer's window, and store that it was printed."""
    if form not in printing.Form.values:
        raise Http404
    citizen = person_at_counter(request, person, seen=Seen.PRINT)
    content = printing.print_for(citizen, public_id, form, site=site_of(request), by=request.user)
    if content is None:
        raise Http404
    headers = {
        # It opens beside the page, ready for the printer. Its name says nothing about anybody.
        "Content-Disposition": f'inline; filename="chung-nhan-{form}.pdf"',
        "Cache-Control": "no-store",
    }
    return HttpResponse(content, content_type="application/pdf", headers=headers)
