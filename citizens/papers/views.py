"""The page of a citizen's identity documents: what is on file, add one, take one back."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from accounts.decorators import citizen_page
from accounts.http import UserRequest
from citizens import documents
from citizens.access import records_of
from citizens.models import Citizen
from citizens.papers.card_reading import CardForm
from citizens.papers.forms import DocumentForm
from vaxreg.uuids import with_id, with_public_id


@citizen_page
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def documents_page(request: UserRequest) -> HttpResponse:
    """List the documents of `person`, one's own or a ward's; POST adds one, or reads a card."""
    citizen = _citizen(request)
    form, card_form = DocumentForm(), CardForm()
    if "read_card" in request.POST:
        card_form = CardForm(request.POST, request.FILES)
        if card_form.is_valid():
            _add_card(request, citizen, card_form)
            return redirect(_address(citizen))
    elif request.method == "POST":
        form = DocumentForm(request.POST)
        if form.is_valid():
            try:
                documents.add(
                    citizen,
                    by=request.user,
                    source=documents.Source.DECLARED,
                    **form.cleaned_data,
                )
            except ValidationError as wrong:
                form.add_error(None, wrong)
            else:
                messages.success(request, _("The document is on the record."))
                return redirect(_address(citizen))
    context = {
        "citizen": citizen,
        "documents": documents.documents_of(citizen),
        "form": form,
        "card_form": card_form,
    }
    status = 422 if form.has_errors or card_form.has_errors else 200
    return render(request, "citizens/documents.html", context, status=status)


@citizen_page
@require_POST
def withdraw(request: UserRequest) -> HttpResponse:
    """Take back the document with the id in `document`."""
    citizen = _citizen(request)
    document = with_id(documents.rows_of(citizen), request.POST.get("document", "")).first()
    if document is None:
        raise Http404
    documents.withdraw(document, by=request.user)
    messages.success(request, _("Taken back. It does not find the record any more."))
    return redirect(_address(citizen))


def _add_card(request: UserRequest, citizen: Citizen, form: CardForm) -> None:
    """Add both numbers of a card, and say in words what the code lacked."""
    for number in filter(None, (form.card.number, form.card.old_number)):
        documents.add(citizen, number, by=request.user, source=documents.Source.CHIP_CARD)
    for remark in form.card.remarks:
        messages.info(request, remark)
    messages.success(request, _("The card was read. Its numbers are on the record."))


def _citizen(request: UserRequest) -> Citizen:
    asked = request.GET.get("person", "")
    mine = records_of(request.user)
    citizen = (with_public_id(mine, asked) if asked else mine.order_by("pk")).first()
    if citizen is None:
        raise Http404
    return citizen


def _address(citizen: Citizen) -> str:
    return f"{reverse('record-documents')}?person={citizen.public_id}"
