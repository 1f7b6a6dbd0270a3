"""Views of the public coverage, without signing in: a page for a day, JSON and CSV of a month."""

from datetime import date, timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.models import Language
from public_statistics import coverage, coverage_page
from public_statistics.models import PublishedCoverage
from public_statistics.presentation import month_name
from public_statistics.views import json_file, open_data, plain_csv, public_page
from vaxreg.spreadsheets import writing


@public_page(coverage.last_published)
def page(request: HttpRequest) -> HttpResponse:
    """Show one day (?day=), or the last published day of a month: the country and each province."""
    months = coverage.months()
    first = chosen_month(request, months)
    context = {
        "months": [(f"{one:%Y-%m}", month_name(one)) for one in months],
        "month": f"{first:%Y-%m}" if first else "",
    }
    if first:
        days = days_of(first)
        context |= coverage_page.contents(chosen_day(request, days), days)
    return render(request, "public_statistics/coverage.html", context)


@public_page(coverage.last_published)
def as_json(request: HttpRequest) -> HttpResponse:
    """Send the lines of a month (?month=, or the newest one); docs/statistics.md has the format."""
    document = {
        **coverage_page.description(request.build_absolute_uri("/statistics/coverage/")),
        "months": [f"{one:%Y-%m}" for one in coverage.months()],
        "lines": lines_asked(request),
    }
    return open_data(json_file(document))


@public_page(coverage.last_published)
def as_csv(request: HttpRequest) -> HttpResponse:
    """Send the lines of a month: for programs, or with ?lang= for Excel in that language."""
    lines = lines_asked(request)
    name = f"so-tiem-coverage-{lines[0]['day'][:7]}" if lines else "so-tiem-coverage"
    if request.GET.get("lang") in Language.values:
        return open_data(writing.csv_file(name, coverage_page.header(), coverage_page.rows(lines)))
    return open_data(plain_csv(name, coverage_page.FIELDS, lines))


def lines_asked(request: HttpRequest) -> list[dict[str, Any]]:
    """Return the lines of the month in the URL, or of the newest one; 404 if it has none."""
    first = chosen_month(request, coverage.months())
    return coverage_page.month_data(first, days_of(first)) if first else []


def days_of(first: date) -> list[PublishedCoverage]:
    """Return the published days of a month, and the day before it if it is published."""
    return coverage.days(first - timedelta(days=1), coverage.end_of(first))


def chosen_month(request: HttpRequest, months: list[date]) -> date | None:
    """Return the month in the URL (?month= or that of ?day=), or the newest; 404 if not published.

    None while nothing is published.
    """
    wanted = request.GET.get("day", "")[:7] or request.GET.get("month", "")
    if not wanted:
        return months[0] if months else None
    for month in months:
        if f"{month:%Y-%m}" == wanted:
            return month
    raise Http404


def chosen_day(request: HttpRequest, days: list[PublishedCoverage]) -> PublishedCoverage:
    """Return the day in the URL, or the last one; 404 for a day that is not published."""
    wanted = request.GET.get("day", "")
    if not wanted:
        return days[-1]
    for one in days:
        if one.day.isoformat() == wanted:
            return one
    raise Http404
