"""The access tokens of partner apps: `Authorization: Bearer …`, worth what stands behind them.

A token of a citizen is worth what the consent still allows, a token of a system what its account
may. Ended, run out, signed out everywhere: the next request is refused.
"""

import hashlib
from collections.abc import Collection
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.request import Request

from accounts.api_auth import PREFIX, count_use, require_scope
from accounts.models import Scope, SessionKind
from accounts.programs import Program
from partners import consents
from partners.models import AccessToken, PartnerApp
from vaxreg import db_time

if TYPE_CHECKING:
    from accounts.models import User


class PartnerToken(BaseAuthentication):
    """Finds the valid token of a request; `request.auth` is the `Program`."""

    keyword = "Bearer"

    def authenticate(self, request: Request) -> tuple["User", Program] | None:
        """Return user and program, None without our header or with a key of another kind.

        Raises AuthenticationFailed, PermissionDenied (no scope for it) and TooOften.
        """
        words = get_authorization_header(request).split()
        if not words or words[0].lower() != self.keyword.lower().encode():
            return None
        if len(words) == 2 and words[1].startswith(PREFIX.encode()):
            return None
        token = _live(words[1] if len(words) == 2 else b"")
        found = _asker(token, token.application) if token and token.application else None
        if token is None or token.application is None or found is None:
            raise exceptions.AuthenticationFailed(
                _("This access token is not valid, or the consent behind it has ended.")
            )
        count_use(AccessToken.objects.filter(pk=token.pk), token.application.per_minute)
        self.require_scope(request, found[1])
        return found

    def authenticate_header(self, request: Request) -> str:
        """The WWW-Authenticate header of a 401 answer (RFC 6750)."""
        return self.keyword

    def require_scope(self, request: Request, program: Program) -> None:
        """Raise PermissionDenied when the program has no scope for this method of this view."""
        require_scope(request, program.scopes)


def _live(key: bytes) -> AccessToken | None:
    checksum = hashlib.sha256(key).hexdigest()
    return (
        AccessToken.objects.select_related("application__user", "user")
        .filter(token_checksum=checksum, expires__gt=db_time.now(), application__ended_at=None)
        .first()
    )


def _asker(token: AccessToken, app: PartnerApp) -> tuple["User", Program] | None:
    """Return who asks; None when what stood behind the token has ended."""
    asked = set(token.scope.split()) & set(app.scopes)
    if token.user is None:
        account = app.user
        if account is None or not account.is_active or account.suspended_at is not None:
            return None
        return account, _program(SessionKind.STAFF, asked)
    consent = consents.behind(token)
    if consent is None:
        return None
    people = frozenset(one.kept.pk for one in consent.people.select_related("merged_into"))
    allowed = asked & set(consent.scopes)
    return token.user, _program(SessionKind.CITIZEN, allowed, people, app.name)


def _program(
    kind: SessionKind,
    scopes: Collection[str],
    people: frozenset[int] | None = None,
    app: str = "",
) -> Program:
    own = frozenset(Scope(one) for one in scopes if one in Scope.values)
    smart = tuple(sorted(one for one in scopes if one not in Scope.values))
    return Program(kind, own, smart, people, app)
