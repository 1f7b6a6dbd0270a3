"""The page of everything that waits for a health officer."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.http import UserRequest
from organizations.pages import officer_page, places
from organizations.scope import Scope
from oversight import waiting
from oversight.waiting import Kind


@officer_page
@require_safe
def overview(request: UserRequest, scope: Scope) -> HttpResponse:
    """List all that waits, the most urgent first; ?kind= shows one kind."""
    wanted = request.GET.get("kind", "")
    if wanted and wanted not in {kind.value for kind in Kind}:
        raise Http404
    only = Kind(wanted) if wanted else None
    context = {
        "waiting": waiting.page_of(request.user, request.GET, only),
        "only": only,
        "places": places(scope),
        "all": reverse("oversight-waiting"),
        "here": request.get_full_path(),
    }
    return render(request, "oversight/waiting.html", context)
