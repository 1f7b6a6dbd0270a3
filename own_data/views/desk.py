"""The officers' pages of requests about personal data: what is due, one request, and the steps."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.http import UserRequest
from citizens.masking import mask_name
from citizens.models import RecordVisit
from citizens.visits import log_listed, log_visit
from organizations.pages import officer_page, places
from organizations.scope import Scope
from own_data import requests
from own_data.forms import AnswerForm, CompleteForm, ExtendForm
from own_data.models import DataRequest
from own_data.requests import NotPossible
from vaxreg import db_time
from vaxreg.forms import Form

MOST_SHOWN = 100
FORMS: dict[str, type[Form]] = {
    "answer": AnswerForm,
    "extend": ExtendForm,
    "complete": CompleteForm,
}


@officer_page
@require_safe
def data_requests(request: UserRequest, scope: Scope) -> HttpResponse:
    """List what is to be answered or carried out, the most urgent first, and what was done last."""
    seen = DataRequest.objects.visible_to(request.user).select_related("citizen", "holder")
    due = list(seen.unfinished().by_urgency()[:MOST_SHOWN])
    done = list(seen.exclude(pk__in=seen.unfinished().values("pk"))[:20])
    log_listed(request.user, (one.citizen_id for one in (*due, *done)))
    context = {
        "due": [(one, mask_name(one.citizen.full_name)) for one in due],
        "done": [(one, mask_name(one.citizen.full_name)) for one in done],
        "places": places(scope),
        "now": db_time.now(),
    }
    return render(request, "own_data/data_requests.html", context)


@officer_page
@require_http_methods(["GET", "HEAD", "POST"])
def data_request(request: UserRequest, scope: Scope, public_id: UUID) -> HttpResponse:
    """Show one request; POST takes the step that the button names."""
    seen = DataRequest.objects.visible_to(request.user)
    one = get_object_or_404(
        seen.select_related("citizen__merged_into", "citizen__area", "holder"), public_id=public_id
    )
    step = next((name for name in FORMS if name in request.POST), "")
    form = FORMS[step](request.POST) if step else None
    if form is not None and form.is_valid():
        try:
            _take(step, one, form.cleaned_data, request)
        except ValidationError as wrong:
            form.add_error(None, wrong)
        except NotPossible:
            messages.info(request, _("A colleague was faster: this is how it stands now."))
            return redirect("data-request", public_id)
        except PermissionDenied:
            raise PermissionDenied(
                _(
                    "A health officer with a verified identity must do this; nobody decides about their own"
                    " family."
                )
            ) from None
        else:
            messages.success(request, _("Stored. The person reads it with the request."))
            return redirect("data-request", public_id)
    log_visit(
        request.user,
        one.citizen,
        RecordVisit.Why.OVERSIGHT,
        organization=one.holder,
        ground=RecordVisit.Ground.COUNTER,
        seen=RecordVisit.Seen.REQUEST,
    )
    context = {
        "one": one,
        "now": db_time.now(),
        **{name: form if step == name else made() for name, made in FORMS.items()},
    }
    status = 422 if form is not None and form.has_errors else 200
    return render(request, "own_data/data_request.html", context, status=status)


def _take(step: str, one: DataRequest, said: dict[str, Any], request: UserRequest) -> None:
    by = request.user
    if step == "answer":
        requests.answer(one, accepted=said["outcome"] == "accept", words=said["words"], by=by)
    elif step == "extend":
        requests.extend(one, reason=said["reason"], by=by)
    else:
        requests.complete(one, result=said["result"], by=by)
