"""Decorators that say which kind of session a page needs: `@citizen_page`, `@staff_page`."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from accounts import access, sessions
from accounts.http import UserRequest
from accounts.models import SessionKind
from accounts.sign_in import kept_text

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]
UserView = Callable[Concatenate[UserRequest, P], HttpResponseBase]


def citizen_page(view: UserView[P]) -> View[P]:
    """Require a citizen session; others are redirected to the sign-in by phone."""
    return _page_for(SessionKind.CITIZEN, view)


def staff_page(view: UserView[P]) -> View[P]:
    """Require a staff session (password and second factor); others go to the staff sign-in."""
    return _page_for(SessionKind.STAFF, view)


def fresh_factor(view: UserView[P]) -> UserView[P]:
    """Require a second factor of the last minutes: whoever finds an open screen adds no key.

    Below `@staff_page`. Others confirm that it is them, and come back.
    """

    @wraps(view)
    def page(request: UserRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if sessions.is_fresh(request, request.user):
            return view(request, *args, **kwargs)
        back = request.get_full_path() if request.method in ("GET", "HEAD") else ""
        query = f"?{urlencode({'next': back})}" if back else ""
        return HttpResponseRedirect(reverse("accounts:confirm") + query)

    return page


def _page_for(kind: SessionKind, view: UserView[P]) -> View[P]:
    @wraps(view)
    def page(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if access.session_kind(request) != kind:
            return to_sign_in(request, kind)
        if request.method in ("GET", "HEAD"):
            # What is shown, and the row that says who saw it, stand or fall together.
            with transaction.atomic():
                return view(request, *args, **kwargs)  # type: ignore[arg-type]
        return view(request, *args, **kwargs)  # type: ignore[arg-type]

    # SecondFactorMiddleware reads it to redirect to the right sign-in page.
    page.session_kind = kind  # type: ignore[attr-defined]
    return page


def to_sign_in(request: HttpRequest, kind: SessionKind) -> HttpResponse:
    """Redirect to a sign-in page; htmx must load it as a new page, not into a part of this one.

    What was sent after the session had ended is kept for the page to which the sign-in leads back.
    """
    is_first = kept_text.KEPT not in request.session
    if kept_text.keep(request, access.page_of(request)) and is_first:
        messages.info(request, _("What you typed is kept. Sign in to get it back."))
    url = access.sign_in_url(request, kind)
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": url})
    return HttpResponseRedirect(url)


def kind_wanted_by(view: Callable[..., Any]) -> SessionKind | None:
    """Return the kind of session that a view needs, or None."""
    return getattr(view, "session_kind", None)
