"""The one place where an answer of VNeID is judged: who signed it, for whom, and when.

django-allauth trusts a token that it fetched over TLS: it looks neither at the signature nor at the
nonce. Here everything is checked that OpenID Connect Core 1.0, section 3.1.3.7, names, and more:
RS256 and ES256 alone, one audience, a nonce always.
"""

import hmac
import time
from collections.abc import Mapping, Sequence
from typing import Any

import jwt
from jwt import PyJWK

from identity.vneid.configuration import Configuration
from identity.vneid.refusals import Reason, Refusal

# Key type and curve by algorithm. "none", and HS256 with a public key as its secret, are not here.
KEYS: dict[str, dict[str, str]] = {
    "RS256": {"kty": "RSA"},
    "ES256": {"kty": "EC", "crv": "P-256"},
}
# Seconds by which the clocks of two machines may differ.
LEEWAY = 30
NEEDED = ["iss", "sub", "aud", "exp", "iat", "nonce"]
# Characters of a subject (section 2).
LONGEST_SUBJECT = 255


class UnknownKey(Exception):
    """None of the keys has the name that the token gives; there may be newer ones."""


def checked(
    id_token: str, keys: Sequence[Any], *, configuration: Configuration, nonce: str
) -> dict[str, Any]:
    """Return the claims of an ID token that this issuer has signed, for us, for this sign-in, now.

    keys: the JSON Web Keys of the issuer. Raises Refusal, and UnknownKey.
    """
    algorithm, key = _key(id_token, keys)
    try:
        claims = jwt.decode(
            id_token,
            key,
            algorithms=[algorithm],
            audience=configuration.client_id,
            issuer=configuration.issuer,
            leeway=LEEWAY,
            options={"require": NEEDED, "enforce_minimum_key_length": True},
        )
    except jwt.ExpiredSignatureError as error:
        raise Refusal(Reason.EXPIRED, "exp") from error
    except (jwt.PyJWTError, ValueError, TypeError, OverflowError) as error:
        raise Refusal(Reason.UNTRUSTED, type(error).__name__) from error
    _check_audience(claims, configuration)
    _check_nonce(claims, nonce)
    _check_subject(claims)
    _check_level(claims, configuration)
    _check_age(claims, configuration)
    return claims


def _key(id_token: str, keys: Sequence[Any]) -> tuple[str, PyJWK]:
    try:
        header = jwt.get_unverified_header(id_token)
    except (jwt.PyJWTError, ValueError, TypeError) as error:
        raise Refusal(Reason.UNREADABLE, "token") from error
    algorithm = header.get("alg")
    if algorithm not in KEYS:
        raise Refusal(Reason.UNTRUSTED, "algorithm")
    fitting = [one for one in keys if isinstance(one, Mapping) and _fits(one, algorithm)]
    if "kid" in header:
        fitting = [one for one in fitting if one.get("kid") == header["kid"]]
    if not fitting:
        raise UnknownKey
    # Without a name the only key is meant; of several nobody knows which.
    if len(fitting) > 1:
        raise Refusal(Reason.UNTRUSTED, "several keys")
    try:
        return algorithm, PyJWK.from_dict(dict(fitting[0]), algorithm)
    except (jwt.PyJWTError, ValueError, TypeError) as error:
        raise Refusal(Reason.UNREADABLE, "key") from error


def _fits(key: Mapping[str, Any], algorithm: str) -> bool:
    """Whether it is a key for signatures by this algorithm."""
    kind = all(key.get(name) == value for name, value in KEYS[algorithm].items())
    return kind and key.get("use", "sig") == "sig" and key.get("alg", algorithm) == algorithm


def _check_audience(claims: Mapping[str, Any], configuration: Configuration) -> None:
    """Refuse a token that others may use too, or that was made for another party (`azp`)."""
    audience = claims["aud"]
    ours = configuration.client_id
    if audience not in (ours, [ours]) or claims.get("azp", ours) != ours:
        raise Refusal(Reason.UNTRUSTED, "audience")


def _check_nonce(claims: Mapping[str, Any], nonce: str) -> None:
    given = claims["nonce"]
    if not nonce or not isinstance(given, str):
        raise Refusal(Reason.UNTRUSTED, "nonce")
    if not hmac.compare_digest(given.encode(), nonce.encode()):
        raise Refusal(Reason.UNTRUSTED, "nonce")


def _check_subject(claims: Mapping[str, Any]) -> None:
    subject = claims["sub"]
    if not isinstance(subject, str) or not 0 < len(subject) <= LONGEST_SUBJECT:
        raise Refusal(Reason.UNREADABLE, "subject")


def _check_level(claims: Mapping[str, Any], configuration: Configuration) -> None:
    if configuration.levels and claims.get("acr") not in configuration.levels:
        raise Refusal(Reason.LEVEL, "acr")


def _check_age(claims: Mapping[str, Any], configuration: Configuration) -> None:
    """Refuse when the person proved to VNeID longer ago than we asked for who they are."""
    if not configuration.max_age:
        return
    moment = claims.get("auth_time")
    if isinstance(moment, bool) or not isinstance(moment, int):
        raise Refusal(Reason.UNTRUSTED, "auth_time")
    if moment < time.time() - configuration.max_age - LEEWAY:
        raise Refusal(Reason.EXPIRED, "auth_time")
