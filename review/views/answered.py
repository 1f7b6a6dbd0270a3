"""Page of the open cases that doses on record answer: one reads the pairs, and closes many at once."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from accounts.decorators import staff_page
from accounts.http import UserRequest
from citizens.visits import log_listed
from corrections.actions import by_record
from corrections.actions.by_record import Closed
from corrections.answered import reading
from corrections.answered.obstacles import WORDS
from corrections.models import CorrectionQuerySet
from review import queue

# How many refused cases a page names above the list; the others are read in it.
MOST_NAMED = 10


@staff_page
@require_http_methods(["GET", "HEAD", "POST"])
def answered_page(request: UserRequest) -> HttpResponse:
    """List the pairs, 25 per page; POST closes the ticked ones, or all."""
    cases = queue.on_desks(request.user, queue.desks_of(request.user))
    if request.method == "POST":
        return _close_all(request, cases) if "all" in request.POST else _close(request, cases)
    page = reading.page(cases, request.GET)
    log_listed(request.user, (case.citizen_id for case in page.rows))
    rows = reading.rows(page.rows, request.user)
    context = {
        "rows": rows,
        "page": page,
        "total": reading.count(cases),
        "in_work": reading.in_work(cases),
        "here": sum(not row.why_not for row in rows),
    }
    return render(request, "review/answered.html", context)


def _close(request: UserRequest, cases: CorrectionQuerySet) -> HttpResponse:
    versions = dict(_read(value) for value in request.POST.getlist("case")[: reading.PAGE_SIZE])
    if not versions:
        messages.warning(request, _("Nothing was ticked, so nothing was closed."))
        return redirect("answered")
    # A case that was decided meanwhile is asked for too: its refusal says so.
    found = list(cases.filter(reference__in=versions).order_by("due_at", "pk"))
    _say(
        request, by_record.close([(one, versions[one.reference]) for one in found], by=request.user)
    )
    return redirect("answered")


def _close_all(request: UserRequest, cases: CorrectionQuerySet) -> HttpResponse:
    answered = reading.answered(cases).filter(answered_by__asked_at=None)
    first = list(answered.order_by("due_at", "pk")[: by_record.MOST_AT_ONCE + 1])
    if len(first) <= by_record.MOST_AT_ONCE:
        _say(request, by_record.close([(one, None) for one in first], by=request.user))
        return redirect("answered")
    asked = by_record.ask_to_close(cases, by=request.user)
    messages.success(
        request,
        ngettext(
            "%(number)s case is being closed. You may go on meanwhile.",
            "%(number)s cases are being closed. You may go on meanwhile; what cannot be closed stays"
            " in this list, with the reason.",
            asked,
        )
        % {"number": asked},
    )
    return redirect("answered")


def _read(value: str) -> tuple[str, int]:
    """Return reference and version of a tick; a version that cannot be read is none of any case."""
    reference, _dot, version = value.partition(".")
    is_number = version.isascii() and version.isdigit() and len(version) < 9
    return reference, int(version) if is_number else 0


def _say(request: UserRequest, closed: Closed) -> None:
    if closed.done:
        messages.success(
            request,
            ngettext(
                "%(number)s case is closed. Its citizen is told.",
                "%(number)s cases are closed. Each citizen is told.",
                closed.done,
            )
            % {"number": closed.done},
        )
    for reference, obstacle in closed.refused[:MOST_NAMED]:
        messages.warning(request, f"{reference}: {WORDS[obstacle]}")
    if not closed.done and not closed.refused:
        messages.info(request, _("These cases are closed already."))
