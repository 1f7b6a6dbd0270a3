"""The desk of a session: find the person or make the record, and write down the dose."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.decorators import staff_page
from accounts.http import UserRequest
from citizens.actions import IdNumberOnRecord, NameOnRecord
from citizens.masking import mask_id
from doses.facts import dose_title
from doses.models import VaccinationSession
from doses.plausibility.warnings import DoseWarning, sign_of
from doses.sessions import SessionOver
from recording import actions, people, sessions
from recording.forms.doses import PersonForm, RecordForm, WhoForm
from recording.people import FoundPerson
from recording.views.sessions import session_or_404
from vaxreg.typed.dates import age_on


@staff_page
@require_http_methods(["GET", "HEAD", "POST"])
def session_page(request: UserRequest, public_id: UUID) -> HttpResponse:
    """Ask who it is; POST looks for the person. One sure record opens at once."""
    session = session_or_404(request, public_id)
    form = WhoForm(request.POST if request.method == "POST" else None)
    found: list[FoundPerson] | None = None
    if request.method == "POST" and form.is_valid():
        found = people.find(form.typed, by=request.user, site_ids=[session.organization_id])
        if len(found) == 1 and found[0].is_sure:
            return redirect("recording-person", session.public_id, found[0].citizen.public_id)
    context = {
        "row": sessions.row_of(session),
        "form": form,
        "found": found,
        "new": people.as_form_values(form.typed) if found is not None else {},
        "doses": sessions.last_doses(session, by=request.user),
    }
    status = 422 if form.has_errors else 200
    return render(request, "recording/session.html", context, status=status)


@staff_page
@require_http_methods(["GET", "HEAD", "POST"])
def person_page(request: UserRequest, public_id: UUID, person: UUID) -> HttpResponse:
    """Show the person and the form of the dose; POST records it and goes to the next person."""
    session = session_or_404(request, public_id)
    citizen = people.opened(person, session.organization, by=request.user)
    if citizen is None:
        raise Http404
    lots = sessions.lots_for(session)
    sent = request.POST if request.method == "POST" else None
    first = sessions.first_values(session, citizen, lots, request.user)
    form = RecordForm(sent, lots=lots, initial=first)
    found: list[DoseWarning] = []
    status = 200
    if sent is not None and form.is_valid():
        found = actions.doubts(session, citizen, form.given)
        if form.has_shown(found):
            try:
                dose = actions.record_in_session(
                    session, citizen, form.given, left=found, by=request.user
                )
            except ValidationError as wrong:
                form.add_error(None, wrong.messages)
            except SessionOver:
                return _called_off(request, session)
            else:
                told = {"dose": dose_title(dose), "name": citizen.full_name}
                messages.success(request, _("%(dose)s recorded for %(name)s.") % told)
                return redirect("recording-session", session.public_id)
    if form.has_errors:
        status = 422
    elif sent is None and first.get("position"):
        # What would be doubtful about the dose as the form begins is said at once.
        found = actions.doubts_of_first(session, citizen, lots, first)
    context = {
        "session": session,
        "citizen": citizen,
        "number": mask_id(citizen.id_number),
        "age": age_on(citizen.date_of_birth, session.on),
        "lines": sessions.doses_on_record(citizen),
        "form": form,
        "found": found,
        "sign": sign_of(found),
    }
    return render(request, "recording/person.html", context, status=status)


@staff_page
@require_http_methods(["GET", "HEAD", "POST"])
def new_person(request: UserRequest, public_id: UUID) -> HttpResponse:
    """Make the record of somebody who has none. With `prefill` the form shows what was typed."""
    session = session_or_404(request, public_id)
    is_sent = request.method == "POST" and "prefill" not in request.POST
    is_namesake = False
    form = PersonForm(request.POST) if is_sent else PersonForm(initial=request.POST.dict())
    if is_sent and form.is_valid():
        try:
            citizen = people.make(form.cleaned_data, session, by=request.user)
        except IdNumberOnRecord:
            form.add_error(
                "id_number",
                _("This number is on a record already. Go back and look for the number."),
            )
        except NameOnRecord:
            is_namesake = True
            form.add_error(
                "is_somebody_else",
                _(
                    "Somebody of this name and date of birth has a record. Go back and look for them, or"
                    " tick that it is another person."
                ),
            )
        except ValidationError as wrong:
            form.add_error(None, wrong.messages)
        else:
            return redirect("recording-person", session.public_id, citizen.public_id)
    context = {"session": session, "form": form, "is_namesake": is_namesake or _ticked(request)}
    status = 422 if form.has_errors else 200
    return render(request, "recording/new_person.html", context, status=status)


def _ticked(request: UserRequest) -> bool:
    return "is_somebody_else" in request.POST


def _called_off(request: UserRequest, session: VaccinationSession) -> HttpResponse:
    messages.error(request, _("This session was called off in the meantime. Nothing was stored."))
    return redirect("recording-session", session.public_id)
