"""Pages on which a site puts its own doses right, and confirms what a colleague changed."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.decorators import staff_page
from accounts.http import UserRequest
from doses.facts import dose_title
from doses.history import facts_in_words, history_of
from doses.models import Dose
from doses.plausibility.warnings import sign_of
from review.many_doses import pages
from review.models import DoseChange
from review.own_doses import mending, reading
from review.own_doses.forms import ChangeForm, ErrorForm


@staff_page
@require_safe
def waiting_page(request: UserRequest) -> HttpResponse:
    """List the changes of own doses that wait for a second person."""
    context = {
        "waiting": reading.waiting_shown(request.user),
        "many": pages.waiting_for(request.user),
    }
    return render(request, "review/own_doses/waiting.html", context)


@staff_page
@require_http_methods(["GET", "HEAD", "POST"])
def dose_page(request: UserRequest, public_id: UUID) -> HttpResponse:
    """Show a dose of one's site with its history; POST changes it, or marks it as an error."""
    dose = reading.opened(request.user, public_id)
    if dose is None:
        raise Http404
    is_error = "in_error" in request.POST
    sent = request.POST if request.method == "POST" else None
    change = ChangeForm(None if is_error else sent, dose=dose)
    error = ErrorForm(sent if is_error else None, initial={"revision": dose.revision})
    form = error if is_error else change
    is_valid = sent is not None and form.is_valid()
    found = mending.doubts(dose, change.wanted) if is_valid and not is_error else []
    if is_valid and (is_error or change.has_shown(found)):
        wanted = mending.IN_ERROR if is_error else change.wanted
        try:
            row = mending.change(
                dose,
                wanted,
                why=form.cleaned_data["why"],
                revision=form.cleaned_data["revision"],
                by=request.user,
                by_organization=dose.organization or reading.site_for(request.user),
            )
        except mending.NothingChanges:
            form.add_error(None, _("These are the facts on record. Change what is wrong."))
        except mending.Stale:
            messages.info(request, _("The dose has changed in the meantime. Nothing was stored."))
            return redirect("own-dose", dose.public_id)
        except ValidationError as wrong:
            form.add_error(None, wrong.messages)
        else:
            _say_what_became(request, row)
            return redirect("own-dose", dose.public_id)
    status = 422 if change.has_errors or error.has_errors else 200
    return render(
        request,
        "review/own_doses/dose.html",
        _of(request, dose, change, error) | {"found": found, "sign": sign_of(found)},
        status=status,
    )


@staff_page
@require_POST
def decide_change(request: UserRequest, change: UUID) -> HttpResponse:
    """Confirm a colleague's change, or take it back, by the name of the button."""
    row = reading.waiting_of(request.user).filter(public_id=change).first()
    if row is None:
        raise Http404
    try:
        if "confirm" in request.POST:
            mending.confirm(row, by=request.user)
            messages.success(request, _("Confirmed. The record has it now; the person is told."))
        else:
            mending.take_back(row, by=request.user)
            messages.success(request, _("Taken back. The dose stays as it is on record."))
    except mending.Stale:
        messages.info(request, _("The dose has changed in the meantime. Nothing was stored."))
    except ValidationError as wrong:
        messages.error(request, " ".join(wrong.messages))
    return redirect("own-doses")


def _say_what_became(request: UserRequest, row: DoseChange) -> None:
    if row.state == DoseChange.State.APPLIED:
        messages.success(request, _("The record has it now; the person is told."))
    else:
        messages.info(request, _("Kept. It counts when a colleague has confirmed it."))


def _of(
    request: UserRequest, dose: Dose, change: ChangeForm, error: ErrorForm
) -> dict[str, object]:
    waiting = reading.waiting_of(request.user).filter(dose=dose).first()
    return {
        "dose": dose,
        "title": dose_title(dose),
        "facts": facts_in_words(dose),
        "history": history_of(dose),
        "change": change,
        "error": error,
        "is_in_error": dose.status == Dose.Status.ENTERED_IN_ERROR,
        "waiting": reading.shown(waiting, request.user) if waiting else None,
        "case": reading.open_case_about(dose),
    }
