"""Views of a citizen's e-mail address for sign-in codes: give one, confirm it, take it off."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from accounts.decorators import citizen_page
from accounts.forms import ContactEmailForm, EmailCodeForm
from accounts.http import UserRequest
from accounts.sign_in import contact_email
from accounts.throttled import too_many
from vaxreg.addresses import client_address


@citizen_page
@sensitive_post_parameters("address")
@require_http_methods(["GET", "HEAD", "POST"])
def address(request: UserRequest) -> HttpResponse:
    """Show the address on file; take another one, which is confirmed by a code."""
    form = ContactEmailForm(request.POST or None)
    if form.is_valid():
        try:
            contact_email.give(
                request.user, form.cleaned_data["address"], client=client_address(request)
            )
        except contact_email.TooManyEmails as stop:
            return too_many(request, stop.retry_at, again="accounts:email")
        return redirect("accounts:email_code")
    status = 422 if form.has_errors else 200
    context = {
        "form": form,
        "address": contact_email.of(request.user),
        "waiting": contact_email.waiting(request.user),
    }
    return render(request, "accounts/email.html", context, status=status)


@citizen_page
@sensitive_post_parameters("code")
@require_http_methods(["GET", "HEAD", "POST"])
def code(request: UserRequest) -> HttpResponse:
    """Ask for the code that was sent to a new address."""
    waiting = contact_email.waiting(request.user)
    if not waiting:
        return redirect("accounts:email")
    form = EmailCodeForm(request.POST or None)
    if form.is_valid():
        left = contact_email.confirm(request.user, form.cleaned_data["code"])
        if left == contact_email.CONFIRMED:
            messages.success(
                request, _("Confirmed. You can have sign-in codes sent to this address now.")
            )
            return redirect("accounts:account")
        form.add_error("code", _what_is_wrong(left))
    status = 422 if form.has_errors else 200
    context = {"form": form, "waiting": waiting}
    return render(request, "accounts/email_code.html", context, status=status)


@citizen_page
@require_POST
def remove(request: UserRequest) -> HttpResponse:
    """Take the address off the account, and one that waits for its code too."""
    if contact_email.take_off(request.user):
        messages.success(request, _("The e-mail address is taken off your account."))
    return redirect("accounts:email")


def _what_is_wrong(left: int) -> str:
    if not left:
        return _("This code no longer works. Enter the e-mail address again to get another one.")
    return ngettext(
        "This code is not right. You can try %(count)s more time.",
        "This code is not right. You can try %(count)s more times.",
        left,
    ) % {"count": left}
