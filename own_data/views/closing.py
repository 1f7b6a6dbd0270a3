"""The page on which a citizen closes the account, after the words and a fresh sign-in."""

from django.contrib import messages
from django.contrib.auth import logout
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.decorators import citizen_page
from accounts.http import UserRequest
from accounts.views.account import CLEARED
from own_data import closing
from own_data.forms import CloseForm


@citizen_page
@require_http_methods(["GET", "HEAD", "POST"])
def close_account(request: UserRequest) -> HttpResponse:
    """Say what is closed and what is kept; POST closes it, if the sign-in is minutes old."""
    user = request.user
    form = CloseForm(request.POST if request.method == "POST" else None)
    is_fresh = closing.is_fresh(request.session)
    if form.is_valid() and is_fresh:
        try:
            closing.close(user)
        except PermissionDenied:
            raise PermissionDenied(
                _("You work with this account: the organization where you work closes it.")
            ) from None
        logout(request)
        messages.success(request, _("Your account is closed. Your vaccination record is kept."))
        response = redirect("accounts:sign_in")
        response.headers["Clear-Site-Data"] = CLEARED
        return response
    context = {
        "form": form,
        "is_fresh": is_fresh,
        "is_staff_account": closing.is_staff_account(user),
        "open_proposals": closing.open_proposals(user),
    }
    status = 422 if form.has_errors else 200
    return render(request, "own_data/close.html", context, status=status)


@citizen_page
@require_POST
def prove_again(request: UserRequest) -> HttpResponse:
    """Sign out, and come back to closing by a new sign-in."""
    logout(request)
    back = urlencode({"next": reverse("close-account")})
    return redirect(f"{reverse('accounts:sign_in')}?{back}")
