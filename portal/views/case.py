"""Steps of the citizen on a filed correction: answer, appeal, withdraw, confirm, and so on.

Each step is a page with one form and one verb; the next page says what comes next. A form that is
sent twice is recorded once. A step that is too late gets 409, with the reason and what to do
instead.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.decorators import citizen_page
from accounts.http import UserRequest
from accounts.models import User
from corrections import actions, facts, next_steps
from corrections.actions import AlreadyOpen, NobodyAbove, TooLate
from corrections.lifecycle import Status, StepNotPossible
from corrections.models import Correction
from corrections.parties import parties_of
from corrections.photos import added
from corrections.reference import read_reference
from portal import case_page
from portal.forms import case as forms
from portal.forms.case import AnswerForm, MorePhotosForm, OwnStepForm
from portal.sent_photos import sent_pictures
from portal.views.photos import bounded
from vaxreg import db_time
from vaxreg.errors import out_of_order, photos_not_kept
from vaxreg.photos.cleaning import Picture
from vaxreg.private_files.outage import StoreDown
from vaxreg.uuids import uuid_or_none

REFUSALS = (StepNotPossible, TooLate, NobodyAbove, AlreadyOpen)


@dataclass(frozen=True)
class StepPage:
    """The form of a step, and the verb to call with the text."""

    form: type[OwnStepForm]
    take: Callable[[Correction, User, str], Correction]


PAGES: dict[str, StepPage] = {
    "withdraw": StepPage(
        forms.WithdrawForm, lambda case, by, said: actions.withdraw(case, by=by, reason=said)
    ),
    "appeal": StepPage(
        forms.AppealForm, lambda case, by, said: actions.appeal(case, by=by, words=said)
    ),
    "log_disagreement": StepPage(
        forms.DisagreementForm,
        lambda case, by, said: actions.log_disagreement(case, by=by, words=said),
    ),
    "confirm": StepPage(OwnStepForm, lambda case, by, said: actions.confirm(case, by=by)),
    "reopen": StepPage(
        forms.ReopenForm, lambda case, by, said: actions.reopen(case, by=by, words=said)
    ),
}

TEMPLATES = {
    "answer": "portal/steps/answer.html",
    "add_photo": "portal/steps/add_photo.html",
    "withdraw": "portal/steps/withdraw.html",
    "appeal": "portal/steps/appeal.html",
    "log_disagreement": "portal/steps/log_disagreement.html",
    "confirm": "portal/steps/confirm.html",
    "reopen": "portal/steps/reopen.html",
}


@citizen_page
@require_safe
def correction(request: UserRequest, reference: str) -> HttpResponse:
    """Show the state of one correction, its holder, deadline and result, and the possible steps."""
    canonical = read_reference(reference)
    if canonical is None:
        raise Http404
    if canonical != reference:
        return redirect("correction", canonical)
    own = (
        Correction.objects.of_own_records(request.user)
        .with_dismissal()
        .select_related(
            "citizen", "filing__filed_by", "holder__area__parent__parent", "named_area", "dose"
        )
    )
    case = get_object_or_404(own, reference=canonical)
    return render(request, "portal/correction.html", case_page.page(case, request.user))


@citizen_page
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def take(request: UserRequest, reference: str, step: str) -> HttpResponse:
    """Take a step that needs a text at most."""
    case = _own_case(request.user, reference)
    page = PAGES[step]
    if request.method != "POST":
        return _open(request, case, step, page.form())
    form = page.form(request.POST)
    if not form.is_valid():
        return _page(request, case, step, form)
    try:
        fresh = page.take(case, request.user, form.said)
    except REFUSALS as refusal:
        return _refused(request, reference, step, form.said, refusal)
    messages.success(request, case_page.recorded_notice(step, fresh))
    return _back(request, reference)


@citizen_page
@require_POST
def helped(request: UserRequest, reference: str) -> HttpResponse:
    """Store whether a decision helped; after "no" the page shows what can be done."""
    case = _own_case(request.user, reference)
    said = request.POST.get("helped", "")
    if said not in ("yes", "no"):
        return redirect("correction", reference)
    try:
        actions.rate(case, by=request.user, helped=said == "yes")
    except StepNotPossible as refusal:
        return _refused(request, reference, "rate", "", refusal)
    return redirect(f"{reverse('correction', args=[reference])}#helped")


@citizen_page
@require_POST
def put_away(request: UserRequest, reference: str, restore: bool = False) -> HttpResponse:
    """Take an answer that did not grant the proposal off the record page, or show it again."""
    case = _own_case(request.user, reference)
    try:
        if restore:
            actions.restore(case, by=request.user)
            messages.success(request, _("It is shown on the record again."))
        else:
            actions.dismiss(case, by=request.user)
            messages.success(
                request, _("It is put away. It stays under My proposals; there you can undo this.")
            )
    except StepNotPossible as refusal:
        return _refused(request, reference, "dismiss", "", refusal)
    return _back(request, reference)


@citizen_page
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@bounded
def answer(request: UserRequest, reference: str) -> HttpResponse:
    """Answer a question with words, photos, or both; opens an expired case again."""
    case = _own_case(request.user, reference)
    if request.method != "POST":
        return _open(request, case, "answer", AnswerForm())
    try:
        return _answered(request, case)
    except StoreDown:
        return _not_kept(request, case, "answer", AnswerForm)


def _answered(request: UserRequest, case: Correction) -> HttpResponse:
    reference = case.reference
    pictures, problems = sent_pictures(request)
    form = AnswerForm(request.POST, problems=problems, has_photos=bool(pictures))
    is_valid = form.is_valid()
    if request.POST.get("asked", "") != str(case_page.times_asked(case)):
        return _other_question(request, case, form)
    try:
        if not is_valid:
            # The photos are stored all the same: the citizen need not upload them again.
            kept = _keep(case, pictures, by=request.user)
            return _page(request, case, "answer", form, kept=kept)
        fresh = _answer(case, pictures, form.said, by=request.user)
    except ValidationError as wrong:
        form.add_error(None, wrong)
        return _page(request, case, "answer", form)
    except REFUSALS as refusal:
        return _refused(request, reference, "answer", form.said, refusal)
    messages.success(request, case_page.recorded_notice("answer", fresh))
    return redirect("correction", reference)


@citizen_page
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@bounded
def add_photo(request: UserRequest, reference: str) -> HttpResponse:
    """Add photos of the paper to the filing of an open case."""
    case = _own_case(request.user, reference)
    if request.method != "POST":
        return _open(request, case, "add_photo", MorePhotosForm())
    try:
        return _with_more_photos(request, case)
    except StoreDown:
        return _not_kept(request, case, "add_photo", MorePhotosForm)


def _with_more_photos(request: UserRequest, case: Correction) -> HttpResponse:
    reference = case.reference
    pictures, problems = sent_pictures(request)
    form = MorePhotosForm(request.POST, problems=problems, has_photos=bool(pictures))
    is_valid = form.is_valid()
    try:
        kept = added.add(case, pictures, by=request.user)
    except ValidationError as wrong:
        form.add_error(None, wrong)
        return _page(request, case, "add_photo", form)
    except REFUSALS as refusal:
        return _refused(request, reference, "add_photo", "", refusal)
    if not is_valid:
        return _page(request, case, "add_photo", form, kept=kept)
    fresh = _own_case(request.user, reference)
    answered = case.status == Status.WAITING and fresh.status != Status.WAITING
    step = "answer" if answered else "add_photo"
    messages.success(request, case_page.recorded_notice(step, fresh))
    return redirect("correction", reference)


def _back(request: UserRequest, reference: str) -> HttpResponse:
    """Return to the record from which the button was pressed, else to the case."""
    person = uuid_or_none(request.POST.get("person", ""))
    if person is None:
        return redirect("correction", reference)
    return redirect(f"{reverse('record')}?{urlencode({'person': str(person)})}")


def _own_case(user: User, reference: str) -> Correction:
    """Return a case of a record that the user may open; 404 for any other."""
    own = Correction.objects.of_own_records(user)
    return get_object_or_404(
        own.select_related("citizen", "filing", "holder", "dose"), reference=reference
    )


def _open(request: UserRequest, case: Correction, step: str, form: OwnStepForm) -> HttpResponse:
    """Show the page of a step; redirect with a message when the step is not possible now."""
    parties = parties_of(request.user, case)
    if step in next_steps.offered(case, parties, db_time.now()):
        return _page(request, case, step, form)
    messages.info(request, _("This is not possible now. Below stands where the proposal is."))
    return redirect("correction", case.reference)


def _page(
    request: UserRequest,
    case: Correction,
    step: str,
    form: OwnStepForm,
    *,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    context = {
        "case": case,
        "form": form,
        "headline": facts.headline(case),
        "now": db_time.now(),
        **case_page.step_context(step, case),
        **more,
    }
    status = 422 if form.has_errors else status
    return render(request, TEMPLATES[step], context, status=status)


def _not_kept(
    request: UserRequest, case: Correction, step: str, form: type[MorePhotosForm]
) -> HttpResponse:
    """Show the form with what was typed, 503: no photo can be kept now, and nothing was stored."""
    filled = form(request.POST, problems=[photos_not_kept()])
    filled.is_valid()
    return out_of_order(_page(request, case, step, filled))


def _keep(case: Correction, pictures: list[Picture], *, by: User) -> int:
    """Keep photos beside an answer with an error; they answer nothing yet."""
    return added.add(case, pictures, by=by, answers=False) if case.is_open else 0


@transaction.atomic
def _answer(case: Correction, pictures: list[Picture], said: str, *, by: User) -> Correction:
    """Answer first, then add the photos: they would answer alone, and not open an expired case."""
    fresh = actions.answer(case, by=by, words=said)
    added.add(fresh, pictures, by=by)
    return fresh


def _other_question(request: UserRequest, case: Correction, form: AnswerForm) -> HttpResponse:
    """Return 409: the text answers an older question, or no question is open."""
    said = form.said if form.is_valid() else ""
    status = Status(case.status)
    if status not in case_page.ASKING:
        gone = StepNotPossible("answer", status)
        return _refused(request, case.reference, "answer", said, gone)
    if case_page.is_recorded(case, "answer", request.user, said):
        return _recorded(request, case.reference)
    again = AnswerForm(initial={"words": request.POST.get("words", "")})
    return _page(request, case, "answer", again, status=409, is_new_question=True)


def _refused(
    request: UserRequest, reference: str, step: str, said: str, refusal: Exception
) -> HttpResponse:
    """Return 409, because nothing was stored; redirect if the same form was stored before."""
    case = _own_case(request.user, reference)
    if case_page.is_recorded(case, step, request.user, said):
        return _recorded(request, reference)
    context = {
        "case": case,
        "said": said,
        "problem": case_page.problem(refusal, case),
        "newer": refusal.correction if isinstance(refusal, AlreadyOpen) else None,
        **case_page.step_context(step, case),
    }
    return render(request, "portal/steps/too_late.html", context, status=409)


def _recorded(request: UserRequest, reference: str) -> HttpResponse:
    messages.info(request, _("This was recorded already. You need not do anything else."))
    return redirect("correction", reference)
