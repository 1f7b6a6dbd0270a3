"""Views of silent organizations: page and CSV file."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import formats, timezone
from django.views.decorators.http import require_safe

from accounts.http import UserRequest
from organizations.pages import narrowed, officer_page, places, with_query
from organizations.scope import Scope
from oversight import silence_page
from oversight.silence import Reason
from vaxreg import db_time
from vaxreg.spreadsheets import writing


@officer_page
@require_safe
def overview(request: UserRequest, scope: Scope) -> HttpResponse:
    """List silent organizations by reason, with the next step; ?reason= shows all of one reason."""
    scope, under = narrowed(request, scope)
    only = _reason(request)
    after = request.GET.get("after", "")
    page = silence_page.page(scope, request.user, db_time.now(), only, after)
    here = reverse("oversight-silence")
    context = {
        "page": page,
        "sections": [
            (section, with_query(here, under=under, reason=section.reason))
            for section in page.sections
        ],
        "only": only,
        "under": under,
        "places": places(scope),
        "is_first": not after,
        "all": with_query(here, under=under),
        "report_url": with_query(reverse("oversight"), under=under),
        "csv": with_query(reverse("oversight-silence-csv"), under=under),
    }
    return render(request, "oversight/silence.html", context)


@officer_page
@require_safe
def download(request: UserRequest, scope: Scope) -> HttpResponse:
    scope, _under = narrowed(request, scope)
    now = db_time.now()
    day = formats.date_format(timezone.localtime(now), "Y-m-d")
    return writing.csv_file(
        f"silent-{day}",
        silence_page.csv_header(),
        silence_page.csv_rows(scope, request.user, now),
    )


def _reason(request: UserRequest) -> Reason | None:
    wanted = request.GET.get("reason", "")
    if wanted and wanted not in Reason.values:
        raise Http404
    return Reason(wanted) if wanted else None
