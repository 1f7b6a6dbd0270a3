"""Views of an agent who files for a caller: what is wrong, and the details of it."""

from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts.http import UserRequest
from corrections.models import Correction
from doses.facts import dose_title
from hotline import calls, search
from hotline.forms import BehalfForm, focused
from hotline.models import CallerCheck
from hotline.views.desk import call_page
from portal import claim_targets
from portal.claim_targets import Target
from portal.forms.claims import ClaimForm
from portal.forms.dose import DoseForm
from vaxreg import db_time


@call_page
@require_http_methods(["GET", "HEAD"])
def choose(request: UserRequest, call: CallerCheck) -> HttpResponse:
    """Ask what is wrong: a dose and in what way, a missing dose, or the person."""
    context = {
        "call": call,
        "person": search.masked(call.citizen),
        "disputable": claim_targets.disputable(call.citizen),
    }
    return render(request, "hotline/file.html", context)


@call_page
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def details(request: UserRequest, call: CallerCheck, key: str) -> HttpResponse:
    """Ask for the details of a claim, and for what a filing for a caller needs besides."""
    target = claim_targets.target_of(call.citizen, key)
    if target is None:
        raise Http404
    on_record = call.citizen.phone
    if request.method != "POST" or "find" in request.POST:
        typed = request.POST.dict()
        form = claim_targets.form_of(target, call.citizen, initial=typed)
        behalf = BehalfForm(initial={**_begun(), **typed}, phone_on_record=on_record)
        if not typed:
            focused(form if form.fields else behalf)
        return _page(request, call, target, form, behalf)
    form = claim_targets.form_of(target, call.citizen, request.POST)
    behalf = BehalfForm(request.POST, phone_on_record=on_record)
    is_valid = [form.is_valid(), behalf.is_valid()]
    if all(is_valid) and form.claim is not None:
        try:
            filed = calls.file(call, form.claim, behalf.cleaned_data, by=request.user)
        except claim_targets.REFUSALS as problem:
            form.add_error(None, claim_targets.refusal_in_words(problem))
        else:
            return _filed(request, call, filed.corrections.get())
    return _page(request, call, target, form, behalf, status=422)


def _begun() -> dict[str, Any]:
    now = timezone.localtime(db_time.now())
    return {"told_at": now.strftime("%H:%M"), "key": uuid4()}


def _page(
    request: UserRequest,
    call: CallerCheck,
    target: Target,
    form: DoseForm | ClaimForm,
    behalf: BehalfForm,
    status: int = 200,
) -> HttpResponse:
    context = {
        "call": call,
        "person": search.masked(call.citizen),
        "target": target,
        "about": dose_title(target.dose) if target.dose else "",
        # The template of the citizen's page, which draws the site search, expects this name.
        "form": form,
        "behalf": behalf,
    }
    return render(request, "hotline/file_details.html", context, status=status)


def _filed(request: UserRequest, call: CallerCheck, case: Correction) -> HttpResponse:
    messages.success(
        request,
        _(
            "%(reference)s is recorded. Read the reference to the caller, and send the link for the photo."
        )
        % {"reference": case.reference},
    )
    return redirect("hotline-caller", call.public_id)
