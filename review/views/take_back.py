"""View that takes a decision of the last half minute back."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from accounts.decorators import staff_page
from accounts.http import UserRequest
from corrections import actions
from corrections.actions import NotToBeTakenBack
from corrections.models import Correction, DelayedDecision
from review.waiting_decisions import latest_decision
from vaxreg import ui


@staff_page
def take_back(request: UserRequest, reference: str) -> HttpResponse:
    """POST takes back one's own decision, and opens the case again as it was typed."""
    row = latest_decision(request.user, reference)
    if row is None:
        raise Http404
    case = row.correction
    if request.method == "POST":
        try:
            actions.take_back(case, by=request.user)
        except NotToBeTakenBack:
            messages.warning(request, _too_late(row))
        else:
            messages.success(
                request,
                _("%(reference)s: your decision is taken back. Nothing changed, nobody was told.")
                % {"reference": reference},
            )
    on_desk = Correction.objects.on_desks_of(request.user).filter(pk=case.pk).exists()
    return redirect("case" if on_desk else "oversight-case", reference)


def _too_late(row: DelayedDecision) -> str:
    values = {
        "reference": row.correction.reference,
        "time": ui.time(row.ended_at or row.carry_out_at),
    }
    if row.end == DelayedDecision.End.TAKEN_BACK:
        return _("%(reference)s: your decision is taken back already.") % values
    return (
        _(
            "%(reference)s: too late to take it back, it counts since %(time)s. If it was wrong, write"
            " a note on the case and tell your lead; the citizen can have it opened again."
        )
        % values
    )
