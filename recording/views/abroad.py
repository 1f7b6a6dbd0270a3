"""The page of a dose that was given in another country, for a person at the desk of a session."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.decorators import staff_page
from accounts.http import UserRequest
from doses.facts import dose_title
from doses.plausibility.checks import about_dose
from doses.plausibility.warnings import sign_of
from recording import actions, people
from recording.forms.abroad import AbroadForm
from recording.views.sessions import session_or_404


@staff_page
@require_http_methods(["GET", "HEAD", "POST"])
def abroad_page(request: UserRequest, public_id: UUID, person: UUID) -> HttpResponse:
    """Record a dose of which the person shows the certificate of another country."""
    session = session_or_404(request, public_id)
    citizen = people.opened(person, session.organization, by=request.user)
    if citizen is None:
        raise Http404
    form = AbroadForm(request.POST if request.method == "POST" else None)
    found = about_dose(citizen, form.line) if form.is_bound and form.is_valid() else []
    if form.is_bound and form.is_valid() and form.has_shown(found):
        data = form.cleaned_data
        try:
            dose = actions.record_abroad(
                citizen,
                vaccine=data["vaccine"],
                given_on=data["given_on"],
                position=data["position"],
                abroad=form.abroad,
                lot=data["lot"],
                why=data["why"],
                left=found,
                by=request.user,
                by_organization=session.organization,
            )
        except ValidationError as wrong:
            form.add_error(None, wrong.messages)
        else:
            told = {"dose": dose_title(dose), "name": citizen.full_name}
            messages.success(request, _("%(dose)s recorded for %(name)s.") % told)
            return redirect("recording-person", session.public_id, citizen.public_id)
    context = {
        "session": session,
        "citizen": citizen,
        "form": form,
        "found": found,
        "sign": sign_of(found),
    }
    status = 422 if form.has_errors else 200
    return render(request, "recording/abroad.html", context, status=status)
