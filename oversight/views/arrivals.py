"""The page of messages that arrived or were lost, for the ministry."""

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.http import UserRequest
from messaging import by_operator
from organizations.pages import officer_page, places
from organizations.scope import Scope
from oversight import arrivals
from vaxreg import db_time


@officer_page
@require_safe
def overview(request: UserRequest, scope: Scope) -> HttpResponse:
    """Show the last 24 hours; messages are not counted by area, so the country alone sees them."""
    if not scope.is_country:
        raise PermissionDenied(_("These numbers are of the whole country: the ministry sees them."))
    hours = by_operator.last_hours()
    context = {
        "table": arrivals.table(hours),
        "headline": arrivals.headline(hours),
        "total": arrivals.total(hours),
        "places": places(scope),
        "at": db_time.now(),
    }
    return render(request, "oversight/arrivals.html", context)
