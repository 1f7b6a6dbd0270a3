"""Sign-in of citizens: the phone number, then the code from the SMS."""

import uuid
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from accounts import access
from accounts.forms import CodeForm, PhoneForm
from accounts.models import SessionKind
from accounts.sign_in import citizen_session, code_message, codes
from accounts.sign_in.codes import CodeOutcome, Sending
from accounts.sign_in.devices import device_of
from accounts.throttled import too_many
from messaging.models import Channel
from vaxreg import db_time
from vaxreg.addresses import client_address, own_path

ASKED = "accounts.asked"


@dataclass(frozen=True)
class CodeRequest:
    """What the session stores after a code was requested; never the code itself."""

    phone: str
    code_id: str
    sent_at: str
    back: str
    digits: int = settings.SIGN_IN_CODE_DIGITS

    @property
    def seconds_to_wait(self) -> int:
        """Seconds until another code may be sent to the number."""
        _times, wait = settings.CODES_PER_NUMBER[0]
        passed = db_time.now() - datetime.fromisoformat(self.sent_at)
        return max(0, int((wait - passed).total_seconds()))


@login_not_required
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Ask for the phone number; the answer is the same for known and unknown numbers."""
    back = own_path(request.POST.get("next") or request.GET.get("next"))
    if request.method == "GET" and access.is_citizen_session(request):
        return redirect(back or access.home_url(SessionKind.CITIZEN))
    form = PhoneForm(request.POST or None)
    if form.is_valid():
        phone = form.cleaned_data["phone"]
        asked = _asked(request)
        if asked and asked.phone == phone and asked.seconds_to_wait:
            # The user went back and sent the same number again: the first code is still valid.
            return redirect("accounts:code")
        sending = codes.send(phone, address=client_address(request), device=device_of(request))
        if not sending.verdict.allowed:
            return too_many(request, sending.verdict.retry_at, again="accounts:sign_in")
        _remember(request, phone, sending, back)
        return redirect("accounts:code")
    status = 422 if form.has_errors else 200
    context = {
        "form": form,
        "next": back,
        "staff_here": access.is_staff_session(request),
        "ways": _other_ways(request, back),
    }
    return render(request, "accounts/sign_in.html", context, status=status)


@login_not_required
@sensitive_post_parameters("code")
@require_http_methods(["GET", "POST"])
def code(request: HttpRequest) -> HttpResponse:
    """Ask for the code and check it."""
    asked = _asked(request)
    if asked is None:
        return redirect("accounts:sign_in")
    became = _became(asked)
    by_call = became is not None and became.by_call
    form = CodeForm(request.POST or None, digits=asked.digits, by_call=by_call)
    if form.is_valid():
        typed, device = form.cleaned_data["code"], device_of(request)
        check = codes.check(uuid.UUID(asked.code_id), typed, device=device)
        if check.outcome is CodeOutcome.RIGHT and check.user:
            request.session.pop(ASKED, None)
            return citizen_session.begin(request, check.user, method="code", back=asked.back)
        if check.outcome is CodeOutcome.TOO_MANY:
            # Otherwise the link to the sign-in page would lead back to the used-up code.
            request.session.pop(ASKED, None)
            return too_many(request, check.retry_at, again="accounts:sign_in", status=429)
        form.add_error("code", _what_is_wrong(check))
    status = 422 if form.has_errors else 200
    ways = _other_ways(request, asked.back)
    context = {"form": form, "asked": asked, "became": became, "ways": ways}
    return render(request, "accounts/code.html", context, status=status)


@login_not_required
@require_safe
def code_state(request: HttpRequest) -> HttpResponse:
    """Say again what became of the message with the code; the page of the code asks for it."""
    asked = _asked(request)
    if asked is None:
        return HttpResponse(status=204)
    return render(request, "accounts/code_state.html", {"became": _became(asked)})


@login_not_required
@require_http_methods(["GET", "POST"])
def send_again(request: HttpRequest) -> HttpResponse:
    """Send a new code to the number of this session, or call it; a GET (reload) sends nothing."""
    asked = _asked(request)
    if asked is None or request.method == "GET":
        return redirect("accounts:code")
    channel = Channel.CALL if request.POST.get("by") == "call" else Channel.SMS
    sending = codes.send(
        asked.phone,
        address=client_address(request),
        device=device_of(request),
        channel=channel,
    )
    if not sending.verdict.allowed:
        return too_many(request, sending.verdict.retry_at, again="accounts:code")
    _remember(request, asked.phone, sending, asked.back)
    if channel == Channel.SMS:
        said = _("We have sent a new code. Codes sent before no longer work.")
    else:
        said = _("We call you with a new code. Codes sent before no longer work.")
    messages.success(request, said)
    return redirect("accounts:code")


def _other_ways(request: HttpRequest, back: str) -> list[Any]:
    """Return what other rooms offer beside the phone number, with their templates."""
    made = [import_string(path)(request, back) for path in settings.SIGN_IN_WAYS]
    return [one for one in made if one]


def _became(asked: CodeRequest) -> code_message.CodeMessage | None:
    return code_message.what_became(uuid.UUID(asked.code_id))


def _what_is_wrong(check: codes.Check) -> str:
    if check.outcome is CodeOutcome.EXPIRED:
        return _("This code has expired. Press “Send a new code” to get another one.")
    if check.outcome is CodeOutcome.TOO_SHORT:
        return _(
            "Strangers are guessing at codes just now, so we send longer ones. Press “Send a new"
            " code” to get one."
        )
    return ngettext(
        "This code is not right. You can try %(count)s more time.",
        "This code is not right. You can try %(count)s more times.",
        check.tries_left,
    ) % {"count": check.tries_left}


def _asked(request: HttpRequest) -> CodeRequest | None:
    stored = request.session.get(ASKED)
    return CodeRequest(**stored) if stored else None


def _remember(request: HttpRequest, phone: str, sending: Sending, back: str) -> None:
    if sending.code_id is None or sending.sent_at is None:
        raise ValueError("only a code that was sent is remembered")
    sent_at = sending.sent_at.isoformat()
    asked = CodeRequest(phone, str(sending.code_id), sent_at, back, sending.digits)
    request.session[ASKED] = asdict(asked)
