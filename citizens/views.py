"""Pages to open an existing record or to start one."""

from datetime import datetime

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from accounts.decorators import citizen_page
from accounts.http import UserRequest
from accounts.throttled import too_many
from citizens import actions as citizen_actions
from citizens import photo_proofs
from citizens.actions import AskedToOpen, NoMatch, TooManyTries
from citizens.candidates import SeveralRecords
from citizens.forms import AreaForm, OpenRecordForm, PhotoProofForm, StartRecordForm
from citizens.links import HasOwnRecord, IsAdult, TooManyPeople
from citizens.models import RecordLink
from citizens.papers.card_reading import CardForm, read_card

Relation = RecordLink.Relation


@citizen_page
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def open_record(request: UserRequest) -> HttpResponse:
    """Ask for the second fact. The answer does not tell whether a record has the phone number."""
    relation = _relation(request)
    card_form = CardForm()
    if "read_card" in request.POST:
        card_form, said = read_card(request)
        return _open_page(request, OpenRecordForm(initial=said), card_form, relation)
    form = OpenRecordForm(_sent(request))
    if form.is_valid():
        try:
            link = citizen_actions.open_record(
                request.user, relation=relation, chosen=form.chosen, **form.cleaned_data
            )
        except SeveralRecords as several:
            form.offer(several.records, somebody_else=False)
        except NoMatch as no:
            form.add_error(None, _no_match(no.tries_left))
        except TooManyTries as stop:
            return _too_many_tries(request, stop.retry_at)
        except TooManyPeople as stop:
            return _too_many_people(request, stop.retry_at)
        except HasOwnRecord as has:
            return _has_own_record(request, has.link)
        except IsAdult:
            form.add_error("date_of_birth", _an_adult_agrees())
        except AskedToOpen:
            return redirect("record-asked")
        else:
            messages.success(request, _("The record is open."))
            return redirect(_record_url(link))
    return _open_page(request, form, card_form, relation)


@citizen_page
@require_http_methods(["GET", "HEAD", "POST"])
def asked(request: UserRequest) -> HttpResponse:
    """Say what happens now, and take photos of paper and person.

    The same for facts of a record and for facts of none.
    """
    form = PhotoProofForm()
    if request.method == "POST":
        form = PhotoProofForm(request.POST, request.FILES)
        if form.is_valid():
            try:
                photo_proofs.send(request.user, **form.cleaned_data)
            except ValidationError as wrong:
                form.add_error(None, wrong)
            else:
                messages.success(
                    request,
                    _("The photos have arrived. If there is such a record, health staff see them."),
                )
                return redirect("record-asked")
    status = 422 if form.has_errors else 200
    return render(request, "citizens/asked.html", {"form": form}, status=status)


@citizen_page
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def start_record(request: UserRequest) -> HttpResponse:
    """Ask for the facts of the person once, then continue with filing the missing dose."""
    relation = _relation(request)
    for_ward = relation == Relation.GUARDIAN
    if "areas" in request.POST:
        # Without scripts a button asks for the next list of areas; the form is not checked yet.
        form = StartRecordForm(initial=request.POST.dict(), for_ward=for_ward)
        return _start_page(request, form, for_ward)
    if "read_card" in request.POST:
        card_form, typed = read_card(request)
        form = StartRecordForm(initial=typed, for_ward=for_ward)
        return _start_page(request, form, for_ward, card_form)
    form = StartRecordForm(_sent(request), for_ward=for_ward)
    if form.is_valid():
        wanted = (
            *("full_name", "date_of_birth", "sex", "id_number", "old_id_number"),
            *("nationality", "workplace", "area"),
        )
        said = {name: form.cleaned_data[name] for name in wanted}
        try:
            link = citizen_actions.start_record(
                request.user, relation=relation, chosen=form.chosen, **said
            )
        except SeveralRecords as several:
            form.offer(several.records, somebody_else=True)
        except TooManyTries as stop:
            return _too_many_tries(request, stop.retry_at)
        except TooManyPeople as stop:
            return _too_many_people(request, stop.retry_at)
        except HasOwnRecord as has:
            return _has_own_record(request, has.link)
        except IsAdult:
            form.add_error("date_of_birth", _an_adult_agrees())
        except ValidationError as wrong:
            form.add_error(None, wrong.messages)
        else:
            return _started(request, link)
    return _start_page(request, form, for_ward)


@citizen_page
@require_safe
def areas(request: UserRequest) -> HttpResponse:
    """Return the area fields that follow from the choice; called by script."""
    return render(request, "citizens/area.html", {"form": AreaForm(initial=request.GET.dict())})


def _sent(request: HttpRequest) -> QueryDict | None:
    """Return the POST data, even if empty; None for a GET."""
    return request.POST if request.method == "POST" else None


def _relation(request: HttpRequest) -> Relation:
    """Return whether it is one's own record or a ward's (?for=ward)."""
    return Relation.GUARDIAN if request.GET.get("for") == "ward" else Relation.SELF


def _record_url(link: RecordLink) -> str:
    return f"{reverse('record')}?person={link.citizen.public_id}"


def _an_adult_agrees() -> str:
    return _(
        "This person is 18 or older and has to agree first: see below, under “For an adult of your"
        " family”."
    )


def _no_match(tries_left: int) -> str:
    if not tries_left:
        return _("This does not match any record that you may open. That was the last try for now.")
    return ngettext(
        "This does not match any record that you may open. You can try %(count)s more time.",
        "This does not match any record that you may open. You can try %(count)s more times.",
        tries_left,
    ) % {"count": tries_left}


def _too_many_tries(request: HttpRequest, retry_at: datetime) -> HttpResponse:
    return too_many(request, retry_at, again="record", template="citizens/too_many_tries.html")


def _too_many_people(request: HttpRequest, retry_at: datetime | None) -> HttpResponse:
    return too_many(request, retry_at, again="record", template="citizens/too_many_people.html")


def _has_own_record(request: HttpRequest, link: RecordLink) -> HttpResponse:
    messages.info(request, _("Your own record is open already. Here it is."))
    return redirect(_record_url(link))


def _open_page(
    request: HttpRequest, form: OpenRecordForm, card_form: CardForm, relation: Relation
) -> HttpResponse:
    context = {
        "form": form,
        "card_form": card_form,
        "for_ward": relation == Relation.GUARDIAN,
    }
    status = 422 if form.has_errors or card_form.has_errors else 200
    return render(request, "citizens/open_record.html", context, status=status)


def _start_page(
    request: HttpRequest,
    form: StartRecordForm,
    for_ward: bool,
    card_form: CardForm | None = None,
) -> HttpResponse:
    card_form = card_form or CardForm()
    context = {"form": form, "for_ward": for_ward, "card_form": card_form}
    status = 422 if form.has_errors or card_form.has_errors else 200
    return render(request, "citizens/start_record.html", context, status=status)


def _started(request: HttpRequest, link: RecordLink) -> HttpResponse:
    if link.proven_by != RecordLink.Proof.DECLARED:
        messages.success(request, _("There was a record of this person already. Here it is."))
        return redirect(_record_url(link))
    messages.success(request, _("The record is started. Now tell us about the missing dose."))
    return redirect(f"{reverse('file')}?person={link.citizen.public_id}")
