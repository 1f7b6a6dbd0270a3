"""Who can open a record: its page, how a link is ended, and the page of the message "not me"."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts import access
from accounts.decorators import citizen_page
from accounts.http import UserRequest
from accounts.models import SessionKind
from citizens import history, holders, link_messages, links
from citizens.family import consent
from citizens.looking import told
from citizens.models import Citizen, ConsentRequest, RecordLink
from citizens.visits import log_own
from vaxreg.uuids import uuid_or_none, with_id


def account_section(request: UserRequest) -> dict[str, Any] | None:
    """Return template and records of the part of the account page; None for staff."""
    if access.session_kind(request) != SessionKind.CITIZEN:
        return None
    return {
        "template": "citizens/account_section.html",
        "records": holders.open_to(request.user),
    }


@citizen_page
@require_safe
def who(request: UserRequest) -> HttpResponse:
    """Show who can open a record: the user's own, or the one in ?person=. Others are 404."""
    records = holders.open_to(request.user)
    record, is_own = _chosen(records, request.GET.get("person", ""))
    context = {
        "records": records,
        "record": record,
        "is_own": is_own,
        "rows": holders.rows(record, request.user) if record else [],
        "asked": _asked(request, record) if record else [],
        "ended": holders.ended_rows(record, request.user) if record else [],
        "visits": told.staff_visits(record) if record else [],
        "changes": history.changes_of(record) if record else [],
    }
    if record is not None:
        # After the rows were read: they say when the record was read before.
        log_own(request.user, record)
    return render(request, "citizens/who.html", context)


@citizen_page
@require_http_methods(["GET", "HEAD", "POST"])
def end(request: UserRequest) -> HttpResponse:
    """Ask whether to end the link with the id in `link`, and end it.

    It is one's own, or one that opens a record of the user.
    """
    sent = request.POST if request.method == "POST" else request.GET
    link = with_id(links.of_my_records(request.user), sent.get("link", "")).first()
    if link is None:
        raise Http404
    if not links.may_end(request.user, link):
        raise PermissionDenied(
            _(
                "This person proved more than you did. The hotline or the commune health station can "
                "end it."
            )
        )
    if request.method != "POST":
        return render(request, "citizens/end_link.html", _to_end(request, link))
    links.end(link, by=request.user)
    messages.success(request, _("Ended. The record does not open for this phone any more."))
    still_open = any(one == link.citizen.kept for one, _own in holders.open_to(request.user))
    return redirect(who_url(link.citizen.kept) if still_open else "record")


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def not_me(request: HttpRequest, token: str) -> HttpResponse:
    """Show what a message was about, and end it. The address in the message is the only key."""
    link = link_messages.link_of_token(token)
    if link is None:
        return render(request, "citizens/not_me.html", {"link": None}, status=404)
    if request.method == "POST":
        links.end(link, by=None)
        return redirect("record-not-me", token)
    context = {
        "link": link,
        "is_waiting": links.is_waiting(link),
        "last_day": link_messages.last_day(link),
    }
    return render(request, "citizens/not_me.html", context)


def who_url(record: Citizen) -> str:
    """Return the address of the page of who can open this record."""
    return f"{reverse('record-who')}?{urlencode({'person': record.public_id})}"


def _asked(request: UserRequest, record: Citizen) -> list[tuple[ConsentRequest, str]]:
    """Return the requests of relatives that the user may answer, with who asks."""
    return [(one, holders.name_of(one.user)) for one in consent.requests_to(request.user, record)]


def _to_end(request: UserRequest, link: RecordLink) -> dict[str, Any]:
    return {
        "link": link,
        "record": link.citizen.kept,
        "is_mine": link.user_id == request.user.pk,
        "who": holders.name_of(link.user),
        "is_waiting": links.is_waiting(link),
        "is_last_guardian": holders.is_last_guardian(link),
        "back": who_url(link.citizen.kept),
    }


def _chosen(records: list[tuple[Citizen, bool]], asked: str) -> tuple[Citizen | None, bool]:
    """Return the record that is asked for, or the first one; None where no record is open."""
    if not asked:
        return records[0] if records else (None, False)
    public_id = uuid_or_none(asked)
    for record, is_own in records:
        if record.public_id == public_id:
            return record, is_own
    raise Http404
