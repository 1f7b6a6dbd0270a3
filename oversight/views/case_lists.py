"""The case list of a number, for the pages of officers: description, tabs, one page of rows."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.http import Http404
from django.utils.translation import gettext as _

from accounts.http import UserRequest
from citizens.visits import log_listed
from organizations.scope import Scope
from oversight.forms.report import ReportForm
from oversight.report.words import ages, weekdays
from reporting import case_lists
from reporting.case_lists import AGES, LISTINGS, ListQuery
from reporting.report import Filters, Report
from vaxreg import ui


@dataclass(frozen=True)
class ListTab:
    """A list as a tab: its URL, and its number of cases (None: could not be counted)."""

    name: str
    label: str
    url: str
    count: int | None
    is_bad: bool


def asked_for(request: UserRequest, scope: Scope, filters: Filters) -> ListQuery:
    """Return the list that the query string asks for; 404 if it does not exist."""
    tab = request.GET.get("tab", "overdue")
    if tab not in LISTINGS:
        raise Http404
    # The tab says whom a missed deadline counts for, whatever ?by= says.
    by = "giver" if tab == "missed_given" else "holder"
    weekday, age = request.GET.get("weekday", ""), request.GET.get("age", "")
    asked = ListQuery(
        tab,
        scope,
        replace(filters, by=by),
        day=_day(request.GET.get("day", "")),
        weekday=int(weekday) if weekday in set("0123456") else None,
        age=age if age in AGES else "",
    )
    if not case_lists.exists(asked):
        raise Http404
    return asked


def _day(written: str) -> date | None:
    try:
        return date.fromisoformat(written)
    except ValueError:
        return None


def picked(asked: ListQuery) -> str:
    """Return as text which part of the list is shown; empty for all of it."""
    if asked.age:
        return dict(ages())[asked.age]
    if asked.weekday is not None:
        return weekdays()[asked.weekday][1]
    if asked.day is not None:
        words = _("at the end of %(day)s") if asked.listing.lies else _("on %(day)s")
        return words % {"day": ui.day(asked.day)}
    return ""


def narrowed_by(asked: ListQuery, form: ReportForm) -> list[str]:
    """Return the other limits of the list as text: period and filters."""
    words = [str(label) for label, _without in form.in_force()]
    if asked.listing.lies or asked.day is not None:
        return words
    return [_("Last %(days)s days") % {"days": asked.filters.days}, *words]


def listing(
    request: UserRequest, asked: ListQuery, report: Report, address: Callable[[str], str]
) -> dict[str, Any]:
    """Return tabs and one page of a list, for oversight/list.html.

    report: of the same scope and filters. address: from the name of a tab to its URL.
    """
    page = case_lists.page(
        asked,
        request.user,
        request.GET.get("after", ""),
        now=report.at,
        as_of=report.as_of,
    )
    log_listed(request.user, (line.case.citizen_id for line in page.lines))
    query = request.GET.copy()
    query.pop("after", None)
    here = f"{request.path}?{query.urlencode()}"
    return {
        "tabs": [] if asked.is_picked else tabs(asked, report, address),
        "chosen": asked.tab,
        "page": page,
        "number": case_lists.number(asked, report),
        "counted_at": report.at if asked.listing.lies else report.as_of,
        "first": "" if page.is_first else f"{here}#cases",
        "next": f"{here}&after={page.after}#cases" if page.after else "",
    }


def tabs(asked: ListQuery, report: Report, address: Callable[[str], str]) -> list[ListTab]:
    """Return the tabs of a list with their numbers.

    Missed deadlines are listed by holder, or by who gave the dose, never both.
    """
    hidden = "missed" if asked.filters.by == "giver" else "missed_given"
    return [
        ListTab(
            name=name,
            label=str(one.label),
            url=address(name),
            count=case_lists.number(replace(asked, tab=name), report),
            is_bad=one.is_bad,
        )
        for name, one in LISTINGS.items()
        if name != hidden
    ]
