"""Views of one's own second factors: the app, passkeys, recovery codes; and proving one again."""

from allauth.mfa.base.internal.flows import post_authentication
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import rate_limits
from accounts.decorators import fresh_factor, staff_page
from accounts.forms import PasskeyForm, RecoveryCodesForm, SecondFactorForm
from accounts.http import UserRequest
from accounts.models import User
from accounts.sign_in import devices, letters, open_sessions, passkeys, two_factor
from accounts.throttled import too_many
from vaxreg.addresses import own_path

WRONG_SECOND_FACTOR = "wrong second factor"
OVERVIEW = "accounts:second_factors"


@staff_page
@require_safe
def overview(request: UserRequest) -> HttpResponse:
    """List the second factors, since when they are set up, and when they were last used."""
    context = {
        "app": two_factor.app_of(request.user),
        "passkeys": passkeys.passkeys_of(request.user),
        "codes_left": len(two_factor.recovery_codes(request.user)),
        "unseen": two_factor.has_unseen_recovery_codes(request.user),
    }
    return render(request, "accounts/second_factors.html", context)


@staff_page
@fresh_factor
@sensitive_post_parameters("passkey")
@require_http_methods(["GET", "HEAD", "POST"])
def add_passkey(request: UserRequest) -> HttpResponse:
    """Ask for a name, let the browser make a passkey, and store it."""
    user = request.user
    form = PasskeyForm(request.POST or None, initial={"name": open_sessions.browser_of(request)})
    if form.is_valid():
        name = form.cleaned_data["name"]
        try:
            passkeys.add(request, user, name=name, answer=form.cleaned_data["passkey"])
        except passkeys.TooMany:
            form.add_error(
                None, _("You have ten passkeys already. Remove one that you do not use.")
            )
        except passkeys.Refused:
            form.add_error(None, _("The passkey could not be checked. Try again."))
        else:
            letters.passkey_added(user, name)
            messages.success(request, _("The passkey is added. You can sign in with it now."))
            return redirect(OVERVIEW)
    status = 422 if form.has_errors else 200
    context = {"form": form, "options": passkeys.begin_adding(request, user)}
    return render(request, "accounts/passkey_add.html", context, status=status)


@staff_page
@fresh_factor
@require_POST
def remove_passkey(request: UserRequest) -> HttpResponse:
    """Remove one passkey: the id in `passkey`. The app stays, so nobody is locked out."""
    name = passkeys.remove(request.user, request.POST.get("passkey", ""))
    if name is None:
        raise Http404
    letters.passkey_removed(request.user, name)
    messages.success(request, _("The passkey is removed."))
    return redirect(OVERVIEW)


@staff_page
@fresh_factor
@require_http_methods(["GET", "HEAD", "POST"])
def recovery_codes(request: UserRequest) -> HttpResponse:
    """Make new recovery codes, and show them until their owner has written them down."""
    user = request.user
    if "renew" in request.POST:
        two_factor.renew_recovery_codes(user)
        letters.recovery_codes_renewed(user)
        return redirect("accounts:recovery_codes")
    if not two_factor.has_unseen_recovery_codes(user):
        return redirect(OVERVIEW)
    form = RecoveryCodesForm(request.POST or None)
    if form.is_valid():
        two_factor.mark_recovery_codes_seen(user)
        messages.success(request, _("The codes from before no longer work."))
        return redirect(OVERVIEW)
    context = {"form": form, "codes": two_factor.recovery_codes(user)}
    status = 422 if form.has_errors else 200
    return render(request, "accounts/recovery_codes.html", context, status=status)


@staff_page
@sensitive_post_parameters("code", "passkey")
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: UserRequest) -> HttpResponse:
    """Ask for a second factor once more, before the second factors themselves are changed."""
    user = request.user
    back = own_path(request.POST.get("next") or request.GET.get("next"))
    form = SecondFactorForm(request.POST or None)
    if form.is_valid():
        factor = prove(request, user, form)
        if isinstance(factor, HttpResponse):
            return factor
        if factor is not None:
            post_authentication(request, factor, reauthenticated=True)
            return redirect(back or OVERVIEW)
    status = 422 if form.has_errors else 200
    context = {"form": form, "next": back, "options": passkeys.begin_proving(request, user)}
    return render(request, "accounts/confirm.html", context, status=status)


def prove(
    request: HttpRequest, user: User, form: SecondFactorForm, *, again: str = "accounts:confirm"
) -> Authenticator | HttpResponse | None:
    """Return the factor that the valid form proves; None when it proves none, which it then says.

    Returns the answer to send when somebody has tried too often; `again` is its way back.
    """
    # Whoever knows the password only locks no browser in which its owner signed in.
    limits = settings.WRONG_SECOND_FACTORS_PER_PERSON
    device, email = devices.device_of(request), str(user.email).lower()
    verdict = rate_limits.count_attempts(*devices.rules(device, WRONG_SECOND_FACTOR, email, limits))
    if not verdict.allowed:
        return too_many(request, verdict.retry_at, again=again)
    factor = _proven(request, user, form)
    if factor is None:
        return None
    rate_limits.undo(verdict)
    factor.user = user
    if factor.type == Authenticator.Type.RECOVERY_CODES:
        letters.recovery_code_used(user, len(two_factor.recovery_codes(user)))
    return factor


def _proven(request: HttpRequest, user: User, form: SecondFactorForm) -> Authenticator | None:
    answer = form.cleaned_data["passkey"]
    if not answer:
        factor = two_factor.check(user, form.cleaned_data["code"])
        if factor is None:
            form.add_error(
                "code", _("This code is not right, or it was used already. Wait for the next one.")
            )
        return factor
    try:
        return passkeys.prove(request, user, answer)
    except passkeys.Copied:
        letters.passkey_copied(user)
        words = _("This passkey answered as a copy of it would. Type the code from your app.")
    except passkeys.Refused:
        words = _("The passkey was not accepted. Try again, or type the code from your app.")
    form.add_error(None, words)
    return None
