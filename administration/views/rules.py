"""The ministry's views of the rules: what is in force, a new version, days off.

A preview stores nothing. A confirmed change is a row with author, time and reason; the running
clocks follow in the background (corrections/clocks/recompute.py).
"""

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any, Concatenate, ParamSpec, cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.decorators import staff_page
from accounts.http import UserRequest
from administration.forms.rules import DayForm, RulesForm, in_words
from administration.rules import changes, may_change, newest_run
from administration.rules_preview import preview
from corrections.clocks import policies, recompute, working_days
from corrections.clocks.recompute import RuleChange, RulesChangedMeanwhile
from vaxreg import db_time, errors, ui

P = ParamSpec("P")
# How far into the future the calendar is shown.
AHEAD = timedelta(days=400)


def ministry_page(
    view: Callable[Concatenate[UserRequest, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Allow only users who may change the rules."""

    @wraps(view)
    def page(request: UserRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not may_change(request.user):
            raise PermissionDenied(
                _(
                    "These pages are for health officers of the Ministry of Health. Your account is none."
                )
            )
        return view(request, *args, **kwargs)

    return staff_page(cast("Callable[Concatenate[UserRequest, P], HttpResponse]", page))


@ministry_page
@require_safe
def overview(request: UserRequest) -> HttpResponse:
    """Show the rules in force, the calendar, all changes, and the progress of the latest one."""
    today = timezone.localdate(db_time.now())
    newest = newest_run()
    is_unfinished = newest is not None and newest.finished_at is None
    is_stopped = newest is not None and is_unfinished and recompute.is_set_aside(newest.pk)
    context = {
        "policy": policies.current(),
        "four_eyes": in_words(policies.current().four_eyes),
        "run": newest,
        "is_running": is_unfinished and not is_stopped,
        "is_stopped": is_stopped,
        "days": working_days.special_days(today, today + AHEAD),
        "changes": changes(),
    }
    return render(request, "administration/rules/overview.html", context)


@ministry_page
@require_http_methods(["GET", "HEAD", "POST"])
def rules(request: UserRequest) -> HttpResponse:
    """Take the next version of the rules, show the preview, and put it into force."""
    in_force = policies.current()
    form = RulesForm(request.POST if request.method == "POST" else None, in_force=in_force)
    if request.method != "POST" or "edit" in request.POST:
        form.errors.clear()
        return render(request, "administration/rules/rules.html", {"form": form})
    if not form.is_valid():
        return render(request, "administration/rules/rules.html", {"form": form}, status=422)
    if form.cleaned_data["instead_of"] != in_force.version:
        return changed_meanwhile(request)
    if "confirmed" not in request.POST:
        return show(request, form, RuleChange(form.instance), "policy-rules")
    try:
        run = recompute.change_rules(
            form.instance, by=request.user, instead_of=form.cleaned_data["instead_of"]
        )
    except RulesChangedMeanwhile:
        return changed_meanwhile(request)
    messages.success(
        request, _("Version %(version)s is in force.") % {"version": run.policy.version}
    )
    return redirect("policy")


@ministry_page
@require_http_methods(["GET", "HEAD", "POST"])
def days(request: UserRequest) -> HttpResponse:
    """Take a day that is off, worked or swapped, show the preview, and store the change."""
    form = DayForm(request.POST if request.method == "POST" else None)
    if request.method != "POST" or "edit" in request.POST:
        form.errors.clear()
        return render(request, "administration/rules/days.html", {"form": form})
    if not form.is_valid():
        return render(request, "administration/rules/days.html", {"form": form}, status=422)
    changed = form.changed_days()
    if "confirmed" not in request.POST:
        change = RuleChange(policies.current(), changed)
        return show(request, form, change, "policy-days")
    recompute.change_day(**form.change, name=form.cleaned_data["name"], by=request.user)
    days = ", ".join(ui.day(day) for day in changed)
    messages.success(request, _("In the calendar: %(days)s.") % {"days": days})
    return redirect("policy")


def show(
    request: UserRequest, form: RulesForm | DayForm, change: RuleChange, action: str
) -> HttpResponse:
    """Show the effect of a change; nothing is stored."""
    context: dict[str, Any] = {
        "form": form,
        "preview": preview(change),
        "action": reverse(action),
        "differences": form.differences(),
        "reason": form.reason,
    }
    return render(request, "administration/rules/preview.html", context)


def changed_meanwhile(request: UserRequest) -> HttpResponse:
    """Say that a newer version exists: a colleague was faster, or the button was pressed twice."""
    return errors.conflict(
        request,
        headline=_("The rules have changed meanwhile"),
        text=_(
            "A newer version is in force. Look at it, and begin again if it is not what you meant."
        ),
        href=reverse("policy"),
        link=_("To the rules in force"),
    )
