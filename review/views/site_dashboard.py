"""The page of a site: what it has to do today, and how good its own rows are."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.decorators import staff_page
from accounts.http import UserRequest
from review.site_dashboard import dashboard


@staff_page
@require_safe
def site_page(request: UserRequest) -> HttpResponse:
    """Show the dashboard of the site in ?site=, or of the reader's first one."""
    found = dashboard(request.user, request.GET.get("site", ""))
    return render(request, "review/site/dashboard.html", {"board": found, "site": found.site})
