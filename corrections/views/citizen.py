"""The citizen's pages: one's record, opening and starting it, one's corrections."""

import math
from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from accounts.decorators import citizen_page
from accounts.http import UserRequest
from citizens import actions as citizen_actions
from citizens.actions import HasOwnRecord, IdNumberOnRecord, NoMatch, TooManyTries
from citizens.models import RecordLink, RecordVisit
from corrections import facts, paging, records
from corrections.forms.record import AreaForm, OpenRecordForm, StartRecordForm
from corrections.models import Correction
from corrections.records import Person
from vaxreg import clock

PAGE_SIZE = 20
# In the session: whose records were opened since the sign-in.
VISITED = "corrections.visited"
Relation = RecordLink.Relation


@citizen_page
@require_safe
def record(request: UserRequest) -> HttpResponse:
    """Show the doses of one's own record or of somebody in one's care."""
    people = records.people(request.user)
    if not people:
        return render(request, "citizen/no_record.html")
    person = _chosen(people, request.GET.get("person", ""))
    _note_visit(request, person)
    context = {"people": people, "person": person, "cards": records.cards(person.citizen)}
    return render(request, "citizen/record.html", context)


@citizen_page
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def open_record(request: UserRequest) -> HttpResponse:
    """Ask for the second fact. The answer says nothing about what is known under the phone."""
    relation = _relation(request)
    form = OpenRecordForm(_sent(request))
    if form.is_valid():
        try:
            link = citizen_actions.open_record(request.user, relation=relation, **form.cleaned_data)
        except NoMatch as no:
            form.add_error(None, _no_match(no.tries_left))
        except TooManyTries as stop:
            return _too_many_tries(request, stop.retry_at)
        except HasOwnRecord as has:
            return _has_own_record(request, has.link)
        else:
            messages.success(request, _("The record is open."))
            return redirect(_record_url(link))
    context = {"form": form, "for_ward": relation == Relation.GUARDIAN}
    return render(
        request, "citizen/open_record.html", context, status=422 if form.has_errors else 200
    )


@citizen_page
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def start_record(request: UserRequest) -> HttpResponse:
    """Ask once who somebody is, then go straight on to filing the missing dose."""
    relation = _relation(request)
    for_ward = relation == Relation.GUARDIAN
    if "areas" in request.POST:
        # Without scripts, a button asks for the next list of areas: nothing is checked yet.
        form = StartRecordForm(initial=request.POST.dict(), for_ward=for_ward)
        return _start_page(request, form, for_ward)
    form = StartRecordForm(_sent(request), for_ward=for_ward)
    id_is_taken = False
    if form.is_valid():
        wanted = ("full_name", "date_of_birth", "sex", "id_number", "workplace", "area")
        said = {name: form.cleaned_data[name] for name in wanted}
        try:
            link = citizen_actions.start_record(request.user, relation=relation, **said)
        except IdNumberOnRecord:
            id_is_taken = True
            form.add_error("id_number", _("This ID number stands on another record already."))
        except TooManyTries as stop:
            return _too_many_tries(request, stop.retry_at)
        except HasOwnRecord as has:
            return _has_own_record(request, has.link)
        except ValidationError as wrong:
            form.add_error(None, wrong.messages)
        else:
            return _started(request, link)
    return _start_page(request, form, for_ward, id_is_taken=id_is_taken)


@citizen_page
@require_safe
def areas(request: UserRequest) -> HttpResponse:
    """Give the lists of areas that follow from what was chosen; asked for by script."""
    return render(
        request, "citizen/parts/area.html", {"form": AreaForm(initial=request.GET.dict())}
    )


@citizen_page
@require_safe
def corrections(request: UserRequest) -> HttpResponse:
    """List one's corrections, newest first."""
    own = Correction.objects.of_own_records(request.user)
    page = paging.page(
        own.select_related("holder", "citizen"),
        request.GET,
        by="received_at",
        size=PAGE_SIZE,
        newest_first=True,
    )
    context = {
        "cases": [(case, facts.headline(case)) for case in page.cases],
        "older": f"?{urlencode({'after': page.after})}" if page.after else "",
        "newest": "" if page.is_first else reverse("corrections"),
        "now": clock.now(),
    }
    return render(request, "citizen/corrections.html", context)


def _chosen(people: list[Person], asked: str) -> Person:
    """Return whose record is asked for; without a question the first. Others' records are 404."""
    if not asked:
        return people[0]
    try:
        public_id = UUID(asked)
    except ValueError:
        raise Http404 from None
    for person in people:
        if person.citizen.public_id == public_id:
            return person
    raise Http404


def _note_visit(request: UserRequest, person: Person) -> None:
    """Log who opened whose record, once per sign-in and record: reloading says nothing new."""
    visited = request.session.get(VISITED, [])
    if person.citizen.pk in visited:
        return
    why = RecordVisit.Why.OWN if person.is_own else RecordVisit.Why.GUARDIAN
    citizen_actions.log_visit(request.user, person.citizen, why)
    request.session[VISITED] = [*visited, person.citizen.pk]


def _sent(request: HttpRequest) -> QueryDict | None:
    """Return what was posted, even if it is nothing at all; None when the page is just opened."""
    return request.POST if request.method == "POST" else None


def _relation(request: HttpRequest) -> Relation:
    """Own record, or that of somebody in one's care: the address says which (?for=ward)."""
    return Relation.GUARDIAN if request.GET.get("for") == "ward" else Relation.SELF


def _record_url(link: RecordLink) -> str:
    return f"{reverse('record')}?person={link.citizen.public_id}"


def _no_match(tries_left: int) -> str:
    if not tries_left:
        return _("This does not match any record that you may open. That was the last try for now.")
    return ngettext(
        "This does not match any record that you may open. You can try %(count)s more time.",
        "This does not match any record that you may open. You can try %(count)s more times.",
        tries_left,
    ) % {"count": tries_left}


def _too_many_tries(request: HttpRequest, retry_at: datetime) -> HttpResponse:
    response = render(request, "citizen/too_many_tries.html", {"retry_at": retry_at}, status=429)
    seconds = math.ceil((retry_at - clock.now()).total_seconds())
    response.headers["Retry-After"] = str(max(1, seconds))
    return response


def _has_own_record(request: HttpRequest, link: RecordLink) -> HttpResponse:
    messages.info(request, _("Your own record is open already. Here it is."))
    return redirect(_record_url(link))


def _start_page(
    request: HttpRequest, form: StartRecordForm, for_ward: bool, *, id_is_taken: bool = False
) -> HttpResponse:
    context = {"form": form, "for_ward": for_ward, "id_is_taken": id_is_taken}
    status = 422 if form.has_errors else 200
    return render(request, "citizen/start_record.html", context, status=status)


def _started(request: HttpRequest, link: RecordLink) -> HttpResponse:
    if link.proven_by != RecordLink.Proof.DECLARED:
        messages.success(request, _("There was a record of this person already. Here it is."))
        return redirect(_record_url(link))
    messages.success(request, _("The record is started. Now tell us about the missing dose."))
    return redirect(f"{reverse('file')}?person={link.citizen.public_id}")
