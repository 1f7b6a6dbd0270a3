"""Sign-in of staff: password, then second factor; both are set up at the first sign-in."""

from allauth.account.internal.flows.login import perform_password_login
from allauth.account.models import Login
from allauth.mfa.base.internal.flows import post_authentication
from django.conf import settings
from django.contrib.auth import authenticate, logout
from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts import access, rate_limits
from accounts.forms import (
    NewPasswordForm,
    PasswordSignInForm,
    RecoveryCodesForm,
    SecondFactorForm,
    SetUpForm,
)
from accounts.models import SessionKind, User
from accounts.rate_limits import LimitRule
from accounts.sign_in import devices, passkeys, two_factor
from accounts.sign_in.stages import (
    NewPasswordStage,
    RecoveryCodesStage,
    SecondFactorStage,
    SetUpSecondFactorStage,
    StaffStage,
    unfinished_sign_in,
)
from accounts.throttled import too_many
from accounts.views import demo
from accounts.views.factors import prove
from vaxreg.addresses import client_address, own_path
from vaxreg.encryption import ACCOUNTS

WRONG_PASSWORD = "wrong password"  # noqa: S105 - the name of a counter
WRONG_PASSWORD_FROM = "wrong password from address"  # noqa: S105 - the name of a counter
SIGN_IN = "accounts:staff_sign_in"


@login_not_required
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Ask for e-mail and password; unknown, wrong and closed accounts get the same answer."""
    back = own_path(request.POST.get("next") or request.GET.get("next"))
    if request.method == "GET" and access.is_staff_session(request):
        return redirect(back or access.home_url(SessionKind.STAFF))
    form = PasswordSignInForm(request.POST or None)
    if form.is_valid():
        email, password = form.cleaned_data["email"], form.cleaned_data["password"]
        verdict = rate_limits.count_attempts(
            *devices.rules(
                devices.device_of(request),
                WRONG_PASSWORD,
                email.lower(),
                settings.WRONG_PASSWORDS_PER_PERSON,
                LimitRule(
                    WRONG_PASSWORD_FROM,
                    client_address(request),
                    settings.WRONG_PASSWORDS_PER_ADDRESS,
                ),
            )
        )
        if not verdict.allowed:
            return too_many(request, verdict.retry_at, again=SIGN_IN)
        user = authenticate(request, email=email, password=password)
        if isinstance(user, User):
            rate_limits.undo(verdict)
            return begin(request, user, back)
        form.add_error(None, _("The e-mail address or the password is not right."))
    status = 422 if form.has_errors else 200
    context = {
        "form": form,
        "next": back,
        "citizen_here": access.is_citizen_session(request),
        "sign_ins": demo.sign_ins(),
    }
    return render(request, "accounts/staff_sign_in.html", context, status=status)


@login_not_required
@sensitive_post_parameters("code", "passkey")
@require_http_methods(["GET", "POST"])
def second_factor(request: HttpRequest) -> HttpResponse:
    """Ask for the code from the app, a recovery code, or a passkey."""
    stage = unfinished_sign_in(request, SecondFactorStage)
    if stage is None:
        return redirect(SIGN_IN)
    user: User = stage.login.user
    form = SecondFactorForm(request.POST or None)
    if form.is_valid():
        factor = prove(request, user, form, again=SIGN_IN)
        if isinstance(factor, HttpResponse):
            return factor
        if factor is not None:
            post_authentication(request, factor)
            return _next_stage(stage)
    status = 422 if form.has_errors else 200
    context = {"form": form, "next": "", "options": passkeys.begin_proving(request, user)}
    return render(request, "accounts/staff_second_factor.html", context, status=status)


@login_not_required
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def new_password(request: HttpRequest) -> HttpResponse:
    """Replace a password chosen by somebody else, before any other page."""
    stage = unfinished_sign_in(request, NewPasswordStage)
    if stage is None:
        return redirect(SIGN_IN)
    user: User = stage.login.user
    form = NewPasswordForm(request.POST or None, user=user)
    if form.is_valid():
        user.set_password(form.cleaned_data["password"])
        user.must_change_password = False
        user.save(update_fields=["password", "must_change_password"])
        return _next_stage(stage)
    status = 422 if form.has_errors else 200
    context = {"form": form, "email": user.email}
    return render(request, "accounts/staff_new_password.html", context, status=status)


@login_not_required
@sensitive_post_parameters("code")
@require_http_methods(["GET", "POST"])
def set_up(request: HttpRequest) -> HttpResponse:
    """Register an authenticator app; its secret is stored encrypted in the unfinished sign-in."""
    stage = unfinished_sign_in(request, SetUpSecondFactorStage)
    if stage is None:
        return redirect(SIGN_IN)
    user: User = stage.login.user
    if "secret" not in stage.state:
        stage.state["secret"] = ACCOUNTS.encrypt(two_factor.new_secret())
        stage.keep()
    secret = ACCOUNTS.decrypt(stage.state["secret"])
    form = SetUpForm(request.POST or None, secret=secret)
    if form.is_valid():
        with transaction.atomic():
            two_factor.set_up(user, secret)
            factor = two_factor.check(user, form.cleaned_data["code"])
        if factor is not None:
            factor.user = user
            post_authentication(request, factor)
            return _next_stage(stage)
    url = two_factor.app_url(user, secret)
    context = {"form": form, "app_url": url, "qr": two_factor.qr_data_url(url), "secret": secret}
    status = 422 if form.has_errors else 200
    return render(request, "accounts/staff_set_up.html", context, status=status)


@login_not_required
@require_http_methods(["GET", "POST"])
def recovery_codes(request: HttpRequest) -> HttpResponse:
    """Show the new recovery codes once."""
    stage = unfinished_sign_in(request, RecoveryCodesStage)
    if stage is None:
        return redirect(SIGN_IN)
    user: User = stage.login.user
    form = RecoveryCodesForm(request.POST or None)
    if form.is_valid():
        two_factor.mark_recovery_codes_seen(user)
        return _next_stage(stage)
    context = {"form": form, "codes": two_factor.recovery_codes(user)}
    status = 422 if form.has_errors else 200
    return render(request, "accounts/staff_recovery_codes.html", context, status=status)


def begin(request: HttpRequest, user: User, back: str) -> HttpResponse:
    """Start an unfinished sign-in in a session that holds nothing else."""
    if request.user.is_authenticated:
        logout(request)
    request.session.cycle_key()
    login = Login(user=user, redirect_url=back, signal_kwargs={"kind": SessionKind.STAFF.value})
    response: HttpResponse = perform_password_login(request, {}, login)
    return response


def _next_stage(stage: StaffStage) -> HttpResponse:
    """Continue with the next stage, or with the session after the last one."""
    response: HttpResponse = stage.exit()
    return response
