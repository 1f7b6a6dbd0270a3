"""Pages of a site's own rows: its days with what is missing, and the worklist of each fault."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.decorators import staff_page
from accounts.http import UserRequest
from recording.forms.site_days import GivenForm
from recording.site_days import reading, stating, worklists
from recording.site_days.issues import LABELS, MEANINGS, OF_THE_PERSON, Issue
from vaxreg import ui


@staff_page
@require_http_methods(["GET", "HEAD", "POST"])
def days_page(request: UserRequest) -> HttpResponse:
    """List the days of a site: given, entered, missing. POST states how many a day's doses were."""
    site = reading.site_of(request.user, request.GET.get("site", ""))
    form = GivenForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        day, doses = form.cleaned_data["day"], form.cleaned_data["doses"]
        try:
            stating.state_given(site.organization, day, doses, by=request.user)
        except ValidationError as wrong:
            form.add_error(None, wrong)
        else:
            said = {"day": ui.day(day), "doses": ui.number(doses)}
            messages.success(
                request, _("%(day)s: %(doses)s doses given. It is counted now.") % said
            )
            return redirect(request.get_full_path())
    days = reading.days_of(request.user, site)
    is_behind = "behind" in request.GET
    page = reading.days_page(days.behind() if is_behind else days, request.GET)
    context = {
        "site": site,
        "form": form,
        "page": page,
        "is_behind": is_behind,
        "is_counting": reading.is_counting(site),
        "here": f"?{urlencode({'site': str(site.organization.public_id)})}",
    }
    status = 422 if form.has_errors else 200
    return render(request, "recording/site_days/days.html", context, status=status)


@staff_page
@require_safe
def worklist_page(request: UserRequest, issue: str) -> HttpResponse:
    """List the doses of a site with one fault, the newest first."""
    if issue not in set(Issue):
        raise Http404
    site = reading.site_of(request.user, request.GET.get("site", ""))
    chosen = Issue(issue)
    counts = reading.issue_counts(reading.days_of(request.user, site))
    counted = next(one.doses for one in counts if one.issue == chosen)
    found = worklists.page(request.user, site, chosen, request.GET)
    is_whole = not (found.newer or found.older or {"after", "before"} & request.GET.keys())
    context = {
        "site": site,
        "issue": chosen,
        "title": LABELS[chosen],
        "meaning": MEANINGS[chosen],
        "is_of_person": chosen in OF_THE_PERSON,
        # The sums are a minute old: a list on one page says how many they are itself.
        "total": len(found.rows) if is_whole else counted,
        "is_counting": not counted and reading.is_counting(site),
        "list": found,
        "first": f"{reverse('recording-faults', args=[chosen.value])}"
        f"?{urlencode({'site': str(site.organization.public_id)})}",
    }
    return render(request, "recording/site_days/worklist.html", context)
