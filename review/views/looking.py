"""Pages of a look outside of one's cases: say why; open one record in an emergency, and read it."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.decorators import staff_page
from accounts.http import UserRequest
from accounts.throttled import too_many
from citizens.documents import documents_of
from citizens.looking import break_glass, gate
from citizens.masking import mask_phone
from citizens.models import Citizen
from corrections.access import DESK_ROLES
from organizations.queries import held_roles
from review import looking
from review.forms.looking import BreakGlassForm, WhyForm
from vaxreg.addresses import own_path


@staff_page
@require_POST
def say_why(request: UserRequest) -> HttpResponse:
    """Store why the reader looks, and lead back to the page that asked."""
    form = WhyForm(request.POST)
    if not form.is_valid():
        return looking.why_page(request, form, status=422)
    people = gate.citizens_of(request.user, form.cleaned_data["people"])
    if not people:
        messages.info(request, _("That page was open for too long. Open the record again."))
        return redirect("landing")
    gate.say_why(request.user, people, form.cleaned_data["reason"])
    return redirect(own_path(form.cleaned_data["next"]) or "landing")


@staff_page
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def open_in_emergency(request: UserRequest) -> HttpResponse:
    """Open one record for 60 minutes, with a reason; the person and the supervisor are told."""
    if not any(one.role in DESK_ROLES for one in held_roles(request.user)):
        raise PermissionDenied(
            _("Only staff who work for an organization open a record in an emergency.")
        )
    token = request.POST.get("people", "") or request.GET.get("people", "")
    known = _known(request, token)
    data = request.POST if request.method == "POST" else None
    form = BreakGlassForm(data, is_known=known is not None, initial={"people": token})
    if form.is_valid():
        try:
            person = known or looking.find_person(form.cleaned_data["typed"], by=request.user)
            if person is not None:
                glass = break_glass.open_record(
                    person, reason=form.cleaned_data["reason"], by=request.user
                )
                return redirect("emergency", glass.public_id)
        except looking.TooManySearches as stop:
            return _too_many(request, stop)
        except break_glass.TooMany as stop:
            return _too_many(request, stop)
        except break_glass.OwnFamily:
            raise PermissionDenied(
                _("This is your own record or your family’s. A colleague must help.")
            ) from None
        except PermissionDenied:
            raise PermissionDenied(
                _(
                    "Nobody has verified who you are: only then may you open a record in an emergency."
                )
            ) from None
        form.add_error("typed", _("No record has this number or reference. Check each digit."))
    context = {"form": form, "is_known": known is not None}
    status = 422 if form.has_errors else 200
    return render(request, "review/looking/emergency.html", context, status=status)


@staff_page
@require_safe
def emergency(request: UserRequest, public_id: UUID) -> HttpResponse:
    """Show the record that the reader has opened in an emergency, until its 60 minutes are over."""
    glass = break_glass.opened_by(request.user, public_id)
    if glass is None:
        raise Http404
    if break_glass.has_ended(glass):
        messages.info(
            request, _("The 60 minutes are over: the record is closed again. You may ask anew.")
        )
        return redirect("open-in-emergency")
    break_glass.log_look(glass)
    record = glass.citizen.kept
    context = {
        "glass": glass,
        "person": record,
        "documents": [one for one in documents_of(record) if one.withdrawn_at is None],
        "phone": mask_phone(record.phone),
        "doses": looking.doses_of(record),
    }
    return render(request, "review/looking/record.html", context)


def _known(request: UserRequest, token: str) -> Citizen | None:
    """Return the one person whom a refused page was about."""
    people = gate.citizens_of(request.user, token) if token else []
    if len(people) != 1:
        return None
    return looking.person(people[0])


def _too_many(
    request: UserRequest, stop: looking.TooManySearches | break_glass.TooMany
) -> HttpResponse:
    return too_many(
        request, stop.retry_at, again="open-in-emergency", template="review/looking/too_many.html"
    )
