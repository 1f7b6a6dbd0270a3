"""The first page, open to all; signed-in users are redirected to their own pages."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from accounts import access
from organizations.models import Membership
from organizations.queries import held_roles


@login_not_required
@require_safe
def landing(request: HttpRequest) -> HttpResponse:
    """Say in a few lines what this is and how to sign in."""
    if request.user.is_authenticated and access.is_staff_session(request):
        roles = {membership.role for membership in held_roles(request.user)}
        # For users who also review, the deadlines on the review page are nearer.
        return redirect("oversight" if roles == {Membership.Role.OFFICER} else "queue")
    if request.user.is_authenticated and access.is_citizen_session(request):
        return redirect("record")
    return render(request, "portal/landing.html")
