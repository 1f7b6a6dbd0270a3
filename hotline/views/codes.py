"""View of an agent who reads out a one-time code to a caller to whom none comes."""

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods

from accounts.http import UserRequest
from accounts.throttled import too_many
from citizens.masking import mask_phone
from hotline import search, spoken_codes
from hotline.forms import SpokenCodeForm
from hotline.models import CallerCheck
from hotline.views.desk import call_page


@call_page
@sensitive_variables("spoken")
@require_http_methods(["GET", "HEAD", "POST"])
def code(request: UserRequest, call: CallerCheck) -> HttpResponse:
    """Ask with which number the caller signs in, and show a code for it once."""
    found = spoken_codes.phones(call.citizen) if call.beyond_card else []
    # The agent sees no whole number: the caller says with which one they sign in.
    numbers = {mask_phone(phone): phone for phone in reversed(found)}
    form = SpokenCodeForm(request.POST or None, masked=[*reversed(numbers)])
    spoken = None
    if request.method == "POST" and not numbers:
        raise PermissionDenied(
            _("Ask the caller anew about a dose or the phone on record: a card is not enough.")
        )
    if form.is_valid():
        try:
            spoken = spoken_codes.give(call, numbers[form.cleaned_data["number"]], by=request.user)
        except spoken_codes.TooManyCodes as stop:
            return too_many(
                request, stop.retry_at, again="hotline", template="hotline/too_many_codes.html"
            )
    context = {
        "form": form,
        "call": call,
        "person": search.masked(call.citizen),
        "numbers": numbers,
        "spoken": spoken,
        "number": mask_phone(spoken.phone) if spoken else "",
    }
    return render(request, "hotline/code.html", context, status=422 if form.has_errors else 200)
