"""Views of the hotline: search, check of the caller, and the caller's page."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from accounts.decorators import staff_page
from accounts.http import UserRequest
from accounts.throttled import too_many
from citizens.access import is_own_or_family, is_restricted
from citizens.actions import IdNumberOnRecord, NameOnRecord
from citizens.models import Citizen, RecordVisit
from citizens.visits import log_listed, log_visit
from corrections import access
from hotline import callbacks, calls, message_log, search
from hotline.forms import CallerForm, NewRecordForm, SearchForm, focused
from hotline.models import CallerCheck
from hotline.search import Found, SearchTooShort, TooManySearches
from vaxreg import db_time
from vaxreg.uuids import uuid_or_none

P = ParamSpec("P")
# Session keys: ids of the records that the last search found, and the id of the running call.
FOUND = "hotline.found"
CALL = "hotline.call"
CallView = Callable[Concatenate[UserRequest, CallerCheck, P], HttpResponse]


def agent_page(
    view: Callable[Concatenate[UserRequest, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Allow only agents of the national hotline."""

    @wraps(view)
    def page(request: UserRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if access.hotline_of(request.user) is None:
            raise PermissionDenied(
                _("These pages are for agents of the hotline. Your account has no such role.")
            )
        return view(request, *args, **kwargs)

    return staff_page(page)


def call_page(view: CallView[P]) -> Callable[Concatenate[HttpRequest, UUID, P], HttpResponseBase]:
    """Allow only during a call: 30 minutes after a passed check, in the same session."""

    @wraps(view)
    def page(
        request: UserRequest, /, public_id: UUID, *args: P.args, **kwargs: P.kwargs
    ) -> HttpResponse:
        in_session = request.session.get(CALL) == str(public_id)
        call = search.running_call(request.user, public_id) if in_session else None
        if call is None:
            messages.info(request, _("This call has ended. Ask the caller again who they are."))
            return redirect("hotline")
        _log_visit(request, call.citizen, RecordVisit.Ground.CALL)
        return view(request, call, *args, **kwargs)

    return agent_page(page)  # type: ignore[return-value]


@agent_page
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def desk(request: UserRequest) -> HttpResponse:
    """Show the search field and the last results: masked, and nothing of them in the address."""
    form = SearchForm(request.POST) if request.method == "POST" else focused(SearchForm())
    if form.is_valid():
        try:
            result = search.search(form.cleaned_data["typed"], by=request.user)
        except TooManySearches as stop:
            return too_many(
                request, stop.retry_at, again="hotline", template="hotline/too_many.html"
            )
        except SearchTooShort:
            form.add_error(
                "typed", _("Type more of it: the family name too, or 4 digits at least.")
            )
        else:
            request.session[FOUND] = [result.citizens, result.has_more, result.reference]
            return redirect("hotline")
    found = Found(*request.session[FOUND]) if FOUND in request.session else None
    if found:
        log_listed(request.user, found.citizens)
    context = {
        "form": form,
        "found": found,
        "people": search.people(found.citizens) if found else [],
        "call": _running_call(request),
        "to_call": callbacks.due_count(),
    }
    return render(request, "hotline/desk.html", context, status=422 if form.has_errors else 200)


@agent_page
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def check(request: UserRequest, public_id: UUID) -> HttpResponse:
    """Ask the caller for two facts; the page says only whether the check was passed."""
    keys = request.session[FOUND][0] if FOUND in request.session else []
    citizen = search.found_record(keys, public_id)
    if citizen is None:
        raise Http404
    if is_own_or_family(request.user, citizen):
        raise PermissionDenied(
            _("This is your own record or your family’s. A colleague must help.")
        )
    _log_visit(request, citizen, RecordVisit.Ground.NO_CALL)
    form = CallerForm(request.POST) if request.method == "POST" else focused(CallerForm())
    if form.is_valid():
        try:
            call = search.check_caller(citizen, form.cleaned_data, by=request.user)
        except TooManySearches as stop:
            return too_many(
                request, stop.retry_at, again="hotline", template="hotline/too_many.html"
            )
        if call.passed:
            return _begin(request, call)
        form = CallerForm.not_enough()
    context = {"form": form, "person": search.masked(citizen)}
    return render(request, "hotline/check.html", context, status=422 if form.has_errors else 200)


@agent_page
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def new_record(request: UserRequest) -> HttpResponse:
    """Create a record for a caller who has none, then continue with filing the missing dose."""
    if "areas" in request.POST:
        form = NewRecordForm(initial=request.POST.dict())
        return render(request, "hotline/new_record.html", {"form": form})
    form = NewRecordForm(request.POST) if request.method == "POST" else focused(NewRecordForm())
    is_namesake = False
    if form.is_valid():
        try:
            call = calls.start_record(by=request.user, said=form.cleaned_data)
        except IdNumberOnRecord:
            form.add_error("id_number", _("A record has this ID number: search for it."))
        except NameOnRecord:
            is_namesake = True
            form.add_error(
                "is_somebody_else",
                _(
                    "A record has this name and date of birth. Search for it first; tick this if it is another person."
                ),
            )
        except ValidationError as wrong:
            form.add_error(None, wrong.messages)
        else:
            request.session[CALL] = str(call.public_id)
            return redirect("hotline-file", call.public_id)
    context = {"form": form, "is_namesake": is_namesake or "is_somebody_else" in request.POST}
    return render(
        request, "hotline/new_record.html", context, status=422 if form.has_errors else 200
    )


@call_page
@require_http_methods(["GET", "HEAD"])
def caller(request: UserRequest, call: CallerCheck) -> HttpResponse:
    """Show the cases as text to read out, the record, and the possible steps."""
    context = {
        "call": call,
        "person": search.masked(call.citizen),
        "until": call.at + search.CALL_TIME,
        "cases": calls.cases(call, request.user),
        "doses": calls.doses(call.citizen),
        "messages_sent": message_log.of_caller(call, request.user),
        "waiting": calls.waiting_links(call.citizen),
        "is_restricted": is_restricted(call.citizen),
        "now": db_time.now(),
    }
    return render(request, "hotline/caller.html", context)


@agent_page
@require_POST
def end(request: UserRequest) -> HttpResponse:
    """End the call: the caller's page closes, and the search results are deleted."""
    for name in (CALL, FOUND):
        request.session.pop(name, None)
    messages.success(request, _("The call has ended. Nothing of it is left on this screen."))
    return redirect("hotline")


def _log_visit(request: UserRequest, citizen: Citizen, ground: str) -> None:
    hotline = access.hotline_of(request.user)
    log_visit(request.user, citizen, RecordVisit.Why.HOTLINE, organization=hotline, ground=ground)


def _begin(request: UserRequest, call: CallerCheck) -> HttpResponse:
    request.session[CALL] = str(call.public_id)
    return redirect("hotline-caller", call.public_id)


def _running_call(request: UserRequest) -> CallerCheck | None:
    call = uuid_or_none(request.session.get(CALL))
    return search.running_call(request.user, call) if call else None
