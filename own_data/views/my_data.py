"""The page of one's own data: what is held, a copy of it, and the ways to restrict or close."""

from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts import access
from accounts.decorators import citizen_page
from accounts.http import UserRequest
from accounts.models import SessionKind
from accounts.throttled import too_many
from own_data import collecting, downloads
from own_data.downloads import TooManyDownloads
from own_data.forms import DownloadForm
from own_data.models import Download
from vaxreg import db_time

CONTENT_TYPES = {Download.Form.JSON: "application/json", Download.Form.PDF: "application/pdf"}


def account_section(request: UserRequest) -> dict[str, Any] | None:
    """Return the part of the account page that leads here; None for staff."""
    if access.session_kind(request) != SessionKind.CITIZEN:
        return None
    return {"template": "own_data/account_section.html"}


@citizen_page
@require_http_methods(["GET", "HEAD", "POST"])
def my_data(request: UserRequest) -> HttpResponse:
    """Show what may be done with one's data; POST sends a copy of the chosen records as a file."""
    records = collecting.records_of(request.user)
    own = [str(one.citizen.public_id) for one in records if one.is_own]
    sent = request.POST if request.method == "POST" else None
    initial = {"records": own, "form": Download.Form.PDF}
    form = DownloadForm(sent, records=records, initial=initial)
    if form.is_valid():
        wanted = form.cleaned_data["form"]
        try:
            content = downloads.take(request.user, form.chosen, wanted)
        except TooManyDownloads as refused:
            return too_many(request, refused.retry_at, again="my-data")
        day = timezone.localdate(db_time.now()).isoformat()
        headers = {
            # Its name says nothing about anybody.
            "Content-Disposition": f'attachment; filename="so-tiem-{day}.{wanted}"',
            "Cache-Control": "no-store",
        }
        return HttpResponse(content, content_type=CONTENT_TYPES[wanted], headers=headers)
    status = 422 if form.has_errors else 200
    context = {
        "form": form,
        "records": records,
        "photos_kept_days": settings.PHOTOS_KEPT_DAYS,
    }
    return render(request, "own_data/my_data.html", context, status=status)
