"""Views of steps beside the decision: ask, pass on, note, countersign, hand back."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.decorators import staff_page
from accounts.http import UserRequest
from accounts.models import User
from corrections import actions
from corrections.actions import CannotReceive, SamePerson
from corrections.clocks import timekeeping
from corrections.models import Correction, DelayedDecision
from review import case_file, second_person
from review.case_file import CaseFile
from review.forms.steps import AskForm, HandBackForm, NoteForm, PassOnForm
from review.views import case as pages
from review.views.case import TOO_LATE


@dataclass(frozen=True)
class ActingPages:
    """The pages through which a user acts on a case: those of reviewers or of officers."""

    page: str
    fetch: Callable[[User, str], Correction]
    show: Callable[..., HttpResponse]
    too_late: Callable[..., HttpResponse]


DESK = ActingPages("case", pages.open_case, pages.show, pages.too_late)


@staff_page
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: UserRequest, reference: str) -> HttpResponse:
    """Ask the citizen; the clock is paused until they answer."""
    file = _opened(request, reference)
    if request.method != "POST" and not file.may_ask:
        return redirect("case", reference)
    form = AskForm(
        _sent(request),
        language=file.case.filing.answer_language,
        initial={"version": file.case.version},
    )
    if form.is_valid():
        question = form.cleaned_data["question"]
        version = pages.version_of(request)
        try:
            actions.ask(file.case, by=request.user, question=question, version=version)
        except ValidationError as problem:
            form.add_error(None, problem)
        except TOO_LATE as problem:
            return pages.too_late(request, reference, problem, kept=form.typed())
        else:
            messages.success(request, _("The question is sent. You see it when the answer comes."))
            return redirect("case", reference)
    left = timekeeping.pause_left(timekeeping.running(file.case)) if file.case.is_open else None
    return _form_page(request, "review/ask.html", file, form, {"left": left})


@staff_page
@require_http_methods(["GET", "HEAD", "POST"])
def pass_on(request: UserRequest, reference: str) -> HttpResponse:
    """Pass the case on as "not ours": to which organization, and why."""
    file = _opened(request, reference)
    if request.method != "POST" and not file.may_pass_on:
        return redirect("case", reference)
    form = PassOnForm(_sent(request), case=file.case, initial={"version": file.case.version})
    if "search" in request.POST:
        # A new search: show the new choices and keep the typed texts, without errors.
        form.errors.clear()
    elif form.is_valid() and (answer := _give(request, file, form)):
        return answer
    return _form_page(request, "review/pass_on.html", file, form, {})


def _give(request: UserRequest, file: CaseFile, form: PassOnForm) -> HttpResponse | None:
    """Pass the case on; None when the chosen organization cannot receive it."""
    to = None if form.is_third else form.target
    version = pages.version_of(request)
    try:
        given = actions.pass_on(
            file.case, by=request.user, reason=form.cleaned_data["reason"], to=to, version=version
        )
    except CannotReceive:
        form.refuse_receiver()
        return None
    except TOO_LATE as problem:
        return pages.too_late(request, file.case.reference, problem, kept=form.typed())
    messages.success(
        request,
        _("%(reference)s is with %(organization)s now.")
        % {"reference": given.reference, "organization": given.holder},
    )
    return redirect("queue")


@staff_page
def desk_note(request: UserRequest, reference: str) -> HttpResponse:
    return note(request, reference, DESK)


@staff_page
def desk_sign(request: UserRequest, reference: str, step: str) -> HttpResponse:
    """POST confirms a colleague's decision, or sends it back."""
    return sign(request, reference, step, DESK)


def note(request: UserRequest, reference: str, door: ActingPages) -> HttpResponse:
    """Add a note for colleagues, through the pages of reviewers or of officers."""
    file = case_file.case_file_of(door.fetch(request.user, reference), request.user)
    if request.method != "POST":
        return redirect(door.page, reference)
    if not file.may_note:
        raise PermissionDenied(case_file.why_not(file.case, request.user))
    form = NoteForm(request.POST)
    if not form.is_valid():
        return door.show(request, file, status=422, note_form=form)
    actions.note(file.case, by=request.user, text=form.cleaned_data["text"])
    messages.success(request, _("The note stands in the history."))
    return redirect(door.page, reference)


def sign(request: UserRequest, reference: str, step: str, door: ActingPages) -> HttpResponse:
    """Confirm a colleague's decision as the second person, or send it back with a reason."""
    file = case_file.case_file_of(door.fetch(request.user, reference), request.user)
    if request.method != "POST":
        return redirect(door.page, reference)
    form = HandBackForm(request.POST if step == "hand-back" else None)
    if form.is_bound and not form.is_valid():
        return door.show(request, file, status=422, back_form=form)
    try:
        signed = _signed(request, file, form)
    except SamePerson:
        words = second_person.why_not_second(file.case, request.user)
        raise PermissionDenied(words) from None
    except PermissionDenied:
        raise PermissionDenied(case_file.why_not(file.case, request.user)) from None
    except TOO_LATE as problem:
        return door.too_late(request, reference, problem, kept=form.typed())
    except ValidationError as problem:
        # The record changed since the first decision: a dose was moved, or recorded meanwhile.
        messages.error(request, " ".join(problem.messages))
        return redirect(door.page, reference)
    if form.is_bound:
        messages.success(request, _("Sent back with your reason."))
    elif isinstance(signed, Correction):
        messages.success(request, pages.decided_notice(signed))
    return redirect(door.page, reference)


def _signed(
    request: UserRequest, file: CaseFile, form: HandBackForm
) -> Correction | DelayedDecision:
    version = pages.version_of(request)
    if not form.is_bound:
        return actions.decide("countersign", file.case, by=request.user, version=version)
    reason = form.cleaned_data["reason"]
    return actions.hand_back(file.case, by=request.user, reason=reason, version=version)


def _opened(request: UserRequest, reference: str) -> CaseFile:
    """Return the case for a step of the holder."""
    file = case_file.case_file_of(pages.open_case(request.user, reference), request.user)
    if file.not_yours:
        raise PermissionDenied(file.not_yours)
    return file


def _sent(request: UserRequest) -> Any:
    return request.POST if request.method == "POST" else None


def _form_page(
    request: UserRequest,
    template: str,
    file: CaseFile,
    form: AskForm | PassOnForm,
    more: dict[str, Any],
) -> HttpResponse:
    context = {"file": file, "case": file.case, "form": form, **more}
    return render(request, template, context, status=422 if form.has_errors else 200)
