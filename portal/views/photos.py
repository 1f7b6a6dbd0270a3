"""Views to add, remove and show photos of the paper."""

import logging
from functools import wraps
from io import BytesIO
from typing import IO, Any, ParamSpec
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied, TooManyFilesSent, ValidationError
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import is_staff_session
from accounts.decorators import citizen_page
from accounts.http import UserRequest
from citizens.access import parts_of_records_of
from citizens.models import RecordVisit
from citizens.visits import log_listed
from corrections.models import Correction, Draft, Evidence
from corrections.papers import ASKED, IDENTITY_PAPERS
from corrections.parties import reads_masked
from corrections.photos import evidence
from corrections.prechecks.rules import from_json
from corrections.visits import log_reading
from portal import drafts, photo_readings
from portal.draft_check import CheckedDraft
from portal.drafts import PHOTOS
from portal.forms.send import PhotosForm
from portal.views.wizard import Page, Wizard, is_autosave, with_draft
from vaxreg.errors import out_of_order, photos_not_kept
from vaxreg.photos import cleaning
from vaxreg.private_files.outage import StoreDown
from vaxreg.uuids import uuid_or_none

P = ParamSpec("P")

log = logging.getLogger(__name__)

# The value of `size` in the address of a thumbnail.
THUMBNAIL = "thumbnail"
TEXTS = ("has_no_paper", "where_when")
# Five photos of 10 MB and what wraps them; of anything longer not a byte is read.
MOST_BYTES = evidence.MOST_PHOTOS * cleaning.MOST_BYTES + cleaning.MEGABYTE


def bounded(view: Page[P]) -> Page[P]:
    """Refuse a request that is too long before its body is read, with a message.

    The CSRF check reads the body; therefore it is done here, after the length.
    """
    protected: Page[P] = csrf_protect(view)

    @csrf_exempt
    @wraps(view)
    def page(request: UserRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        return _too_much(request) or protected(request, *args, **kwargs)

    return page


@citizen_page
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
@bounded
@with_draft
def photos(request: UserRequest, wizard: Wizard, draft: Draft) -> HttpResponse:
    """Step 3: upload photos of the paper, or say in words where and when the dose was given."""
    if request.method != "POST":
        typed, judged = drafts.typed(draft, PHOTOS), CheckedDraft(draft)
        form = PhotosForm(initial=typed, has_photos=False, needs_paper=judged.needs_paper)
        return _photos_page(request, wizard, draft, form)
    drafts.keep(draft, PHOTOS, request.POST, TEXTS)
    if is_autosave(request):
        return HttpResponse(status=204)
    if photo_readings.USE in request.POST:
        take_over(request, draft)
        return redirect(request.get_full_path())
    is_down = False
    try:
        added, problems = _add_all(draft, request.FILES.getlist("photos"), request)
    except StoreDown:
        added, problems, is_down = [], [photos_not_kept()], True
    has_unread = any(photo.warnings for photo in added)
    if ("add" in request.POST or has_unread) and not problems:
        return redirect(request.get_full_path())
    judged = CheckedDraft(draft)
    form = judged.paper_with(problems)
    if not form.is_valid():
        page = _photos_page(request, wizard, draft, form)
        return out_of_order(page) if is_down else page
    return redirect(wizard.after(PHOTOS, judged))


def take_over(request: UserRequest, draft: Draft) -> None:
    """Fill in what was read on the photos, as the pressed button says, and tell what."""
    filled = photo_readings.take_over(CheckedDraft(draft), request.POST[photo_readings.USE])
    if filled is None:
        messages.info(
            request, _("Something was changed in another window. Check everything again.")
        )
    else:
        said = {"dose": filled.item.title, "values": filled.in_words}
        messages.success(request, _("Filled in for %(dose)s: %(values)s.") % said)


@citizen_page
@require_POST
@with_draft
def remove(request: UserRequest, wizard: Wizard, draft: Draft) -> HttpResponse:
    """Remove a photo from the draft; does nothing if it is gone already."""
    public_id = uuid_or_none(request.POST.get("photo"))
    if public_id is None:
        raise Http404
    photo = draft.evidence.filter(public_id=public_id).first()
    if photo is not None:
        evidence.remove(photo)
    return redirect(wizard.step_url(PHOTOS, **({"then": wizard.then} if wizard.then else {})))


@require_safe
@transaction.atomic
def show(request: UserRequest, public_id: UUID) -> HttpResponseBase:
    """Send a photo, its preview or its thumbnail to a user who may see it.

    Views by staff are logged: a thumbnail as a list, once a day.
    """
    as_staff = is_staff_session(request)
    seen = evidence.seen_by(request.user, as_staff=as_staff)
    photo = get_object_or_404(seen.select_related("filing__citizen"), public_id=public_id)
    case = _case_of(request, photo)
    if case is not None and reads_masked(request.user, case):
        raise PermissionDenied(
            _("A paper shows names and numbers. It is shown to whoever decides the proposal.")
        )
    if photo.deleted_at is not None:
        raise Http404
    size = request.GET.get("size", "")
    if case is not None and size == THUMBNAIL:
        # Nothing can be read on it: it is part of the list in which it stands.
        log_listed(request.user, [case.citizen_id])
    elif case is not None:
        log_reading(request.user, case, seen=RecordVisit.Seen.PHOTO)
    try:
        file = _file_of(photo, size)
    except FileNotFoundError:
        log.error("a photo's file is missing: evidence row %s", photo.pk)
        raise Http404 from None
    # Its own name was never kept; this one says nothing about anybody.
    response = FileResponse(file, content_type="image/jpeg", filename=f"photo-{photo.pk}.jpg")
    response.headers["Content-Security-Policy"] = (
        "default-src 'none'; frame-ancestors 'none'; sandbox"
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "no-store"
    return response


def _file_of(photo: Evidence, size: str) -> IO[bytes]:
    if size == THUMBNAIL:
        return BytesIO(evidence.thumbnail(photo))
    return default_storage.open(photo.preview_key if size == "preview" else photo.file_key)


def _too_much(request: UserRequest) -> HttpResponse | None:
    too_much = int(request.META.get("CONTENT_LENGTH") or 0) > MOST_BYTES
    if not too_much:
        try:
            len(request.POST)
        except TooManyFilesSent:
            too_much = True
    if not too_much:
        return None
    messages.error(
        request,
        _("That was too much at once. Choose at most 5 photos, each of 10 MB at most."),
    )
    return redirect(request.get_full_path())


def _add_all(
    draft: Draft, sent: list[UploadedFile[Any]], request: UserRequest
) -> tuple[list[Evidence], list[str]]:
    """Store the photos that are accepted; return them, and the errors of the others by number."""
    added, problems = [], []
    for number, file in enumerate(sent, 1):
        try:
            added.extend(evidence.add(draft, file, by=request.user))
        except ValidationError as refused:
            if refused.error_list[0].code == "twice" and request.headers.get("X-Upload-Again"):
                # The answer to the first try was lost on its way: the photo is where it should be.
                continue
            words = {"number": number, "problem": refused.messages[0]}
            problems.append(
                _("Photo %(number)s: %(problem)s") % words if len(sent) > 1 else words["problem"]
            )
    return added, [str(problem) for problem in problems]


def _photos_page(
    request: UserRequest, wizard: Wizard, draft: Draft, form: PhotosForm
) -> HttpResponse:
    judged = CheckedDraft(draft)
    added, asked = judged.photos, judged.papers
    context = {
        "asked": [ASKED[paper] for paper in asked],
        "is_of_identity": bool(asked) and IDENTITY_PAPERS.issuperset(asked),
        "may_be_brought": not IDENTITY_PAPERS.isdisjoint(asked),
        "wizard": wizard,
        "form": form,
        "step": 3,
        "back": wizard.before(PHOTOS),
        "photos": [(photo, from_json(photo.warnings)) for photo in added],
        "fillings": photo_readings.fillings(judged),
        "are_being_read": photo_readings.are_being_read(added),
        "most": evidence.MOST_PHOTOS,
        "may_add": len(added) < evidence.MOST_PHOTOS,
        "remove_url": wizard.url(
            "file-photo-remove", **({"then": wizard.then} if wizard.then else {})
        ),
    }
    return render(
        request, "portal/filing/photos.html", context, status=422 if form.has_errors else 200
    )


def _case_of(request: UserRequest, photo: Evidence) -> Correction | None:
    """Return the case by which somebody other than the record's owner sees the photo."""
    filing = photo.filing
    if filing is None or parts_of_records_of(request.user).filter(pk=filing.citizen_id).exists():
        return None
    cases = Correction.objects.visible_to(request.user).filter(filing=filing)
    return cases.select_related("holder", "filing", "citizen").order_by("pk")[0]
