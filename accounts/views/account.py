"""Views of one's own account, for citizens and staff: language, sessions, signing out."""

from typing import cast

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout, update_session_auth_hash
from django.contrib.auth.decorators import login_not_required, login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST
from django.views.i18n import set_language

from accounts import access, rate_limits, sessions
from accounts.api_auth import end_token_of, live_tokens
from accounts.decorators import staff_page
from accounts.forms import AccountForm, ChangePasswordForm
from accounts.http import UserRequest
from accounts.models import Language, SessionKind, User
from accounts.sign_in import contact_email, open_sessions, two_factor
from accounts.throttled import too_many
from messaging import preferences

# Purpose of the counter of wrong present passwords, when one is changed.
WRONG_PRESENT = "wrong present password"
# Clear-Site-Data: removes cache and stored drafts; the language cookie stays.
CLEARED = '"cache", "storage"'


@login_required
@require_http_methods(["GET", "POST"])
def account(request: HttpRequest) -> HttpResponse:
    """Show the account; change name (citizens only), language and refused messages."""
    user = cast(User, request.user)
    staff = access.is_staff_session(request)
    offers = preferences.offered_to(user.pk)
    initial: dict[str, str | bool] = {"full_name": user.full_name, "language": user.language}
    for offer in offers:
        initial[f"wants_{offer.purpose}"] = not preferences.refused_at(user.pk, offer.purpose)
    form = AccountForm(request.POST or None, initial=initial, offers=offers)
    if staff:
        # The name of staff is shown with their decisions, so their organization manages it.
        del form.fields["full_name"]
    if form.is_valid():
        user.full_name = form.cleaned_data.get("full_name", user.full_name)
        user.save(update_fields=["full_name"])
        for name, offer in form.offers.items():
            preferences.choose(user.pk, offer.purpose, wanted=form.cleaned_data[name])
        response = redirect("accounts:account")
        _choose_language(request, response, form.cleaned_data["language"])
        messages.success(request, _("Saved."))
        return response
    status = 422 if form.has_errors else 200
    made = [import_string(path)(request) for path in settings.ACCOUNT_SECTIONS]
    context = {
        "form": form,
        "person": user,
        "staff": staff,
        "home_url": _home(request),
        "sections": [one for one in made if one],
        "tokens": live_tokens(user, access.session_kind(request)),
        "open_sessions": open_sessions.of(request, user),
        "email": "" if staff else contact_email.of(user),
        "codes_left": len(two_factor.recovery_codes(user)) if staff else 0,
    }
    return render(request, "accounts/account.html", context, status=status)


@staff_page
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def password(request: UserRequest) -> HttpResponse:
    """Change one's password, with the present one; all other sessions of the user end."""
    form = ChangePasswordForm(request.POST or None, user=request.user)
    if form.is_valid():
        verdict = rate_limits.count_attempt(
            WRONG_PRESENT, str(request.user.pk), settings.WRONG_PASSWORDS_PER_PERSON
        )
        if not verdict.allowed:
            return too_many(request, verdict.retry_at, again="accounts:account")
        if request.user.check_password(form.cleaned_data["present"]):
            rate_limits.undo(verdict)
        else:
            form.refuse_present()
    if form.is_valid():
        request.user.set_password(form.cleaned_data["password"])
        request.user.save(update_fields=["password"])
        update_session_auth_hash(request, request.user)
        messages.success(
            request, _("Your password is changed. Your other devices have been signed out.")
        )
        return redirect("accounts:account")
    status = 422 if form.has_errors else 200
    context = {"form": form, "email": request.user.email}
    return render(request, "accounts/password.html", context, status=status)


@login_required
@require_POST
def end_token(request: HttpRequest) -> HttpResponse:
    """End one token of the user's programs: the id in `token`."""
    tokens = live_tokens(cast(User, request.user), access.session_kind(request))
    if not end_token_of(tokens, request.POST.get("token", "")):
        raise Http404
    messages.success(request, _("Ended. The program can do nothing in your name any more."))
    return redirect("accounts:account")


@login_required
@require_POST
def end_session(request: HttpRequest) -> HttpResponse:
    """End one of the user's sessions, the id in `session`, or all `others` but this one."""
    user, key = cast(User, request.user), request.POST.get("session", "")
    if key == "others":
        open_sessions.end_others(request, user)
        messages.success(request, _("Ended. You are signed in on this device alone."))
        return redirect("accounts:account")
    if not open_sessions.end(request, user, key):
        raise Http404
    messages.success(request, _("Ended. That device is signed out."))
    return redirect("accounts:account")


@login_not_required
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End this session, and clear the data that the browser stored."""
    was_staff = access.is_staff_session(request)
    logout(request)
    return _signed_out(request, was_staff, _("You are signed out."))


@login_required
@require_POST
def sign_out_everywhere(request: HttpRequest) -> HttpResponse:
    """End all sessions of the user, on every device, and the tokens of their programs."""
    was_staff = access.is_staff_session(request)
    sessions.end_all(cast(User, request.user))
    logout(request)
    return _signed_out(request, was_staff, _("You are signed out on all devices."))


@login_not_required
@require_POST
def choose_language(request: HttpRequest) -> HttpResponseBase:
    """Switch the language; stored with the account and in a cookie."""
    response = set_language(request)
    chosen = request.POST.get("language", "")
    if chosen in Language.values and request.user.is_authenticated:
        _remember_language(request, chosen)
    return response


def _signed_out(request: HttpRequest, was_staff: bool, text: str) -> HttpResponse:
    messages.success(request, text)
    kind = SessionKind.STAFF if was_staff else SessionKind.CITIZEN
    response = redirect(access.SIGN_IN_PAGES[kind])
    response.headers["Clear-Site-Data"] = CLEARED
    return response


def _choose_language(request: HttpRequest, response: HttpResponse, language: str) -> None:
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        secure=settings.LANGUAGE_COOKIE_SECURE,
        httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
        samesite="Lax",
    )
    _remember_language(request, language)


def _remember_language(request: HttpRequest, language: str) -> None:
    request.session[sessions.LANGUAGE] = language
    user = cast(User, request.user)
    user.language = language
    user.save(update_fields=["language"])


def _home(request: HttpRequest) -> str:
    kind = access.session_kind(request)
    return access.home_url(kind) if kind else "/"
