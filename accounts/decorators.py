"""Pages say for whom they are: `@citizen_page`, `@staff_page`."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect

from accounts import access
from accounts.http import UserRequest
from accounts.models import SessionKind

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]
UserView = Callable[Concatenate[UserRequest, P], HttpResponseBase]


def citizen_page(view: UserView[P]) -> View[P]:
    """Only for sessions that came in by phone; anybody else is led to that sign-in."""
    return _page_for(SessionKind.CITIZEN, view)


def staff_page(view: UserView[P]) -> View[P]:
    """Only for sessions with password and second factor; others are led to that sign-in."""
    return _page_for(SessionKind.STAFF, view)


def _page_for(kind: SessionKind, view: UserView[P]) -> View[P]:
    @wraps(view)
    def page(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if access.session_kind(request) != kind:
            return to_sign_in(request, kind)
        return view(request, *args, **kwargs)  # type: ignore[arg-type]

    # The middleware reads it to lead those who are not signed in to the right door.
    page.session_kind = kind  # type: ignore[attr-defined]
    return page


def to_sign_in(request: HttpRequest, kind: SessionKind) -> HttpResponse:
    """Lead to a sign-in page; htmx is told to leave the page, not to put it into a part of it."""
    url = access.sign_in_url(request, kind)
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": url})
    return HttpResponseRedirect(url)


def kind_wanted_by(view: Callable[..., Any]) -> SessionKind | None:
    """For whom a view is, when it says so."""
    return getattr(view, "session_kind", None)
