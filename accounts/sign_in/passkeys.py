"""Passkeys of staff: a second factor beside the authenticator app (WebAuthn Level 2).

python-fido2 reads the answers of browsers and checks their signatures; the rows are those of
django-allauth. The app stays set up, so that a lost passkey locks nobody out.
"""

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from allauth.mfa.models import Authenticator
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from fido2.server import Fido2Server
from fido2.utils import websafe_decode, websafe_encode
from fido2.webauthn import (
    AttestedCredentialData,
    AuthenticationResponse,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialUserEntity,
    RegistrationResponse,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from accounts.models import User
from vaxreg import db_time
from vaxreg.addresses import absolute
from vaxreg.uuids import with_id

log = logging.getLogger(__name__)

# Session key of the challenge that waits for its answer, and for how long it waits.
WAITING = "accounts.passkey"
ANSWER_WITHIN = timedelta(minutes=10)
# More of them nobody uses; each is sent to the browser at every sign-in.
MOST = 10
LONGEST_NAME = 60
# Characters of a browser's answer; a registration with its certificates has a few thousand.
LONGEST_ANSWER = 20_000


class Refused(Exception):
    """The answer of the browser proves nothing; the reason is for the log alone."""


class Copied(Refused):
    """The counter of the passkey went back: somebody has a copy of it (WebAuthn, 6.1.1)."""


class TooMany(Exception):
    """The user has as many passkeys as one may have."""


@dataclass(frozen=True)
class Passkey:
    """One passkey, as its owner sees it."""

    pk: int
    name: str
    created_at: datetime
    last_used_at: datetime | None


def passkeys_of(user: User) -> list[Passkey]:
    """Return the passkeys of this user, the oldest first."""
    return [
        Passkey(row.pk, row.data["name"], row.created_at, row.last_used_at)
        for row in _rows(user).order_by("pk")
    ]


def begin_adding(request: HttpRequest, user: User) -> str:
    """Return in JSON what the browser needs to make a passkey; the session keeps the challenge."""
    options, state = _server().register_begin(
        PublicKeyCredentialUserEntity(
            id=user.public_id.bytes, name=user.email or "", display_name=user.full_name
        ),
        _credentials(user),
        resident_key_requirement=ResidentKeyRequirement.PREFERRED,
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    _keep(request, "add", user, state)
    return json.dumps(dict(options.public_key))


@transaction.atomic
def add(request: HttpRequest, user: User, *, name: str, answer: str) -> Authenticator:
    """Store the passkey that the browser made. Raises Refused, TooMany."""
    state = _take(request, "add", user)
    try:
        made = RegistrationResponse.from_dict(_read(answer))
        data = _server().register_complete(state, made)
    except Exception as error:
        # Made-up bytes make the parsers raise a dozen kinds of exceptions.
        raise Refused(f"{type(error).__name__}: {error}") from error
    credential = data.credential_data
    if credential is None:
        raise Refused("no credential")
    # Locked, so that two answers at once do not pass the limit together.
    User.objects.select_for_update(of=("self",)).get(pk=user.pk)
    if _rows(user).count() >= MOST:
        raise TooMany
    key = websafe_encode(credential.credential_id)
    if Authenticator.objects.filter(type=Authenticator.Type.WEBAUTHN, data__id=key).exists():
        raise Refused("known already")
    return Authenticator.objects.create(
        user=user,
        type=Authenticator.Type.WEBAUTHN,
        data={
            "name": name[:LONGEST_NAME],
            "id": key,
            "credential": websafe_encode(credential),
            "counter": data.counter,
        },
    )


def begin_proving(request: HttpRequest, user: User) -> str:
    """Return in JSON what the browser needs to prove a passkey; "" when the user has none.

    The challenge is kept in the session until the next one, or until it is answered.
    """
    credentials = _credentials(user)
    if not credentials:
        return ""
    options, state = _server().authenticate_begin(
        credentials, user_verification=UserVerificationRequirement.REQUIRED
    )
    _keep(request, "prove", user, state)
    return json.dumps(dict(options.public_key))


def prove(request: HttpRequest, user: User, answer: str) -> Authenticator:
    """Return the passkey that the browser's answer proves. Raises Refused, Copied."""
    try:
        return _prove(_take(request, "prove", user), user, answer)
    except Refused as refused:
        log.warning("passkey_refused", extra={"user_id": user.pk, "reason": str(refused)[:200]})
        raise


def remove(user: User, key: str) -> str | None:
    """Delete the passkey with this id, as a form sends it; return its name, None without one."""
    row = with_id(_rows(user), key).first()
    if row is None:
        return None
    row.delete()
    return str(row.data["name"])


@transaction.atomic
def _prove(state: Mapping[str, Any], user: User, answer: str) -> Authenticator:
    rows = {row.data["id"]: row for row in _rows(user).select_for_update(of=("self",))}
    try:
        given = AuthenticationResponse.from_dict(_read(answer))
        used = _server().authenticate_complete(
            state, [_credential(r) for r in rows.values()], given
        )
        handle = given.response.user_handle
        counter = given.response.authenticator_data.counter
    except Exception as error:
        raise Refused(f"{type(error).__name__}: {error}") from error
    if handle and handle != user.public_id.bytes:
        raise Refused("made for another user")
    row = rows[websafe_encode(used.credential_id)]
    # Passkeys that are synchronized between devices always count 0.
    if (counter or row.data["counter"]) and counter <= row.data["counter"]:
        raise Copied("counter went back")
    row.data["counter"] = counter
    row.save(update_fields=["data"])
    return row


def _server() -> Fido2Server:
    """Return the checks for this site: its host name, and no other origin, not of a sub-domain."""
    origin = absolute("")
    site = PublicKeyCredentialRpEntity(name="Sổ Tiêm", id=urlsplit(origin).hostname)
    return Fido2Server(site, verify_origin=lambda of_answer: of_answer == origin)


def _keep(request: HttpRequest, purpose: str, user: User, state: Mapping[str, Any]) -> None:
    at = db_time.now().timestamp()
    request.session[WAITING] = {"for": purpose, "user": user.pk, "at": at, **state}


def _take(request: HttpRequest, purpose: str, user: User) -> dict[str, Any]:
    """Return what waits for an answer, which it does once. Raises Refused."""
    state: dict[str, Any] = request.session.pop(WAITING, {})
    if (state.get("for"), state.get("user")) != (purpose, user.pk):
        raise Refused("nothing was asked")
    if db_time.now().timestamp() - state["at"] > ANSWER_WITHIN.total_seconds():
        raise Refused("answered too late")
    return state


def _read(answer: str) -> Mapping[str, Any]:
    found = json.loads(answer)
    if not isinstance(found, dict):
        raise TypeError("not an object")
    return found


def _credentials(user: User) -> list[AttestedCredentialData]:
    return [_credential(row) for row in _rows(user).order_by("pk")]


def _credential(row: Authenticator) -> AttestedCredentialData:
    return AttestedCredentialData(websafe_decode(row.data["credential"]))


def _rows(user: User) -> QuerySet[Authenticator]:
    rows: QuerySet[Authenticator] = Authenticator.objects.filter(
        user_id=user.pk, type=Authenticator.Type.WEBAUTHN
    )
    return rows
