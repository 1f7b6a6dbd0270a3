"""Views of the help pages; open to everybody, without signing in."""

from typing import cast

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts import access
from accounts.models import User
from help import search
from help.texts import AUDIENCES, Audience
from organizations.models import Membership
from organizations.queries import held_roles


@login_not_required
@require_safe
def own(request: HttpRequest) -> HttpResponse:
    """Show the help for the reader's own work; with ?q=, what is found for all audiences."""
    return _page(request, _audience_of(request))


@login_not_required
@require_safe
def audience(request: HttpRequest, audience: str) -> HttpResponse:
    """Show the help of one audience. 404 for one that there is not."""
    if audience not in AUDIENCES:
        raise Http404
    return _page(request, AUDIENCES[audience])


def _page(request: HttpRequest, shown: Audience) -> HttpResponse:
    typed = request.GET.get("q", "").strip()
    context = {
        "audiences": AUDIENCES.values(),
        "shown": shown,
        "typed": typed,
        "found": search.find(typed) if typed else None,
    }
    return render(request, "help/page.html", context)


def _audience_of(request: HttpRequest) -> Audience:
    """Return the audience of whoever is signed in; citizens' for everybody else."""
    if not access.is_staff_session(request):
        return AUDIENCES["citizens"]
    roles = {one.role for one in held_roles(cast(User, request.user))}
    if Membership.Role.HOTLINE in roles:
        return AUDIENCES["hotline"]
    if roles & {Membership.Role.REVIEWER, Membership.Role.LEAD} or not roles:
        return AUDIENCES["sites"]
    return AUDIENCES["officers"]
