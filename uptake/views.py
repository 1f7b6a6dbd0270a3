"""The coverage page for health officers, and its spreadsheet files."""

from collections.abc import Callable
from dataclasses import dataclass

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from accounts.http import UserRequest
from accounts.models import User
from organizations.models import Membership
from organizations.pages import page_of_officers
from organizations.queries import held_roles
from uptake import access, presentation, reports
from uptake.access import CoveragePlace
from uptake.forms import CoverageFilterForm
from uptake.models import Measure
from uptake.reports import CoverageFilters
from vaxreg import ui
from vaxreg.paging import stretch
from vaxreg.spreadsheets.writing import Sheet, csv_file, xlsx_file

# Parts of a place on one page; a province has up to 170 communes.
PARTS = 40


@dataclass(frozen=True)
class Overseen:
    """The places that an officer oversees, the largest first, and the memberships that say so."""

    work: list[Membership]
    places: list[CoveragePlace]


def overseen_by(user: User) -> Overseen | None:
    work = list(held_roles(user))
    places = access.overseen_places(work)
    return Overseen(work, places) if places else None


def coverage_page(
    view: Callable[[UserRequest, Overseen], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Require an officer of an area or the ministry; the view gets memberships and places."""
    return page_of_officers(overseen_by, view)


@coverage_page
@require_safe
def overview(request: UserRequest, overseen: Overseen) -> HttpResponse:
    """Show the coverage of one's area and of each part of it."""
    place, form = place_asked(request, overseen.places), filter_form(request)
    report, measure, chosen = (
        reports.coverage(place, form.chosen()),
        form.chosen_measure(),
        form.query(),
    )
    wider = access.parent_of(place, overseen.places)
    parts = stretch(
        presentation.parts_in_order(report, measure), request.GET.get("from", ""), size=PARTS
    )

    def address(of: CoveragePlace) -> str:
        return with_query("coverage", chosen, of)

    context = {
        "work": overseen.work,
        "report": report,
        "form": form,
        "measure": Measure(measure).label,
        "wider": wider,
        "wider_url": address(wider) if wider else "",
        "others": [(top.name, address(top)) for top in overseen.places if top != place],
        "headline": presentation.headline(report),
        "figures": presentation.figures(report),
        "bars": presentation.part_bars(parts.rows, measure, address),
        "band_bars": presentation.band_bars(report, measure),
        "legend": presentation.legend(report),
        "parts": parts,
        "part_rows": presentation.part_rows(parts.rows, address),
        "parts_before": with_query("coverage", {**chosen, "from": parts.before}, place),
        "parts_after": with_query("coverage", {**chosen, "from": parts.after}, place),
        "unknown_parts": presentation.unknown_parts(report, address),
        "band_rows": presentation.band_rows(report),
        "lines": presentation.total_lines(report),
        "new_line": presentation.new_line(report, measure),
        "moments": presentation.trend_rows(report),
        "measures": [measure.label for measure in Measure],
        "csv": {
            table: with_query("coverage-csv", {**chosen, "table": table}, place) for table in TABLES
        },
        "xlsx": with_query("coverage-xlsx", chosen, place),
    }
    return render(request, "uptake/coverage.html", context, status=form.status)


@coverage_page
@require_safe
def as_csv(request: UserRequest, overseen: Overseen) -> HttpResponse:
    """Send one table of the report (?table=)."""
    table = request.GET.get("table", "areas")
    if table not in TABLES:
        raise Http404
    place, filters = place_asked(request, overseen.places), filter_form(request).chosen()
    sheet = TABLES[table](place, filters)
    return csv_file(file_name(place, filters, table), sheet.header, sheet.rows)


@coverage_page
@require_safe
def as_xlsx(request: UserRequest, overseen: Overseen) -> FileResponse:
    """Send all tables of the report as one Excel file."""
    place, filters = place_asked(request, overseen.places), filter_form(request).chosen()
    sheets = [make(place, filters) for make in TABLES.values()]
    return xlsx_file(file_name(place, filters), sheets)


TABLES: dict[str, Callable[[CoveragePlace, CoverageFilters], Sheet]] = {
    "areas": lambda place, filters: presentation.parts_sheet(reports.coverage(place, filters)),
    "ages": lambda place, filters: presentation.bands_sheet(reports.coverage(place, filters)),
    "days": lambda place, filters: presentation.days_sheet(reports.every_day(place, filters)),
}


def place_asked(request: HttpRequest, tops: list[CoveragePlace]) -> CoveragePlace:
    """Return the place of ?area= if the user may see it (else 404); without it, their first one."""
    code = request.GET.get("area", "")
    if not code:
        return tops[0]
    place = access.find(code, tops)
    if place is None:
        raise Http404
    return place


def filter_form(request: HttpRequest) -> CoverageFilterForm:
    """Return the form with the query parameters, and defaults for missing ones."""
    start = {"measure": Measure.ONE_DOSE.value, "day": ui.day(timezone.localdate())}
    return CoverageFilterForm({**start, **request.GET.dict()})


def file_name(place: CoveragePlace, filters: CoverageFilters, *more: str) -> str:
    """Return a file name of place, day and table, without extension."""
    parts = ["coverage", place.code or "country", filters.day.isoformat(), *more]
    return "-".join(parts)


def with_query(name: str, chosen: dict[str, str], place: CoveragePlace) -> str:
    """Return the URL of a page about a place, with the filters."""
    query = {**chosen, **({"area": place.code} if place.code else {})}
    return f"{reverse(name)}?{urlencode(query)}" if query else reverse(name)
