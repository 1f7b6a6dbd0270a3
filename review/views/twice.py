"""Pages of doses that may stand on a record twice: the list, and two doses side by side."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.decorators import staff_page
from accounts.http import UserRequest
from review.models import DoseChange, DosePair
from review.twice import deciding, pairs, reading
from review.twice.forms import AgainForm, PairForm
from review.twice.reading import PairPage


@staff_page
@require_safe
def twice_page(request: UserRequest) -> HttpResponse:
    """List the pairs to decide, 25 per page; ?tab=unsure those left to the health district."""
    tab = request.GET.get("tab", "")
    is_unsure = tab == "unsure"
    page = pairs.page(pairs.waiting_for(request.user, unsure=is_unsure), request.GET)
    context = {
        "is_unsure": is_unsure,
        "page": page,
        "rows": reading.listed(page, request.user),
        "decided": pairs.decided(request.user) if page.is_first else [],
        "days": pairs.DECIDED_SHOWN.days,
    }
    return render(request, "review/twice/list.html", context)


@staff_page
@require_http_methods(["GET", "HEAD", "POST"])
def pair_page(request: UserRequest, public_id: UUID) -> HttpResponse:
    """Show both doses side by side; POST decides, by the name of the button."""
    found = (
        pairs.visible_to(request.user).filter(public_id=public_id).select_related("citizen").first()
    )
    if found is None:
        raise Http404
    shown = reading.opened(request.user, found)
    sent = request.POST if request.method == "POST" else None
    is_again = "again" in request.POST
    form = PairForm(
        None if is_again else sent,
        choices=shown.choices,
        seen=deciding.version_of(found),
        missing=shown.missing,
    )
    again = AgainForm(sent if is_again else None)
    if sent is not None:
        try:
            if _decide(request, shown, again if is_again else form):
                return redirect("twice-pair", found.public_id)
        except (deciding.Stale, deciding.PeopleFirst) as late:
            messages.info(request, _late(late))
            return redirect("twice-pair", found.public_id)
        except ValidationError as wrong:
            (again if is_again else form).add_error(None, wrong.messages)
    context = {
        "shown": shown,
        "pair": found,
        "form": form,
        "again": again,
        "is_open": found.state == DosePair.State.OPEN,
        "state": found.get_state_display(),
    }
    status = 422 if form.has_errors or again.has_errors else 200
    return render(request, "review/twice/pair.html", context, status=status)


def _decide(request: UserRequest, shown: PairPage, form: PairForm | AgainForm) -> bool:
    """Do what the pressed button says; False for a form that has to be shown again."""
    pair, user = shown.pair, request.user
    if "confirm" in request.POST:
        deciding.confirm(pair, by=user)
        messages.success(request, _("Confirmed. The record has it now; the person is told."))
        return True
    if "decline" in request.POST:
        deciding.decline(pair, by=user)
        messages.success(request, _("Taken back. The dose stays as it is on record."))
        return True
    if not form.is_valid():
        return False
    data = form.cleaned_data
    if isinstance(form, AgainForm):
        deciding.take_back(pair, by=user, why=data["why"])
        messages.success(request, _("The dose counts again; the person is told."))
    elif "double" in request.POST:
        change = deciding.double(
            pair,
            keep=int(data["keep"]),
            by=user,
            why=data["why"],
            seen=data["seen"],
            takes_over=bool(data.get("takes_over")),
        )
        _say_what_became(request, change)
    elif "both" in request.POST:
        deciding.both_given(pair, by=user, why=data["why"], seen=data["seen"])
        messages.success(
            request, _("Noted: both were given. The pair waits no more until one of them changes.")
        )
    else:
        deciding.not_sure(pair, by=user, why=data["why"], seen=data["seen"])
        messages.success(request, _("Left to the health district."))
    return True


def _say_what_became(request: UserRequest, change: DoseChange) -> None:
    if change.state == DoseChange.State.APPLIED:
        messages.success(
            request, _("One dose now. The other one stays in the history; the person is told.")
        )
    else:
        messages.info(
            request,
            _("Kept. It counts when %(site)s has confirmed it.")
            % {"site": change.organization.name},
        )


def _late(late: Exception) -> str:
    if isinstance(late, deciding.PeopleFirst):
        return _("The person may have a second record. Decide that first.")
    return _("The pair has changed in the meantime. Nothing was stored.")
