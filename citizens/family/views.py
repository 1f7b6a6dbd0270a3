"""Pages of families: ask an adult relative, type their code, answer such a request."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts.decorators import citizen_page
from accounts.http import UserRequest
from accounts.throttled import too_many
from citizens import holders
from citizens.actions import TooManyTries
from citizens.family import consent
from citizens.family import messages as family_messages
from citizens.family.forms import AgreeForm, AskForm, ConsentCodeForm
from citizens.link_views import who_url
from citizens.links import TooManyPeople
from citizens.models import Citizen, ConsentRequest
from citizens.visits import log_own


@citizen_page
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: UserRequest) -> HttpResponse:
    """Ask an adult of one's family to agree. The answer does not tell whether there is a record."""
    form = AskForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            asked = consent.ask(request.user, **form.cleaned_data)
        except consent.IsChild:
            form.add_error(
                "date_of_birth", _("This person is under 18: open the record as a child’s.")
            )
        except consent.OpenAlready as known:
            messages.info(request, _("You can open this record already. Here it is."))
            return redirect(who_url(known.link.citizen.kept))
        except TooManyTries as stop:
            return too_many(
                request, stop.retry_at, again="record", template="citizens/too_many_tries.html"
            )
        else:
            return redirect("family-request", asked.public_id)
    context = {"form": form, "requests": consent.requests_of(request.user)}
    return render(
        request, "citizens/family/ask.html", context, status=422 if form.has_errors else 200
    )


@citizen_page
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def asked(request: UserRequest, public_id: UUID) -> HttpResponse:
    """Say what happens now, the same for a record and for none; take the code."""
    found = get_object_or_404(consent.requests_of(request.user), public_id=public_id)
    form = ConsentCodeForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            checked = consent.check_code(found, form.cleaned_data["code"])
        except consent.NotOpen:
            form.add_error("code", _("This code cannot be used any more. Ask again for a new one."))
        except TooManyPeople as stop:
            return _too_many_people(request, stop)
        else:
            if checked.link is not None:
                messages.success(request, _("Agreed: the record is open for you."))
                return redirect(who_url(checked.link.citizen.kept))
            form.add_error("code", _wrong_code(checked.tries_left))
    context = {
        "asked": found,
        "form": form,
        "code_until": found.asked_at + family_messages.CODE_FOR,
    }
    return render(
        request, "citizens/family/asked.html", context, status=422 if form.has_errors else 200
    )


@citizen_page
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: UserRequest, public_id: UUID) -> HttpResponse:
    """Agree to a request about one's own record until a day, or refuse it. Others' are 404."""
    found, record = _to_me(request, public_id)
    log_own(request.user, record)
    form = AgreeForm(
        request.POST if request.method == "POST" else None, initial={"last_day": found.last_day}
    )
    try:
        if "refuse" in request.POST:
            consent.refuse(found, by=request.user)
            messages.success(request, _("Refused. The record stays closed to them."))
            return redirect(who_url(record))
        if form.is_valid():
            consent.agree(found, by=request.user, last_day=form.cleaned_data["last_day"])
            messages.success(request, _("Agreed. You can end it at any time on this page."))
            return redirect(who_url(record))
    except consent.NotOpen:
        messages.info(request, _("This request was answered in the meantime."))
        return redirect(who_url(record))
    except TooManyPeople:
        messages.error(
            request, _("This account acts for too many people already. They must end one first.")
        )
        return redirect(who_url(record))
    context = {
        "asked": found,
        "record": record,
        "form": form,
        "who": holders.name_of(found.user),
        "back": who_url(record),
    }
    return render(
        request, "citizens/family/answer.html", context, status=422 if form.has_errors else 200
    )


def _to_me(request: UserRequest, public_id: UUID) -> tuple[ConsentRequest, Citizen]:
    records = [record for record, is_own in holders.open_to(request.user) if is_own]
    rows = (
        consent.requests_to(request.user, records[0]) if records else ConsentRequest.objects.none()
    )
    return get_object_or_404(rows, public_id=public_id), records[0]


def _wrong_code(tries_left: int) -> str:
    if not tries_left:
        return _("This is not the code. That was the last try: ask again for a new one.")
    return ngettext(
        "This is not the code. You can try %(count)s more time.",
        "This is not the code. You can try %(count)s more times.",
        tries_left,
    ) % {"count": tries_left}


def _too_many_people(request: UserRequest, stop: TooManyPeople) -> HttpResponse:
    return too_many(
        request, stop.retry_at, again="record", template="citizens/too_many_people.html"
    )
