"""Views to follow a correction by its reference, without signing in."""

from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts import access
from accounts.sign_in import devices
from accounts.sign_in.devices import device_of
from accounts.throttled import too_many
from corrections import history, stalled
from corrections.models import Correction
from corrections.reference import read_reference
from portal import following
from portal.forms.follow import FollowForm
from vaxreg import db_time
from vaxreg.addresses import client_address

# Session key: random ids of the cases that this browser may follow.
FOLLOWED = "portal.followed"
SHOWN_FOR = timedelta(hours=1)
MOST_AT_ONCE = 10


@login_not_required
@sensitive_post_parameters("digits")
@require_http_methods(["GET", "POST"])
def follow(request: HttpRequest) -> HttpResponse:
    """Ask for reference and phone digits; an unknown reference and wrong digits get one answer."""
    named = read_reference(request.GET.get("ref", "")) or ""
    if named and _is_ones_own(request, named):
        return redirect("correction", named)
    sent = request.POST if request.method == "POST" else None
    form = FollowForm(sent, initial={"reference": named})
    asked_for = form.cleaned_data["reference"] if form.is_valid() else named
    own = _of_own_phone(request, asked_for)
    if own:
        return redirect("followed", _allow(request, own))
    if form.is_valid():
        found = following.look_up(
            **form.cleaned_data, address=client_address(request), device=device_of(request)
        )
        if not found.verdict.allowed:
            return too_many(
                request,
                found.verdict.retry_at,
                again="follow",
                template="portal/follow/too_many.html",
                back=f"{reverse('follow')}?{urlencode({'ref': asked_for})}",
            )
        if found.case:
            response = redirect("followed", _allow(request, found.case))
            devices.remember(request, response, asked_for)
            return response
        form.add_error(None, _("Nothing is found under this code and these digits. Check both."))
    status = 422 if form.has_errors else 200
    return render(request, "portal/follow/ask.html", {"form": form}, status=status)


@login_not_required
@require_http_methods(["GET", "POST"])
def followed(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Show the state of a correction for one hour after it was found; POST ends it at once."""
    case = _allowed(request, public_id)
    if request.method == "POST":
        _end(request, public_id)
        return redirect("follow")
    if case is None:
        messages.info(request, _("For your safety the page was closed. Enter the code once more."))
        return redirect("follow")
    lines = following.lines(case)
    context = {
        "case": case,
        "public_id": public_id,
        "standing": following.status_sentence(case),
        "stalled": stalled.notice(case),
        "lines": lines,
        "told": history.told_last(lines),
        "now": db_time.now(),
    }
    return render(request, "portal/follow/case.html", context)


def _is_ones_own(request: HttpRequest, reference: str) -> bool:
    if not (request.user.is_authenticated and access.is_citizen_session(request)):
        return False
    return Correction.objects.of_own_records(request.user).filter(reference=reference).exists()


def _of_own_phone(request: HttpRequest, reference: str) -> Correction | None:
    if not (reference and request.user.is_authenticated and access.is_citizen_session(request)):
        return None
    return following.of_phone(reference, request.user)


def _allow(request: HttpRequest, case: Correction) -> str:
    """Store in the session that this case may be read; return its random id."""
    key = str(uuid4())
    until = (db_time.now() + SHOWN_FOR).isoformat()
    entries = [*request.session.get(FOLLOWED, {}).items(), (key, [case.pk, until])]
    request.session[FOLLOWED] = dict(entries[-MOST_AT_ONCE:])
    return key


def _allowed(request: HttpRequest, public_id: UUID) -> Correction | None:
    pk, until = request.session.get(FOLLOWED, {}).get(str(public_id), (None, None))
    if pk is None or db_time.now() >= datetime.fromisoformat(until):
        return None
    return Correction.objects.select_related("holder").filter(pk=pk).first()


def _end(request: HttpRequest, public_id: UUID) -> None:
    entries = request.session.get(FOLLOWED, {})
    if entries.pop(str(public_id), None):
        request.session[FOLLOWED] = entries
