"""Views of the report of a district, a province or the ministry: page, files, lists."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from django.db import transaction
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.http import UserRequest
from organizations.models import Organization
from organizations.pages import narrowed, officer_page, organization_in_reach, places, with_query
from organizations.scope import Scope
from oversight import case_acts, silence, waiting
from oversight.forms.report import ReportForm, communes_of
from oversight.report import charts, comparison, kpis, late, officer_actions, parts, tile_map, words
from oversight.report.address import Address, organization_of
from oversight.report.parts import Acts
from oversight.views import case_lists
from reporting import compute
from reporting.report import Filters, Report, ReportRow
from review.twice import pairs
from vaxreg import errors
from vaxreg.spreadsheets import writing

log = logging.getLogger(__name__)

T = TypeVar("T")


@officer_page
@require_safe
def overview(request: UserRequest, scope: Scope) -> HttpResponse:
    """Show what waits for the officer, and what is overdue in the area: how much, and where."""
    if request.GET.get("holder"):
        return redirect(_page_of(request))
    whole = scope
    scope, under = narrowed(request, scope)
    form = ReportForm(request.GET, communes=communes_of(scope))
    address = address_of(request, form, under)
    report = compute.report(scope, address.filters)
    acts = acts_in(scope, report)
    user = request.user
    context = {
        "twice": section_or(lambda: pairs.count(user), 0) if under is None else 0,
        "waiting": section_or(lambda: waiting.first_of(user), None) if under is None else None,
        "report": report,
        "is_behind": report.as_of is None or report.at - report.as_of > compute.STALE,
        "under": under,
        "places": places(scope),
        "path": path(whole, under, address),
        "headline": words.headline(report),
        "last_missed": None if report.total.queue.overdue else compute.last_missed(scope),
        "figures": kpis.figures(report, address.cases),
        "parts": parts.all_parts(report, address, acts),
        "ages": words.ages(),
        "late": late.worst(report, address, acts, case_acts.own_desks(user)),
        "more_late": max(0, len(report.late_rows) - late.WORST),
        "silence": section_or(lambda: silence.summary(scope, report.at), silence.Summary(None)),
        "silence_url": with_query(reverse("oversight-silence"), under=under),
        "uninvited_url": with_query(
            reverse("oversight-silence"), under=under, reason=silence.Reason.NOT_INVITED.value
        ),
        "here": request.get_full_path(),
        **_filters(form, address, report),
        **_flow(report),
        **_heat(report, address),
        **_map(scope, report, address),
        "is_country": whole.is_country,
    }
    return render(request, "oversight/report.html", context)


@officer_page
@require_safe
def part(request: UserRequest, scope: Scope, part: str) -> HttpResponse:
    """Show one part of the report whole: its chart, and its table page by page."""
    if part not in parts.PART_BUILDERS:
        raise Http404
    whole = scope
    scope, under = narrowed(request, scope)
    form = ReportForm(request.GET, communes=communes_of(scope))
    address = address_of(request, form, under)
    report = compute.report(scope, address.filters)
    made = parts.one_part(part, report, address, acts_in(scope, report), _page_number(request))
    if not made.has_failed and made.page > made.pages:
        raise Http404
    context = {
        "report": report,
        "places": places(scope),
        "path": path(whole, under, address),
        "under": under,
        "part": made,
        "parts": {part: made},
        "tabs": [
            (address.part(name), one.title(), name == part)
            for name, one in parts.PART_BUILDERS.items()
        ],
        **_filters(form, address, report),
        **_chart_of(part, report, address),
    }
    return render(request, "oversight/part.html", context)


@officer_page
@require_safe
def download(request: UserRequest, scope: Scope, part: str, ending: str) -> HttpResponseBase:
    """Send the numbers of a part of the report as a file: csv or xlsx."""
    if part not in parts.PART_BUILDERS or ending not in {"csv", "xlsx"}:
        raise Http404
    scope, under = narrowed(request, scope)
    form = ReportForm(request.GET, communes=communes_of(scope))
    address = address_of(request, form, under)
    report = compute.report(scope, address.filters)
    acts = acts_in(scope, report)
    made = parts.one_part(part, report, address, acts)
    if made.has_failed:
        # Half a table that looks whole is worse than none.
        return errors.without_database(503, request.path)
    day = formats.date_format(timezone.localtime(report.at), "Y-m-d")
    sheet = made.table.sheet(made.title)
    if ending == "csv":
        return writing.csv_file(f"{part}-{day}", sheet.header, sheet.rows)
    return writing.xlsx_file(f"{part}-{day}", [sheet])


@officer_page
@require_safe
def cases(request: UserRequest, scope: Scope) -> HttpResponse:
    """List the cases of a number of the report."""
    scope, under = narrowed(request, scope)
    form = ReportForm(request.GET, communes=communes_of(scope))
    address = address_of(request, form, under)
    desk = _desk(request)
    if desk is not None:
        scope = Scope((desk,), alone=True)
    asked = case_lists.asked_for(request, scope, address.filters)
    report = compute.report(scope, asked.filters)
    context = {
        "desk": desk,
        "places": desk.name if desk else places(scope),
        "asked": asked,
        "picked": case_lists.picked(asked),
        "narrowed_by": case_lists.narrowed_by(asked, form),
        "report_url": address.report(),
        **case_lists.listing(request, asked, report, _lists_of(address, desk)),
    }
    return render(request, "oversight/cases.html", context)


def acts_in(scope: Scope, report: Report) -> Acts:
    """Return what officers did lately, by organization."""
    scope = scope.in_communes(report.filters.communes)
    return section_or(lambda: officer_actions.done_at(scope, report.at), {})


def section_or(section: Callable[[], T], otherwise: T) -> T:
    """Return the result of a section of the page; if it fails, log it and return `otherwise`."""
    try:
        with transaction.atomic():
            return section()
    except Exception:
        log.exception("a section beside the report failed")
        return otherwise


def _page_number(request: UserRequest) -> int:
    """Return ?page=, from 1; anything that is no number counts as 1."""
    wanted = request.GET.get("page", "")
    return max(1, int(wanted)) if wanted.isascii() and wanted.isdigit() and len(wanted) < 6 else 1


def _lists_of(address: Address, desk: Organization | None) -> Callable[[str], str]:
    row = ReportRow(desk) if desk else None
    return lambda tab: f"{address.cases(tab, row)}#cases"


def _desk(request: UserRequest) -> Organization | None:
    """Return the organization of ?desk=, if it is within the officer's reach."""
    wanted = request.GET.get("desk")
    return organization_in_reach(request.user, wanted) if wanted else None


def _page_of(request: UserRequest) -> str:
    """Return the URL for an organization that was chosen from a list."""
    chosen = organization_in_reach(request.user, request.GET["holder"])
    if Organization.objects.filter(part_of=chosen).exists():
        return Address(Filters(), chosen).report()
    return reverse("oversight-site", args=[chosen.public_id])


def address_of(request: UserRequest, form: ReportForm, under: Organization | None) -> Address:
    """Return the address of the query string; invalid values count as missing."""
    read = request.GET
    sort, shade = read.get("sort", ""), read.get("shade", "")
    return Address(
        form.filters(),
        under,
        own_scale=read.get("scale") == "own",
        shade=shade if shade in tile_map.SHADES else "",
        sort=sort if comparison.Order.read(sort) else "",
    )


@dataclass(frozen=True)
class Link:
    """A link to another level, or one that removes a filter."""

    label: str
    href: str


def path(whole: Scope, under: Organization | None, address: Address) -> list[Link]:
    """Return links to the levels above a part, from the officer's own area down."""
    if under is None:
        return []
    tops = {top.pk: top for top in whole.tops}
    own = replace(address.of_part(under), under=None)
    ids = under.ancestor_ids
    while ids and ids[0] not in tops:
        ids = ids[1:]
    if not ids:
        # One of several areas of this officer.
        return [Link(_("The whole report"), own.report())]
    between = Organization.objects.in_bulk(ids[1:])
    return [
        Link(tops[ids[0]].label, own.report()),
        *(Link(between[pk].label, address.of_part(between[pk]).report()) for pk in ids[1:]),
    ]


def _filters(form: ReportForm, address: Address, report: Report) -> dict[str, Any]:
    chosen = address.filters
    chips = [
        Link(str(label), address.through(**without).report()) for label, without in form.in_force()
    ]
    return {
        "form": form.shown(),
        "has_communes": bool(form.communes),
        "ignored": ", ".join(form.ignored()),
        "chips": chips,
        "plain_url": replace(address, filters=Filters(days=chosen.days)).report(),
        "periods": [
            (days, address.through(days=days).report(), days == chosen.days)
            for days in compute.PERIODS
        ],
        "by_giver": chosen.by == "giver",
        "choices": sorted(
            (row.organization for row in report.rows if row.organization),
            key=lambda one: one.search_name,
        ),
        "address": address,
    }


def _chart_of(part: str, report: Report, address: Address) -> dict[str, Any]:
    """Return what the chart of a part needs; the parts without one are tables only."""
    charts_of: dict[str, Callable[[], dict[str, Any]]] = {
        "overdue": lambda: _bars(report, address),
        "days": lambda: _sparks(report, address),
        "missed": lambda: _heat(report, address),
        "flow": lambda: _flow(report),
        "league": lambda: {"least": comparison.FEWEST_DEADLINES},
        "organizations": lambda: {
            "quiet": [
                Link(organization_of(row).label, address.page_of(row))
                for row in report.quiet_rows[: parts.PAGE]
            ],
            "quiet_number": len(report.quiet_rows),
        },
    }
    return charts_of[part]()


def _bars(report: Report, address: Address) -> dict[str, Any]:
    return {
        "ages": words.ages(),
        "bars": charts.bars(report, address),
        "bars_axis": charts.bars_axis(report),
    }


def _heat(report: Report, address: Address) -> dict[str, Any]:
    return {"heat": charts.heat(report, address)}


def _sparks(report: Report, address: Address) -> dict[str, Any]:
    return {
        "sparks": charts.sparks(report, address),
        "spark_axis": charts.spark_axis(report, own_scale=address.own_scale),
        "own_scale": address.own_scale,
        "scale_url": address.but(own_scale=not address.own_scale).part("days"),
    }


def _flow(report: Report) -> dict[str, Any]:
    return {
        "trend": charts.trend(report),
        "trend_legend": charts.trend_legend(report),
        "flow_known": any(day.opened or day.decided or day.open for day in report.flow),
    }


def _map(scope: Scope, report: Report, address: Address) -> dict[str, Any]:
    invited = section_or(lambda: silence.invited_units(scope), None)
    return {
        "board": tile_map.province_map(report, address, invited),
        "board_failed": tile_map.has_failed(report, address),
    }
