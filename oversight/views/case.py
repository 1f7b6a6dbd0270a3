"""The health officers' page of a case, and helpers for their other views."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from accounts.http import UserRequest
from accounts.models import User
from citizens.models import RecordVisit
from corrections import access
from corrections.models import Correction
from corrections.visits import log_case
from organizations.pages import officer_page
from organizations.scope import Scope
from oversight import case_acts
from review import case_file
from review.case_file import CaseFile
from review.forms.steps import HandBackForm, NoteForm


@officer_page
@require_safe
def case(request: UserRequest, scope: Scope, reference: str) -> HttpResponse:
    """Show a case as its site sees it, read-only, with the officer's possible acts."""
    correction = case_in_reach(request.user, reference)
    return show(request, case_file.case_file_of(correction, request.user))


def show(
    request: UserRequest,
    file: CaseFile,
    *,
    status: int = 200,
    note_form: NoteForm | None = None,
    back_form: HandBackForm | None = None,
) -> HttpResponse:
    """Render the officers' case page; forms that are not passed are new ones."""
    context = {
        "case": file.case,
        "file": file,
        "acts": case_acts.acts(request.user, file.case),
        "note_form": note_form or NoteForm(),
        "back_form": back_form or HandBackForm(),
        "summary_of": note_form or back_form or NoteForm(),
    }
    return render(request, "oversight/case.html", context, status=status)


def case_in_reach(user: User, reference: str) -> Correction:
    """Return a case held within the officer's sub-trees, and log that they read it; else 404."""
    overseen = Correction.objects.visible_to(user).filter(access.overseen_by(user))
    related = ("citizen__area", "holder", "filing__filed_by", "dose__vaccine", "dose__organization")
    people = ("reviewer", "decided_by", "first_by")
    case = get_object_or_404(
        overseen.select_related(*related, *people, "named_site", "named_area"),
        reference=reference.upper(),
    )
    desk = case_acts.desk_of(user, case)
    log_case(user, case, RecordVisit.Why.OVERSIGHT, desk)
    return case
