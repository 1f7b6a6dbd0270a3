"""A citizen's requests about their data: to restrict its use, or to object."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.decorators import citizen_page
from accounts.http import UserRequest
from citizens.access import records_of
from own_data import collecting, requests
from own_data.forms import RequestForm
from own_data.models import DataRequest
from vaxreg import db_time
from vaxreg.uuids import with_public_id


@citizen_page
@require_http_methods(["GET", "HEAD", "POST"])
def my_requests(request: UserRequest) -> HttpResponse:
    """List the requests about the records that the user may open; POST files a new one."""
    records = collecting.records_of(request.user)
    first = str(records[0].citizen.public_id) if records else ""
    sent = request.POST if request.method == "POST" else None
    form = RequestForm(sent, records=records, initial={"record": first})
    if form.is_valid():
        said = form.cleaned_data
        try:
            requests.file(
                form.of[said["record"]],
                kind=said["kind"],
                what=said["what"],
                why=said["why"],
                by=request.user,
            )
        except ValidationError as wrong:
            form.add_error(None, wrong)
        else:
            messages.success(request, _("Your request is recorded. Below you see until when."))
            return redirect("my-requests")
    made = DataRequest.objects.of_own_records(request.user)
    context = {
        "form": form,
        "records": records,
        "requests": made.select_related("citizen__merged_into", "holder"),
        "restricted": records_of(request.user).restricted(),
        "now": db_time.now(),
    }
    status = 422 if form.has_errors else 200
    return render(request, "own_data/my_requests.html", context, status=status)


@citizen_page
@require_POST
def end_restriction(request: UserRequest) -> HttpResponse:
    """Let the record with the id in `record` be used as before."""
    citizen = with_public_id(records_of(request.user), request.POST.get("record", "")).first()
    if citizen is None:
        raise Http404
    requests.end_restriction(citizen, by=request.user)
    messages.success(request, _("Ended. The record is used as before."))
    return redirect("my-requests")
