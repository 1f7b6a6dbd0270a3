"""Views of the steps in which a citizen files a correction, and of the page after filing."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.decorators import citizen_page
from accounts.http import UserRequest
from citizens.access import parts_of_records_of
from citizens.models import Citizen
from corrections import facts, stalled
from corrections.actions import AlreadyOpen
from corrections.actions.filing import MOST_CLAIMS, MOST_OPEN, TooManyFilings, TooManyOpen
from corrections.facts import FIELDS
from corrections.models import Correction, Draft, Filing, Kind
from corrections.models.case import DOSE_KINDS, IDENTITY_KINDS
from corrections.papers import IDENTITY_PAPERS
from corrections.prechecks.rules import ProposalWarning, from_json
from doses.facts import dose_title
from doses.history import left_by
from doses.models import Dose, DoseFacts
from portal import drafts, photo_readings, record_page
from portal.draft_check import CheckedDraft, DraftChanged, send
from portal.drafts import CHECK, Item
from portal.forms.choose import MISSING, ChooseForm
from portal.forms.claims import LEADS, ClaimForm
from portal.forms.dose import DoseForm, as_typed_texts
from portal.forms.send import CheckForm
from portal.views.photos import take_over
from portal.views.wizard import Wizard, filed_before, gone, is_autosave, with_draft, wizard_for
from vaxreg import ui
from vaxreg.uuids import uuid_or_none

CHECK_TEXTS = ("words",)


@citizen_page
@require_http_methods(["GET", "POST"])
def start(request: UserRequest) -> HttpResponse:
    """Step 1: ask which doses are wrong, or whether to continue with an existing draft."""
    wizard = wizard_for(request)
    if wizard is None:
        return redirect("record")
    preselected = request.GET.get("dose", "")
    arrives = request.method != "POST" and not preselected and "edit" not in request.GET
    if arrives and wizard.items:
        return render(request, "portal/filing/resume.html", {"wizard": wizard})
    cases = list(
        Correction.objects.filter(citizen=wizard.person.citizen)
        .open()
        .select_related("dose__vaccine")
        .order_by("received_at", "pk")
    )
    form = ChooseForm(
        request.POST if request.method == "POST" else None,
        initial={"doses": _chosen(wizard, preselected), **_kinds_chosen(wizard)},
        doses=Dose.objects.of(wizard.person.citizen).shown_to_citizen(),
        about={case.dose_id or case.kind: case for case in cases},
    )
    if form.is_valid():
        return _choose(request, wizard, form.cleaned_data["doses"], form.kinds())
    if is_autosave(request):
        return HttpResponse(status=422)
    context = {"wizard": wizard, "form": form, "sent": _titled(cases), "step": 1}
    return render(
        request, "portal/filing/start.html", context, status=422 if form.has_errors else 200
    )


@citizen_page
@require_POST
def wrong_dose(request: UserRequest, public_id: UUID) -> HttpResponse:
    """Begin with one dose of the record: its details come at once, without the first step."""
    wizard = wizard_for(request)
    if wizard is None:
        return redirect("record")
    person = wizard.person.citizen
    dose = get_object_or_404(Dose.objects.of(person).shown_to_citizen(), public_id=public_id)
    own = Correction.objects.of_own_records(request.user).open()
    case = own.filter(dose=dose, kind__in=DOSE_KINDS).first()
    if case is not None:
        messages.info(request, _("You sent a proposal about this dose. Here is where it stands."))
        return redirect("correction", case.reference)
    try:
        item = drafts.add_dose(drafts.begin(request.user, person), str(public_id))
    except Draft.DoesNotExist:
        return gone(request, wizard)
    return redirect(wizard.step_url(item.key) if item.has_page else wizard.start)


@citizen_page
@require_POST
def missing_dose(request: UserRequest) -> HttpResponse:
    """Begin with a missing dose, or go on with the first one of the draft, without the first step.

    `moved` in the form: a dose that was moved to another record, or went as an error; its facts are
    filled in.
    """
    wizard = wizard_for(request)
    if wizard is None:
        return redirect("record")
    stood = _gone(wizard.person.citizen, uuid_or_none(request.POST.get("moved", "")))
    begun = next((item for item in wizard.items if item.kind == Kind.MISSING_DOSE), None)
    try:
        if stood is not None:
            draft = drafts.begin(request.user, wizard.person.citizen)
            texts = as_typed_texts(stood)
            if stood.organization is not None:
                texts["site"] = str(stood.organization.public_id)
            return redirect(wizard.step_url(drafts.add_missing(draft, texts)))
        key = (
            begun.key
            if begun
            else drafts.add_missing(drafts.begin(request.user, wizard.person.citizen))
        )
    except Draft.DoesNotExist:
        return gone(request, wizard)
    return redirect(wizard.step_url(key))


def _gone(person: Citizen, public_id: UUID | None) -> DoseFacts | None:
    """Return the facts of a dose that no longer counts on this record; None for any other."""
    if public_id is None:
        return None
    if (moved := left_by(person, public_id)) is not None:
        return moved[1]
    dose = record_page.dose_of(person, public_id)
    return dose if dose is not None and dose.status == dose.Status.ENTERED_IN_ERROR else None


@citizen_page
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
@with_draft
def details(request: UserRequest, wizard: Wizard, draft: Draft, key: str) -> HttpResponse:
    """Step 2: ask for the right details of one item. What is typed is stored, valid or not.

    Warnings are shown while one types (htmx), and once before the step is left.
    """
    item = next((item for item in wizard.items if item.key == key), None)
    if item is None or not item.has_page:
        raise Http404
    if "remove" in request.POST and item.kind == Kind.MISSING_DOSE:
        drafts.take_out(draft, key)
        return redirect(wizard.remaining)
    if request.method == "POST":
        drafts.keep(draft, key, drafts.changed(item, request.POST), item.fields)
    if is_autosave(request):
        return HttpResponse(status=204)
    judged = CheckedDraft(draft)
    if key not in judged.forms:
        # Another window removed the item in the meantime.
        return gone(request, wizard)
    if "advise" in request.POST:
        return _advice(request, item, judged)
    if request.method != "POST" or "find" in request.POST:
        return _details_page(request, wizard, item, drafts.blank_form(draft, item), judged)
    form = judged.forms[key]
    if not form.is_valid():
        return _details_page(request, wizard, item, form, judged)
    if "another" in request.POST and len(judged.items) < MOST_CLAIMS:
        return redirect(wizard.step_url(drafts.add_missing(draft)))
    if _has_unread(request, judged.warnings[key]):
        return _details_page(request, wizard, item, form, judged, is_paused=True)
    return redirect(wizard.after(key, judged))


@citizen_page
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def check(request: UserRequest) -> HttpResponse:
    """Step 4: show everything once more, take the declaration, and file."""
    filing = filed_before(request)
    return redirect("filed", filing.public_id) if filing else _check(request)


@with_draft
def _check(request: UserRequest, wizard: Wizard, draft: Draft) -> HttpResponse:
    if is_autosave(request):
        drafts.keep(draft, CHECK, request.POST, CHECK_TEXTS)
        return HttpResponse(status=204)
    form = CheckForm(initial=drafts.typed(draft, CHECK))
    if request.method == "POST":
        form = CheckForm(request.POST)
        drafts.keep(draft, CHECK, request.POST, CHECK_TEXTS)
        if photo_readings.USE in request.POST:
            take_over(request, draft)
            return redirect(request.get_full_path())
        if form.is_valid():
            return _send(request, wizard, draft, form)
    return _check_page(request, wizard, draft, form)


@citizen_page
@require_POST
def discard(request: UserRequest) -> HttpResponse:
    """Delete the draft, and start again."""
    wizard = wizard_for(request)
    if wizard is None:
        return redirect("record")
    if wizard.draft is not None:
        drafts.discard(wizard.draft)
    return redirect(wizard.url("file"))


@citizen_page
@require_safe
def filed(request: UserRequest, public_id: UUID) -> HttpResponse:
    """Confirm a filing: references, deadline, who answers, what comes next."""
    own = Filing.objects.filter(citizen__in=parts_of_records_of(request.user).values("pk"))
    filing = get_object_or_404(own.select_related("citizen__merged_into"), public_id=public_id)
    cases = list(
        Correction.objects.of_own_records(request.user)
        .filter(filing=filing)
        .select_related("holder", "dose__vaccine")
        .order_by("pk")
    )
    without_desk = [case for case in cases if case.holder_id is None]
    told = next((words for case in without_desk if (words := stalled.notice(case))), "")
    context = {
        "filing": filing,
        "cases": _titled(cases),
        "first": cases[0] if cases else None,
        "is_of_identity": all(case.kind in IDENTITY_KINDS for case in cases),
        "on_its_way": bool(without_desk) and not told,
        "stalled": told,
    }
    return render(request, "portal/filing/filed.html", context)


def _titled(cases: list[Correction]) -> list[tuple[Correction, str, str]]:
    """Return each case with the name of its dose, and what is asked in one line."""
    lines = []
    for case in cases:
        headline = facts.headline(case)
        about = case.dose if case.kind in DOSE_KINDS else None
        lines.append((case, dose_title(about) if about else headline, headline))
    return lines


def _chosen(wizard: Wizard, preselected: str) -> list[str]:
    """Return the boxes to check: those of the draft, and the one in the link."""
    chosen = [preselected] if preselected else []
    return chosen + [
        MISSING if item.kind == Kind.MISSING_DOSE else item.key for item in wizard.items
    ]


def _kinds_chosen(wizard: Wizard) -> dict[str, str]:
    """Return what is wrong with each dose, as the draft says so far."""
    return {f"kind_{item.key}": item.kind.value for item in wizard.items if item.dose}


def _choose(
    request: UserRequest, wizard: Wizard, chosen: list[str], kinds: dict[str, str]
) -> HttpResponse:
    draft = drafts.begin(request.user, wizard.person.citizen)
    person = [kind.value for kind in IDENTITY_KINDS if kind in chosen]
    doses = [key for key in chosen if key != MISSING and key not in person]
    try:
        drafts.choose(draft, doses, missing=MISSING in chosen, kinds=kinds, person=person)
    except Draft.DoesNotExist:
        return gone(request, wizard)
    if is_autosave(request):
        return HttpResponse(status=204)
    begun = wizard_for(request)
    if begun is None or begun.draft is None:
        return redirect(wizard.url("file"))
    return redirect(begun.after("", CheckedDraft(begun.draft)))


def _has_unread(request: UserRequest, found: list[ProposalWarning]) -> bool:
    """Tell whether there is a warning that the submitted page did not show."""
    shown = request.POST.get("warned", "").split()
    return any(warning.sign not in shown for warning in found)


def _is_last_missing(item: Item, listed: list[Item]) -> bool:
    missing = [one for one in listed if one.kind == Kind.MISSING_DOSE]
    return item == missing[-1] and len(listed) < MOST_CLAIMS


def _advice(request: UserRequest, item: Item, judged: CheckedDraft) -> HttpResponse:
    """Return the warnings as a fragment for htmx; 204 when the page shows the same ones."""
    found = judged.warnings[item.key]
    if [warning.sign for warning in found] == request.POST.get("warned", "").split():
        return HttpResponse(status=204)
    return render(request, "portal/filing/_advice.html", _by_field(found, FIELDS[item.kind]))


def _by_field(found: list[ProposalWarning], fields: Iterable[str]) -> dict[str, Any]:
    return {
        "warnings": found,
        "warned": " ".join(warning.sign for warning in found),
        "advice": {
            str(field): [warning for warning in found if warning.field == field] for field in fields
        },
    }


def _details_page(
    request: UserRequest,
    wizard: Wizard,
    item: Item,
    form: DoseForm | ClaimForm,
    judged: CheckedDraft,
    *,
    is_paused: bool = False,
) -> HttpResponse:
    listed = judged.items
    number = next(place for place, one in enumerate(listed, 1) if one.key == item.key)
    context = {
        "wizard": wizard,
        "item": item,
        "form": form,
        "step": 2,
        "number": number,
        "of": len(listed),
        "back": wizard.before(item.key),
        "may_add": item.kind == Kind.MISSING_DOSE and _is_last_missing(item, listed),
        "other_ways": wizard.url("file", dose=item.key) if item.dose else "",
        "lead": LEADS.get(item.kind, ""),
        "is_paused": is_paused,
        **_by_field(judged.warnings[item.key], FIELDS[item.kind]),
    }
    status = 422 if form.has_errors else 200
    is_details = isinstance(form, DoseForm)
    page = "portal/filing/details.html" if is_details else "portal/filing/claim.html"
    return render(request, page, context, status=status)


def _send(request: UserRequest, wizard: Wizard, draft: Draft, form: CheckForm) -> HttpResponse:
    data = form.cleaned_data
    try:
        filing = send(draft, by=request.user, words=data["words"], seen=data["seen"])
    except AlreadyOpen as first:
        context = {"wizard": wizard, "case": first.correction}
        return render(request, "portal/filing/already_open.html", context, status=409)
    except TooManyOpen:
        form.add_error(
            None,
            _("%(number)s proposals are waiting for an answer. Send this one when some are done.")
            % {"number": MOST_OPEN},
        )
    except TooManyFilings as stop:
        form.add_error(
            None,
            _(
                "One account can send 10 proposals in an hour and 20 in a day. This one is kept: send it"
                " from %(moment)s on, or call %(number)s, who file it for you now."
            )
            % {"moment": ui.minute(stop.retry_at), "number": ui.hotline().display},
        )
    except DraftChanged:
        form.add_error(None, _("Something was changed in another window. Check everything again."))
    except ValidationError as wrong:
        for message in wrong.messages:
            form.add_error(None, message)
    else:
        return redirect("filed", filing.public_id)
    draft = drafts.draft_of(request.user, wizard.person.citizen) or draft
    return _check_page(request, wizard, draft, form)


def _check_page(
    request: UserRequest, wizard: Wizard, draft: Draft, form: CheckForm
) -> HttpResponse:
    judged = CheckedDraft(draft)
    if judged.step_to_do != CHECK:
        return redirect(wizard.step_url(judged.step_to_do))
    photos = [(photo, from_json(photo.warnings)) for photo in judged.photos]
    context = {
        "wizard": wizard,
        "form": form,
        "step": 4,
        "back": wizard.before(CHECK),
        "choose_url": wizard.step_url("", then=CHECK),
        "photos_url": wizard.step_url(drafts.PHOTOS, then=CHECK),
        "doses": [
            (
                item,
                drafts.rows(claim, draft.citizen.kept),
                claim,
                wizard.step_url(item.key if item.has_page else "", then=CHECK),
                judged.warnings[item.key],
            )
            for item, claim in zip(judged.items, judged.claims, strict=True)
        ],
        "photos": photos,
        "fillings": photo_readings.fillings(judged),
        "are_being_read": photo_readings.are_being_read(judged.photos),
        "is_of_identity": bool(judged.papers) and IDENTITY_PAPERS.issuperset(judged.papers),
        "is_warned": any(judged.warnings.values()) or any(found for _photo, found in photos),
        "said": drafts.typed(draft, drafts.PHOTOS),
        "draft_key": draft.key,
        "seen": judged.fingerprint,
    }
    status = 422 if form.has_errors else 200
    return render(request, "portal/filing/check.html", context, status=status)
