"""The view of one organization for health officers."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.http import UserRequest
from organizations.pages import officer_page, organization_in_reach
from organizations.scope import Scope
from oversight import bulk_reassign, bulk_remind, case_acts, silence_page, site_contacts
from oversight.forms.report import ReportForm
from oversight.models import ContactReveal
from oversight.report import kpis
from oversight.report.address import site_list
from oversight.report.officer_actions import WEEK, done_at
from oversight.silence_page import SilentOrganization
from oversight.views import case_lists
from oversight.views.site_steps import OUTCOMES
from reporting import compute
from reporting.report import Report
from review import notes
from vaxreg import db_time


@officer_page
@require_safe
def site(request: UserRequest, scope: Scope, public_id: UUID) -> HttpResponse:
    """Show one organization: figures, contacts, cases, what officers did, why it is silent."""
    organization = organization_in_reach(request.user, public_id)
    alone, now = Scope((organization,), alone=True), db_time.now()
    asked = case_lists.asked_for(request, alone, ReportForm(request.GET, communes=[]).filters())
    report = compute.report(alone, asked.filters)
    links = site_list(organization)
    user = request.user
    silent = silence_page.of_site(organization, user, now)
    context = {
        "organization": organization,
        "report": report,
        "figures": kpis.figures(report, links),
        "card": site_contacts.card(organization, user, now),
        "why_call": _why_call(report, silent),
        "acts": done_at(alone, now, within=WEEK).get(organization.pk, []),
        "silent": silent,
        "silent_steps": silence_page.steps_of(silent),
        "late": bulk_reassign.late(organization, user),
        "reminding": bulk_remind.preview_remind_all(organization, by=user),
        "has_parts": site_contacts.has_parts(organization),
        "is_own_desk": case_acts.is_own_desk(user, organization),
        "moved": case_acts.moved_away(organization, user),
        "notes": notes.to_site(organization),
        "outcomes": request.session.pop(OUTCOMES, None),
        **case_lists.listing(request, asked, report, links),
    }
    return render(request, "oversight/site.html", context)


def _why_call(report: Report, silent: list[SilentOrganization]) -> ContactReveal.Why:
    if silent:
        return ContactReveal.Why.SILENCE
    overdue = report.total.queue.overdue
    return ContactReveal.Why.OVERDUE if overdue else ContactReveal.Why.OTHER
