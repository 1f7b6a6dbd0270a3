"""Views of the public statistics, without signing in: a page, JSON and CSV.

The response depends on nothing but the URL, with ?lang= and ?month= (vaxreg/public.py).
"""

import csv
import io
from collections.abc import Callable
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
from public_statistics.models import PublishedFigures
from vaxreg.spreadsheets import writing

# Seconds for which caches may keep a response: a month is published once.
KEPT = 3600

View = Callable[[HttpRequest], HttpResponse]


def public_page(view: View) -> View:
    """Let anybody read a view and any cache keep it, in the language of the URL."""

    @wraps(view)
    def page(request: HttpRequest) -> HttpResponse:
        wanted = request.GET.get("lang", "")
        language = wanted if wanted in Language.values else settings.LANGUAGE_CODE
        with translation.override(language):
            response = view(request)
        response.headers["Content-Language"] = language
        response.headers["Cache-Control"] = f"public, max-age={KEPT}"
        published: datetime | None = publish.last_published()
        if published is not None:
            response.headers["Last-Modified"] = http_date(published.timestamp())
        return response

    return login_not_required(require_safe(conditional_page(page)))


def open_data(response: HttpResponse) -> HttpResponse:
    """Allow pages of other origins to read this file (CORS)."""
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


@public_page
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


@public_page
def as_json(request: HttpRequest) -> HttpResponse:
    """Send every published row as JSON; the format is described in docs/statistics.md."""
    lines = [presentation.as_data(line) for line in publish.lines()]
    document = {
        **presentation.description(request.build_absolute_uri("/statistics/")),
        "lines": lines,
    }
    return open_data(JsonResponse(document, json_dumps_params={"ensure_ascii": False, "indent": 1}))


@public_page
def as_csv(request: HttpRequest) -> HttpResponse:
    """Send every published row as CSV: for programs, or with ?lang= for Excel in that language."""
    lines = publish.lines()
    if request.GET.get("lang") in Language.values:
        return open_data(
            writing.csv_file("so-tiem-statistics", presentation.header(), presentation.rows(lines))
        )
    return open_data(plain_csv(lines))


def plain_csv(lines: list[PublishedFigures]) -> HttpResponse:
    """Write the rows with English column names, decimal points, and empty cells for NULL."""
    buffer = io.StringIO(newline="")
    writer = csv.DictWriter(buffer, presentation.FIELDS)
    writer.writeheader()
    writer.writerows(presentation.as_data(line) for line in lines)
    return HttpResponse(
        buffer.getvalue(),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="so-tiem-statistics.csv"'},
    )


def chosen(request: HttpRequest, months: list[date]) -> date | None:
    """Return the month in the URL, or the newest one; 404 for a month that is not published."""
    wanted = request.GET.get("month")
    if not wanted:
        return months[0] if months else None
    for month in months:
        if f"{month:%Y-%m}" == wanted:
            return month
    raise Http404
