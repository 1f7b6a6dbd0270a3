"""Middleware for every request: its language, the limits of its session, its second factor."""

from collections.abc import Callable
from typing import Any, cast

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts import sessions
from accounts.decorators import kind_wanted_by, to_sign_in
from accounts.models import Language, SessionKind, User
from accounts.sign_in import kept_text

GetResponse = Callable[[HttpRequest], HttpResponseBase]


class LanguageMiddleware:
    """The language that the user chose, by cookie or in the account; else that of the browser.

    A program says in `Accept-Language` what its own user reads. Vietnamese when nothing fits.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME)
        if chosen not in Language.values and settings.SESSION_COOKIE_NAME in request.COOKIES:
            chosen = request.session.get(sessions.LANGUAGE)
        if chosen not in Language.values:
            chosen = translation.get_language_from_request(request)
        with translation.override(chosen):
            request.LANGUAGE_CODE = chosen
            response = self.get_response(request)
            response.headers.setdefault("Content-Language", chosen)
            patch_vary_headers(response, ["Cookie", "Accept-Language"])
            return response


class SessionLimitsMiddleware:
    """Ends sessions that are idle or too old, of suspended staff, or of an unknown kind."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.user.is_authenticated:
            self._check(request)
        return self.get_response(request)

    def _check(self, request: HttpRequest) -> None:
        now = timezone.now()
        kind = sessions.kind_of(request)
        if kind is None:
            # The session was started by a sign-in that is not ours: it gives access to nothing.
            logout(request)
            return
        if kind == SessionKind.STAFF and cast(User, request.user).suspended_at is not None:
            logout(request)
            messages.warning(
                request,
                _("Your staff account is suspended. Ask the office that invited you why."),
            )
            return
        limit = sessions.limit_reached(request, kind, now)
        user = cast(User, request.user)
        if limit is None:
            # Background requests of a page do not count as use.
            if "X-Background" not in request.headers:
                sessions.note_use(request, now)
            # Templates read it from here: `base.html` puts it back into the form.
            request.kept_text = kept_text.give_back(request, user)  # type: ignore[attr-defined]
            return
        request.session_ended_of = user.pk  # type: ignore[attr-defined]
        logout(request)
        hours, minutes = divmod(int(limit.total_seconds()) // 60, 60)
        if hours:
            text = ngettext(
                "You were signed out because you had been signed in for %(count)s hour. Sign in again to go on.",
                "You were signed out because you had been signed in for %(count)s hours. Sign in again to go on.",
                hours,
            ) % {"count": hours}
        else:
            text = _(
                "You were signed out because nothing had happened for %(minutes)s minutes. Sign in again to go on."
            ) % {"minutes": minutes}
        messages.info(request, text)


class SecondFactorMiddleware:
    """Requires the second factor of staff sessions; redirects others to the right sign-in."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        user = request.user
        if (
            user.is_authenticated
            and sessions.kind_of(request) == SessionKind.STAFF
            and not sessions.has_second_factor(request, user)
        ):
            logout(request)
        return self.get_response(request)

    def process_view(
        self,
        request: HttpRequest,
        view: Callable[..., Any],
        view_args: Any,
        view_kwargs: Any,
    ) -> HttpResponseBase | None:
        """Redirect a user who is not signed in to the sign-in page that this view needs."""
        match = request.resolver_match
        if match is not None and "admin" in match.app_names:
            # The admin site's own sign-in, by password alone, is never used.
            if sessions.kind_of(request) != SessionKind.STAFF:
                return to_sign_in(request, SessionKind.STAFF)
            return None
        if request.user.is_authenticated or not getattr(view, "login_required", True):
            return None
        return to_sign_in(request, kind_wanted_by(view) or SessionKind.CITIZEN)
