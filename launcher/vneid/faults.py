"""How the stand-in may fail or lie: each fault with what it does to an answer."""

import base64
import enum
import hmac
import json
import time
from hashlib import sha256
from typing import Any

from joserfc import jwt
from joserfc.jwk import RSAKey

HOUR = 3600


class Fault(enum.StrEnum):
    """What goes wrong. The first two are no faults: an honest provider may answer so."""

    NONE = "none"
    FACTS_AT_USERINFO = "facts_at_userinfo"
    # It does not answer as it should.
    SLOW = "slow"
    TRICKLE = "trickle"
    TRICKLING_HEADERS = "trickling_headers"
    DOWN = "down"
    ERROR = "error"
    UNREADABLE = "unreadable"
    HUGE = "huge"
    ELSEWHERE = "elsewhere"
    NO_ID_TOKEN = "no_id_token"  # noqa: S105 — no password
    # It answers, and the answer must not be believed.
    OTHER_NONCE = "other_nonce"
    NO_NONCE = "no_nonce"
    OTHER_AUDIENCE = "other_audience"
    MORE_AUDIENCES = "more_audiences"
    OTHER_PARTY = "other_party"
    OTHER_ISSUER = "other_issuer"
    EXPIRED = "expired"
    FROM_TOMORROW = "from_tomorrow"
    FORGED = "forged"
    CHANGED = "changed"
    UNKNOWN_KEY = "unknown_key"
    UNSIGNED = "unsigned"
    BY_SECRET = "by_secret"  # noqa: S105 — no password
    BY_PUBLIC_KEY = "by_public_key"
    OLD_SIGN_IN = "old_sign_in"
    OTHER_SUBJECT = "other_subject"
    # It tells the truth, and too little.
    LOW_LEVEL = "low_level"
    NO_NUMBER = "no_number"
    NO_BIRTHDATE = "no_birthdate"
    OTHER_NUMBER = "other_number"


def named(name: str) -> Fault | None:
    """Return the fault of this name; None when there is none."""
    return next((one for one in Fault if one.value == name), None)


# Those that leave the facts to the userinfo endpoint.
WITHOUT_FACTS = {Fault.FACTS_AT_USERINFO, Fault.OTHER_SUBJECT}


def spoiled(
    fault: Fault, id_token: str, *, key: RSAKey, other_key: RSAKey, secret: str, facts: list[str]
) -> str:
    """Return the ID token with this fault. key: that of the provider; facts: names of claims."""
    header, claims = (_read(part) for part in id_token.split(".")[:2])
    claims, signer = dict(claims), key
    if fault in WITHOUT_FACTS:
        claims = {name: value for name, value in claims.items() if name not in facts}
    match fault:
        case Fault.OTHER_NONCE:
            claims["nonce"] = "of-another-sign-in"
        case Fault.NO_NONCE:
            del claims["nonce"]
        case Fault.OTHER_AUDIENCE:
            claims["aud"] = ["another-site"]
        case Fault.MORE_AUDIENCES:
            claims["aud"] = [*claims["aud"], "another-site"]
        case Fault.OTHER_PARTY:
            claims["azp"] = "another-site"
        case Fault.OTHER_ISSUER:
            claims["iss"] = "https://another-provider.example"
        case Fault.EXPIRED:
            claims |= {"iat": claims["iat"] - 2 * HOUR, "exp": int(time.time()) - HOUR}
        case Fault.FROM_TOMORROW:
            claims |= {"iat": claims["iat"] + 24 * HOUR, "exp": claims["exp"] + 24 * HOUR}
        case Fault.OLD_SIGN_IN:
            claims["auth_time"] = int(time.time()) - 24 * HOUR
        case Fault.LOW_LEVEL:
            claims["acr"] = "1"
        case Fault.NO_NUMBER:
            claims["id_number"] = "12345"
        case Fault.NO_BIRTHDATE:
            claims["birthdate"] = "0000-03-27"
        case Fault.OTHER_NUMBER:
            claims["id_number"] = "001199999999"
        case Fault.FORGED:
            signer = other_key
        case Fault.UNKNOWN_KEY:
            signer, header = other_key, {**header, "kid": "never-published"}
        case Fault.CHANGED:
            return _changed(id_token, {**claims, "id_number": "001199999999"})
        case Fault.UNSIGNED:
            return f"{_written({'alg': 'none', 'typ': 'JWT'})}.{_written(claims)}."
        case Fault.BY_SECRET:
            return _by_text(claims, secret)
        case Fault.BY_PUBLIC_KEY:
            return _by_text(claims, key.as_pem(private=False).decode())
        case _:
            pass
    return jwt.encode(header, claims, signer, [header["alg"]])


def _by_text(claims: dict[str, Any], text: str) -> str:
    """Return a token signed with a text as its key, as libraries refuse to do."""
    signed = f"{_written({'alg': 'HS256', 'typ': 'JWT'})}.{_written(claims)}"
    signature = hmac.new(text.encode(), signed.encode(), sha256).digest()
    return f"{signed}.{base64.urlsafe_b64encode(signature).decode().rstrip('=')}"


def _changed(id_token: str, claims: dict[str, Any]) -> str:
    """Return other claims under the true signature."""
    head, _, signature = id_token.split(".")
    return f"{head}.{_written(claims)}.{signature}"


def _written(value: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def _read(part: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return found
