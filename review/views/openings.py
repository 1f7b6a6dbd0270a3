"""The page of people at the counter who wait for their record to open."""

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts.decorators import staff_page
from accounts.http import UserRequest
from citizens import links
from citizens.masking import mask_id_ending, mask_name
from citizens.models import IdentityCheck, RecordLink, RecordLinkQuerySet
from citizens.visits import log_listed
from review import openings
from vaxreg.forms import Form
from vaxreg.uuids import with_id


class SeenForm(Form):
    """Which paper the person at the counter showed."""

    paper = forms.ChoiceField(
        label=gettext_lazy("Which paper did you see?"),
        choices=[("", gettext_lazy("Choose")), *IdentityCheck.Paper.choices],
    )


@staff_page
@require_http_methods(["GET", "HEAD", "POST"])
def openings_page(request: UserRequest) -> HttpResponse:
    """List who waits, masked; POST confirms one of them or ends the request."""
    waiting = openings.confirmable_at_desks_of(request.user)
    if request.method == "POST":
        return _act(request, _chosen(waiting, request.POST.get("link", "")))
    return _page(request, SeenForm())


def _act(request: UserRequest, link: RecordLink) -> HttpResponse:
    if "end" in request.POST:
        links.end(link, by=request.user)
        messages.success(request, _("Stopped: the record does not open for that phone."))
        return redirect("openings")
    form = SeenForm(request.POST)
    if not form.is_valid():
        return _page(request, form, link)
    try:
        openings.confirm(link, paper=form.cleaned_data["paper"], by=request.user)
    except PermissionDenied:
        raise PermissionDenied(
            _(
                "A colleague with a verified identity must do this; nobody opens a record of their own family."
            )
        ) from None
    except links.NotWaiting:
        messages.info(request, _("It was opened or stopped in the meantime."))
    except links.HasOwnRecord:
        messages.info(request, _("This phone has another record of its own by now."))
    else:
        messages.success(request, _("The record is open for that phone now."))
    return redirect("openings")


def _page(request: UserRequest, form: SeenForm, link: RecordLink | None = None) -> HttpResponse:
    waiting = list(openings.confirmable_at_desks_of(request.user)[:100])
    log_listed(request.user, (one.citizen_id for one in waiting))
    rows = [
        {
            "link": one,
            "name": mask_name(one.citizen.full_name),
            "born": one.citizen.date_of_birth.year,
            "id_ending": mask_id_ending(one.citizen.id_number),
            "form": form if link is not None and one.pk == link.pk else SeenForm(),
        }
        for one in waiting
    ]
    context = {"rows": rows, "form": form}
    status = 422 if form.has_errors else 200
    return render(request, "review/openings.html", context, status=status)


def _chosen(waiting: RecordLinkQuerySet, key: str) -> RecordLink:
    link = with_id(waiting, key).first()
    if link is None:
        raise Http404
    return link
