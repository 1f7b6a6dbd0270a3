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
from accounts.sign_in import citizen_session, code_message, codes, contact_email
from accounts.sign_in.codes import CodeOutcome, Sending
from accounts.sign_in.devices import Device, device_of
from accounts.throttled import too_many
from messaging.models import Channel
from vaxreg import db_time, ui
from vaxreg.addresses import client_address, own_path

ASKED = "accounts.asked"
# How a new code may be sent, as the buttons of the page call it.
WAYS = {"sms": Channel.SMS, "call": Channel.CALL, "email": Channel.EMAIL}


@dataclass(frozen=True)
class CodeRequest:
    """What the session stores after a code was requested; never the code itself."""

    phone: str
    # Empty when nothing was sent: somebody types the code that the hotline has given.
    code_id: str
    sent_at: str
    back: str
    digits: int = settings.SIGN_IN_CODE_DIGITS
    by: str = "sms"
    # Codes that still count beside the newest one.
    earlier: tuple[str, ...] = ()

    @property
    def seconds_to_wait(self) -> int:
        """Seconds until another code may be sent to the number."""
        if not self.code_id:
            return 0
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
        if "told" in request.POST:
            _remember_told(request, phone, back)
            return redirect("accounts:code")
        asked = _asked(request)
        if asked and asked.code_id and asked.phone == phone and asked.seconds_to_wait:
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
    device = device_of(request)
    became = _became(asked, device)
    form = CodeForm(request.POST or None, digits=asked.digits, by=asked.by)
    if form.is_valid():
        typed = form.cleaned_data["code"]
        check = codes.check(
            uuid.UUID(asked.code_id) if asked.code_id else None,
            typed,
            device=device,
            phone=asked.phone,
            earlier=[uuid.UUID(one) for one in asked.earlier],
        )
        if check.outcome is CodeOutcome.RIGHT and check.user:
            request.session.pop(ASKED, None)
            return citizen_session.begin(request, check.user, method="code", back=asked.back)
        if check.outcome is CodeOutcome.TOO_MANY:
            # Otherwise the link to the sign-in page would lead back to the used-up code.
            request.session.pop(ASKED, None)
            return too_many(request, check.retry_at, again="accounts:sign_in", status=429)
        form.add_error("code", _what_is_wrong(check, typed, asked))
    status = 422 if form.has_errors else 200
    ways = _other_ways(request, asked.back)
    context = {
        "form": form,
        "asked": asked,
        "became": became,
        "ways": ways,
        # A browser that never signed in to this account must not learn what is on file.
        "is_known_here": device.knows(asked.phone),
        "email": _email_shown(asked, device),
    }
    return render(request, "accounts/code.html", context, status=status)


@login_not_required
@require_safe
def code_state(request: HttpRequest) -> HttpResponse:
    """Say again what became of the message with the code; the page of the code asks for it."""
    asked = _asked(request)
    if asked is None:
        return HttpResponse(status=204)
    return render(
        request, "accounts/code_state.html", {"became": _became(asked, device_of(request))}
    )


@login_not_required
@require_http_methods(["GET", "POST"])
def send_again(request: HttpRequest) -> HttpResponse:
    """Send a new code to the number of this session, by SMS, call or e-mail; a GET sends nothing."""
    asked = _asked(request)
    if asked is None or request.method == "GET":
        return redirect("accounts:code")
    by = request.POST.get("by", "")
    by = by if by in WAYS else "sms"
    device = device_of(request)
    sending = codes.send(
        asked.phone,
        address=client_address(request),
        device=device,
        channel=WAYS[by],
    )
    if not sending.verdict.allowed:
        return too_many(request, sending.verdict.retry_at, again="accounts:code")
    earlier = (*asked.earlier, asked.code_id) if by == "email" and asked.code_id else ()
    _remember(request, asked.phone, sending, asked.back, by=by, earlier=earlier)
    if by == "sms":
        said = _("We have sent a new code. Codes sent before no longer work.")
    elif by == "call":
        said = _("We call you with a new code. Codes sent before no longer work.")
    else:
        said = _(
            "If an e-mail address is confirmed for this number, a code is on its way there. A code"
            " from an SMS still works."
        )
    messages.success(request, said)
    return redirect("accounts:code")


def _other_ways(request: HttpRequest, back: str) -> list[Any]:
    """Return what other rooms offer beside the phone number, with their templates."""
    made = [import_string(path)(request, back) for path in settings.SIGN_IN_WAYS]
    return [one for one in made if one]


def _became(asked: CodeRequest, device: Device) -> code_message.CodeMessage | None:
    """Return what became of the message; of an e-mail only to whom the account is known already."""
    if not asked.code_id or (asked.by == "email" and not device.knows(asked.phone)):
        return None
    return code_message.what_became(uuid.UUID(asked.code_id))


def _email_shown(asked: CodeRequest, device: Device) -> str:
    """Return the masked address on file, in a browser that has signed in to this account before."""
    address = contact_email.of_phone(asked.phone) if device.knows(asked.phone) else ""
    return ui.masked_email(address) if address else ""


def _what_is_wrong(check: codes.Check, typed: str, asked: CodeRequest) -> str:
    is_told = not asked.code_id or len(typed) != asked.digits
    if is_told and check.outcome is not CodeOutcome.TOO_SHORT:
        # Whether the hotline gave a code at all is for whoever has it.
        return _(
            "This code is not right, or its ten minutes are over. The hotline can give another."
        )
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


def _remember_told(request: HttpRequest, phone: str, back: str) -> None:
    """Lead to the page of the code without sending one: the caller has one from the hotline."""
    digits = settings.LONG_CODE_DIGITS
    asked = CodeRequest(phone, "", db_time.now().isoformat(), back, digits, "hotline")
    request.session[ASKED] = asdict(asked)


def _remember(
    request: HttpRequest,
    phone: str,
    sending: Sending,
    back: str,
    *,
    by: str = "sms",
    earlier: tuple[str, ...] = (),
) -> None:
    if sending.code_id is None or sending.sent_at is None:
        raise ValueError("only a code that was sent is remembered")
    sent_at = sending.sent_at.isoformat()
    code_id = str(sending.code_id)
    asked = CodeRequest(phone, code_id, sent_at, back, sending.digits, by, earlier)
    request.session[ASKED] = asdict(asked)
