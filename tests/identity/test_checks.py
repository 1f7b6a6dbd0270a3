"""What an ID token must be: signed by a published key, for us, for this sign-in, now."""

import json
import time
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

from identity.vneid.checks import UnknownKey, checked
from identity.vneid.configuration import Configuration
from identity.vneid.person import described
from identity.vneid.refusals import Reason, Refusal

ISSUER, OURS = "https://vneid.example.vn", "so-tiem"
RSA = rsa.generate_private_key(public_exponent=65537, key_size=2048)
P256 = ec.generate_private_key(ec.SECP256R1())
P384 = ec.generate_private_key(ec.SECP384R1())


def public(key: Any, kid: str = "one", **more: str) -> dict[str, Any]:
    algorithm = RSAAlgorithm if isinstance(key, rsa.RSAPrivateKey) else ECAlgorithm
    return {**json.loads(algorithm.to_jwk(key.public_key())), "kid": kid, **more}


def token(key: Any = RSA, algorithm: str = "RS256", kid: str | None = "one", **changed: Any) -> str:
    now = int(time.time())
    claims = {
        "iss": ISSUER,
        "sub": "a-person",
        "aud": OURS,
        "iat": now,
        "exp": now + 600,
        "nonce": "asked",
        "auth_time": now,
        "acr": "2",
        **changed,
    }
    claims = {name: value for name, value in claims.items() if value is not None}
    return jwt.encode(claims, key, algorithm, headers={"kid": kid} if kid else None)


def judge(id_token: str, keys: list[Any] | None = None, **configured: Any) -> dict[str, Any]:
    known = Configuration(ISSUER, OURS, "secret", **{"levels": ("2",), "max_age": 900} | configured)
    return checked(id_token, keys or [public(RSA)], configuration=known, nonce="asked")


EC = {"key": P256, "algorithm": "ES256"}
# How the token is made, in the test: it expires, and tests run long after they are collected.
BELIEVED: list[tuple[dict[str, Any], list[Any]]] = [
    ({}, [public(RSA)]),
    ({"aud": [OURS]}, [public(RSA, alg="RS256", use="sig")]),
    ({"azp": OURS}, [public(RSA)]),
    (EC, [public(P256)]),
    ({**EC, "kid": "two"}, [public(RSA), public(P256, "two")]),
    ({"kid": None}, [public(RSA)]),
    ({"kid": None}, [public(P256), public(RSA), "nonsense", {"kty": "oct"}]),
]


@pytest.mark.parametrize(("made", "keys"), BELIEVED, ids=range(len(BELIEVED)))
def test_what_the_provider_signed_for_us_is_believed(made, keys):
    assert judge(token(**made), keys)["sub"] == "a-person"


@pytest.mark.parametrize("claim", ["exp", "iat"])
def test_clocks_may_differ_by_some_seconds(claim):
    seconds = {"exp": -10, "iat": 10}[claim]

    assert judge(token(**{claim: int(time.time()) + seconds}))["sub"] == "a-person"


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"iss": "https://vneid.example.vn/"}, Reason.UNTRUSTED),
        ({"iss": None}, Reason.UNTRUSTED),
        ({"aud": None}, Reason.UNTRUSTED),
        ({"aud": []}, Reason.UNTRUSTED),
        ({"aud": "another"}, Reason.UNTRUSTED),
        ({"aud": [OURS, "another"]}, Reason.UNTRUSTED),
        ({"aud": [OURS, OURS]}, Reason.UNTRUSTED),
        ({"azp": "another"}, Reason.UNTRUSTED),
        ({"nonce": None}, Reason.UNTRUSTED),
        ({"nonce": ""}, Reason.UNTRUSTED),
        ({"nonce": ["asked"]}, Reason.UNTRUSTED),
        ({"nonce": "Asked"}, Reason.UNTRUSTED),
        ({"nonce": "đã hỏi"}, Reason.UNTRUSTED),
        ({"exp": None}, Reason.UNTRUSTED),
        ({"exp": "soon"}, Reason.UNTRUSTED),
        ({"exp": int(time.time()) - 60}, Reason.EXPIRED),
        ({"iat": None}, Reason.UNTRUSTED),
        ({"iat": int(time.time()) + 86_400}, Reason.UNTRUSTED),
        ({"nbf": int(time.time()) + 86_400}, Reason.UNTRUSTED),
        ({"sub": None}, Reason.UNTRUSTED),
        ({"sub": ""}, Reason.UNREADABLE),
        ({"sub": "x" * 256}, Reason.UNREADABLE),
        ({"acr": "1"}, Reason.LEVEL),
        ({"acr": None}, Reason.LEVEL),
        ({"auth_time": None}, Reason.UNTRUSTED),
        ({"auth_time": True}, Reason.UNTRUSTED),
        ({"auth_time": int(time.time()) - 1000}, Reason.EXPIRED),
    ],
)
def test_claims_that_say_something_else_are_refused(changed, reason):
    with pytest.raises(Refusal) as refused:
        judge(token(**changed))

    assert refused.value.reason is reason


OTHERS: list[tuple[str, list[Any], Reason]] = [
    ("", [], Reason.UNREADABLE),
    ("a.b.c", [], Reason.UNREADABLE),
    ("ý.đ.ê", [], Reason.UNREADABLE),
    (jwt.encode({}, None, "none"), [public(RSA)], Reason.UNTRUSTED),
    (jwt.encode({}, "s" * 32, "HS256"), [public(RSA)], Reason.UNTRUSTED),
    (jwt.encode({}, RSA, "RS512"), [public(RSA)], Reason.UNTRUSTED),
    (jwt.encode({}, RSA, "PS256"), [public(RSA)], Reason.UNTRUSTED),
    (jwt.encode({}, P384, "ES384"), [public(P384)], Reason.UNTRUSTED),
    (token(kid=None), [public(RSA), public(RSA, "two")], Reason.UNTRUSTED),
    (token(), [{"kty": "RSA", "kid": "one", "n": "!", "e": "AQAB"}], Reason.UNREADABLE),
    (token(), [{"kty": "RSA", "kid": "one"}], Reason.UNREADABLE),
]


@pytest.mark.parametrize(("id_token", "keys", "reason"), OTHERS, ids=range(len(OTHERS)))
def test_tokens_and_keys_of_another_form_are_refused(id_token, keys, reason):
    with pytest.raises(Refusal) as refused:
        judge(id_token, keys or None)

    assert refused.value.reason is reason


@pytest.mark.filterwarnings("ignore::jwt.warnings.InsecureKeyLengthWarning")
def test_a_signature_by_a_short_key_is_refused():
    short = rsa.generate_private_key(public_exponent=65537, key_size=1024)  # noqa: S505

    with pytest.raises(Refusal) as refused:
        judge(token(short), [public(short)])

    assert refused.value.reason is Reason.UNTRUSTED


@pytest.mark.parametrize(
    "keys",
    [
        [public(RSA, "two")],
        [public(RSA, use="enc")],
        [public(RSA, alg="RS512")],
        [public(P256)],
        ["one", None, 1],
    ],
)
def test_a_key_that_is_not_among_those_for_signatures_is_unknown(keys):
    with pytest.raises(UnknownKey):
        judge(token(), keys)


@pytest.mark.parametrize(
    ("facts", "born"),
    [
        ({"birthdate": "1988-03-27"}, "1988-03-27"),
        ({"birthdate": "27/03/1988"}, "1988-03-27"),
        ({"birthdate": "1988"}, "1988"),
        ({"birthdate": "1988-03"}, "1988-03"),
        ({"name": "  Nguyễn  Thị Lan "}, "1988-03-27"),
    ],
)
def test_facts_are_read_as_they_are_written(db, facts, born):
    said = {"sub": "x", "name": "Nguyễn Thị Lan", "birthdate": "1988-03-27", **facts}

    person = described({**said, "id_number": "001188012345"}, _configuration())

    assert (person.full_name, person.born.isoformat()) == ("Nguyễn Thị Lan", born)


@pytest.mark.parametrize(
    "facts",
    [
        {"name": ""},
        {"name": None},
        {"name": "Lan 2"},
        {"name": ["Lan"]},
        {"name": "x" * 500},
        {"birthdate": "0000-03-27"},
        {"birthdate": "1988-02-30"},
        {"birthdate": "2999-01-01"},
        {"birthdate": "1850-01-01"},
        {"birthdate": 1988},
        {"birthdate": None},
        {"id_number": "012345678"},
        {"id_number": "C1234567"},
        {"id_number": 1188012345},
        {"id_number": "٠٠١١٨٨٠١٢٣٤٥"},
        {"id_number": "001188012345\n"},
        {"id_number": None},
    ],
)
def test_facts_that_are_none_are_refused(db, facts):
    said = {"sub": "x", "name": "Lan", "birthdate": "1988-03-27", "id_number": "001188012345"}

    with pytest.raises(Refusal) as refused:
        described({**said, **facts}, _configuration())

    assert refused.value.reason is Reason.NO_FACTS


def _configuration() -> Configuration:
    names = {"full_name": "name", "date_of_birth": "birthdate", "id_number": "id_number"}
    return Configuration(ISSUER, OURS, "secret", claims=names)
