"""Views of one case: read, pick up, decide."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from accounts.decorators import staff_page
from accounts.http import UserRequest
from accounts.models import User
from citizens.models import RecordVisit
from corrections import actions
from corrections.actions import HeldByColleague, StalePage
from corrections.decisions import four_eyes
from corrections.decisions import outcome as outcomes
from corrections.history import HistoryEntry
from corrections.lifecycle import STATUS_LABELS, Status, StepNotPossible
from corrections.models import Correction
from corrections.visits import log_case
from organizations.models import Membership
from organizations.queries import held_roles
from review import case_file
from review.case_file import CaseFile
from review.forms.decision import ACCEPT, OWN, DecisionForm, as_typed
from review.forms.identity_decision import decision_form
from review.forms.steps import HandBackForm, NoteForm
from review.outcome_buttons import outcome_buttons
from review.views.next_case import next_case
from review.waiting_decisions import taken_back
from vaxreg import ui

TOO_LATE = (StalePage, HeldByColleague, StepNotPossible)
TAKERS = {"pick-up": actions.pick_up, "give-back": actions.give_back}


@dataclass(frozen=True)
class CaseConflict:
    """Why nothing was stored, as text, and what happened in the meantime."""

    title: str
    text: str
    meanwhile: list[HistoryEntry]


@staff_page
def case_page(request: UserRequest, reference: str) -> HttpResponse:
    """Show everything about one case; the view is logged in the citizen's record."""
    file = case_file.case_file_of(open_case(request.user, reference), request.user)
    undone = taken_back(request.user, file.case)
    typed = {**undone.typed, "version": file.case.version} if undone else None
    return show(request, file, _form(file, initial=typed))


@staff_page
def take(request: UserRequest, reference: str, step: str) -> HttpResponse:
    """POST picks a case up, or gives it back."""
    case = open_case(request.user, reference)
    if request.method != "POST":
        return redirect("case", reference)
    try:
        TAKERS[step](case, by=request.user, version=version_of(request))
    except PermissionDenied:
        raise PermissionDenied(case_file.why_not(case, request.user)) from None
    except TOO_LATE as problem:
        return too_late(request, reference, problem)
    if step == "give-back":
        messages.success(
            request, _("%(reference)s is back on the desk.") % {"reference": reference}
        )
        return redirect("queue")
    return redirect("case", reference)


@staff_page
def decide(request: UserRequest, reference: str) -> HttpResponse:
    """POST validates a decision and shows what it would change; a confirmed one is stored."""
    file = case_file.case_file_of(open_case(request.user, reference), request.user)
    if request.method != "POST":
        return redirect("case", reference)
    if file.not_yours:
        raise PermissionDenied(file.not_yours)
    if file.not_verified:
        raise PermissionDenied(file.not_verified)
    if "edit" in request.POST or "find_site" in request.POST:
        return show(request, file, _form(file, initial=_typed(request)))
    form = _form(file, _sent(request))
    try:
        _require_fresh(file, version_of(request))
        if not form.is_valid():
            return show(request, file, form, status=422)
        if "confirmed" not in request.POST:
            return _confirm(request, file, form)
        decided = form.decide(by=request.user)
    except ValidationError as problem:
        form.show(problem)
        return show(request, file, form, status=422)
    except TOO_LATE as problem:
        return too_late(request, reference, problem)
    if isinstance(decided, Correction):
        messages.success(request, decided_notice(decided))
    return next_case(request)


def open_case(user: User, reference: str) -> Correction:
    """Return a case held by an organization of the user, and log that they read it; else 404."""
    cases = Correction.objects.visible_to(user).on_desks_of(user)
    case = get_object_or_404(
        cases.select_related(
            "citizen__area",
            "dose__vaccine",
            "dose__organization",
            "filing__filed_by",
            "holder",
            "named_site",
            "named_area",
            "reviewer",
            "decided_by",
            "first_by",
        ),
        reference=reference,
    )
    log_case(user, case, RecordVisit.Why.REVIEW, case.holder)
    return case


def _form(file: CaseFile, data: Any = None, initial: dict[str, Any] | None = None) -> DecisionForm:
    desks = [file.case.holder] if file.case.holder else []
    form = decision_form(file.case)
    return form(data, initial=initial, case=file.case, desks=desks, steps=file.steps)


def _sent(request: UserRequest) -> Any:
    """Return the submitted form; the button "Accept" says the outcome, whatever else is chosen."""
    sent = request.POST.copy()
    if "accept" in sent:
        sent["outcome"] = ACCEPT
    return sent


def _typed(request: UserRequest) -> dict[str, Any]:
    """Return the submitted texts, and the version of the case they were typed for."""
    return {**as_typed(request.POST), "version": version_of(request)}


def version_of(request: UserRequest) -> int:
    """Return the version that the page showed; a page without one counts as stale."""
    sent = request.POST.get("version", "")
    return int(sent) if sent.isascii() and sent.isdigit() and len(sent) < 9 else 0


def _require_fresh(file: CaseFile, version: int) -> None:
    if not file.case.is_open:
        raise StepNotPossible("accept", Status(file.case.status))
    if file.held_until is not None:
        raise HeldByColleague
    if version != file.case.version:
        raise StalePage


def show(
    request: UserRequest,
    file: CaseFile,
    form: DecisionForm | None = None,
    *,
    status: int = 200,
    conflict: CaseConflict | None = None,
    kept: Sequence[tuple[str, str]] = (),
    note_form: NoteForm | None = None,
    back_form: HandBackForm | None = None,
) -> HttpResponse:
    """Render the case page; forms that are not passed are new ones."""
    form = form or _form(file)
    context = {
        "file": file,
        "case": file.case,
        "form": form,
        "conflict": conflict,
        "shows_form": file.may_decide or (conflict is not None and file.case.is_open),
        "kept": [*kept, *_kept(form)] if conflict is not None else [],
        "note_form": note_form or NoteForm(),
        "back_form": back_form or HandBackForm(),
        "buttons": outcome_buttons(form),
        "summary_of": note_form or back_form or form,
        "looking_for_site": "find_site" in request.POST,
        "is_officer": any(one.role == Membership.Role.OFFICER for one in held_roles(request.user)),
    }
    return render(request, "review/case.html", context, status=status)


def _kept(form: DecisionForm) -> list[tuple[str, str]]:
    """Return the typed texts of a stale page, to be read and copied."""
    return [
        (str(form.fields[name].label), str(form.initial[name]))
        for name in ("note", "sentence", "searched_words", "not_found", "remark")
        if form.initial.get(name)
    ]


def _confirm(request: UserRequest, file: CaseFile, form: DecisionForm) -> HttpResponse:
    outcome = form.cleaned_data["outcome"]
    accepts = outcome in (ACCEPT, OWN)
    changes = outcomes.outcome_of(file.case, form.wanted) if accepts else []
    context = {
        "file": file,
        "case": file.case,
        "form": form,
        "outcome": outcome,
        "changes": [one for one in changes if one.is_changed] or changes,
        "effect": outcomes.sentence(file.case),
        "changes_something": any(change.is_changed for change in changes),
        "why_second": four_eyes.in_words(form.why_second()) if accepts else [],
        "citizen_preview": form.citizen_preview(),
    }
    return render(request, "review/confirm.html", context)


def too_late(
    request: UserRequest,
    reference: str,
    problem: Exception,
    *,
    kept: Sequence[tuple[str, str]] = (),
) -> HttpResponse:
    """Return 409: nothing was stored. Shows what happened in the meantime, and the typed texts."""
    file = case_file.case_file_of(open_case(request.user, reference), request.user)
    meanwhile = case_file.since_version(file.case, version_of(request) or file.case.version)
    form = _form(file, initial={**as_typed(request.POST), "version": file.case.version})
    conflict = _conflict(file, problem, meanwhile)
    return show(request, file, form, status=409, conflict=conflict, kept=kept)


def _conflict(file: CaseFile, problem: Exception, meanwhile: list[HistoryEntry]) -> CaseConflict:
    case = file.case
    if not case.is_open:
        title = _("This case is decided already: %(status)s")
        return CaseConflict(
            title % {"status": STATUS_LABELS[Status(case.status)]},
            _("Nothing that you typed was stored."),
            meanwhile,
        )
    if isinstance(problem, HeldByColleague) and file.held_until and case.reviewer:
        return CaseConflict(
            _("%(name)s is working on this case") % {"name": case.reviewer.full_name},
            _("Nothing was stored. From %(time)s on you can pick it up, unless it is decided.")
            % {"time": ui.time(file.held_until)},
            meanwhile,
        )
    return CaseConflict(
        _("Something changed while this page was open"),
        _("Nothing was stored. Read what changed, then decide again; what you typed is kept."),
        meanwhile,
    )


def decided_notice(case: Correction) -> str:
    """Return the notice after a decision, by the new status."""
    values = {"reference": case.reference, "name": case.citizen.full_name}
    return {
        Status.ACCEPTED: _("%(reference)s is accepted. The record of %(name)s is corrected."),
        Status.PARTLY_ACCEPTED: _(
            "%(reference)s is accepted in part. The record of %(name)s is corrected."
        ),
        Status.REFUSED: _("%(reference)s is refused. %(name)s reads why."),
        Status.CANNOT_CONFIRM: _(
            "%(reference)s is closed: it cannot be confirmed. %(name)s reads where you searched."
        ),
        Status.UPHELD: _("The appeal %(reference)s is refused. %(name)s reads why."),
        Status.KEPT: _("%(reference)s is kept for later. The 48 hours run on."),
        Status.TO_COUNTERSIGN: _(
            "%(reference)s waits for a second person. Nothing changes in the record until then."
        ),
    }[Status(case.status)] % values
