"""The page of a paper that somebody shows at the counter: an old card or a passport is proven."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts.decorators import staff_page
from accounts.http import UserRequest
from accounts.throttled import too_many
from citizens.looking import gate
from citizens.masking import mask_name
from citizens.models import Citizen
from review import looking, openings
from review.forms.papers import PaperSeenForm
from review.views.openings import COLLEAGUE


@staff_page
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def paper_seen(request: UserRequest) -> HttpResponse:
    """Take a paper; then show whose record it is, to be compared with it; then store it."""
    token = request.POST.get("people", "") or request.GET.get("people", "")
    known = _known(request, token)
    data = request.POST if request.method == "POST" and "edit" not in request.POST else None
    initial = {**request.POST.dict(), "people": token}
    form = PaperSeenForm(data, is_known=known is not None, initial=initial)
    if form.is_valid():
        try:
            person = known or _found(request, form.cleaned_data["typed"])
        except looking.TooManySearches as stop:
            return too_many(
                request, stop.retry_at, again="openings", template="review/looking/too_many.html"
            )
        if person is None:
            form.add_error("typed", _("No record with a dose from here has this number."))
        elif "confirmed" not in request.POST:
            openings.log_at_counter(person, by=request.user)
            context = {"form": form, "person": person}
            return render(request, "review/paper_compare.html", context)
        elif _stored(request, form, person):
            return redirect("openings")
    context = {"form": form, "person": mask_name(known.full_name) if known else ""}
    status = 422 if form.has_errors else 200
    return render(request, "review/paper.html", context, status=status)


def _stored(request: UserRequest, form: PaperSeenForm, person: Citizen) -> bool:
    """Prove the paper; False when it is not possible: the form has the errors."""
    said = {name: form.cleaned_data[name] for name in ("country", "valid_from", "valid_until")}
    number, paper = form.cleaned_data["number"], form.cleaned_data["paper"]
    try:
        openings.prove_paper(person, number, paper=paper, by=request.user, **said)
    except PermissionDenied:
        raise PermissionDenied(COLLEAGUE) from None
    except ValidationError as wrong:
        form.add_error(None, wrong)
        return False
    words = _("The paper is on the record of %(name)s, as proven. The person was told.")
    messages.success(request, words % {"name": mask_name(person.full_name)})
    return True


def _known(request: UserRequest, token: str) -> Citizen | None:
    """Return the person whom a page of the counter named, if the desks of the reader see them."""
    people = gate.citizens_of(request.user, token) if token else []
    return openings.seen_at_desks_of(request.user, people[0]) if len(people) == 1 else None


def _found(request: UserRequest, typed: str) -> Citizen | None:
    person = looking.find_person(typed, by=request.user)
    return openings.seen_at_desks_of(request.user, person.pk) if person else None
