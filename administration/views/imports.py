"""Views to import sites and staff: upload a file, see the effect row by row, import it."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.http import UserRequest
from administration.forms.people import UploadForm
from administration.import_page import ShownImport, runs_of, shown
from administration.views.people import importing_page
from organizations.imports import files, running
from organizations.journal import ImportRun
from organizations.models import Membership, Organization
from vaxreg import errors
from vaxreg.spreadsheets.archive import Unreadable


@importing_page
@require_http_methods(["GET", "HEAD", "POST"])
def start(request: UserRequest) -> HttpResponse:
    """Take a file and store its rows for the trial; nothing else is written."""
    sent = request.method == "POST"
    form = UploadForm(request.POST if sent else None, request.FILES if sent else None)
    if form.is_valid():
        file = form.cleaned_data["file"]
        try:
            run = running.begin(file.read(), file.name or "", by=request.user)
        except Unreadable as error:
            form.add_error("file", str(error))
        else:
            return redirect("organizations-import-run", run.public_id)
    context = {"form": form, "runs": runs_of(request.user)}
    status = 422 if form.has_errors else 200
    return render(request, "administration/people/import.html", context, status=status)


@importing_page
@require_http_methods(["GET", "HEAD", "POST"])
def run(request: UserRequest, public_id: UUID) -> HttpResponse:
    """Show what a file would do. POST imports it, once, if the effect is still the same."""
    found = own_run(request, public_id)
    if found.done_at is not None:
        if request.method == "POST":
            return done_already(request, found)
        return render(
            request, "administration/people/import_done.html", {"run": found, "shown": shown(found)}
        )
    if not found.content:
        return render(request, "administration/people/import_gone.html", {"run": found}, status=410)
    if request.method != "POST":
        return trial(request, found)
    try:
        judgement = running.do(found, digest=request.POST.get("digest", ""))
    except running.Stale:
        return trial(request, found, is_stale=True)
    except running.DoneAlready:
        return done_already(request, found)
    except (running.BeingDone, running.SetAside) as refusal:
        return not_now(request, found, refusal)
    messages.success(
        request, _("Imported. %(count)s rows were written.") % {"count": judgement.to_write}
    )
    return redirect("organizations-import-run", found.public_id)


@importing_page
@require_safe
def rows(request: UserRequest, public_id: UUID) -> HttpResponseBase:
    """Send the rows with their verdicts as a file, before the import."""
    found = own_run(request, public_id)
    if not found.content:
        return redirect("organizations-import-run", found.public_id)
    return files.judged("so-tiem-import-rows", running.judge(found).rows)


@importing_page
@require_safe
def template(request: UserRequest) -> HttpResponseBase:
    """Send an empty file with the columns."""
    return files.template()


@importing_page
@require_safe
def export(request: UserRequest) -> HttpResponseBase:
    """Send the sites and staff of the officer's sub-trees in the format of an import."""
    return files.export(Organization.objects.within_reach(request.user, Membership.Role.OFFICER))


def trial(request: UserRequest, found: ImportRun, *, is_stale: bool = False) -> HttpResponse:
    """Show each row with its present verdict; nothing is written."""
    seen: ShownImport = shown(found, running.judge(found), request.GET)
    here = reverse("organizations-import-run", args=[found.public_id])
    context = {
        "run": found,
        "shown": seen,
        "is_stale": is_stale,
        "first": f"{here}?{urlencode({'show': seen.chosen})}#rows" if seen.number > 1 else "",
        "next": f"{here}?{urlencode({'show': seen.chosen, 'page': str(seen.number + 1)})}#rows"
        if seen.has_more
        else "",
    }
    return render(
        request, "administration/people/import_trial.html", context, status=409 if is_stale else 200
    )


def own_run(request: UserRequest, public_id: UUID) -> ImportRun:
    """Return an import of this user; 404 for any other."""
    return get_object_or_404(runs_of(request.user), public_id=public_id)


def not_now(request: UserRequest, found: ImportRun, refusal: Exception) -> HttpResponse:
    """Say that this import is being done, or that it stopped our server again and again."""
    if isinstance(refusal, running.SetAside):
        headline = _("This file cannot be imported at the moment")
        text = _(
            "Importing it has stopped our server several times, so it is not tried any more. Nothing"
            " of it was written. The people who run Sổ Tiêm can see this fault, and can let you try"
            " again. Meanwhile split the file, or enter the rows by hand."
        )
    else:
        headline = _("This file is being imported")
        text = _(
            "It was begun less than two minutes ago, in another window perhaps. Wait two minutes,"
            " then look here again: either it is imported, or nothing of it was written."
        )
    here = reverse("organizations-import-run", args=[found.public_id])
    return errors.conflict(
        request, headline=headline, text=text, href=here, link=_("Back to the file")
    )


def done_already(request: UserRequest, found: ImportRun) -> HttpResponse:
    """Say that this import was done before: a second press, or another window."""
    return errors.conflict(
        request,
        headline=_("This file was imported already"),
        text=_("Nothing was written a second time."),
        href=reverse("organizations-import-run", args=[found.public_id]),
        link=_("To what was imported"),
    )
