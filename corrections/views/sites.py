"""The page of one organization: its figures, whom to call, what was done, why it is silent."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.http import UserRequest
from corrections import (
    actions,
    briefing,
    giving,
    officer_notes,
    oversight,
    reports,
    silence_page,
    sitecard,
)
from corrections.done import WEEK, done_at
from corrections.forms.report import ReportForm
from corrections.scope import Scope
from corrections.views import lists
from corrections.views.oversight import officer_page, organization_in_reach
from corrections.views.site_steps import OUTCOMES
from vaxreg import clock


@officer_page
@require_safe
def site(request: UserRequest, scope: Scope, public_id: UUID) -> HttpResponse:
    """Show one organization: its figures, whom to call, its cases, what was done."""
    organization = organization_in_reach(request.user, public_id)
    alone, now = Scope((organization,), alone=True), clock.now()
    asked = lists.asked_for(request, alone, ReportForm(request.GET, communes=[]).filters())
    report = reports.report(alone, asked.filters)
    links = briefing.site_list(organization)
    user = request.user
    silent = silence_page.of_site(organization, user, now)
    context = {
        "organization": organization,
        "report": report,
        "figures": briefing.figures(report, links),
        "card": sitecard.card(organization, now),
        "acts": done_at(alone, now, within=WEEK).get(organization.pk, []),
        "silent": silent,
        "silent_steps": silence_page.steps_of(silent),
        "late": giving.late(organization, user),
        "reminding": actions.reminding(organization, by=user),
        "has_parts": sitecard.has_parts(organization),
        "is_own_desk": oversight.is_own_desk(user, organization),
        "moved": oversight.moved_away(organization, user),
        "notes": officer_notes.to_site(organization),
        "outcomes": request.session.pop(OUTCOMES, None),
        **lists.listing(request, asked, report, links),
    }
    return render(request, "oversight/site.html", context)
