"""Who may open a record: the part of the account page, and the page of the message "not me"."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts import access
from accounts.decorators import citizen_page
from accounts.http import UserRequest
from accounts.models import SessionKind
from citizens import links
from vaxreg.uuids import with_id


def account_section(request: UserRequest) -> dict[str, Any] | None:
    """Return template and rows of who may open the records of a citizen; None for staff."""
    if access.session_kind(request) != SessionKind.CITIZEN:
        return None
    user = request.user
    rows = [
        {
            "link": link,
            "is_mine": link.user_id == user.pk,
            "is_waiting": links.is_waiting(link),
            "may_end": links.may_end(user, link),
        }
        for link in links.of_my_records(user)
    ]
    return {"template": "citizens/account_section.html", "rows": rows}


@citizen_page
@require_POST
def end(request: UserRequest) -> HttpResponse:
    """End the link with the id in `link`: one's own, or one that opens a record of the user."""
    own = links.of_my_records(request.user)
    link = with_id(own, request.POST.get("link", "")).first()
    if link is None:
        raise Http404
    if not links.may_end(request.user, link):
        raise PermissionDenied(
            _(
                "This person proved more than you did. The hotline or the commune health station can "
                "end it."
            )
        )
    links.end(link, by=request.user)
    messages.success(request, _("Ended. The record does not open for this phone any more."))
    return redirect("accounts:account")


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def not_me(request: HttpRequest, token: str) -> HttpResponse:
    """Show what a message was about, and end it. The address in the message is the only key."""
    link = links.link_of_token(token)
    if link is None:
        return render(request, "citizens/not_me.html", {"link": None}, status=404)
    if request.method == "POST":
        links.end(link, by=None)
        return redirect("record-not-me", token)
    context = {"link": link, "is_waiting": links.is_waiting(link)}
    return render(request, "citizens/not_me.html", context)
