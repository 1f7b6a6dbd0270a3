"""The apps that a citizen let in: what each may do, when it last read, and the way to end it."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts import access
from accounts.decorators import citizen_page
from accounts.http import UserRequest
from accounts.models import SessionKind
from partners import consents


def account_section(request: UserRequest) -> dict[str, Any] | None:
    """Return the part of the account page that leads here; None for staff."""
    if access.session_kind(request) != SessionKind.CITIZEN:
        return None
    count = consents.live_of(request.user).count()
    return {"template": "partners/account_section.html", "count": count}


@citizen_page
@require_safe
def own_apps(request: UserRequest) -> HttpResponse:
    """Show the apps that may act for the user now."""
    return render(request, "partners/own_apps.html", {"rows": consents.of(request.user)})


@citizen_page
@require_POST
def end(request: UserRequest, public_id: UUID) -> HttpResponse:
    """End what an app may do, at once. Another's consent is 404."""
    consent = get_object_or_404(consents.given_by(request.user), public_id=public_id)
    consents.end(consent, by=request.user)
    messages.success(request, _("%(app)s reads nothing any more.") % {"app": consent.app.name})
    return HttpResponseRedirect(reverse("own-apps"))
