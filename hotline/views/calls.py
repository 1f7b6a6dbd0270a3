"""Views of an agent during a call: file for the caller, take a step, send a link."""

from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from accounts.http import UserRequest
from citizens import links
from citizens.masking import mask_phone
from corrections import facts
from corrections.actions import AlreadyOpen, NobodyAbove, TooLate
from corrections.actions.filing import TooManyFilings, TooManyOpen
from corrections.lifecycle import StepNotPossible
from corrections.models import Correction
from doses.facts import dose_title
from doses.models import Dose
from hotline import call_script, calls, search, upload_links
from hotline.calls import STEPS
from hotline.forms import BehalfForm, SaidForm
from hotline.models import CallerCheck
from hotline.views.desk import call_page
from portal.forms.dose import DoseForm
from vaxreg import db_time, errors, ui
from vaxreg.uuids import with_id

MISSING = "missing"
REFUSALS = (AlreadyOpen, NobodyAbove, PermissionDenied, StepNotPossible, TooLate)


@call_page
@require_http_methods(["GET", "HEAD"])
def file(request: UserRequest, call: CallerCheck) -> HttpResponse:
    """Ask which dose the caller means, or whether one is missing."""
    doses = [
        (dose, dose_title(dose), f"dose-{dose.public_id}")
        for dose in calls.disputable_doses(call.citizen)
    ]
    context = {"call": call, "person": search.masked(call.citizen), "doses": doses}
    return render(request, "hotline/file.html", context)


@call_page
@require_POST
def opening(request: UserRequest, call: CallerCheck) -> HttpResponse:
    """Let a request to open the caller's record begin now, or stop it."""
    waiting = calls.waiting_links(call.citizen)
    link = with_id(waiting, request.POST.get("link", "")).first()
    if link is None:
        messages.info(request, _("It was opened or stopped in the meantime."))
    elif "end" in request.POST:
        links.end(link, by=request.user)
        messages.success(request, _("Stopped: the record does not open for that phone."))
    else:
        try:
            calls.confirm_link(link, call, by=request.user)
        except PermissionDenied:
            raise PermissionDenied(
                _(
                    "Ask the caller about a dose or the phone on record first, and have your own identity verified."
                )
            ) from None
        except links.HasOwnRecord:
            messages.info(request, _("This phone has another record of its own by now."))
        else:
            messages.success(request, _("The record is open for that phone now."))
    return redirect("hotline-caller", call.public_id)


@call_page
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def file_dose(request: UserRequest, call: CallerCheck, key: str) -> HttpResponse:
    """Ask for the details of a dose, and for what a filing for a caller needs besides."""
    dose = _dose(call, key)
    is_sent = request.method == "POST"
    if not is_sent or "find" in request.POST:
        typed = request.POST.dict() if is_sent else {}
        details = DoseForm(initial=typed, dose=dose, citizen=call.citizen)
        behalf = BehalfForm(initial=_begun(call, typed))
        return _file_page(request, call, dose, details, behalf)
    details = DoseForm(request.POST, dose=dose, citizen=call.citizen)
    behalf = BehalfForm(request.POST)
    is_valid = [details.is_valid(), behalf.is_valid()]
    if all(is_valid) and details.claim is not None:
        try:
            filed = calls.file(call, details.claim, behalf.cleaned_data, by=request.user)
        except AlreadyOpen as known:
            details.add_error(None, _already_open(known.correction))
        except TooManyOpen:
            details.add_error(None, _("Too many cases of this person are open already."))
        except TooManyFilings as stop:
            details.add_error(
                None,
                _(
                    "You have filed as often as one agent may. Ask a colleague, or try from %(moment)s on."
                )
                % {"moment": ui.minute(stop.retry_at)},
            )
        except ValidationError as wrong:
            details.add_error(None, wrong.messages)
        else:
            return _filed(request, call, filed.corrections.get())
    return _file_page(request, call, dose, details, behalf, status=422)


@call_page
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def take(request: UserRequest, call: CallerCheck, reference: str, step: str) -> HttpResponse:
    """Take one step for the caller: answer, appeal, withdraw, confirm, note, escalate."""
    case = _case(request, call, reference)
    kind = STEPS.get(step)
    if kind is None:
        raise Http404
    if step not in calls.offered(case, request.user):
        return _too_late(request, call, case)
    sent = request.POST if request.method == "POST" else None
    form = SaidForm(sent, label=kind.asked or "", required=kind.required and kind.asked is not None)
    if form.is_valid():
        try:
            kind.take(case, request.user, form.cleaned_data["words"])
        except REFUSALS:
            return _too_late(request, call, case)
        except ValidationError as wrong:
            form.add_error("words", wrong.messages)
        else:
            messages.success(
                request, _("%(reference)s: it is recorded.") % {"reference": reference}
            )
            return redirect("hotline-caller", call.public_id)
    context = {
        "form": form,
        "call": call,
        "case": case,
        "kind": kind,
        "headline": facts.headline(case),
    }
    context["question"] = call_script.question(case) if step == "answer" else ""
    return render(request, "hotline/step.html", context, status=422 if form.has_errors else 200)


@call_page
@require_POST
def send_link(request: UserRequest, call: CallerCheck, reference: str) -> HttpResponse:
    """Send the caller an SMS with an upload link for photos of the paper."""
    case = _case(request, call, reference)
    try:
        message = upload_links.send_link(case, by=request.user)
    except PermissionDenied:
        return _too_late(request, call, case)
    except upload_links.TooManyLinks:
        messages.error(request, _("Five links were sent for this case today. Use the last one."))
    else:
        messages.success(
            request,
            _("The link is on its way to %(phone)s. It is good for 48 hours and 4 photos.")
            % {"phone": mask_phone(message.recipient)},
        )
    return redirect("hotline-caller", call.public_id)


def _dose(call: CallerCheck, key: str) -> Dose | None:
    if key == MISSING:
        return None
    doses = {f"dose-{dose.public_id}": dose for dose in calls.disputable_doses(call.citizen)}
    if key not in doses:
        raise Http404
    return doses[key]


def _begun(call: CallerCheck, typed: dict[str, Any]) -> dict[str, Any]:
    now = timezone.localtime(db_time.now())
    begun = {"told_at": now.strftime("%H:%M"), "key": uuid4()}
    return {**begun, **typed}


def _file_page(
    request: UserRequest,
    call: CallerCheck,
    dose: Dose | None,
    details: DoseForm,
    behalf: BehalfForm,
    status: int = 200,
) -> HttpResponse:
    context = {
        "call": call,
        "person": search.masked(call.citizen),
        "dose": dose,
        "title": dose_title(dose) if dose else "",
        # The template of the citizen's page, which draws the site search, expects this name.
        "form": details,
        "behalf": behalf,
    }
    return render(request, "hotline/file_dose.html", context, status=status)


def _filed(request: UserRequest, call: CallerCheck, case: Correction) -> HttpResponse:
    messages.success(
        request,
        _(
            "%(reference)s is recorded. Read the reference to the caller, and send the link for the photo."
        )
        % {"reference": case.reference},
    )
    return redirect("hotline-caller", call.public_id)


def _already_open(case: Correction) -> str:
    return _("%(reference)s about the same dose is open already: see the caller’s page.") % {
        "reference": case.reference
    }


def _case(request: UserRequest, call: CallerCheck, reference: str) -> Correction:
    case = calls.case_of(call, request.user, reference)
    if case is None:
        raise Http404
    return case


def _too_late(request: UserRequest, call: CallerCheck, case: Correction) -> HttpResponse:
    return errors.conflict(
        request,
        headline=_("Not possible now"),
        text=_("%(reference)s: %(status)s. See on the caller’s page what is possible.")
        % {"reference": case.reference, "status": case.get_status_display()},
        href=reverse("hotline-caller", args=[call.public_id]),
        link=_("Back to the caller"),
    )
