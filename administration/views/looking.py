"""Pages of supervisors: who looked outside of their cases, what of it, and the limits of it."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.http import UserRequest
from accounts.models import User
from administration import looking
from administration.forms.looking import LiftForm, LimitsForm, ReviewForm
from administration.rules import may_change
from administration.views.people import staffing_page
from administration.views.rules import changed_meanwhile, ministry_page
from citizens.looking import rules, stops
from citizens.visits import log_listed


@staffing_page
@require_safe
def overview(request: UserRequest) -> HttpResponse:
    """List who of the reader's people looked outside of their cases, today and in 30 days."""
    context = {
        "lines": looking.lines(request.user),
        "rule": rules.in_force(),
        "may_change": may_change(request.user),
    }
    return render(request, "administration/looking/list.html", context)


@staffing_page
@require_http_methods(["GET", "HEAD", "POST"])
def person(request: UserRequest, person: UUID) -> HttpResponse:
    """Show the rows behind one number; POST reviews them, asks the person, or lifts the stop."""
    shown = _supervised(request.user, person)
    data = request.POST if request.method == "POST" else None
    verdict = next((one for one in stops.Verdict.values if data and one in data), "")
    review = ReviewForm(data if verdict else None, verdict=verdict)
    lift = LiftForm(data if data and "lift" in data else None)
    if verdict and review.is_valid():
        stops.review(shown, verdict, by=request.user, note=review.cleaned_data["note"])
        messages.success(
            request,
            _("Asked by e-mail.") if verdict == stops.Verdict.ASK else _("Noted as reviewed."),
        )
        return redirect("looking-person", person)
    if lift.is_bound and lift.is_valid():
        try:
            stops.lift(shown, by=request.user, reason=lift.cleaned_data["reason"])
        except stops.NotStopped:
            messages.info(request, _("A colleague has lifted the stop in the meantime."))
        else:
            messages.success(request, _("The stop is lifted. The person was told the reason."))
        return redirect("looking-person", person)
    today_only = request.GET.get("show") == "today"
    file = looking.file_of(shown, request.user, today_only=today_only)
    log_listed(request.user, file.citizens)
    context = {
        "user_shown": shown,
        "file": file,
        "review": review,
        "lift": lift,
        "today_only": today_only,
        "wrong": lift if lift.has_errors else review,
    }
    status = 422 if review.has_errors or lift.has_errors else 200
    return render(request, "administration/looking/person.html", context, status=status)


@ministry_page
@require_http_methods(["GET", "HEAD", "POST"])
def limits(request: UserRequest) -> HttpResponse:
    """Show the limits in force, and take the next version of them."""
    in_force = rules.in_force()
    form = LimitsForm(request.POST if request.method == "POST" else None, in_force=in_force)
    if form.is_valid():
        try:
            rules.change(form.instance, instead_of=form.cleaned_data["instead_of"], by=request.user)
        except rules.ChangedMeanwhile:
            return changed_meanwhile(request)
        messages.success(request, _("The new limits are in force."))
        return redirect("looking")
    status = 422 if form.has_errors else 200
    return render(request, "administration/looking/limits.html", {"form": form}, status=status)


def _supervised(user: User, public_id: UUID) -> User:
    """Return somebody whom the user supervises; 404 for anybody else, and for oneself."""
    person = looking.supervised(user, public_id)
    if person is None:
        raise Http404
    return person
