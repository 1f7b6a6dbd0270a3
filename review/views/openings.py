"""The page of people at the counter: whose record waits to be opened, who agrees to a relative."""

from collections.abc import Mapping
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.decorators import staff_page
from accounts.http import UserRequest
from citizens import links, photo_proofs
from citizens.family import consent
from citizens.family.forms import PaperForm
from citizens.holders import name_of
from citizens.looking import gate
from citizens.masking import mask_id_ending, mask_name
from citizens.models import Citizen, IdentityCheck, PhotoProof, RecordLink, RecordLinkQuerySet
from citizens.visits import log_listed
from review import openings
from vaxreg.forms import Form
from vaxreg.uuids import with_id

COLLEAGUE = gettext_lazy(
    "A colleague with a verified identity must do this; nobody opens a record of their own family."
)


class SeenForm(Form):
    """Which paper the person at the counter showed."""

    paper = forms.ChoiceField(
        label=gettext_lazy("Which paper did you see?"),
        choices=[("", gettext_lazy("Choose")), *IdentityCheck.Paper.choices],
    )


class PhotosForm(Form):
    """What the photos that were sent from afar show."""

    verdict = forms.ChoiceField(
        label=gettext_lazy("What do the two photos show?"),
        choices=[("", gettext_lazy("Choose")), *PhotoProof.Verdict.choices],
    )


@staff_page
@require_http_methods(["GET", "HEAD", "POST"])
def openings_page(request: UserRequest) -> HttpResponse:
    """List who waits, masked; POST confirms one of them or ends the request."""
    waiting = openings.confirmable_at_desks_of(request.user)
    if request.method == "POST":
        return _act(request, _chosen(waiting, request.POST.get("link", "")))
    return _page(request)


@staff_page
@require_POST
def agreed(request: UserRequest, public_id: UUID) -> HttpResponse:
    """Record that an adult at the counter agreed to a relative."""
    found = get_object_or_404(openings.requests_at_desks_of(request.user), public_id=public_id)
    form = PaperForm(request.POST, auto_id=f"id_{public_id}_%s")
    if not form.is_valid():
        return _page(request, wrong={found.public_id: form})
    try:
        openings.record_consent(found, paper=form.cleaned_data["paper"], by=request.user)
    except PermissionDenied:
        raise PermissionDenied(COLLEAGUE) from None
    except consent.NotOpen:
        messages.info(request, _("It was opened or stopped in the meantime."))
    except links.TooManyPeople:
        messages.error(
            request, _("This account acts for too many people already. They must end one first.")
        )
    else:
        messages.success(
            request, _("Recorded: the relative can open the record until the last day.")
        )
    return redirect("openings")


@staff_page
@require_safe
def photo(request: UserRequest, public_id: UUID, which: str) -> HttpResponse:
    """Show one of the two photos that somebody sent from afar; `which` is "paper" or "person"."""
    data = openings.photo(request.user, public_id, which)
    if data is None:
        raise Http404
    answer = HttpResponse(data, content_type="image/jpeg")
    answer["Cache-Control"] = "private, no-store"
    return answer


def _decide(request: UserRequest, link: RecordLink) -> HttpResponse:
    form = PhotosForm(request.POST, auto_id=f"id_{link.pk}_%s")
    if not form.is_valid():
        return _page(request, wrong={link.pk: form})
    try:
        same = openings.decide_photos(link, form.cleaned_data["verdict"], by=request.user)
    except PermissionDenied:
        raise PermissionDenied(COLLEAGUE) from None
    except photo_proofs.AlreadyDecided:
        messages.info(request, _("It was opened or stopped in the meantime."))
    else:
        messages.success(
            request,
            _("Accepted: the record opens in 24 hours, unless the phone on record objects.")
            if same
            else _("Refused: the person was told what to do."),
        )
    return redirect("openings")


def _act(request: UserRequest, link: RecordLink) -> HttpResponse:
    if "photos" in request.POST:
        return _decide(request, link)
    if "end" in request.POST:
        links.end(link, by=request.user)
        messages.success(request, _("Stopped: the record does not open for that phone."))
        return redirect("openings")
    form = SeenForm(request.POST, auto_id=f"id_{link.pk}_%s")
    if not form.is_valid():
        return _page(request, wrong={link.pk: form})
    try:
        openings.confirm(link, paper=form.cleaned_data["paper"], by=request.user)
    except PermissionDenied:
        raise PermissionDenied(COLLEAGUE) from None
    except links.NotWaiting:
        messages.info(request, _("It was opened or stopped in the meantime."))
    except links.HasOwnRecord:
        messages.info(request, _("This phone has another record of its own by now."))
    else:
        messages.success(request, _("The record is open for that phone now."))
    return redirect("openings")


def _page(request: UserRequest, *, wrong: Mapping[int | UUID, Form] | None = None) -> HttpResponse:
    """Show the page; wrong: forms with errors, by the link or request that they are about."""
    sent = wrong or {}
    waiting = list(openings.confirmable_at_desks_of(request.user)[:100])
    asked = list(openings.requests_at_desks_of(request.user)[:100])
    shown = [one.citizen_id for one in waiting] + [
        one.citizen_id for one in asked if one.citizen_id
    ]
    log_listed(request.user, shown)
    proofs = photo_proofs.open_proofs(waiting)
    rows = [
        {
            "link": one,
            "form": _sent(sent, one, SeenForm),
            "proof": proofs.get(one.pk),
            "photos_form": _sent(sent, one, PhotosForm),
            "people": gate.token_of(request.user, [one.citizen_id]),
            **_shown(one.citizen),
        }
        for one in waiting
    ]
    requests = [
        {
            "asked": one,
            "form": sent.get(one.public_id) or PaperForm(auto_id=f"id_{one.public_id}_%s"),
            "who": name_of(one.user),
            **_shown(one.citizen),
        }
        for one in asked
        if one.citizen
    ]
    form = next(iter(sent.values()), SeenForm())
    context = {"rows": rows, "requests": requests, "form": form}
    return render(request, "review/openings.html", context, status=422 if sent else 200)


def _sent(sent: Mapping[int | UUID, Form], link: RecordLink, kind: type[Form]) -> Form:
    """Return the form of this kind that was sent about the link with errors, or an empty one."""
    form = sent.get(link.pk)
    return form if isinstance(form, kind) else kind(auto_id=f"id_{link.pk}_%s")


def _shown(citizen: Citizen) -> dict[str, str | int]:
    return {
        "name": mask_name(citizen.full_name),
        "born": citizen.date_of_birth.year,
        "id_ending": mask_id_ending(citizen.id_number),
    }


def _chosen(waiting: RecordLinkQuerySet, key: str) -> RecordLink:
    link = with_id(waiting, key).first()
    if link is None:
        raise Http404
    return link
