"""Views of the pool: cases without a site, suggested sites, and routing."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.decorators import staff_page
from accounts.http import UserRequest
from citizens.visits import log_listed
from corrections import actions
from corrections.actions import HeldByColleague, StalePage
from corrections.lifecycle import StepNotPossible
from corrections.models import Correction
from organizations.queries import held_roles
from review import pool
from review.forms.pool import RouteForm, SendUpForm
from review.pool import Outcomes, PoolRow
from review.site_suggestions import MOST_SHOWN, Suggestion
from vaxreg import db_time, errors

P = ParamSpec("P")
STEPS = {"pick-up": actions.pick_up, "give-back": actions.give_back}
# Session key: the results of the last routing, shown once.
OUTCOMES = "review.pool_outcomes"


def desk_page(
    view: Callable[Concatenate[UserRequest, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Allow only users who work at an organization now."""

    @wraps(view)
    def page(request: UserRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not held_roles(request.user).exists():
            raise PermissionDenied(
                _("These pages are for staff of the health service. Your account has no such role.")
            )
        return view(request, *args, **kwargs)

    return staff_page(page)


@desk_page
@require_safe
def pool_page(request: UserRequest) -> HttpResponse:
    """List the cases without a site, by area, ordered by triage_due_at."""
    places = pool.places(request.user)
    page = pool.page(request.user, request.GET)
    log_listed(request.user, (row.case.citizen_id for row in page.rows))
    context = {
        "places": places,
        "chosen": request.GET.get("area", ""),
        "waiting": sum(place.count for place in places),
        "page": page,
        "outcomes": request.session.pop(OUTCOMES, None),
        "now": db_time.now(),
    }
    return render(request, "review/pool/list.html", context)


@desk_page
@require_http_methods(["GET", "HEAD", "POST"])
def route(request: UserRequest) -> HttpResponse:
    """Choose a site for one or more cases, and send them there; each has its own result."""
    rows = _chosen_rows(request)
    if not rows:
        return _nothing_chosen(request)
    suggestions = _together(rows)
    sent = request.POST if request.method == "POST" else None
    form = RouteForm(sent, initial=request.GET.dict(), suggestions=suggestions)
    if "search" in request.POST:
        # A new search: show the new choices and keep the typed texts, without errors.
        form.errors.clear()
    elif form.is_valid():
        to, reason = form.cleaned_data["to"], form.cleaned_data["reason"]
        cases = [row.case for row in rows]
        return _report(request, pool.send(cases, by=request.user, to=to, reason=reason))
    context = {"form": form, "rows": rows, "now": db_time.now()}
    return render(
        request, "review/pool/route.html", context, status=422 if form.has_errors else 200
    )


@desk_page
@require_http_methods(["GET", "HEAD", "POST"])
def send_up(request: UserRequest) -> HttpResponse:
    """Send one or more cases to the level above: not in our area."""
    rows = _chosen_rows(request)
    if not rows:
        return _nothing_chosen(request)
    initial = {"reason": _("It is not known which site in our area gave this dose.")}
    form = SendUpForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_valid():
        cases = [row.case for row in rows]
        reason = form.cleaned_data["reason"]
        return _report(request, pool.send_up(cases, by=request.user, reason=reason))
    context = {"form": form, "rows": rows, "now": db_time.now()}
    return render(
        request, "review/pool/send_up.html", context, status=422 if form.has_errors else 200
    )


@desk_page
def take(request: UserRequest, reference: str, step: str) -> HttpResponse:
    """POST picks a case up, so that colleagues see who looks for its site, or gives it back."""
    case = next(iter(pool.chosen(request.user, [reference])), None)
    if case is None:
        raise Http404
    if request.method == "POST":
        try:
            STEPS[step](case, by=request.user)
        except (HeldByColleague, PermissionDenied, StalePage, StepNotPossible) as problem:
            return errors.conflict(
                request,
                headline=_("Not possible now"),
                text=pool.why_not(case, request.user, problem),
                href=reverse("pool"),
                link=_("Back to the pool"),
            )
        if step == "pick-up":
            return redirect(f"{reverse('pool-route')}?case={case.reference}")
    return redirect("pool")


def _chosen_rows(request: UserRequest) -> list[PoolRow]:
    named = request.POST if request.method == "POST" else request.GET
    cases: list[Correction] = pool.chosen(request.user, named.getlist("case"))
    log_listed(request.user, (case.citizen_id for case in cases[:MOST_SHOWN]))
    return pool.rows_of(request.user, cases, most=MOST_SHOWN)


def _together(rows: list[PoolRow]) -> list[Suggestion]:
    """Return one list of suggestions for all cases: sites that fit most of them first.

    A site that passed one of them on is not suggested for the others either: they go together.
    """
    together: dict[int, Suggestion] = {}
    not_theirs = {one.organization for row in rows for one in row.passed_on}
    for row in rows:
        for one in row.suggestions:
            if one.site in not_theirs:
                continue
            known = together.setdefault(one.site.pk, Suggestion(one.site, is_holder=one.is_holder))
            known.score += one.score
            known.reasons += [reason for reason in one.reasons if reason not in known.reasons]
    return sorted(together.values(), key=lambda one: -one.score)[:MOST_SHOWN]


def _nothing_chosen(request: UserRequest) -> HttpResponse:
    messages.info(
        request, _("Choose at least one case that is still in your pool, then choose the site.")
    )
    return redirect("pool")


def _report(request: UserRequest, outcomes: Outcomes) -> HttpResponse:
    request.session[OUTCOMES] = {
        "sent": [{"reference": one.reference, "to": one.to} for one in outcomes.sent],
        "stayed": [{"reference": one.reference, "why": one.why} for one in outcomes.stayed],
    }
    return redirect("pool")
