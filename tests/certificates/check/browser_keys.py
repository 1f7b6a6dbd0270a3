"""Certificates, keys and lists as the browser gets them, made with plain libraries."""

import base64
import hashlib
import json
import zlib
from datetime import UTC, datetime
from typing import Any

import base45
import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

NOW = datetime(2026, 11, 30, 14, 0, tzinfo=UTC)
SECONDS = int(NOW.timestamp())
HOUR = 3600
# Of the group of P-256: (r, s) and (r, ORDER - s) are two forms of one signature.
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
UVCI = "URN:UVCI:01:VN:9XK27QPD4TVM0123456789ABCD#B"
DOSE = {
    "tg": "840539006",
    "vp": "1119349007",
    "mp": "EU/1/20/1528",
    "ma": "ORG-100030215",
    "dn": 2,
    "sd": 2,
    "dt": "2021-10-01",
    "co": "VN",
    "is": "Bộ Y tế Việt Nam",
    "ci": UVCI,
}
STATEMENT = {
    "ver": "1.3.3",
    "nam": {"fn": "Nguyễn", "fnt": "NGUYEN", "gn": "Thị Mỹ Dung", "gnt": "THI<MY<DUNG"},
    "dob": "1990-02-03",
    "v": [DOSE],
}
CLAIMS = {1: "VN", 4: SECONDS + HOUR, 6: SECONDS - HOUR, -260: {1: STATEMENT}}


class Key:
    """A key pair with its entry in the key file."""

    def __init__(self, kid: bytes, use: str = "certificates") -> None:
        self.kid = kid
        self.private = ec.generate_private_key(ec.SECP256R1())
        numbers = self.private.public_key().public_numbers()
        self.entry = {
            "kid": base64.b64encode(kid).decode(),
            "use": use,
            "jwk": {
                "kty": "EC",
                "crv": "P-256",
                "x": url_safe(numbers.x.to_bytes(32, "big")),
                "y": url_safe(numbers.y.to_bytes(32, "big")),
            },
            "not_before": "2026-01-01T00:00:00+00:00",
            "not_after": "2027-12-31T00:00:00+00:00",
        }

    def sign(self, data: bytes) -> bytes:
        r, s = decode_dss_signature(self.private.sign(data, ec.ECDSA(hashes.SHA256())))
        return r.to_bytes(32, "big") + min(s, ORDER - s).to_bytes(32, "big")


def cose(
    key: Key,
    claims: Any = CLAIMS,
    protected: dict[int, Any] | None = None,
    unprotected: dict[int, Any] | None = None,
) -> bytes:
    """Return a COSE_Sign1 message with its tag."""
    header = cbor2.dumps({1: -7, 4: key.kid} if protected is None else protected)
    payload = claims if isinstance(claims, bytes) else cbor2.dumps(claims)
    signature = key.sign(cbor2.dumps(["Signature1", header, b"", payload]))
    return cbor2.dumps(cbor2.CBORTag(18, [header, unprotected or {}, payload, signature]))


def text(message: bytes) -> str:
    """Return the text of the QR code of these bytes."""
    return "HC1:" + base45.b45encode(zlib.compress(message, 9)).decode()


def prefixes(*uvcis: str) -> str:
    """Return an entry of the list: these among many others."""
    others = [hashlib.sha256(bytes([one])).digest()[:8] for one in range(200)]
    mine = [hashlib.sha256(uvci.encode()).digest()[:8] for uvci in uvcis]
    return base64.b64encode(b"".join(sorted(others + mine))).decode()


def jws(key: Key, entries: dict[str, str], issued: int = SECONDS) -> str:
    """Return a list as a compact JWS."""
    header = {"alg": "ES256", "kid": key.entry["kid"], "typ": "JWT"}
    payload = {"iat": issued, "exp": issued + 7 * 24 * HOUR, "entries": entries}
    signed = ".".join(url_safe(json.dumps(one).encode()) for one in (header, payload))
    return f"{signed}.{url_safe(key.sign(signed.encode()))}"


def url_safe(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
