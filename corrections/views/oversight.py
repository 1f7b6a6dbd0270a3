"""What the pages of health officers share, and their page of a case."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.decorators import staff_page
from accounts.http import UserRequest
from accounts.models import User
from citizens.actions import log_visit
from citizens.models import RecordVisit
from corrections import access, casefile, oversight
from corrections.casefile import CaseFile
from corrections.forms.steps import HandBackForm, NoteForm
from corrections.models import Correction
from corrections.scope import Scope, scope_of
from organizations.models import Membership, Organization

P = ParamSpec("P")


def officer_page(
    view: Callable[Concatenate[UserRequest, Scope, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Only for health officers: the view is given what they oversee."""

    @wraps(view)
    def page(request: UserRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        scope = scope_of(request.user)
        if scope is None:
            raise PermissionDenied(
                _("These pages are for health officers. Your account has no such role.")
            )
        return view(request, scope, *args, **kwargs)

    return staff_page(cast("Callable[Concatenate[UserRequest, P], HttpResponse]", page))


@officer_page
@require_safe
def case(request: UserRequest, scope: Scope, reference: str) -> HttpResponse:
    """Show a case as its site sees it, read-only, with what an officer may do about it."""
    correction = case_in_reach(request.user, reference)
    log_visit(
        request.user,
        correction.citizen,
        RecordVisit.Why.OVERSIGHT,
        organization=oversight.desk_of(request.user, correction),
    )
    return show(request, casefile.of(correction, request.user))


def show(
    request: UserRequest,
    file: CaseFile,
    *,
    status: int = 200,
    note_form: NoteForm | None = None,
    back_form: HandBackForm | None = None,
) -> HttpResponse:
    """Answer with the case page from above; the forms that were not sent are fresh ones."""
    context = {
        "case": file.case,
        "file": file,
        "acts": oversight.acts(request.user, file.case),
        "note_form": note_form or NoteForm(),
        "back_form": back_form or HandBackForm(),
        "summary_of": note_form or back_form or NoteForm(),
    }
    return render(request, "oversight/case.html", context, status=status)


def places(scope: Scope) -> str:
    """Return whose report this is."""
    return ", ".join(top.name for top in scope.tops)


def narrowed(request: UserRequest, scope: Scope) -> tuple[Scope, Organization | None]:
    """Return the part of one's area that ?under= names; outside of one's area there is nothing."""
    wanted = request.GET.get("under")
    if not wanted:
        return scope, None
    try:
        public_id = UUID(wanted)
    except ValueError:
        raise Http404 from None
    under = organization_in_reach(request.user, public_id)
    return Scope((under,)), under


def organization_in_reach(user: User, public_id: UUID) -> Organization:
    """Return an organization within the officer's sub-trees, or answer 404."""
    reach = Organization.objects.within_reach(user, Membership.Role.OFFICER)
    return get_object_or_404(reach.select_related("area", "part_of"), public_id=public_id)


def case_in_reach(user: User, reference: str) -> Correction:
    """Return a case that lies on a desk within the officer's sub-trees, or answer 404."""
    overseen = Correction.objects.visible_to(user).filter(access.overseen_by(user))
    related = ("citizen__area", "holder", "filing__filed_by", "dose__vaccine", "dose__organization")
    people = ("reviewer", "decided_by", "first_by")
    return get_object_or_404(
        overseen.select_related(*related, *people, "named_site", "named_area"),
        reference=reference.upper(),
    )


def with_query(url: str, under: Organization | None = None, **parameters: str) -> str:
    """Return the address with its parameters, the narrowed area included."""
    query = {**parameters, **({"under": str(under.public_id)} if under else {})}
    return f"{url}?{urlencode(query)}" if query else url
