"""Pages of the sign-in by VNeID: to it, back from it, and the parts of other pages that offer it."""

import logging
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts import access, rate_limits
from accounts.decorators import citizen_page
from accounts.http import UserRequest
from accounts.models import SessionKind
from accounts.sign_in import citizen_session
from accounts.throttled import too_many
from citizens.masking import mask_id
from citizens.verified import Opening
from identity import actions
from identity.vneid import flow
from identity.vneid.configuration import configured
from identity.vneid.flow import Wish
from identity.vneid.refusals import OUT_OF_ORDER, WORDS, Reason, Refusal
from vaxreg.addresses import client_address, own_path

log = logging.getLogger(__name__)

BEGUN = "vneid begun"


@login_not_required
@never_cache
@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """Go to VNeID to sign in; ?next=… is the page afterwards. 404 where nobody has set VNeID up."""
    return _begin(request, Wish(back=own_path(request.GET.get("next"))))


@citizen_page
@never_cache
@require_safe
def add(request: UserRequest) -> HttpResponse:
    """Go to VNeID to add it to the account that is signed in."""
    return _begin(request, Wish(back=reverse("accounts:account"), user=request.user.pk))


@login_not_required
@never_cache
@require_safe
def back(request: HttpRequest) -> HttpResponse:
    """Judge the answer of VNeID; sign in, or say in words why not."""
    if configured() is None:
        raise Http404
    wish = Wish()
    try:
        wish, state = flow.wish_of(request)
        person = flow.finish(request, state)
        if wish.user is not None:
            return _added(request, wish, person)
        user, opening = actions.enter(person)
    except Refusal as refusal:
        return _refused(request, refusal, wish)
    response = citizen_session.begin(request, user, method="vneid", back=own_path(wish.back))
    _say(request, opening)
    return response


def sign_in_way(request: HttpRequest, next_page: str) -> dict[str, Any] | None:
    """Return what the sign-in page shows of VNeID; None where it is not set up."""
    if configured() is None:
        return None
    return {"template": "identity/sign_in_way.html", "address": _address_of_start(next_page)}


def account_section(request: UserRequest) -> dict[str, Any] | None:
    """Return who the citizen is by VNeID, for the account page; None for staff or without VNeID."""
    if access.session_kind(request) != SessionKind.CITIZEN:
        return None
    known = actions.identity_of(request.user)
    if known is None and configured() is None:
        return None
    return {
        "template": "identity/account_section.html",
        "known": known,
        "number": mask_id(known.id_number) if known else "",
        "is_configured": configured() is not None,
    }


def _begin(request: HttpRequest, wish: Wish) -> HttpResponse:
    if configured() is None:
        raise Http404
    if request.method == "HEAD":
        # Whoever looks whether the page is there has not begun to sign in.
        return HttpResponse()
    verdict = rate_limits.count_attempt(BEGUN, client_address(request), settings.VNEID_PER_ADDRESS)
    if not verdict.allowed:
        return too_many(request, verdict.retry_at, again="accounts:sign_in")
    try:
        return flow.begin(request, wish)
    except Refusal as refusal:
        return _refused(request, refusal, wish)


def _added(request: HttpRequest, wish: Wish, person: Any) -> HttpResponse:
    """Add the VNeID to the account for which it was begun, if that is still the one signed in."""
    if not access.is_citizen_session(request) or request.user.pk != wish.user:
        raise Refusal(Reason.NOT_BEGUN_HERE, "another session")
    opening = actions.add(request.user, person)  # type: ignore[arg-type]
    _say(request, opening)
    opened = opening in (Opening.OPENED, Opening.OPEN_ALREADY)
    return redirect(access.home_url(SessionKind.CITIZEN) if opened else wish.back)


def _refused(request: HttpRequest, refusal: Refusal, wish: Wish) -> HttpResponse:
    log.warning("vneid_refused", extra={"why": refusal.reason.value, "detail": refusal.detail})
    is_out_of_order = refusal.reason in OUT_OF_ORDER
    again = reverse("vneid-add") if wish.user else _address_of_start(own_path(wish.back))
    context = {
        "words": WORDS[refusal.reason],
        "is_out_of_order": is_out_of_order,
        "was_cancelled": refusal.reason == Reason.CANCELLED,
        "again": again,
        "is_adding": wish.user is not None,
        "other_ways": _with_next(reverse("accounts:sign_in"), own_path(wish.back)),
    }
    status = 503 if is_out_of_order else 200 if refusal.reason == Reason.CANCELLED else 403
    response = render(request, "identity/refused.html", context, status=status)
    if is_out_of_order:
        response.headers["Retry-After"] = "60"
    return response


def _say(request: HttpRequest, opening: Opening) -> None:
    """Say what VNeID has verified, and what becomes of the record."""
    verified = _("Your identity is verified by VNeID.")
    staff = _("The hotline or the place that gave a dose can open it: bring your identity card.")
    if opening is Opening.OPENED:
        messages.success(request, _("Your identity is verified by VNeID, and your record is open."))
    elif opening is Opening.OPEN_ALREADY:
        messages.success(request, verified)
    elif opening is Opening.NO_RECORD:
        no_record = _("No record has your personal number yet. You can open one in another way.")
        messages.info(request, f"{verified} {no_record}")
    elif opening is Opening.ASKED:
        asked = _(
            "A record has your personal number, but nobody has checked yet whose it is. It opens in"
            " 24 hours unless the phone on record objects; health staff can open it sooner."
        )
        messages.info(request, f"{verified} {asked}")
    elif opening is Opening.OTHER_RECORD:
        other = _(
            "Another record has your personal number too. Call the hotline: they see to it that the"
            " two become one."
        )
        messages.warning(request, f"{verified} {other}")
    else:
        words = {
            Opening.DIFFERS: _(
                "The record with your personal number has another name or date of birth, so it was"
                " not opened."
            ),
            Opening.STOPPED: _(
                "Somebody who is on the record with your personal number has stopped its opening."
            ),
            Opening.SEVERAL: _("Several records have your personal number, so none was opened."),
        }
        messages.warning(request, f"{verified} {words[opening]} {staff}")


def _address_of_start(next_page: str) -> str:
    return _with_next(reverse("vneid"), next_page)


def _with_next(address: str, next_page: str) -> str:
    return f"{address}?{urlencode({'next': next_page})}" if next_page else address
