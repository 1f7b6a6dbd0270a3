"""The page of an invitation link: choose a password, then continue as at a first sign-in."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts import invitations
from accounts.forms import NewPasswordForm
from accounts.views.staff import begin


@login_not_required
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Set the password. A GET does not use up the link: mail programs open links to scan them."""
    found = invitations.find(token)
    if found is None:
        return ended(request)
    form = NewPasswordForm(request.POST if request.method == "POST" else None, user=found.user)
    if form.is_valid():
        user = invitations.accept(found, form.cleaned_data["password"])
        return begin(request, user, "") if user else ended(request)
    context = {"form": form, "invitation": found, "person": found.user}
    status = 422 if form.has_errors else 200
    return render(request, "accounts/invitation.html", context, status=status)


def ended(request: HttpRequest) -> HttpResponse:
    """Give the same answer for a used, expired, replaced or unknown link (404)."""
    return render(request, "accounts/invitation_ended.html", status=404)
