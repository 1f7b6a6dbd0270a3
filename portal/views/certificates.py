"""The citizen's certificate card, and its QR code alone on a white screen."""

from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.decorators import citizen_page
from accounts.http import UserRequest
from certificates import card, printing, sharing
from certificates.card import Held
from portal import record_page
from portal.record_page import RecordHolder
from portal.views.record import chosen_person, note_visit
from vaxreg.papers.qr import qr
from vaxreg.typed.birth_dates import BirthDate


@citizen_page
@require_safe
def certificates(request: UserRequest) -> HttpResponse:
    """Show the certificate that counts, why a dose has none, and what became of older ones."""
    people = record_page.people(request.user)
    if not people:
        return render(request, "portal/no_record.html")
    person = chosen_person(people, request.GET.get("person", ""))
    note_visit(request, person)
    shown = card.card_of(person.citizen)
    live, ended = sharing.links_of(person.citizen)
    context = {
        "people": people,
        "person": person,
        "card": shown,
        "code": qr(shown.newest.text) if shown.newest else None,
        "live": live,
        "ended": ended,
        "prints": printing.prints_of(person.citizen),
    }
    return render(request, "portal/certificates.html", context)


@citizen_page
@require_safe
def certificate(request: UserRequest, public_id: UUID) -> HttpResponse:
    """Show one QR code, as large as the screen, for whoever reads it."""
    person, held = held_or_404(request, public_id)
    note_visit(request, person)
    born = BirthDate.fromisoformat(held.born)
    context = {"person": person, "held": held, "born": born, "code": qr(held.text)}
    return render(request, "portal/certificate.html", context)


def held_or_404(request: UserRequest, public_id: UUID) -> tuple[RecordHolder, Held]:
    """Return a certificate that counts, of a record that the user may open, with whose it is."""
    for person in record_page.people(request.user):
        held = card.held_of(person.citizen, public_id)
        if held is not None:
            return person, held
    raise Http404
