"""Pages of the demo: the second factors of the demo staff, and who signs in at the staff door."""

from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.module_loading import import_string
from django.views.decorators.http import require_safe

from accounts.models import User
from accounts.sign_in import two_factor


def sign_ins() -> Any:
    """Return who of the demo's staff signs in with what, for the sign-in page; else None."""
    return import_string(settings.DEMO_SIGN_INS)() if settings.DEMO else None


@login_not_required
@require_safe
def second_factors(request: HttpRequest) -> HttpResponse:
    """Show the current TOTP code of each member of the demo staff. 404 outside demo mode."""
    if not settings.DEMO:
        raise Http404
    staff = User.objects.filter(email__endswith=f"@{settings.DEMO_STAFF_DOMAIN}").order_by("email")
    shown = [
        {"user": user, "code": code[0], "seconds": code[1]}
        for user in staff
        if (code := two_factor.current_code(user))
    ]
    return render(request, "accounts/demo_second_factors.html", {"staff": shown})
