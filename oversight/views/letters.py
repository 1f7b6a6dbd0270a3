"""Pages of letters to sites behind: who gets one, sending, who has read it, reminding the rest."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.http import UserRequest
from organizations.pages import narrowed, officer_page
from organizations.scope import Scope
from oversight.back_entry import broadcasts, progress
from oversight.back_entry.broadcasts import Letter
from oversight.back_entry.models import Broadcast
from oversight.forms.back_entry import LetterForm
from vaxreg import paging, ui

PAGE_SIZE = 50
MOST_LISTED = 50
USUAL_PERCENTAGE = 90


@officer_page
@require_http_methods(["GET", "HEAD", "POST"])
def write(request: UserRequest, scope: Scope) -> HttpResponse:
    """Ask whom to write to and what; then show who gets it; then send it."""
    scope, under = narrowed(request, scope)
    under = under or scope.tops[0]
    known = progress.deadlines_for(Scope((under,)))
    sent = request.POST if request.method == "POST" and "edit" not in request.POST else None
    first = {"deadline": request.GET.get("deadline", ""), "below": USUAL_PERCENTAGE}
    form = LetterForm(sent, deadlines=known, initial={**first, **request.POST.dict()})
    preview = None
    if form.is_valid():
        data = form.cleaned_data
        letter = Letter(form.chosen, under, data["below"], data["uncounted"])
        preview = broadcasts.preview(letter, by=request.user)
        if "confirmed" in request.POST and preview.sites:
            made = broadcasts.send(letter, data["text"], by=request.user)
            messages.success(request, _("The letter is on its way."))
            return redirect("back-entry-letter", made.public_id)
    context = {"form": form, "under": under, "preview": preview, "has_deadlines": bool(known)}
    status = 422 if form.has_errors else 200
    return render(request, "oversight/back_entry/write.html", context, status=status)


@officer_page
@require_safe
def letters(request: UserRequest, scope: Scope) -> HttpResponse:
    """List the letters to sites of the area, the newest first."""
    rows = Broadcast.objects.visible_to(request.user).select_related("by", "under", "deadline")
    shown = [(one, broadcasts.receipts(one)) for one in rows[:MOST_LISTED]]
    return render(request, "oversight/back_entry/letters.html", {"shown": shown})


@officer_page
@require_safe
def letter(request: UserRequest, scope: Scope, public_id: UUID) -> HttpResponse:
    """Show a letter with who has read it at each site, and when."""
    found = _found(request, public_id)
    ids = broadcasts.site_ids(found)
    part = paging.stretch(ids, request.GET.get("from", ""), size=PAGE_SIZE)
    context = {
        "letter": found,
        "receipts": broadcasts.receipts(found),
        "part": part,
        "rows": broadcasts.rows_of(found, part.rows),
    }
    return render(request, "oversight/back_entry/letter.html", context)


@officer_page
@require_POST
def remind(request: UserRequest, scope: Scope, public_id: UUID) -> HttpResponse:
    """Remind every site that has not read the letter; each once a day."""
    found = _found(request, public_id)
    number = broadcasts.remind(found)
    if number:
        words = ngettext("%(sites)s site is reminded.", "%(sites)s sites are reminded.", number)
        messages.success(request, words % {"sites": ui.number(number)})
    else:
        messages.info(request, _("There was nobody to remind: each site is reminded once a day."))
    return redirect("back-entry-letter", found.public_id)


def _found(request: UserRequest, public_id: UUID) -> Broadcast:
    rows = Broadcast.objects.visible_to(request.user).select_related("by", "under", "deadline")
    return get_object_or_404(rows, public_id=public_id)
