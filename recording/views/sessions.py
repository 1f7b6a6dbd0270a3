"""Pages of vaccination sessions: the list, a new one, closing, and the lots of the site."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.decorators import staff_page
from accounts.http import UserRequest
from doses import sessions as verbs
from doses.models import VaccinationSession
from organizations.models import Organization
from recording import access, sessions
from recording.forms.sessions import CloseForm, LotForm, SessionForm


@staff_page
@require_safe
def sessions_page(request: UserRequest) -> HttpResponse:
    """List the sessions of the user's sites, with what is still to be entered."""
    sites = _sites(request)
    names = " · ".join(site.name for site in sites)
    context = {"names": names, "rows": sessions.rows_of(request.user)}
    return render(request, "recording/sessions.html", context)


@staff_page
@require_http_methods(["GET", "HEAD", "POST"])
def new_session(request: UserRequest) -> HttpResponse:
    """Make a session; its desk opens at once."""
    lots = sessions.lots_to_use(request.user)
    form = SessionForm(
        request.POST if request.method == "POST" else None,
        sites=_sites(request),
        lots=lots,
        initial={"on": sessions.today()},
    )
    if request.method == "POST" and form.is_valid():
        try:
            made = verbs.plan(
                form.chosen_site,
                form.cleaned_data["on"],
                venue=form.cleaned_data["venue"],
                lots=form.chosen_lots,
                planned_doses=form.cleaned_data["planned_doses"],
                by=request.user,
            )
        except ValidationError as wrong:
            form.add_error(None, wrong)
        else:
            return redirect("recording-session", made.public_id)
    status = 422 if form.has_errors else 200
    return render(request, "recording/new_session.html", {"form": form}, status=status)


@staff_page
@require_http_methods(["GET", "HEAD", "POST"])
def close_session(request: UserRequest, public_id: UUID) -> HttpResponse:
    """Close a session with the site's own count, or call it off."""
    session = session_or_404(request, public_id)
    form = CloseForm(request.POST or None, initial={"given_doses": session.given_doses})
    if request.method == "POST":
        try:
            if "call_off" in request.POST:
                verbs.call_off(session)
                messages.success(request, _("The session is called off."))
                return redirect("recording")
            if form.is_valid():
                verbs.close(session, given_doses=form.cleaned_data["given_doses"])
                _say_what_is_missing(request, session)
                return redirect("recording")
        except verbs.SessionOver:
            messages.info(request, _("The session is over, or doses stand in it already."))
            return redirect("recording-session", session.public_id)
    context = {"form": form, "row": sessions.row_of(session)}
    status = 422 if form.has_errors else 200
    return render(request, "recording/close_session.html", context, status=status)


@staff_page
@require_http_methods(["GET", "HEAD", "POST"])
def lots_page(request: UserRequest) -> HttpResponse:
    """List the lots of the user's sites; POST puts one on the list."""
    form = LotForm(
        request.POST if request.method == "POST" else None,
        sites=_sites(request),
        initial={"received_on": sessions.today()},
    )
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            verbs.receive_lot(
                form.chosen_site,
                data["vaccine"],
                data["number"],
                received_on=data["received_on"],
                expires_on=data["expires_on"],
                doses=data["doses"],
                by=request.user,
            )
        except ValidationError as wrong:
            form.add_error(None, wrong.messages)
        else:
            messages.success(request, _("The lot is on the list."))
            return redirect("recording-lots")
    context = {"form": form, "lots": sessions.lots_to_use(request.user)}
    status = 422 if form.has_errors else 200
    return render(request, "recording/lots.html", context, status=status)


@staff_page
@require_POST
def withdraw_lot(request: UserRequest, lot: int) -> HttpResponse:
    """Take a lot off the list."""
    known = {one.pk: one for one in sessions.lots_to_use(request.user)}
    if lot not in known:
        raise Http404
    verbs.withdraw_lot(known[lot], by=request.user)
    messages.success(request, _("The lot is off the list. Doses keep the lot that they have."))
    return redirect("recording-lots")


def session_or_404(request: UserRequest, public_id: UUID) -> VaccinationSession:
    """Return a session of the user's sites. Raises Http404."""
    found = access.sessions_of(request.user).filter(public_id=public_id).first()
    if found is None:
        raise Http404
    return found


def _sites(request: UserRequest) -> list[Organization]:
    sites = list(access.sites_of(request.user))
    if not sites:
        raise PermissionDenied(
            _("Only the staff of a vaccination site record doses. Ask its lead to enter you.")
        )
    return sites


def _say_what_is_missing(request: UserRequest, session: VaccinationSession) -> None:
    session.refresh_from_db()
    missing = sessions.row_of(session).missing
    if not missing:
        messages.success(request, _("The session is closed. Every dose is entered."))
        return
    messages.info(
        request,
        ngettext(
            "The session is closed. %(count)d dose is still to be entered.",
            "The session is closed. %(count)d doses are still to be entered.",
            missing,
        )
        % {"count": missing},
    )
