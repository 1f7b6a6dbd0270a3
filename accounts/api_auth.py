"""Authentication of API clients: `Authorization: Token <key>`."""

import secrets
from datetime import timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.request import Request

from accounts.models import ApiToken, SessionKind, User
from vaxreg import db_time
from vaxreg.encryption import ACCOUNTS
from vaxreg.uuids import with_id

PREFIX = "vr_"
# A token's last use is stored at most this often.
USED_EVERY = timedelta(minutes=5)
LABEL = "api token"


def make_token(user: User, *, name: str, kind: SessionKind, lifetime: timedelta) -> str:
    """Return a new key for a program that acts as this user; only its hash is stored."""
    key = PREFIX + secrets.token_urlsafe(32)
    ApiToken.objects.create(
        user=user,
        name=name,
        kind=kind,
        key_hash=ACCOUNTS.digest(LABEL, key),
        expires_at=db_time.now() + lifetime,
    )
    return key


def live_tokens(user: User, kind: SessionKind | None) -> QuerySet[ApiToken]:
    """Return the tokens of this kind that act as this user, and still may."""
    live = ApiToken.objects.filter(user=user, revoked_at=None, expires_at__gt=db_time.now())
    return live.filter(kind=kind.value if kind else "").order_by("name", "pk")


def end_token_of(tokens: QuerySet[ApiToken], key: str) -> bool:
    """End the one of these tokens with this id, as a form sends it; False when there is none."""
    return bool(with_id(tokens, key).update(revoked_at=db_time.now()))


class ApiTokenAuthentication(BaseAuthentication):
    """Finds the valid token of a request; `request.auth` is the `ApiToken`."""

    keyword = "Token"

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        """Return user and token, None without our header. Raises AuthenticationFailed."""
        words = get_authorization_header(request).split()
        if not words or words[0].lower() != self.keyword.lower().encode():
            return None
        token = self._live_token(words[1] if len(words) == 2 else b"")
        if token is None:
            raise exceptions.AuthenticationFailed(_("This API token is not valid."))
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        """The WWW-Authenticate header of a 401 answer."""
        return self.keyword

    def _live_token(self, key: bytes) -> ApiToken | None:
        now, text = db_time.now(), key.decode("latin-1")
        token = (
            ApiToken.objects.select_related("user")
            .filter(
                key_hash__in=ACCOUNTS.digests(LABEL, text),
                revoked_at=None,
                expires_at__gt=now,
                user__is_active=True,
            )
            .exclude(kind=SessionKind.STAFF, user__suspended_at__isnull=False)
            .first()
        )
        if token and (token.last_used_at is None or now - token.last_used_at > USED_EVERY):
            with transaction.atomic():
                # Hash a used token under the newest key: only the token itself makes that possible.
                ApiToken.objects.filter(pk=token.pk).update(
                    last_used_at=now, key_hash=ACCOUNTS.digest(LABEL, text)
                )
        return token
