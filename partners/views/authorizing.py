"""The page on which a citizen agrees that an app acts for them, and where apps get tokens."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from oauth2_provider.views.base import AuthorizationView, RevokeTokenView, TokenView

from accounts import access, rate_limits
from accounts.decorators import to_sign_in
from accounts.http import UserRequest
from accounts.models import SessionKind
from accounts.throttled import seconds_until
from partners import consents, registering
from partners.forms import ConsentForm
from vaxreg.addresses import client_address

# Requests without success.
FAILURES = ((60, timedelta(minutes=1)),)


class Authorize(AuthorizationView):
    """GET asks, POST answers; the answer leads back to the app (RFC 6749, 4.1; PKCE)."""

    template_name = "partners/authorize.html"
    form_class: type[ConsentForm] = ConsentForm
    request: UserRequest

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if access.session_kind(request) != SessionKind.CITIZEN:
            return to_sign_in(request, SessionKind.CITIZEN)
        response: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        return response

    def get_form_kwargs(self) -> dict[str, Any]:
        """Whose records may be chosen, and what the app asks for."""
        kwargs: dict[str, Any] = super().get_form_kwargs()
        people = list(consents.offered(self.request.user))
        sent = self.request.POST.get("scope", "") if self.request.method == "POST" else ""
        scopes = sent.split() or list(self.oauth2_data.get("scopes", ()))
        return {**kwargs, "people": people, "scopes": scopes}

    def get_initial(self) -> dict[str, Any]:
        initial: dict[str, Any] = super().get_initial()
        people = list(consents.offered(self.request.user)[:1])
        return {
            **initial,
            "people": [str(one.public_id) for one in people],
            "may": list(self.oauth2_data.get("scopes", ())),
            "days": consents.PROPOSED_DAYS,
        }

    def error_response(self, error: Any, application: Any, **kwargs: Any) -> HttpResponse:  # type: ignore[override]
        """Answer; of a consent of which the app cannot be told, nothing is stored."""
        if self.request.method == "POST":
            transaction.set_rollback(True)
        response: HttpResponse = super().error_response(error, application, **kwargs)
        return response

    @transaction.atomic
    def form_valid(self, form: ConsentForm) -> HttpResponse:
        """Store the consent and give the app its code; or send it away."""
        if form.cleaned_data["allow"]:
            app = registering.live_app(form.cleaned_data["client_id"])
            if app is None:
                return self.form_invalid(form)
            scopes = [one for one in form.cleaned_data["may"] if one in app.scopes]
            form.cleaned_data["scope"] = " ".join(scopes)
            consents.give(
                self.request.user,
                app,
                scopes=scopes,
                people=form.chosen,
                days=form.cleaned_data["days"],
            )
        response: HttpResponse = super().form_valid(form)
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The app, also when the form comes back with an error."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        if "application" not in context and "form" in context:
            sent = context["form"].data.get("client_id", "")
            context["application"] = registering.live_app(sent)
        return context

    def render_to_response(self, context: dict[str, Any], **kwargs: Any) -> HttpResponse:
        """Let the browser follow the answer to the app's own address."""
        form = context.get("form")
        if form is not None and form.has_errors:
            kwargs["status"] = 422
        response = super().render_to_response(context, **kwargs)
        if form is not None:
            back = urlsplit(str(form["redirect_uri"].value() or ""))
            origin = f"{back.scheme}://{back.netloc}"
            response._csp_update = {"form-action": [origin]}  # type: ignore[attr-defined]
        return response


class _Limited:
    """At most so many failures in a minute of one address of the network.

    What succeeds does not count: the server of an app asks for all of its users.
    """

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        counted = rate_limits.count_attempt("oauth.token", client_address(request), FAILURES)
        if not counted.allowed and counted.retry_at:
            wait = str(seconds_until(counted.retry_at))
            return HttpResponse(status=429, headers={"Retry-After": wait})
        response: HttpResponseBase = super().dispatch(request, *args, **kwargs)  # type: ignore[misc]
        if response.status_code == 200:
            rate_limits.undo(counted)
        return response


class Token(_Limited, TokenView):
    """Changes a code, a refresh token or the secret of a system for an access token."""


class Revoke(_Limited, RevokeTokenView):
    """Ends a token that its app needs no more (RFC 7009)."""
