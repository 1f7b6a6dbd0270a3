"""The view of the phone numbers of a case: masked, and whole once the desk has said why it calls."""

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.decorators import staff_page
from accounts.http import UserRequest
from accounts.throttled import too_many
from citizens.phones import CitizenPhone
from corrections.phone_calls import OUTCOMES, REASON_LABELS, CallReason
from review import case_file, phone_numbers
from review.case_file import CaseFile
from review.forms.call import CallForm
from review.forms.steps import NoteForm
from review.phone_numbers import TooManyCalls
from review.views import case as pages


@staff_page
@require_http_methods(["GET", "HEAD", "POST"])
def call(request: UserRequest, reference: str) -> HttpResponse:
    """Ask why the desk calls; POST stores it and shows the numbers to dial."""
    file = case_file.case_file_of(pages.open_case(request.user, reference), request.user)
    if file.not_yours:
        raise PermissionDenied(file.not_yours)
    if request.method != "POST":
        may_call = "call" in file.steps and file.held_until is None
        return _ask_why(request, file, CallForm()) if may_call else redirect("case", reference)
    form = CallForm(request.POST)
    if not form.is_valid():
        return _ask_why(request, file, form)
    reason, words = CallReason(form.cleaned_data["reason"]), form.cleaned_data["words"]
    try:
        phones = phone_numbers.open_for_call(file.case, by=request.user, reason=reason, words=words)
    except TooManyCalls as stop:
        return too_many(
            request, stop.retry_at, again="queue", template="review/too_many_calls.html"
        )
    except pages.TOO_LATE as problem:
        return pages.too_late(request, reference, problem, kept=form.typed())
    return _numbers(request, file, phones, words or str(REASON_LABELS[reason]))


def _ask_why(request: UserRequest, file: CaseFile, form: CallForm) -> HttpResponse:
    context = {
        "file": file,
        "case": file.case,
        "form": form,
        "phones": phone_numbers.of_case(file.case),
        "reasons": [
            (one.value, label) for one, label in REASON_LABELS.items() if one != CallReason.OTHER
        ],
        "other": REASON_LABELS[CallReason.OTHER],
    }
    status = 422 if form.has_errors else 200
    return render(request, "review/call.html", context, status=status)


def _numbers(
    request: UserRequest, file: CaseFile, phones: list[CitizenPhone], why: str
) -> HttpResponse:
    context = {
        "file": file,
        "case": file.case,
        "phones": phones,
        "why": _("Why: %(reason)s") % {"reason": why},
        "outcomes": OUTCOMES,
        "note_form": NoteForm(),
    }
    return render(request, "review/call_numbers.html", context)
