"""Views of a health officer's acts on a site: remind, give cases away, write a note, call."""

import re
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from accounts.http import UserRequest
from citizens.visits import log_listed
from corrections.actions import CannotReceive
from organizations.models import Organization
from organizations.pages import officer_page, organization_in_reach
from organizations.scope import Scope
from oversight import bulk_reassign, bulk_remind, case_acts, site_contacts
from oversight.bulk_remind import MOST_REMINDED, RemindResult
from oversight.forms.acts import GiveForm, NoteToSiteForm, RemindForm
from oversight.models import ContactReveal
from review import notes
from review.pool import Outcomes
from vaxreg import db_time, ui
from vaxreg.addresses import own_path

# Session key: the results of the last cases given away, shown once.
OUTCOMES = "oversight.given_outcomes"
# The value of a checkbox (bulk_reassign.CaseToGive.value).
TICKED = re.compile(r"VR-[0-9A-Z]{4}-[0-9A-Z]{4}:[0-9]{1,9}")


@officer_page
@require_http_methods(["GET", "HEAD", "POST"])
def remind(
    request: UserRequest, scope: Scope, public_id: UUID, *, whole: bool = False
) -> HttpResponse:
    """Remind a site of its overdue cases; whole: also all organizations below it.

    Cases reminded of within 24 hours are left out. `next` is the page to return to.
    """
    organization = organization_in_reach(request.user, public_id)
    form = RemindForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        done = bulk_remind.remind_all(
            organization, by=request.user, remark=form.cleaned_data["remark"], whole=whole
        )
        say_reminded(request, organization, done)
        back = own_path(request.POST.get("next"))
        return redirect(back) if back else redirect("oversight-site", public_id=public_id)
    context = {
        "form": form,
        "organization": organization,
        "whole": whole,
        "plan": bulk_remind.preview_remind_all(organization, by=request.user, whole=whole),
        "most": MOST_REMINDED,
    }
    status = 422 if form.has_errors else 200
    return render(request, "oversight/remind_site.html", context, status=status)


def say_reminded(request: HttpRequest, organization: Organization, done: RemindResult) -> None:
    """Show how many cases were reminded of, and how many were left out and why."""
    left_out = " ".join(left_out_words(done))
    if not done.cases:
        words = _("There was nothing to remind of.")
        messages.info(request, f"{words} {left_out}".strip())
        return
    values = {
        "organization": organization,
        "cases": ui.number(done.cases),
        "sites": ui.number(done.sites),
    }
    if done.sites > 1:
        words = _("%(sites)s organizations were reminded of %(cases)s cases.") % values
    else:
        words = (
            ngettext(
                "%(organization)s was reminded of %(cases)s case.",
                "%(organization)s was reminded of %(cases)s cases.",
                done.cases,
            )
            % values
        )
    messages.success(request, f"{words} {left_out}".strip())


def left_out_words(done: RemindResult) -> list[str]:
    """Return what was left out, one sentence per reason."""
    sentences = [
        (
            done.left,
            ngettext(
                "%(cases)s more waits for the next press.",
                "%(cases)s more wait for the next press.",
                done.left,
            ),
        ),
        (
            done.already,
            ngettext(
                "%(cases)s was left out: reminded of within the last 24 hours.",
                "%(cases)s were left out: reminded of within the last 24 hours.",
                done.already,
            ),
        ),
        (
            done.own,
            ngettext(
                "%(cases)s was left out: you may not act on it, a colleague must.",
                "%(cases)s were left out: you may not act on them, a colleague must.",
                done.own,
            ),
        ),
        (
            done.nobody,
            ngettext(
                "%(cases)s was left out: nobody works there to whom it could be written.",
                "%(cases)s were left out: nobody works there to whom it could be written.",
                done.nobody,
            ),
        ),
        (
            done.on_own_desk,
            ngettext(
                "%(cases)s lies on your own desk: decide it there.",
                "%(cases)s lie on your own desk: decide them there.",
                done.on_own_desk,
            ),
        ),
    ]
    return [text % {"cases": ui.number(cases)} for cases, text in sentences if cases]


@officer_page
@require_http_methods(["GET", "HEAD", "POST"])
def give(request: UserRequest, scope: Scope, public_id: UUID) -> HttpResponse:
    """Give several cases of a site to another organization."""
    organization = organization_in_reach(request.user, public_id)
    sent = request.POST if request.method == "POST" else None
    ticked = frozenset(filter(TICKED.fullmatch, request.POST.getlist("case"))) if sent else None
    choice = bulk_reassign.cases_to_give(organization, request.user, ticked)
    log_listed(request.user, (line.case.citizen_id for line in choice.lines))
    values = [*(line.value for line in choice.lines), *(ticked or ())]
    form = GiveForm(sent, by=request.user, holder=organization, values=values)
    if "search" in request.POST:
        # A new search: show the new choices and keep the typed texts, without errors.
        form.errors.clear()
    elif form.is_valid() and (outcomes := outcomes_of_giving(request, organization, form)):
        request.session[OUTCOMES] = {
            "sent": [{"reference": one.reference, "to": one.to} for one in outcomes.sent],
            "stayed": [{"reference": one.reference, "why": one.why} for one in outcomes.stayed],
        }
        return redirect("oversight-site", public_id=public_id)
    context = {"form": form, "organization": organization, "choice": choice}
    status = 422 if form.has_errors else 200
    return render(request, "oversight/give.html", context, status=status)


def outcomes_of_giving(
    request: UserRequest, organization: Organization, form: GiveForm
) -> Outcomes | None:
    """Give the ticked cases away; None when the chosen organization cannot receive them."""
    to, reason = form.cleaned_data["to"], form.cleaned_data["reason"]
    try:
        return bulk_reassign.reassign_all(
            organization, form.cleaned_data["case"], by=request.user, to=to, reason=reason
        )
    except CannotReceive:
        form.refuse_receiver()
        return None


@officer_page
@require_http_methods(["GET", "HEAD", "POST"])
def write_note(request: UserRequest, scope: Scope, public_id: UUID) -> HttpResponse:
    """Write a note to a site; staff get it by e-mail and see it in the queue until it is read."""
    organization = organization_in_reach(request.user, public_id)
    if case_acts.is_own_desk(request.user, organization):
        raise PermissionDenied(_("This is your own desk: tell your colleagues yourself."))
    form = NoteToSiteForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        notes.write_note(organization, by=request.user, text=form.cleaned_data["text"])
        messages.success(
            request,
            _("The note to %(organization)s is stored and on its way.")
            % {"organization": organization},
        )
        return redirect("oversight-site", public_id=public_id)
    context = {"form": form, "organization": organization}
    status = 422 if form.has_errors else 200
    return render(request, "oversight/note.html", context, status=status)


@officer_page
@require_POST
def phone(request: UserRequest, scope: Scope, public_id: UUID) -> HttpResponse:
    """Show the phone number of a site, and store who asked for it, when and why."""
    organization = organization_in_reach(request.user, public_id)
    wanted = request.POST.get("why", "")
    why = ContactReveal.Why(wanted) if wanted in ContactReveal.Why.values else None
    site_contacts.reveal(
        organization, by=request.user, why=why or ContactReveal.Why.OTHER, now=db_time.now()
    )
    page = reverse("oversight-site", args=[public_id])
    return redirect(f"{page}#contact")
