"""An app that asks for itself, with its own id and secret (HTTP Basic, RFC 6749 section 2.3.1)."""

import base64
import binascii
from datetime import timedelta
from typing import Any
from urllib.parse import unquote_plus

from django.contrib.auth.hashers import check_password
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.authentication import BaseAuthentication
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from accounts.api_auth import TooOften
from accounts.rate_limits import count_attempt
from accounts.throttled import seconds_until
from partners.models import PartnerApp

MINUTE = timedelta(minutes=1)
# Two names of 255 signs, each written as %XX, in base64.
LONGEST = 2_500


def app_of(request: HttpRequest | Request) -> PartnerApp | None:
    """Return the live app whose id and secret the request carries; None without such a header.

    Raises AuthenticationFailed, and TooOften beyond its limit for a minute: each try counts.
    """
    scheme, _space, sent = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    client_id, secret = _named(sent.strip())
    app = PartnerApp.objects.live().filter(client_id=client_id).first() if client_id else None
    if app is None or app.client_type != PartnerApp.CLIENT_CONFIDENTIAL or not secret:
        raise exceptions.AuthenticationFailed(_("The app’s id or secret is not right."))
    verdict = count_attempt("partner-client", str(app.pk), [(app.per_minute, MINUTE)])
    if verdict.retry_at is not None:
        raise TooOften(
            seconds_until(verdict.retry_at),
            _("This app may send %(count)s requests in a minute.") % {"count": app.per_minute},
        )
    if not check_password(secret, app.client_secret):
        raise exceptions.AuthenticationFailed(_("The app’s id or secret is not right."))
    return app


class ClientAuthentication(BaseAuthentication):
    """The app itself asks, for nobody; `request.auth` is the `PartnerApp`."""

    def authenticate(self, request: Request) -> tuple[AnonymousUser, PartnerApp] | None:
        """Return nobody and the app; None without our header."""
        app = app_of(request)
        return None if app is None else (AnonymousUser(), app)

    def authenticate_header(self, request: Request) -> str:
        """The WWW-Authenticate header of a 401 answer."""
        return 'Basic realm="partner apps"'


class ForApps(BasePermission):
    """An app with its own id and secret."""

    def has_permission(self, request: Request, view: Any) -> bool:
        return isinstance(request.auth, PartnerApp)


def _named(sent: str) -> tuple[str, str]:
    """Return id and secret of a Basic header; two empty texts for one that is none."""
    if len(sent) > LONGEST:
        return "", ""
    try:
        name, _colon, secret = base64.b64decode(sent, validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        return "", ""
    name, secret = unquote_plus(name), unquote_plus(secret)
    return ("", "") if "\0" in name + secret else (name, secret)
