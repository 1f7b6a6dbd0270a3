"""The page of an upload link: photos of the paper, without signing in."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods

from accounts import rate_limits
from corrections.lifecycle import Status, StepNotPossible
from corrections.models import UploadLink
from hotline import call_script, upload_links
from portal.forms.case import AnswerForm, MorePhotosForm
from portal.views.photos import bounded
from vaxreg.addresses import client_address
from vaxreg.errors import out_of_order, photos_not_kept
from vaxreg.photos import cleaning
from vaxreg.photos.cleaning import Picture
from vaxreg.private_files import places
from vaxreg.private_files.outage import StoreDown

GONE = (PermissionDenied, StepNotPossible)


@login_not_required
@sensitive_variables("token")
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@bounded
def upload(request: HttpRequest, token: str) -> HttpResponse:
    """Take one to four photos for a case. Unknown, expired and used-up links get the same page."""
    link = upload_links.open_link(token)
    if link is None:
        return _unknown(request)
    if request.method != "POST":
        return _page(request, link, _form(link))
    try:
        return _received(request, link, token)
    except StoreDown:
        form = _form(link, request.POST, problems=[photos_not_kept()])
        form.is_valid()
        return out_of_order(_page(request, link, form))


@sensitive_variables("token")
def _received(request: HttpRequest, link: UploadLink, token: str) -> HttpResponse:
    places.require()
    pictures, problems = _pictures(request, link)
    form = _form(link, request.POST, problems=problems, has_photos=bool(pictures))
    is_valid = form.is_valid()
    try:
        words = form.cleaned_data.get("words", "") if is_valid else ""
        kept = upload_links.receive(link, pictures, words=words) if pictures or is_valid else 0
    except ValidationError as wrong:
        form.add_error(None, wrong.messages)
        return _page(request, link, form)
    except GONE:
        return render(request, "hotline/upload/ended.html", status=404)
    if not is_valid:
        return _page(request, link, form, kept=kept)
    if upload_links.open_link(token) is None:
        return render(request, "hotline/upload/thanks.html", {"link": link})
    messages.success(request, _("Thank you, it has arrived. The health staff can see it now."))
    return redirect("upload", token)


def _unknown(request: HttpRequest) -> HttpResponse:
    """Answer 404, or 429 to an address with many tries.

    Only unknown links are limited: all phones of a village may share one IP address.
    """
    verdict = rate_limits.count_attempt(
        "upload: unknown from address", client_address(request), upload_links.UNKNOWN_FROM_ADDRESS
    )
    return render(request, "hotline/upload/ended.html", status=404 if verdict.allowed else 429)


def _form(link: UploadLink, *args: Any, **kwargs: Any) -> MorePhotosForm:
    is_asked = link.correction.status == Status.WAITING
    return (AnswerForm if is_asked else MorePhotosForm)(*args, **kwargs)


def _pictures(request: HttpRequest, link: UploadLink) -> tuple[list[Picture], list[str]]:
    """Rebuild as many photos as the link accepts; return them, and the errors of the others."""
    pictures, problems = [], []
    sent = request.FILES.getlist("photos")
    room = upload_links.left(link)
    for number, file in enumerate(sent[:room], 1):
        verdict = rate_limits.count_attempt(
            "upload: link", str(link.pk), upload_links.UPLOADS_OF_LINK
        )
        try:
            if not verdict.allowed:
                raise ValidationError(
                    _("That is enough for today. Call the hotline if you need help.")
                )
            pictures.extend(cleaning.clean(file.read()))
        except ValidationError as refused:
            words = {"number": number, "problem": refused.messages[0]}
            problems.append(
                _("Photo %(number)s: %(problem)s") % words if len(sent) > 1 else words["problem"]
            )
    if len(sent) > room or len(pictures) > room:
        # The pages of a PDF are photos too.
        problems.append(_("At most 4 photos can be sent through one link."))
    return pictures[:room], [str(problem) for problem in problems]


def _page(
    request: HttpRequest, link: UploadLink, form: MorePhotosForm, kept: int = 0
) -> HttpResponse:
    case = link.correction
    context = {
        "form": form,
        "case": case,
        "expires_at": link.expires_at,
        "left": upload_links.left(link),
        "arrived": link.photos.count(),
        "kept": kept,
        "question": call_script.question(case) if case.status == Status.WAITING else "",
    }
    return render(
        request, "hotline/upload/page.html", context, status=422 if form.has_errors else 200
    )
