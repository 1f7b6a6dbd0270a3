"""Views of calling back: the public page that asks for it, and the agents' list."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import access
from accounts.http import UserRequest
from accounts.sign_in.devices import device_of
from accounts.throttled import too_many
from hotline import callbacks
from hotline.callbacks import NotYourCall, TooManyCallbacks
from hotline.forms import CallbackForm, focused
from hotline.models import BestTime, CallbackTry, CallerCheck
from hotline.views.desk import agent_page, call_page
from vaxreg import db_time
from vaxreg.addresses import client_address

SENT = "sent"


@login_not_required
@sensitive_post_parameters("phone")
@require_http_methods(["GET", "HEAD", "POST"])
def call_me_back(request: HttpRequest) -> HttpResponse:
    """Ask for a number and a time of day, without signing in; all numbers get the same answer."""
    if request.method != "POST":
        user = request.user
        is_citizen = access.is_citizen_session(request)
        known = user.phone if user.is_authenticated and is_citizen else ""
        form = CallbackForm(initial={"phone": known})
        context = {"form": form, "is_sent": SENT in request.GET}
        return render(request, "hotline/callback/ask.html", context)
    form = CallbackForm(request.POST)
    if not form.is_valid():
        return render(request, "hotline/callback/ask.html", {"form": form}, status=422)
    try:
        callbacks.ask(
            form.cleaned_data["phone"],
            BestTime(form.cleaned_data["best_time"]),
            address=client_address(request),
            device=device_of(request),
        )
    except TooManyCallbacks as stop:
        template = "hotline/callback/too_many.html"
        return too_many(request, stop.retry_at, again="call-me-back", template=template)
    return redirect(f"{reverse('call-me-back')}?{SENT}=1")


@agent_page
@require_safe
def listed(request: UserRequest) -> HttpResponse:
    """List who waits for a call: masked numbers, and who calls whom."""
    now = db_time.now()
    rows = [
        {
            "request": one,
            "is_claimed": callbacks.is_claimed(one, now),
            "is_mine": callbacks.claimed_by(request.user, one),
            "is_later": one.not_before > now,
            "tries": list(one.tries.all()),
        }
        for one in callbacks.waiting()[: callbacks.MOST_SHOWN]
    ]
    return render(request, "hotline/callback/list.html", {"rows": rows})


@agent_page
@require_POST
def claim(request: UserRequest, public_id: UUID) -> HttpResponse:
    """Take a request before calling; a colleague's is left to the colleague."""
    asked = get_object_or_404(callbacks.waiting(), public_id=public_id)
    try:
        callbacks.claim(asked, by=request.user)
    except NotYourCall:
        messages.info(request, _("A colleague calls this number, or has called it."))
        return redirect("hotline-callbacks")
    return redirect("hotline-callback", public_id)


@agent_page
@require_http_methods(["GET", "HEAD", "POST"])
def one(request: UserRequest, public_id: UUID) -> HttpResponse:
    """Show the number to the agent who claimed it; POST stores what came of the call."""
    asked = get_object_or_404(callbacks.waiting(), public_id=public_id)
    try:
        number = callbacks.number_of(asked, by=request.user)
    except NotYourCall:
        messages.info(request, _("Take the call first: so two agents never call the same person."))
        return redirect("hotline-callbacks")
    times = callbacks.next_times()
    if request.method != "POST":
        context = {"asked": asked, "number": number, "tries": list(asked.tries.all())}
        return render(request, "hotline/callback/one.html", context)
    again_at = times.get(request.POST.get("again", ""))
    result = request.POST.get("result", "")
    if again_at is None and result not in (
        CallbackTry.Result.REACHED,
        CallbackTry.Result.NOT_REACHED,
    ):
        messages.error(request, _("Choose what came of the call."))
        return redirect("hotline-callback", public_id)
    try:
        callbacks.note_try(
            asked,
            by=request.user,
            result=CallbackTry.Result.AGAIN if again_at else CallbackTry.Result(result),
            again_at=again_at,
        )
    except NotYourCall:
        messages.info(request, _("A colleague calls this number, or has called it."))
    else:
        messages.success(request, _("It is recorded what came of the call."))
    return redirect("hotline-callbacks")


@call_page
@require_http_methods(["GET", "HEAD", "POST"])
def note(request: UserRequest, call: CallerCheck) -> HttpResponse:
    """Note during a call that the caller is to be called back."""
    on_record = call.citizen.phone
    if request.method != "POST":
        form = focused(CallbackForm(phone_on_record=on_record))
        return _note_page(request, call, form)
    form = CallbackForm(request.POST, phone_on_record=on_record)
    if not form.is_valid():
        return _note_page(request, call, form, status=422)
    callbacks.note(
        call.citizen,
        form.cleaned_data["phone"],
        BestTime(form.cleaned_data["best_time"]),
        by=request.user,
    )
    messages.success(request, _("The caller stands in the list of those to call back."))
    return redirect("hotline-caller", call.public_id)


def _note_page(
    request: UserRequest, call: CallerCheck, form: CallbackForm, status: int = 200
) -> HttpResponse:
    context = {"call": call, "form": form}
    return render(request, "hotline/callback/note.html", context, status=status)
