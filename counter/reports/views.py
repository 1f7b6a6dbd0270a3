"""Pages of files of reports: send a file, confirm its columns, see the trial, record it, undo it."""

from collections.abc import Callable
from functools import wraps
from itertools import islice
from typing import Concatenate, ParamSpec, cast
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.decorators import staff_page
from accounts.http import UserRequest
from counter import letters
from counter.offices import first_office_of, offices_of
from counter.reports import deciding, findings, pages, running
from counter.reports.columns import template_file
from counter.reports.forms import ColumnsForm, StepForm, UploadForm
from counter.reports.models import ReportFile
from recording.access import require_verified
from recording.imports import checking, marked
from recording.imports.deciding import NoSuchChoice
from recording.imports.pages import FIRST_ROWS, choices_in, progress, titles_of
from vaxreg import errors
from vaxreg.spreadsheets.archive import Unreadable

P = ParamSpec("P")
State = ReportFile.State


def reports_page(
    view: Callable[Concatenate[UserRequest, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Allow only staff of a site or a health office; only verified ones may change anything."""

    @wraps(view)
    def page(request: UserRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        first_office_of(request.user)
        if request.method == "POST":
            require_verified(request.user)
        return view(request, *args, **kwargs)

    return staff_page(cast("Callable[Concatenate[UserRequest, P], HttpResponseBase]", page))


def own(request: UserRequest, public_id: UUID) -> ReportFile:
    """Return a file of the user's offices; 404 for any other."""
    rows = ReportFile.objects.visible_to(request.user).select_related("organization", "made_by")
    return get_object_or_404(rows, public_id=public_id)


@reports_page
@require_http_methods(["GET", "HEAD", "POST"])
def start(request: UserRequest) -> HttpResponse:
    """List the files of the user's offices; take a file."""
    sent = request.method == "POST"
    form = UploadForm(
        request.POST if sent else None,
        request.FILES if sent else None,
        sites=offices_of(request.user),
    )
    if form.is_valid():
        file = form.cleaned_data["file"]
        try:
            made = running.begin(
                file.chunks(),
                file.name or "",
                organization=form.cleaned_data["site"],
                by=request.user,
            )
        except Unreadable as error:
            form.add_error("file", str(error))
        else:
            return redirect("report-file-columns", made.public_id)
    context = {
        "form": form,
        "files": pages.newest(request.user),
        "letters": letters.how_many_wait(request.user),
    }
    status = 422 if form.has_errors else 200
    return render(request, "counter/reports/list.html", context, status=status)


@reports_page
@require_safe
def template(request: UserRequest) -> HttpResponseBase:
    """Send a file with the columns and two rows to type over."""
    return template_file()


@reports_page
@require_http_methods(["GET", "HEAD", "POST"])
def columns(request: UserRequest, public_id: UUID) -> HttpResponse:
    """Show the first rows with what each column is taken for; POST begins the trial."""
    found = own(request, public_id)
    if found.state not in (State.ASKED, State.CHECKED):
        return redirect("report-file", found.public_id)
    first = list(islice(checking.lines_below(found), FIRST_ROWS))
    titles = titles_of(found, first)
    form = ColumnsForm(
        request.POST if request.method == "POST" else None, sent=found, titles=titles
    )
    if form.is_valid():
        begun = running.confirm(
            found, mapping=form.mapping(form.cleaned_data), answers=form.answers()
        )
        return redirect("report-file" if begun else "report-file-columns", found.public_id)
    context = {
        "sent": found,
        "form": form,
        "titles": titles,
        "first": [[cell.text for cell in cells] for _number, cells in first],
    }
    status = 422 if form.has_errors else 200
    return render(request, "counter/reports/columns.html", context, status=status)


@reports_page
@require_safe
def one(request: UserRequest, public_id: UUID) -> HttpResponse:
    """Show where a file stands: columns to confirm, at work, its rows, or what became of it."""
    found = own(request, public_id)
    if found.state == State.ASKED:
        return redirect("report-file-columns", found.public_id)
    if found.is_at_work:
        context = {"sent": found, "progress": progress(found)}
        return render(request, "counter/reports/at_work.html", context)
    if request.headers.get("HX-Request"):
        # The page that shows the progress asks: it has another one to show now.
        return HttpResponse(headers={"HX-Refresh": "true"})
    context = {
        "sent": found,
        "shown": pages.rows_shown(found, request.GET, by=request.user),
        "to_record": running.to_record(found),
        "kept": found.parts.exists(),
    }
    return render(request, "counter/reports/rows.html", context)


@reports_page
@require_safe
def marked_rows(request: UserRequest, public_id: UUID) -> HttpResponseBase:
    """Send the file back, with its wrong cells marked."""
    found = own(request, public_id)
    if not found.parts.exists() or found.state == State.ASKED:
        return redirect("report-file", found.public_id)
    return marked.marked_file(
        found, name="so-tiem-reports-checked", labels=pages.LABELS, kind=findings.KIND
    )


@reports_page
@require_http_methods(["GET", "HEAD", "POST"])
def decide(request: UserRequest, public_id: UUID) -> HttpResponse:
    """Show people of the file whom nobody can tell; POST decides those that were answered."""
    found = own(request, public_id)
    if request.method == "POST":
        try:
            number = deciding.decide(found, choices_in(request.POST), by=request.user)
        except (NoSuchChoice, running.WrongState):
            return _too_late(request, found)
        messages.success(request, _("Decided: %(number)s.") % {"number": number})
        return redirect("report-file-decide", found.public_id)
    if found.is_at_work:
        return redirect("report-file", found.public_id)
    context = {"sent": found, "doubts": deciding.doubts(found, by=request.user)}
    if not context["doubts"]:
        return redirect("report-file", found.public_id)
    return render(request, "counter/reports/decide.html", context)


@reports_page
@require_POST
def step(request: UserRequest, public_id: UUID) -> HttpResponse:
    """Record the rows, stop that, or give the file up."""
    found = own(request, public_id)
    form = StepForm(request.POST)
    if not form.is_valid():
        return redirect("report-file", found.public_id)
    verb = form.cleaned_data["verb"]
    try:
        if verb == "record":
            running.apply(found, by=request.user)
        elif verb == "stop":
            running.stop(found)
        else:
            running.cancel(found, by=request.user)
            messages.success(request, _("Cancelled. Nothing was recorded."))
            return redirect("report-files")
    except running.WrongState:
        return _too_late(request, found)
    return redirect("report-file", found.public_id)


@reports_page
@require_http_methods(["GET", "HEAD", "POST"])
def undo(request: UserRequest, public_id: UUID) -> HttpResponse:
    """Show what undoing would do; POST begins it."""
    found = own(request, public_id)
    if found.state != State.APPLIED:
        return redirect("report-file", found.public_id)
    if request.method == "POST":
        try:
            running.undo(found, by=request.user)
        except running.WrongState:
            return _too_late(request, found)
        return redirect("report-file", found.public_id)
    context = {"sent": found, "preview": pages.undo_preview(found, by=request.user)}
    return render(request, "counter/reports/undo.html", context)


def _too_late(request: UserRequest, found: ReportFile) -> HttpResponse:
    """Say that a colleague, or another window, was faster."""
    return errors.conflict(
        request,
        headline=_("This file has gone on meanwhile"),
        text=_("Nothing was done a second time. Look where it stands now."),
        href=reverse("report-file", args=[found.public_id]),
        link=_("To the file"),
    )
