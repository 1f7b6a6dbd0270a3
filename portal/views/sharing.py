"""Sharing a certificate for a set time: making a link, seeing who opened it when, ending it."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST

from accounts.decorators import citizen_page
from accounts.http import UserRequest
from certificates import sharing
from portal.forms.share import ShareForm
from portal.views.certificates import held_or_404
from portal.views.record import note_visit
from vaxreg.papers.qr import qr


@citizen_page
@sensitive_variables("link")
@require_http_methods(["GET", "HEAD", "POST"])
def share(request: UserRequest, public_id: UUID) -> HttpResponse:
    """Ask for how long; POST makes the link and shows it, this once, on its answer."""
    person, held = held_or_404(request, public_id)
    note_visit(request, person)
    sent = request.POST if request.method == "POST" else None
    form, link, made = ShareForm(sent), "", None
    if sent is not None and form.is_valid():
        lasting = form.cleaned_data["lasting"]
        try:
            made, link = sharing.share(held.certificate, lasting=lasting, by=request.user)
        except ValidationError as wrong:
            form.add_error("lasting", wrong)
    live, ended = sharing.links_of(person.citizen)
    context = {
        "person": person,
        "held": held,
        "form": form,
        "link": link,
        "made": made,
        "code": qr(link) if link else None,
        "live": live,
        "ended": ended,
    }
    status = 422 if form.has_errors else 200
    return render(request, "portal/share.html", context, status=status)


@citizen_page
@require_POST
def end(request: UserRequest, share: UUID) -> HttpResponse:
    """End a link at once, and go back to the card, where the others are listed."""
    ended = sharing.end(share, by=request.user)
    if ended is None:
        raise Http404
    messages.success(request, _("The link has ended. Whoever opens it sees nothing any more."))
    person = str(ended.certificate.citizen.kept.public_id)
    return redirect(f"{reverse('certificates')}?{urlencode({'person': person})}")
