"""Views of an agent during a call: take a step for the caller, send a link or a message again."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from accounts.http import UserRequest
from accounts.throttled import too_many
from citizens import links
from citizens.masking import mask_phone
from corrections import facts
from corrections.actions import AlreadyOpen, NobodyAbove, TooLate
from corrections.lifecycle import StepNotPossible
from corrections.models import Correction
from hotline import call_script, calls, message_log, upload_links
from hotline.calls import STEPS
from hotline.forms import SaidForm, focused
from hotline.models import CallerCheck
from hotline.views.desk import call_page
from messaging.actions import NotResendable, TooSoon
from messaging.models import Message
from vaxreg import errors
from vaxreg.uuids import with_id

REFUSALS = (AlreadyOpen, NobodyAbove, PermissionDenied, StepNotPossible, TooLate)


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
def take(request: UserRequest, call: CallerCheck, reference: str, step: str) -> HttpResponse:
    """Take one step for the caller: answer, appeal, withdraw, confirm, note, escalate."""
    case = _case(request, call, reference)
    kind = STEPS.get(step)
    if kind is None:
        raise Http404
    if step not in calls.offered(case, request.user):
        return _too_late(request, call, case)
    is_sent = request.method == "POST"
    form = SaidForm(
        request.POST if is_sent else None,
        label=kind.asked or "",
        required=kind.required and kind.asked is not None,
    )
    if not is_sent:
        focused(form)
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


@call_page
@require_POST
def send_again(request: UserRequest, call: CallerCheck, key: UUID) -> HttpResponse:
    """Send a message to the caller once more; which agent did it is stored."""
    try:
        message = message_log.resend(call, key, by=request.user)
    except Message.DoesNotExist:
        raise Http404 from None
    except message_log.TooManyResends as stop:
        return too_many(request, stop.retry_at, again="hotline", template="hotline/too_many.html")
    except TooSoon:
        messages.info(request, _("It was sent again a moment ago. Please wait ten minutes."))
    except NotResendable:
        messages.info(request, _("This message is on its way, has arrived, or is out of date."))
    else:
        messages.success(
            request,
            _("It is sent again to %(phone)s.") % {"phone": mask_phone(message.recipient)},
        )
    return redirect("hotline-caller", call.public_id)


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
