"""Pages of back entry for health officers: how far each part is, the days of a site, deadlines."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.http import UserRequest
from organizations.models import Organization
from organizations.pages import narrowed, officer_page, organization_in_reach, places
from organizations.queries import ancestors
from organizations.scope import Scope
from oversight.back_entry import progress
from oversight.forms.back_entry import DeadlineForm
from recording.models import Deadline
from recording.site_days import fold, reading, stating
from vaxreg import db_time, paging
from vaxreg.spreadsheets import writing

PAGE_SIZE = 50
# The value of ?deadline= for all that was given.
EVERYTHING = "all"


@officer_page
@require_safe
def overview(request: UserRequest, scope: Scope) -> HttpResponse:
    """Show how far the sites of each part are with the doses of a deadline."""
    whole = scope
    scope, under = narrowed(request, scope)
    known = progress.deadlines_for(scope)
    deadline = chosen(request, known)
    found = progress.progress(scope, deadline)
    query = query_of(request)
    table = progress.table(found, query)
    part = paging.stretch(table.rows, request.GET.get("from", ""), size=PAGE_SIZE)
    context = {
        "places": places(scope),
        "under": under,
        "path": _path(whole, under, query),
        "deadlines": [(one, one == deadline) for one in known],
        "deadline": deadline,
        "found": found,
        "table": type(table)(table.columns, part.rows, table.total),
        "part": part,
        "bars": progress.bars(found, query),
        "kept": urlencode({**query, **({"under": str(under.public_id)} if under else {})}),
        "is_country": whole.is_country,
        "is_counting": fold.is_behind(),
    }
    return render(request, "oversight/back_entry/overview.html", context)


@officer_page
@require_safe
def download(request: UserRequest, scope: Scope) -> HttpResponse:
    """Send the table as a file."""
    scope, _under = narrowed(request, scope)
    deadline = chosen(request, progress.deadlines_for(scope))
    table = progress.table(progress.progress(scope, deadline), query_of(request))
    sheet = table.sheet(_("Back entry"))
    day = formats.date_format(timezone.localtime(db_time.now()), "Y-m-d")
    return writing.csv_file(f"back-entry-{day}", sheet.header, sheet.rows)


@officer_page
@require_safe
def site(request: UserRequest, scope: Scope, public_id: UUID) -> HttpResponse:
    """Show one site by day: given, entered, verified."""
    organization = organization_in_reach(request.user, public_id)
    days = progress.days_of(organization)
    page = paging.page(
        days,
        ("-day", "-pk"),
        request.GET,
        size=PAGE_SIZE,
        key_of=reading.key_of,
        mark_of=lambda row: reading.mark(row.day, row.pk),
    )
    far = [
        (one, progress.sums_of(organization, one))
        for one in progress.deadlines_for(Scope((organization,)))
    ]
    context = {
        "organization": organization,
        "page": page,
        "far": far,
        "total": progress.sums_of(organization, None),
        "is_counting": fold.is_behind(),
    }
    return render(request, "oversight/back_entry/site.html", context)


@officer_page
@require_http_methods(["GET", "HEAD", "POST"])
def deadlines(request: UserRequest, scope: Scope) -> HttpResponse:
    """List the deadlines; the ministry makes them."""
    form = DeadlineForm(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        _refuse_all_but_ministry(scope)
    if form.is_valid():
        data = form.cleaned_data
        try:
            stating.set_deadline(
                data["due_on"],
                data["given_until"],
                data["source"],
                binds=scope.tops[0],
                by=request.user,
            )
        except ValidationError as wrong:
            form.add_error(None, wrong.messages)
        else:
            messages.success(request, _("The deadline is stored. Every site is counted by it now."))
            return redirect("back-entry-deadlines")
    context = {
        "form": form,
        "deadlines": progress.deadlines_for(scope),
        "may_set": scope.is_country,
    }
    status = 422 if form.has_errors else 200
    return render(request, "oversight/back_entry/deadlines.html", context, status=status)


@officer_page
@require_POST
def withdraw(request: UserRequest, scope: Scope, public_id: UUID) -> HttpResponse:
    """Take a deadline back as a mistake."""
    _refuse_all_but_ministry(scope)
    known = {one.public_id: one for one in progress.deadlines_for(scope)}
    if public_id not in known:
        raise Http404
    stating.withdraw_deadline(known[public_id], by=request.user)
    messages.success(request, _("The deadline is taken back."))
    return redirect("back-entry-deadlines")


def chosen(request: UserRequest, known: list[Deadline]) -> Deadline | None:
    """Return the deadline in ?deadline=, or the latest one; None for all that was given.

    Raises Http404 for an unknown one.
    """
    wanted = request.GET.get("deadline", "")
    if wanted == EVERYTHING or not (wanted or known):
        return None
    if not wanted:
        return known[0]
    found = next((one for one in known if str(one.public_id) == wanted), None)
    if found is None:
        raise Http404
    return found


def query_of(request: UserRequest) -> dict[str, str]:
    """Return what the links of the page keep."""
    wanted = request.GET.get("deadline", "")
    return {"deadline": wanted} if wanted else {}


def _refuse_all_but_ministry(scope: Scope) -> None:
    if not scope.is_country:
        raise PermissionDenied(_("The ministry sets the deadlines."))


def _path(whole: Scope, under: Organization | None, query: dict[str, str]) -> list[dict[str, str]]:
    """Return links to the levels above a part, from the officer's own area down."""
    if under is None:
        return []
    tops = {top.pk for top in whole.tops}
    above = ancestors(under)[::-1]
    while above and above[0].pk not in tops:
        above = above[1:]
    here = reverse("back-entry")
    own = f"{here}?{urlencode(query)}" if query else here
    if not above:
        return [{"label": _("Back entry"), "href": own}]
    return [
        {"label": above[0].label, "href": own},
        *(
            {
                "label": one.label,
                "href": f"{here}?{urlencode({**query, 'under': str(one.public_id)})}",
            }
            for one in above[1:]
        ),
    ]
