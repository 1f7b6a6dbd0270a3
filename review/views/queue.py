"""Views of the queue: tabs, pages, the next case, and the reviewer's own week."""

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_safe

from accounts.decorators import staff_page
from accounts.http import UserRequest
from citizens.visits import log_listed
from corrections.access import is_hotline
from corrections.answered import reading
from corrections.models import Correction
from corrections.reference import read_reference
from identity.population.client import is_on
from organizations.queries import held_roles
from reporting import compute
from review import queue, queue_rows
from review.alike.groups import groups_of
from review.forms.queue import QueueFilterForm
from review.notes import unread_by
from review.own_week import own_week
from review.queue import QueueTab
from review.twice import pairs
from review.views.next_case import next_case
from vaxreg import db_time


@staff_page
@require_safe
def queue_page(request: UserRequest) -> HttpResponse:
    """List the cases held by the user's organizations, most urgent first, 25 per page."""
    work = list(held_roles(request.user))
    if work and all(is_hotline(one) for one in work):
        return redirect("hotline")
    desks = queue.desks_in(work)
    cases = queue.on_desks(request.user, desks)
    form = QueueFilterForm(request.GET)
    narrowing = form.narrowing()
    found = queue.by_reference(Correction.objects.on_desks_of(request.user), narrowing["words"])
    if found is not None:
        return redirect("case", found.reference)
    tab = _tab(request)
    counts = queue.counts(cases, request.user)
    listed = queue.history_of(request.user, desks) if tab == QueueTab.DONE else cases
    chosen = queue.narrowed(queue.in_tab(listed, tab, request.user), **narrowing)
    page = queue.page(chosen, tab, request.GET)
    log_listed(request.user, (case.citizen_id for case in page.rows))
    context = {
        "work": work,
        "desks": desks,
        "notes": unread_by(request.user),
        "form": form,
        "is_narrowed": any(narrowing.values()),
        "filters": sum(bool(narrowing[name]) for name in ("kind", "photo")),
        "tab": tab,
        "tabs": queue.shown_tabs(counts, tab),
        "answered": reading.count(cases),
        "to_do": counts[QueueTab.OPEN],
        "page": page,
        "rows": queue_rows.rows(page.rows),
        "groups": groups_of(desks) if tab == QueueTab.OPEN and page.is_first else [],
        "median": None if page.rows else compute.week_median(desks),
        "twice": pairs.count(request.user),
        "asks_population": is_on(),
        "since": page.rows[0].now if page.rows else db_time.now(),  # type: ignore[attr-defined]
    }
    return render(request, "review/queue.html", context)


@staff_page
@require_safe
def news(request: UserRequest) -> HttpResponse:
    """Return the number of new cases since the page was made; requested once a minute."""
    since = _moment(request)
    arrived = 0
    if since is not None:
        desks = queue.desks_of(request.user)
        arrived = queue.arrived_since(queue.on_desks(request.user, desks), since)
    return render(request, "review/news.html", {"since": since, "arrived": arrived})


@staff_page
@require_safe
def own_week_page(request: UserRequest) -> HttpResponse:
    """Show a reviewer their own last seven days."""
    work = list(held_roles(request.user))
    desks = queue.desks_in(work)
    context = {"work": work, "week": own_week(request.user, desks)}
    return render(request, "review/week.html", context)


@staff_page
def take_next(request: UserRequest) -> HttpResponse:
    """POST picks up the most urgent case that nobody works on, and opens it.

    `leaving` in the form: the reference of the case from whose page it was asked.
    """
    if request.method != "POST":
        return redirect("queue")
    return next_case(request, leaving=read_reference(request.POST.get("leaving", "")) or "")


def _tab(request: HttpRequest) -> QueueTab:
    wanted = request.GET.get("tab", "")
    return QueueTab(wanted) if wanted in set(QueueTab) else QueueTab.OPEN


def _moment(request: HttpRequest) -> datetime | None:
    try:
        moment = parse_datetime(request.GET.get("since", ""))
    except ValueError:
        return None
    return moment if moment is not None and moment.tzinfo is not None else None
