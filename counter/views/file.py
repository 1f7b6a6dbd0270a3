"""Views of a nurse who files for somebody at the counter: who, what is wrong, details, receipt."""

from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from accounts.decorators import staff_page
from accounts.http import UserRequest
from citizens.masking import mask_id
from citizens.models import Citizen, RecordVisit
from corrections.photos import evidence
from counter import filing, letters
from counter.forms import ForPersonForm
from counter.offices import first_office_of
from doses.facts import dose_title
from organizations.models import Organization
from portal import claim_targets, receipts
from portal.claim_targets import Target
from portal.forms.claims import ClaimForm
from portal.forms.dose import DoseForm
from portal.sent_photos import sent_pictures
from portal.views.photos import bounded
from recording import access, people
from recording.forms.doses import WhoForm
from recording.people import FoundPerson
from vaxreg.errors import out_of_order, photos_not_kept
from vaxreg.photos.cleaning import Picture
from vaxreg.private_files.outage import StoreDown


@staff_page
@require_http_methods(["GET", "HEAD", "POST"])
def find(request: UserRequest) -> HttpResponse:
    """Ask who stands there; POST looks for the person. One sure record opens at once."""
    site = site_of(request)
    form = WhoForm(request.POST if request.method == "POST" else None)
    found: list[FoundPerson] | None = None
    if request.method == "POST" and form.is_valid():
        found = people.find(form.typed, by=request.user, site_ids=[site.pk])
        if len(found) == 1 and found[0].is_sure:
            return redirect("counter-person", found[0].citizen.public_id)
    context = {
        "site": site,
        "form": form,
        "found": found,
        "letters": letters.how_many_wait(request.user),
    }
    return render(request, "counter/find.html", context, status=422 if form.has_errors else 200)


@staff_page
@require_safe
def choose(request: UserRequest, person: UUID) -> HttpResponse:
    """Ask what is wrong: a dose and in what way, a missing dose, or the person."""
    citizen = person_at_counter(request, person)
    context = {
        "citizen": citizen,
        "number": mask_id(citizen.id_number),
        "disputable": claim_targets.disputable(citizen),
    }
    return render(request, "counter/choose.html", context)


@staff_page
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@bounded
def details(request: UserRequest, person: UUID, key: str) -> HttpResponse:
    """Ask for the details of a claim, the photos, and where the answer goes; POST files it."""
    citizen = person_at_counter(request, person)
    target = claim_targets.target_of(citizen, key)
    if target is None:
        raise Http404
    if request.method != "POST" or "find" in request.POST:
        typed = request.POST.dict()
        form = claim_targets.form_of(target, citizen, initial=typed)
        said = ForPersonForm(initial={"key": uuid4(), **typed}, phone_on_record=citizen.phone)
        return _page(request, citizen, target, form, said)
    try:
        return _filed(request, citizen, target)
    except StoreDown:
        form = claim_targets.form_of(target, citizen, request.POST)
        said = ForPersonForm(request.POST, phone_on_record=citizen.phone)
        said.add_error("photos", photos_not_kept())
        return out_of_order(_page(request, citizen, target, form, said))


def _filed(request: UserRequest, citizen: Citizen, target: Target) -> HttpResponse:
    form = claim_targets.form_of(target, citizen, request.POST)
    said = ForPersonForm(request.POST, phone_on_record=citizen.phone)
    is_valid = [form.is_valid(), said.is_valid()]
    pictures: list[Picture] = []
    problems: list[str] = []
    if all(is_valid) and request.FILES:
        pictures, problems = sent_pictures(request, limits=evidence.PER_COUNTER_DAY)
        for problem in problems:
            said.add_error("photos", problem)
    if all(is_valid) and not problems and form.claim is not None:
        try:
            filed = filing.file(
                citizen,
                form.claim,
                said.cleaned_data,
                photos=pictures,
                office=site_of(request),
                by=request.user,
            )
        except claim_targets.REFUSALS as problem:
            form.add_error(None, claim_targets.refusal_in_words(problem))
        else:
            messages.success(request, _("It is recorded. Print the receipt for the person."))
            return redirect("counter-receipt", filed.public_id)
    if request.FILES:
        said.add_error("photos", _("Choose the photos again: the browser does not keep them."))
    return _page(request, citizen, target, form, said, status=422)


@staff_page
@require_safe
def receipt(request: UserRequest, public_id: UUID) -> HttpResponse:
    """Show the receipt of what an office filed for somebody, to print."""
    first_office_of(request.user)
    filed = filing.receipt_of(request.user, public_id)
    if filed is None:
        raise Http404
    cases = filing.cases_of(filed)
    context = receipts.receipt(filed, cases)
    context["at_counter"] = access.sites_of(request.user).exists()
    return render(request, "counter/receipt.html", context)


def site_of(request: UserRequest) -> Organization:
    """Return the site whose counter it is. Raises PermissionDenied for who works at none."""
    site = access.sites_of(request.user).first()
    if site is None:
        raise PermissionDenied
    return site


def person_at_counter(
    request: UserRequest, person: UUID, seen: str = RecordVisit.Seen.RECORD
) -> Citizen:
    """Return the person who stands there, and log who opened the record. Raises as `opened` does."""
    why = RecordVisit.Why.REVIEW
    citizen = people.opened(person, site_of(request), by=request.user, why=why, seen=seen)
    if citizen is None:
        raise Http404
    return citizen


def _page(
    request: UserRequest,
    citizen: Citizen,
    target: Target,
    form: DoseForm | ClaimForm,
    said: ForPersonForm,
    status: int = 200,
) -> HttpResponse:
    context: dict[str, Any] = {
        "citizen": citizen,
        "target": target,
        "about": dose_title(target.dose) if target.dose else "",
        # The template of the citizen's page, which draws the site search, expects this name.
        "form": form,
        "said": said,
    }
    return render(request, "counter/details.html", context, status=status)
