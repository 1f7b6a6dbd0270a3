"""Views of one's record and of one's corrections."""

from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.decorators import citizen_page
from accounts.http import UserRequest
from citizens.visits import log_own
from corrections import case_pages, facts
from corrections.models import Correction
from doses.facts import dose_title
from doses.history import facts_in_words, history_for, left_by
from portal import record_page
from portal.record_page import RecordHolder
from portal.to_do import ToDo
from vaxreg import db_time
from vaxreg.uuids import uuid_or_none

PAGE_SIZE = 20
# Session key: records opened since the sign-in.
VISITED = "portal.visited"


@citizen_page
@require_safe
def record(request: UserRequest) -> HttpResponse:
    """Show the doses of one's own record, or of a record of which one is guardian."""
    people = record_page.people(request.user)
    if not people:
        return render(request, "portal/no_record.html")
    person = chosen_person(people, request.GET.get("person", ""))
    note_visit(request, person)
    whose = "" if person.is_own else person.citizen.full_name
    cards = record_page.cards(person.citizen, whose=whose)
    context = {
        "people": people,
        "person": person,
        "cards": cards,
        "due": record_page.due(person.citizen, cards),
        "to_do": ToDo(request.user, people),
    }
    return render(request, "portal/record.html", context)


@citizen_page
@require_safe
def dose_history(request: UserRequest, public_id: UUID) -> HttpResponse:
    """Show one dose with every change of it, also after it was taken out of the record."""
    for person in record_page.people(request.user):
        dose = record_page.dose_of(person.citizen, public_id)
        if dose is not None:
            note_visit(request, person)
            context = {
                "person": person,
                "dose": dose,
                "title": dose_title(dose),
                "facts": facts_in_words(dose),
                "source": record_page.SOURCES[dose.provenance],
                "history": history_for(dose, person.citizen),
            }
            return render(request, "portal/dose_history.html", context)
    return _moved(request, public_id)


def _moved(request: UserRequest, public_id: UUID) -> HttpResponse:
    """Show a dose that was moved away from one's record: what it said, why it went, and what to do."""
    for person in record_page.people(request.user):
        if (found := left_by(person.citizen, public_id)) is not None:
            dose, stood = found
            note_visit(request, person)
            context = {
                "person": person,
                "dose": dose,
                "title": dose_title(stood),
                # It is not on this record, whatever it says of itself.
                "facts": facts_in_words(stood) | {_("On the record"): ""},
                "history": history_for(dose, person.citizen),
            }
            return render(request, "portal/dose_moved.html", context)
    raise Http404


@citizen_page
@require_safe
def corrections(request: UserRequest) -> HttpResponse:
    """List one's corrections, newest first."""
    own = Correction.objects.of_own_records(request.user)
    page = case_pages.page(
        own.select_related("holder", "citizen"),
        request.GET,
        by="received_at",
        size=PAGE_SIZE,
        newest_first=True,
    )
    context = {
        "cases": [(case, facts.headline(case)) for case in page.rows],
        "older": f"?{urlencode({'after': page.after})}" if page.after else "",
        "newest": "" if page.is_first else reverse("corrections"),
        "now": db_time.now(),
    }
    return render(request, "portal/corrections.html", context)


def chosen_person(people: list[RecordHolder], asked: str) -> RecordHolder:
    """Return the record that is asked for, or the first one. Other people's records are 404."""
    if not asked:
        return people[0]
    public_id = uuid_or_none(asked)
    for person in people:
        if person.citizen.public_id == public_id:
            return person
    raise Http404


def note_visit(request: UserRequest, person: RecordHolder) -> None:
    """Log who opened whose record, once per session and record."""
    visited = request.session.get(VISITED, [])
    if person.citizen.pk in visited:
        return
    log_own(request.user, person.citizen)
    request.session[VISITED] = [*visited, person.citizen.pk]
