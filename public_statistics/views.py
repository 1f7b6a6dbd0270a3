"""Views of the public statistics, without signing in: a page, JSON and CSV.

The response depends on nothing but the URL, with ?lang=, ?month= and ?day=
(vaxreg/middleware/public.py). coverage_views.py and rights.py have the other public pages.
"""

import csv
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import wraps

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.http import http_date
from django.views.decorators.http import conditional_page, require_safe

from accounts.models import Language
from public_statistics import presentation, publish
from vaxreg.spreadsheets import writing

# Seconds for which caches may keep a response: what is published never changes. Only briefly while
# nothing is published: whoever was early must not read for an hour that there is nothing.
KEPT, KEPT_EMPTY = 3600, 60

View = Callable[[HttpRequest], HttpResponse]


def public_page(
    last_published: Callable[[], datetime | None] | None = None,
) -> Callable[[View], View]:
    """Let anybody read a view and any cache keep it, in the language of the URL.

    last_published: returns when what it shows was last added to, or None while there is nothing.
    Not given for pages of the product's own text.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def page(request: HttpRequest) -> HttpResponse:
            published = last_published() if last_published else None
            wanted = request.GET.get("lang", "")
            language = wanted if wanted in Language.values else settings.LANGUAGE_CODE
            with translation.override(language):
                response = view(request)
            response.headers["Content-Language"] = language
            is_empty = last_published is not None and published is None
            seconds = KEPT_EMPTY if is_empty else KEPT
            response.headers["Cache-Control"] = f"public, max-age={seconds}"
            if published is not None:
                response.headers["Last-Modified"] = http_date(published.timestamp())
            return response

        return login_not_required(require_safe(conditional_page(page)))

    return decorate


def open_data(response: HttpResponse) -> HttpResponse:
    """Allow pages of other origins to read this file (CORS)."""
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


@public_page(publish.last_published)
def page(request: HttpRequest) -> HttpResponse:
    """Show one month: the country, each province, and the country's last months."""
    months = publish.months()
    month = chosen(request, months)
    context = {
        "months": [(f"{one:%Y-%m}", presentation.month_name(one)) for one in months],
        "month": f"{month:%Y-%m}" if month else "",
        **(presentation.contents(month, publish.lines(month)) if month else {}),
    }
    return render(request, "public_statistics/page.html", context)


@public_page(publish.last_published)
def as_json(request: HttpRequest) -> HttpResponse:
    """Send every published row as JSON; the format is described in docs/statistics.md."""
    lines = [presentation.as_data(line) for line in publish.lines()]
    document = {
        **presentation.description(request.build_absolute_uri("/statistics/")),
        "lines": lines,
    }
    return open_data(json_file(document))


@public_page(publish.last_published)
def as_csv(request: HttpRequest) -> HttpResponse:
    """Send every published row as CSV: for programs, or with ?lang= for Excel in that language."""
    lines = publish.lines()
    if request.GET.get("lang") in Language.values:
        return open_data(
            writing.csv_file("so-tiem-statistics", presentation.header(), presentation.rows(lines))
        )
    data = (presentation.as_data(line) for line in lines)
    return open_data(plain_csv("so-tiem-statistics", presentation.FIELDS, data))


def plain_csv(
    name: str, fields: Sequence[str], lines: Iterable[Mapping[str, object]]
) -> HttpResponse:
    """Write the lines with English column names, decimal points, and empty cells for None."""
    buffer = io.StringIO(newline="")
    writer = csv.DictWriter(buffer, fields)
    writer.writeheader()
    writer.writerows(lines)
    return HttpResponse(
        buffer.getvalue(),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}.csv"'},
    )


def json_file(document: Mapping[str, object]) -> HttpResponse:
    """Write a document as readable JSON."""
    return JsonResponse(document, json_dumps_params={"ensure_ascii": False, "indent": 1})


def chosen(request: HttpRequest, months: list[date]) -> date | None:
    """Return the month in the URL, or the newest one; 404 for a month that is not published."""
    wanted = request.GET.get("month")
    if not wanted:
        return months[0] if months else None
    for month in months:
        if f"{month:%Y-%m}" == wanted:
            return month
    raise Http404
