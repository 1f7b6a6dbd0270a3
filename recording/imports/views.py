"""Pages of imports of doses: send a file, confirm its columns, see the trial, write it, undo it."""

from collections.abc import Callable
from functools import wraps
from itertools import islice
from typing import Concatenate, ParamSpec, cast
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.decorators import staff_page
from accounts.http import UserRequest
from accounts.identity import is_verified
from recording import access
from recording.imports import checking, deciding, marked, pages, running, undoing
from recording.imports.forms import DoseColumnsForm, UploadForm
from recording.imports.models import DoseImport
from recording.imports.reading.headings import template_file
from vaxreg import errors
from vaxreg.spreadsheets.archive import Unreadable

P = ParamSpec("P")
State = DoseImport.State


def importing_page(
    view: Callable[Concatenate[UserRequest, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Allow only those who record doses at a site, and whose identity is verified."""

    @wraps(view)
    def page(request: UserRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not access.sites_of(request.user).exists():
            raise PermissionDenied(
                _(
                    "These pages are for the staff of vaccination sites. Your account has no such role."
                )
            )
        if request.method == "POST" and not is_verified(request.user):
            raise PermissionDenied(
                _("Your identity is not verified yet: the lead of your site sees your paper first.")
            )
        return view(request, *args, **kwargs)

    return staff_page(cast("Callable[Concatenate[UserRequest, P], HttpResponseBase]", page))


def own(request: UserRequest, public_id: UUID) -> DoseImport:
    """Return an import of the user's sites; 404 for any other."""
    rows = DoseImport.objects.visible_to(request.user).select_related("organization", "made_by")
    return get_object_or_404(rows, public_id=public_id)


@importing_page
@require_http_methods(["GET", "HEAD", "POST"])
def start(request: UserRequest) -> HttpResponse:
    """List the imports of the user's sites; take a file."""
    sent = request.method == "POST"
    form = UploadForm(
        request.POST if sent else None,
        request.FILES if sent else None,
        sites=access.sites_of(request.user),
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
            return redirect("dose-import-columns", made.public_id)
    context = {"form": form, "imports": pages.newest(request.user)}
    return render(
        request, "recording/imports/list.html", context, status=422 if form.has_errors else 200
    )


@importing_page
@require_safe
def template(request: UserRequest) -> HttpResponseBase:
    """Send an empty file with the columns."""
    return template_file()


@importing_page
@require_http_methods(["GET", "HEAD", "POST"])
def columns(request: UserRequest, public_id: UUID) -> HttpResponse:
    """Show the first rows with what each column is taken for; POST begins the trial."""
    found = own(request, public_id)
    if found.state not in (State.ASKED, State.CHECKED):
        return redirect("dose-import", found.public_id)
    first = list(islice(checking.lines_below(found), pages.FIRST_ROWS))
    titles = pages.titles_of(found, first)
    form = DoseColumnsForm(
        request.POST if request.method == "POST" else None, sent=found, titles=titles
    )
    if form.is_valid():
        begun = running.confirm(
            found,
            mapping=form.mapping(form.cleaned_data),
            answers=form.answers(),
            number_proof=form.cleaned_data["number_proof"],
        )
        return redirect("dose-import" if begun else "dose-import-columns", found.public_id)
    context = {
        "dose_import": found,
        "form": form,
        "titles": titles,
        "first": [[cell.text for cell in cells] for _number, cells in first],
    }
    return render(
        request, "recording/imports/columns.html", context, status=422 if form.has_errors else 200
    )


@importing_page
@require_safe
def one(request: UserRequest, public_id: UUID) -> HttpResponse:
    """Show where an import stands: columns to confirm, at work, its rows, or what became of it."""
    found = own(request, public_id)
    if found.state == State.ASKED:
        return redirect("dose-import-columns", found.public_id)
    if found.is_at_work:
        context = {"dose_import": found, "progress": pages.progress(found)}
        return render(request, "recording/imports/at_work.html", context)
    if request.headers.get("HX-Request"):
        # The page that shows the progress asks: it has another one to show now.
        return HttpResponse(headers={"HX-Refresh": "true"})
    shown = pages.rows_shown(found, request.GET)
    context = {
        "dose_import": found,
        "shown": shown,
        "unwritten": running.unwritten(found),
        "written": found.rows.filter(revision__gt=0).count(),
        "kept": found.parts.exists(),
    }
    return render(request, "recording/imports/rows.html", context)


@importing_page
@require_safe
def marked_rows(request: UserRequest, public_id: UUID) -> HttpResponseBase:
    """Send the file back, with its wrong cells marked."""
    found = own(request, public_id)
    if not found.parts.exists() or found.state == State.ASKED:
        return redirect("dose-import", found.public_id)
    return marked.marked_file(found)


@importing_page
@require_http_methods(["GET", "HEAD", "POST"])
def decide(request: UserRequest, public_id: UUID) -> HttpResponse:
    """Show people of the file who may be on record; POST decides those that were answered."""
    found = own(request, public_id)
    if request.method == "POST":
        try:
            number = deciding.decide(found, pages.choices_in(request.POST), by=request.user)
        except (deciding.NoSuchChoice, running.WrongState):
            return _too_late(request, found)
        messages.success(request, _("Decided: %(number)s.") % {"number": number})
        return redirect("dose-import-decide", found.public_id)
    if found.is_at_work:
        return redirect("dose-import", found.public_id)
    context = {"dose_import": found, "doubts": deciding.doubts(found, by=request.user)}
    if not context["doubts"]:
        return redirect("dose-import", found.public_id)
    return render(request, "recording/imports/decide.html", context)


@importing_page
@require_POST
def step(request: UserRequest, public_id: UUID, verb: str) -> HttpResponse:
    """Write the rows, stop that, or give the import up."""
    found = own(request, public_id)
    try:
        if verb == "write":
            running.apply(found, by=request.user)
        elif verb == "stop":
            running.stop(found)
        else:
            running.cancel(found, by=request.user)
            messages.success(request, _("Cancelled. Nothing was written."))
            return redirect("dose-imports")
    except running.WrongState:
        return _too_late(request, found)
    return redirect("dose-import", found.public_id)


@importing_page
@require_http_methods(["GET", "HEAD", "POST"])
def undo(request: UserRequest, public_id: UUID) -> HttpResponse:
    """Show what undoing would do; POST does it."""
    found = own(request, public_id)
    if found.state != State.APPLIED:
        return redirect("dose-import", found.public_id)
    if request.method == "POST":
        try:
            number = undoing.undo(found, by=request.user)
        except undoing.NotToBeUndone:
            return redirect("dose-import-undo", found.public_id)
        messages.success(request, _("Undone. %(count)s doses.") % {"count": number})
        return redirect("dose-import", found.public_id)
    context = {"dose_import": found, "preview": undoing.preview(found)}
    return render(request, "recording/imports/undo.html", context)


def _too_late(request: UserRequest, found: DoseImport) -> HttpResponse:
    """Say that a colleague, or another window, was faster."""
    return errors.conflict(
        request,
        headline=_("This import has gone on meanwhile"),
        text=_("Nothing was done a second time. Look where it stands now."),
        href=reverse("dose-import", args=[found.public_id]),
        link=_("To the import"),
    )
