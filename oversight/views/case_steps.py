"""Views of a health officer's acts on a case: remind, reassign, take over, note, countersign.

Each act has a page with one form and one verb. A step that is too late gets 409 with a reason.
Nobody acts on a case of their own family.
"""

from collections.abc import Sequence

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.http import UserRequest
from accounts.identity import is_verified
from corrections import actions, facts, lifecycle
from corrections.actions import CannotReceive, NobodyThere, StalePage
from corrections.lifecycle import StepNotPossible
from corrections.models import Correction
from organizations.pages import officer_page
from organizations.scope import Scope
from oversight import case_acts
from oversight.forms.acts import ReassignForm, RemindForm, TakeOverForm
from oversight.views.case import case_in_reach, show
from review import case_file
from review.views import steps
from vaxreg import errors, ui


@officer_page
@require_http_methods(["GET", "HEAD", "POST"])
def remind(request: UserRequest, scope: Scope, reference: str) -> HttpResponse:
    """Remind the site of one case, once in 24 hours."""
    case = case_in_reach(request.user, reference)
    if refusal := refused(request, case, "remind"):
        return refusal
    form = RemindForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            actions.remind(case, by=request.user, remark=form.cleaned_data["remark"])
        except StepNotPossible:
            return too_late(request, case_in_reach(request.user, reference), "remind")
        except NobodyThere:
            form.add_error(
                None,
                _(
                    "Nobody works at %(organization)s to whom it could be written: nothing was"
                    " sent. Give the case to another organization, or decide it in its place."
                )
                % {"organization": case.holder},
            )
            return form_page(request, "oversight/remind.html", form, case)
        messages.success(
            request,
            _("%(organization)s was reminded of this case.") % {"organization": case.holder},
        )
        return redirect("oversight-case", reference=case.reference)
    return form_page(request, "oversight/remind.html", form, case)


@officer_page
@require_http_methods(["GET", "HEAD", "POST"])
def reassign(request: UserRequest, scope: Scope, reference: str) -> HttpResponse:
    """Give a case to another organization within the officer's reach; its clock runs on."""
    case = case_in_reach(request.user, reference)
    if refusal := refused(request, case, "reassign"):
        return refusal
    form = ReassignForm(
        request.POST if request.method == "POST" else None,
        initial={"version": case.version},
        by=request.user,
        case=case,
    )
    if "search" in request.POST:
        # A new search: show the new choices and keep the typed texts, without errors.
        form.errors.clear()
        return form_page(request, "oversight/reassign.html", form, case)
    if form.is_valid() and (answer := give(request, case, form)):
        return answer
    return form_page(request, "oversight/reassign.html", form, case)


def give(request: UserRequest, case: Correction, form: ReassignForm) -> HttpResponse | None:
    """Reassign the case; None when the chosen organization cannot receive it."""
    to, reason = form.cleaned_data["to"], form.cleaned_data["reason"]
    version = form.cleaned_data["version"]
    try:
        actions.reassign(case, by=request.user, to=to, reason=reason, version=version)
    except CannotReceive:
        form.refuse_receiver()
        return None
    except StalePage:
        fresh = case_in_reach(request.user, case.reference)
        again = ReassignForm(with_version(request, fresh), by=request.user, case=fresh)
        return stale_page(request, "oversight/reassign.html", again, fresh)
    except StepNotPossible:
        return too_late(request, case_in_reach(request.user, case.reference), "reassign")
    messages.success(request, _("The case is with %(organization)s now.") % {"organization": to})
    return redirect("oversight-case", reference=case.reference)


@officer_page
@require_http_methods(["GET", "HEAD", "POST"])
def take_over(request: UserRequest, scope: Scope, reference: str) -> HttpResponse:
    """Move an overdue case to the officer's own organization, to decide it there."""
    case = case_in_reach(request.user, reference)
    if refusal := refused(request, case, "take_over"):
        return refusal
    form = TakeOverForm(
        request.POST if request.method == "POST" else None, initial={"version": case.version}
    )
    if form.is_valid():
        reason, version = form.cleaned_data["reason"], form.cleaned_data["version"]
        try:
            taken = actions.take_over(case, by=request.user, reason=reason, version=version)
        except StalePage:
            fresh = case_in_reach(request.user, reference)
            again = TakeOverForm(with_version(request, fresh))
            return stale_page(request, "oversight/take_over.html", again, fresh)
        except StepNotPossible:
            return too_late(request, case_in_reach(request.user, reference), "take_over")
        messages.success(
            request,
            _("The case is with %(organization)s now. Decide it here.")
            % {"organization": taken.holder},
        )
        return redirect("case", reference=taken.reference)
    return form_page(request, "oversight/take_over.html", form, case)


@officer_page
def note(request: UserRequest, scope: Scope, reference: str) -> HttpResponse:
    """POST adds a note for colleagues to a case of an organization below."""
    return steps.note(request, reference, officer_pages())


@officer_page
def sign(request: UserRequest, scope: Scope, reference: str, step: str) -> HttpResponse:
    """POST confirms a decision of an organization below as the second person, or sends it back."""
    return steps.sign(request, reference, step, officer_pages())


def officer_pages() -> steps.ActingPages:
    """Return the pages through which officers act on a case."""
    return steps.ActingPages("oversight-case", case_in_reach, show, signed_too_late)


def signed_too_late(
    request: UserRequest, reference: str, problem: Exception, *, kept: Sequence[tuple[str, str]]
) -> HttpResponse:
    """Return 409: somebody else countersigned, or the case has changed."""
    return too_late(request, case_in_reach(request.user, reference), "countersign")


def form_page(
    request: HttpRequest, template: str, form: BaseForm, case: Correction, status: int = 200
) -> HttpResponse:
    """Render the form of a step; with errors as 422, with the typed texts."""
    context = {"form": form, "correction": case, "headline": facts.headline(case)}
    if form.is_bound and form.errors and status == 200:
        status = 422
    return render(request, template, context, status=status)


def with_version(request: HttpRequest, case: Correction) -> dict[str, str]:
    """Return the submitted data with the present version of the case."""
    return {**request.POST.dict(), "version": str(case.version)}


def stale_page(
    request: HttpRequest, template: str, form: BaseForm, case: Correction
) -> HttpResponse:
    """Show the form again with the typed texts: the case changed, nothing was stored."""
    form.add_error(
        None,
        _(
            "The case has changed since you opened this page: it is at %(organization)s now, %(status)s."
            " Nothing was stored. Check it and send again."
        )
        % {"organization": case.holder, "status": case.get_status_display().lower()},
    )
    return form_page(request, template, form, case, status=409)


def refused(request: UserRequest, case: Correction, step: str) -> HttpResponse | None:
    """Return the page that says why the officer cannot take the step; None when they can."""
    acts = case_acts.acts(request.user, case)
    if step in acts.steps:
        return None
    if acts.is_family or acts.is_own_filing:
        raise PermissionDenied(
            _("This case is about you or your family. A colleague must handle it.")
        )
    if step in lifecycle.DECIDING and not is_verified(request.user):
        raise PermissionDenied(case_file.not_verified())
    return too_late(request, case, step)


def too_late(request: UserRequest, case: Correction, step: str) -> HttpResponse:
    """Return 409: what happened in the meantime, with a link to the case."""
    return errors.conflict(
        request,
        headline=_("This has been handled already") if not case.is_open else _("Not possible now"),
        text=why_not(request, case, step),
        href=reverse("oversight-case", args=[case.reference]),
        link=_("Back to the case"),
    )


def why_not(request: UserRequest, case: Correction, step: str) -> str:
    """Return, as a sentence, why the step is not possible."""
    acts = case_acts.acts(request.user, case)
    if case.decided_at is not None:
        return _("%(reference)s was decided at %(time)s by %(organization)s.") % {
            "reference": case.reference,
            "time": ui.when(case.decided_at),
            "organization": case.holder,
        }
    if acts.is_on_own_desk:
        return _("%(reference)s lies on your own desk: decide it on the review page.") % {
            "reference": case.reference
        }
    if step == "remind" and acts.reminded_at is not None:
        return _("The site was reminded of it at %(time)s. Once a day is enough.") % {
            "time": ui.when(acts.reminded_at)
        }
    if step == "take_over" and not acts.is_overdue:
        return _("The site still has time until %(time)s. After that you may decide.") % {
            "time": ui.when(case.due_at)
        }
    return _("Somebody has changed this case meanwhile. Look at it again.")
