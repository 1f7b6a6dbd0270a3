"""The health officer's pages: the overdue report, a site, the cases behind a figure, a case."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, Concatenate, ParamSpec, cast
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.decorators import staff_page
from accounts.http import UserRequest
from accounts.models import User
from citizens.actions import log_visit
from citizens.models import RecordVisit
from corrections import access, briefing, casefile, listings, oversight, reports
from corrections.casefile import CaseFile
from corrections.forms.steps import HandBackForm, NoteForm
from corrections.listings import LISTINGS, Listing
from corrections.models import Correction
from corrections.reports import Report
from corrections.scope import Scope, scope_of
from organizations.models import Membership, Organization
from vaxreg import errors, spreadsheets

P = ParamSpec("P")


@dataclass(frozen=True)
class Tab:
    """A list as a tab: where it is, and how many cases it holds (None: could not be counted)."""

    name: str
    label: str
    url: str
    count: int | None
    is_bad: bool


def officer_page(
    view: Callable[Concatenate[UserRequest, Scope, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Only for health officers: the view is given what they oversee."""

    @wraps(view)
    def page(request: UserRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        scope = scope_of(request.user)
        if scope is None:
            raise PermissionDenied(
                _("These pages are for health officers. Your account has no such role.")
            )
        return view(request, scope, *args, **kwargs)

    return staff_page(cast("Callable[Concatenate[UserRequest, P], HttpResponse]", page))


@officer_page
@require_safe
def overview(request: UserRequest, scope: Scope) -> HttpResponse:
    """Show what is late in one's area, whose it is, and how late."""
    scope, under = narrowed(request, scope)
    report = reports.report(scope)
    context = {
        "report": report,
        "under": under,
        "places": places(scope),
        "headline": briefing.headline(report),
        "last_missed": None if report.queue.overdue else reports.last_missed(scope),
        "figures": briefing.figures(report, briefing.case_list(under)),
        "bars": briefing.bars(report),
        "ages": briefing.ages(),
        "lines": briefing.table(report, report.busy_rows),
        "quiet": briefing.table(report, report.quiet_rows),
        "missed_lines": briefing.missed_table(report),
        "missed_url": briefing.case_list(under)("missed"),
        "sets_rules": any(top.kind == Organization.Kind.MINISTRY for top in scope.tops),
        "csv": with_query(reverse("oversight-csv"), under=under),
    }
    return render(request, "oversight/report.html", context)


@officer_page
@require_safe
def download(request: UserRequest, scope: Scope) -> HttpResponse:
    """Send the rows of the report as CSV."""
    scope, _under = narrowed(request, scope)
    report = reports.report(scope)
    if report.failed:
        # Half a table that looks whole is worse than none.
        return errors.unavailable(request)
    day = formats.date_format(timezone.localtime(report.at), "Y-m-d")
    return spreadsheets.csv_file(f"overdue-{day}", briefing.csv_header(), briefing.csv_rows(report))


@officer_page
@require_safe
def cases(request: UserRequest, scope: Scope) -> HttpResponse:
    """List the cases behind a figure of the report."""
    scope, under = narrowed(request, scope)
    report = reports.report(scope)
    here = reverse("oversight-cases")
    context = {
        "under": under,
        "places": places(scope),
        "report_url": with_query(reverse("oversight"), under=under),
        **listing(request, scope, report, here, under),
    }
    return render(request, "oversight/cases.html", context)


@officer_page
@require_safe
def site(request: UserRequest, scope: Scope, public_id: UUID) -> HttpResponse:
    """Show one organization: its figures, whom to call, its cases, what was done."""
    organization = organization_in_reach(request.user, public_id)
    alone = Scope((organization,), alone=True)
    report = reports.report(alone)
    context = {
        "organization": organization,
        "report": report,
        "figures": briefing.figures(report, briefing.site_list(organization)),
        "done": briefing.done(report.rows[0], report.at),
        "silent": len(oversight.late_and_silent(organization)),
        "is_own_desk": oversight.is_own_desk(request.user, organization),
        "staff": staff_of(organization),
        "moved": oversight.moved_away(organization, request.user),
        **listing(request, alone, report, request.path, None),
    }
    return render(request, "oversight/site.html", context)


@officer_page
@require_safe
def case(request: UserRequest, scope: Scope, reference: str) -> HttpResponse:
    """Show a case as its site sees it, read-only, with what an officer may do about it."""
    correction = case_in_reach(request.user, reference)
    log_visit(
        request.user,
        correction.citizen,
        RecordVisit.Why.OVERSIGHT,
        organization=oversight.desk_of(request.user, correction),
    )
    return show(request, casefile.of(correction, request.user))


def show(
    request: UserRequest,
    file: CaseFile,
    *,
    status: int = 200,
    note_form: NoteForm | None = None,
    back_form: HandBackForm | None = None,
) -> HttpResponse:
    """Answer with the case page from above; the forms that were not sent are fresh ones."""
    context = {
        "case": file.case,
        "file": file,
        "acts": oversight.acts(request.user, file.case),
        "note_form": note_form or NoteForm(),
        "back_form": back_form or HandBackForm(),
        "summary_of": note_form or back_form or NoteForm(),
    }
    return render(request, "oversight/case.html", context, status=status)


def places(scope: Scope) -> str:
    """Return whose report this is."""
    return ", ".join(top.name for top in scope.tops)


def narrowed(request: UserRequest, scope: Scope) -> tuple[Scope, Organization | None]:
    """Return the part of one's area that ?under= names; outside of one's area there is nothing."""
    wanted = request.GET.get("under")
    if not wanted:
        return scope, None
    try:
        public_id = UUID(wanted)
    except ValueError:
        raise Http404 from None
    under = organization_in_reach(request.user, public_id)
    return Scope((under,)), under


def organization_in_reach(user: User, public_id: UUID) -> Organization:
    """Return an organization within the officer's sub-trees, or answer 404."""
    reach = Organization.objects.within_reach(user, Membership.Role.OFFICER)
    return get_object_or_404(reach.select_related("area", "part_of"), public_id=public_id)


def case_in_reach(user: User, reference: str) -> Correction:
    """Return a case that lies on a desk within the officer's sub-trees, or answer 404."""
    overseen = Correction.objects.visible_to(user).filter(access.overseen_by(user))
    related = ("citizen__area", "holder", "filing__filed_by", "dose__vaccine", "dose__organization")
    people = ("reviewer", "decided_by", "first_by")
    return get_object_or_404(
        overseen.select_related(*related, *people, "named_site", "named_area"),
        reference=reference.upper(),
    )


def staff_of(organization: Organization) -> QuerySet[Membership]:
    """Return who works there now, with the time of their last sign-in."""
    return (
        Membership.objects.live()
        .filter(organization=organization, user__is_active=True)
        .select_related("user")
        .order_by("user__full_name", "pk")
    )


def listing(
    request: UserRequest, scope: Scope, report: Report, here: str, under: Organization | None
) -> dict[str, Any]:
    """Return tabs and one page of the chosen list, for the template."""
    chosen = request.GET.get("tab", "overdue")
    if chosen not in LISTINGS:
        raise Http404
    page = listings.page(LISTINGS[chosen], scope, request.user, request.GET.get("after", ""))
    address = with_query(here, tab=chosen, under=under)
    return {
        "tabs": [
            Tab(
                name=name,
                label=str(one.label),
                url=f"{with_query(here, tab=name, under=under)}#cases",
                count=count(one, report),
                is_bad=one.is_bad,
            )
            for name, one in LISTINGS.items()
        ],
        "chosen": chosen,
        "page": page,
        "first": f"{address}#cases" if not page.is_first else "",
        "next": f"{address}&{urlencode({'after': page.after})}#cases" if page.after else "",
    }


def count(one: Listing, report: Report) -> int | None:
    """Return how many cases a list holds, unless that part of the report failed."""
    return None if one.section in report.failed else one.count(report)


def with_query(url: str, under: Organization | None = None, **parameters: str) -> str:
    """Return the address with its parameters, the narrowed area included."""
    query = {**parameters, **({"under": str(under.public_id)} if under else {})}
    return f"{url}?{urlencode(query)}" if query else url
