"""Pages on which a site puts many of its doses right in one act: choose, look, do, undo."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.http import UserRequest
from recording.imports.pages import progress_of
from recording.imports.views import importing_page
from review.many_doses import pages, running, undoing
from review.many_doses.forms import ManyForm, first_values
from review.models import ManyChange
from vaxreg import errors
from vaxreg.uuids import uuid_or_none

State = ManyChange.State


@importing_page
@require_http_methods(["GET", "HEAD", "POST"])
def many_page(request: UserRequest) -> HttpResponse:
    """List the acts over many doses; POST chooses doses and the right facts, and has them checked."""
    is_sent = request.method == "POST"
    sent = request.POST if is_sent else request.GET
    asked = uuid_or_none(sent.get("session", ""))
    sites, sessions = pages.sites_and_sessions(request.user, str(asked or ""))
    form = ManyForm(
        request.POST if is_sent else None,
        request.FILES if is_sent else None,
        initial=first_values(str(asked or ""), sent.getlist("dose")),
        sites=sites,
        sessions=sessions,
    )
    if form.is_valid():
        made = running.begin(
            form.choice,
            form.found,
            form.wanted,
            why=form.cleaned_data["why"],
            by=request.user,
            receiver=form.receiver,
        )
        return redirect("many-doses-one", made.public_id)
    context = {"form": form, "acts": pages.acts_of(request.user)}
    status = 422 if form.has_errors else 200
    return render(request, "review/many_doses/list.html", context, status=status)


@importing_page
@require_safe
def one_page(request: UserRequest, public_id: UUID) -> HttpResponse:
    """Show where an act stands: at work, what it would do, or what it did, dose by dose."""
    found = _seen(request, public_id)
    context = {
        "change": found,
        "changes": pages.changes_in_words(found),
        "chosen": pages.chosen_in_words(found),
    }
    if found.is_at_work:
        context["progress"] = progress_of(found.step_began_at, found.done, found.total)
        return render(request, "review/many_doses/at_work.html", context)
    if request.headers.get("HX-Request"):
        # The page that shows the progress asks: it has another one to show now.
        return HttpResponse(headers={"HX-Refresh": "true"})
    counts = pages.counts(found)
    context |= {
        "counts": counts,
        "to_change": counts["change"] + counts["doubtful"],
        "shown": pages.shown(found, request.GET, by=request.user, found=counts),
        "reasons": pages.reasons_in_words(found),
        "may_act": pages.may_act(found, request.user),
        "may_undo": pages.may_undo(found, counts),
        "is_own": found.made_by_id == request.user.pk,
    }
    return render(request, "review/many_doses/one.html", context)


@importing_page
@require_POST
def step(request: UserRequest, public_id: UUID) -> HttpResponse:
    """Take an act a step further, by the name of the button."""
    found = _own(request, public_id)
    ticked = [int(one) for one in request.POST.getlist("row") if one.isdecimal() and len(one) < 19]
    try:
        if "start" in request.POST:
            if running.start(found, by=request.user).state == State.WAITING:
                messages.info(request, _("Kept. It counts when a colleague has confirmed it."))
        elif "confirm" in request.POST:
            running.confirm(found, by=request.user)
        elif "hand_back" in request.POST:
            running.hand_back(found)
        elif "stop" in request.POST:
            running.stop(found)
        elif "cancel" in request.POST:
            running.cancel(found, by=request.user)
            messages.success(request, _("Cancelled. Nothing was changed."))
            return redirect("many-doses")
        elif "leave_out" in request.POST or "take_in" in request.POST:
            running.leave_out(found, ticked, left_out="leave_out" in request.POST)
        elif "keep_only" in request.POST and ticked:
            running.keep_only(found, ticked)
        elif "leave_doubtful" in request.POST:
            running.leave_doubtful_out(found)
    except running.WrongState:
        return errors.conflict(
            request,
            headline=_("This has gone on meanwhile"),
            text=_("Nothing was done a second time. Look where it stands now."),
            href=reverse("many-doses-one", args=[found.public_id]),
            link=_("Look where it stands"),
        )
    return redirect("many-doses-one", found.public_id)


@importing_page
@require_http_methods(["GET", "HEAD", "POST"])
def undo_page(request: UserRequest, public_id: UUID) -> HttpResponse:
    """Show what undoing would do, or what stands against it; POST does it."""
    found = _own(request, public_id)
    if found.state not in undoing.UNDOABLE:
        return redirect("many-doses-one", found.public_id)
    if request.method == "POST":
        try:
            number = undoing.undo(found, by=request.user)
        except undoing.NotToBeUndone:
            return redirect("many-doses-undo", found.public_id)
        messages.success(
            request,
            ngettext(
                "%(count)d dose is as it was before.", "%(count)d doses are as before.", number
            )
            % {"count": number},
        )
        return redirect("many-doses-one", found.public_id)
    context = {"change": found, "preview": pages.undo_shown(found, by=request.user)}
    return render(request, "review/many_doses/undo.html", context)


def _seen(request: UserRequest, public_id: UUID) -> ManyChange:
    rows = ManyChange.objects.visible_to(request.user).select_related(
        "organization", "receiver", "made_by", "confirmed_by", "ended_by"
    )
    return get_object_or_404(rows, public_id=public_id)


def _own(request: UserRequest, public_id: UUID) -> ManyChange:
    found = _seen(request, public_id)
    if not pages.may_act(found, request.user):
        raise PermissionDenied(_("Only the site that gave the doses may do this."))
    return found
