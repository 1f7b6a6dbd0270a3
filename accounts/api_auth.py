"""Authentication of API clients: `Authorization: Token <key>`."""

import math
import secrets
from collections.abc import Collection
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Case, F, QuerySet, When
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request

from accounts import smart_scopes as smart
from accounts.models import PER_MINUTE, SCOPES_OF, ApiToken, Scope, SessionKind, User
from vaxreg import db_time
from vaxreg.encryption import ACCOUNTS
from vaxreg.uuids import with_id

PREFIX = "vr_"
# A token's last use is stored at most this often.
USED_EVERY = timedelta(minutes=5)
LABEL = "api token"


def make_token(
    user: User,
    *,
    name: str,
    kind: SessionKind,
    lifetime: timedelta,
    scopes: Collection[Scope],
    per_minute: int = PER_MINUTE,
    smart_scopes: Collection[str] = (),
) -> str:
    """Return a new key for a program that acts as this user; only its hash is stored.

    smart_scopes: what it may do below /fhir/ beside what its scopes give there, as
    "patient/Immunization.rs". Raises ValueError for a scope that this kind of session does not have
    (SCOPES_OF, smart_scopes.CONTEXTS).
    """
    if not set(scopes) <= set(SCOPES_OF[kind]):
        raise ValueError(f"a {kind} token has no such scope")
    for text in smart_scopes:
        if smart.parse(text).context not in smart.CONTEXTS[kind]:
            raise ValueError(f"a {kind} token has no scope {text}")
    key = PREFIX + secrets.token_urlsafe(32)
    ApiToken.objects.create(
        user=user,
        name=name,
        kind=kind,
        scopes=sorted(scopes),
        smart_scopes=sorted(smart_scopes),
        per_minute=per_minute,
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


class TooOften(exceptions.APIException):
    """More than a limit allows; `wait` is sent as Retry-After, in seconds."""

    status_code = 429
    default_code = "throttled"

    def __init__(self, wait: int, detail: str) -> None:
        super().__init__(detail)
        self.wait = wait


class ApiTokenAuthentication(BaseAuthentication):
    """Finds the valid token of a request; `request.auth` is the `ApiToken`.

    Scope and limit of the token are checked here, where every route passes: reading needs READ, any
    other method what the view says in `token_scope`; without it no token may use the method.
    """

    keyword = "Token"

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        """Return user and token, None without our header.

        Raises AuthenticationFailed, PermissionDenied (no scope for it) and TooOften.
        """
        words = get_authorization_header(request).split()
        if not words or words[0].lower() != self.keyword.lower().encode():
            return None
        token = self._live_token(words[1] if len(words) == 2 else b"")
        if token is None:
            raise exceptions.AuthenticationFailed(_("This API token is not valid."))
        count_use(ApiToken.objects.filter(pk=token.pk), token.per_minute)
        self.require_scope(request, token)
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        """The WWW-Authenticate header of a 401 answer."""
        return self.keyword

    def require_scope(self, request: Request, token: ApiToken) -> None:
        """Raise PermissionDenied when the token has no scope for this method of this view."""
        require_scope(request, token.scopes)

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


def require_scope(request: Request, scopes: Collection[str]) -> None:
    """Raise PermissionDenied when none of the scopes is that for this method of this view."""
    view = (request.parser_context or {}).get("view")
    is_reading = request.method in SAFE_METHODS
    wanted = Scope.READ if is_reading else getattr(view, "token_scope", None)
    if wanted is None or wanted not in scopes:
        raise exceptions.PermissionDenied(
            _("This token may not do that. It needs the scope “%(scope)s”.")
            % {"scope": wanted.value if wanted else "–"},
            code="scope",
        )


def count_use(row: QuerySet[Any], per_minute: int) -> None:
    """Count a request of this token (one row with `minute` and `used_in_minute`).

    Raises TooOften beyond its limit for this minute. One statement on one row: exact also when
    requests arrive at once.
    """
    now = db_time.now()
    minute = now.replace(second=0, microsecond=0)
    same = Case(When(minute=minute, then=F("used_in_minute")), default=0)
    row.exclude(minute=minute, used_in_minute__gt=per_minute).update(
        used_in_minute=same + 1, minute=minute
    )
    if row.filter(minute=minute, used_in_minute__gt=per_minute).exists():
        wait = math.ceil((minute + timedelta(minutes=1) - now).total_seconds())
        raise TooOften(
            wait, _("This token may send %(count)s requests in a minute.") % {"count": per_minute}
        )
