"""View that gives a missing dose, which stood under another name, to the person of the case."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts.decorators import staff_page
from accounts.http import UserRequest
from corrections import actions
from corrections.models import Correction
from review import case_file, found
from review.forms.steps import GiveForm
from review.views import case as pages
from review.views.next_case import next_case


@staff_page
@require_http_methods(["GET", "HEAD", "POST"])
def give(request: UserRequest, reference: str, public_id: UUID) -> HttpResponse:
    """Show both records and what moves; POST moves the dose, or puts it before a second person."""
    file = case_file.case_file_of(pages.open_case(request.user, reference), request.user)
    if file.not_yours or file.not_verified:
        raise PermissionDenied(file.not_yours or file.not_verified)
    if not file.may_decide and request.method != "POST":
        return redirect("case", reference)
    one = found.chosen(file.case, request.user, str(public_id))
    form = GiveForm(
        request.POST if request.method == "POST" else None,
        initial={
            "version": file.case.version,
            "revision": one.dose.revision if one else None,
        },
    )
    if form.is_valid():
        try:
            decided = actions.decide(
                "give",
                file.case,
                by=request.user,
                version=pages.version_of(request),
                dose=str(public_id),
                revision=form.cleaned_data["revision"],
                remark=form.cleaned_data["remark"],
            )
        except ValidationError as problem:
            messages.error(request, " ".join(problem.messages))
            return redirect("case", reference)
        except pages.TOO_LATE as problem:
            return pages.too_late(request, reference, problem)
        if isinstance(decided, Correction):
            messages.success(request, pages.decided_notice(decided))
        return next_case(request)
    if one is None:
        raise Http404
    context = {"file": file, "case": file.case, "one": one, "form": form}
    return render(
        request, "review/found_confirm.html", context, status=422 if form.has_errors else 200
    )
