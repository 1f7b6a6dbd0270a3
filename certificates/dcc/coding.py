"""From a statement to the text of a QR code and back: CWT, COSE_Sign1, zlib, base45, "HC1:".

Reading is strict: one signature, known algorithms, a limit for what is unpacked, and nothing from
the token itself decides by which key it is checked.
"""

import re
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import base45
import cbor2
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
)
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509 import ExtendedKeyUsage, ExtensionNotFound
from cwt import COSE, COSEKey
from cwt.cose_key_interface import COSEKeyInterface

PREFIX = "HC1:"
# Bytes. A certificate has some 400; a QR code holds 2,953.
MOST_PACKED, MOST_UNPACKED = 8 * 1024, 64 * 1024
ES256, PS256 = -7, -37
_ALG, _KID = 1, 4
_ISSUER, _EXPIRES, _ISSUED, _HCERT = 1, 4, 6, -260
_SIGN1, _CWT = 18, 61
# The order of the group of P-256 (SEC 2, section 2.4.2).
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
# Purposes of a signing certificate, with and without the "0" that some have: test, vaccination,
# recovery.
_PURPOSE = re.compile(r"1\.3\.6\.1\.4\.1\.(0\.)?1847\.2021\.1\.[123]").fullmatch
_PURPOSES = {"t": "1", "v": "2", "r": "3"}


class Damaged(ValueError):
    """The text is no certificate; `step` names the first thing that failed."""

    def __init__(self, step: str) -> None:
        super().__init__(step)
        self.step = step


@dataclass(frozen=True)
class Read:
    """What a text holds. Nothing in it is true before `is_signed_by` has said so.

    kid: as the protected header has it, else the other one (hcert-spec, section 2.6).
    """

    cose: bytes
    kid: bytes
    algorithm: int
    issuer: str
    issued_at: datetime
    expires_at: datetime
    statement: dict[str, Any]


def claims(statement: dict[str, Any], issued_at: datetime, expires_at: datetime) -> bytes:
    """Return the claims of a CWT that a key of the centre signs; times are cut to seconds."""
    return cbor2.dumps(
        {
            _ISSUER: "VN",
            _EXPIRES: int(expires_at.timestamp()),
            _ISSUED: int(issued_at.timestamp()),
            _HCERT: {1: statement},
        }
    )


def signed(payload: bytes, key: EllipticCurvePrivateKey, kid: bytes) -> bytes:
    """Return a COSE_Sign1 message by a key on P-256 (ES256), its kid in the protected header.

    Of two signatures that both hold, (r, s) and (r, n - s), it is the one with the smaller s: a
    certificate has one form.
    """
    protected = cbor2.dumps({_ALG: ES256, _KID: kid})
    # Sig_structure (RFC 9052, section 4.4), without data from outside.
    to_sign = cbor2.dumps(["Signature1", protected, b"", payload])
    r, s = decode_dss_signature(key.sign(to_sign, ECDSA(SHA256())))
    signature = r.to_bytes(32, "big") + min(s, _ORDER - s).to_bytes(32, "big")
    return cbor2.dumps(cbor2.CBORTag(_SIGN1, [protected, {}, payload, signature]))


def text_of(cose: bytes) -> str:
    """Return the text of the QR code of a signed message."""
    packed: bytes = base45.b45encode(zlib.compress(cose, 9))
    return PREFIX + packed.decode("ascii")


def read(text: str) -> Read:
    """Return what the text of a QR code holds. Raises Damaged."""
    text = text.strip()
    if not text.startswith(PREFIX):
        raise Damaged("prefix")
    return read_cose(_unpacked(text.removeprefix(PREFIX)))


def read_cose(cose: bytes) -> Read:
    """Return what a COSE_Sign1 message holds, with or without its tag. Raises Damaged."""
    message = _decoded(cose, "cose")
    # A CWT may carry its own tag around that of COSE_Sign1, and no other (RFC 8392, section 6).
    for tag in (_CWT, _SIGN1):
        if isinstance(message, cbor2.CBORTag) and message.tag == tag:
            message = message.value
    if not (isinstance(message, list) and len(message) == 4):
        raise Damaged("cose")
    first, other, payload, signature = message
    if not all(isinstance(one, bytes) for one in (first, payload, signature)):
        raise Damaged("cose")
    protected = _decoded(first, "header") if first else {}
    if not (isinstance(protected, dict) and isinstance(other, dict)):
        raise Damaged("header")
    kid = protected.get(_KID, other.get(_KID))
    if protected.get(_ALG) not in (ES256, PS256) or not isinstance(kid, bytes):
        raise Damaged("header")
    return _claimed(cose, kid, protected[_ALG], _decoded(payload, "claims"))


def is_signed_by(found: Read, keys: Iterable[COSEKeyInterface]) -> bool:
    """Whether one of these keys has signed it; those of another algorithm are passed over.

    The caller chooses keys by `kid`, of which several may share one (hcert-spec, section 2.6).
    """
    message = cbor2.loads(found.cose)
    if isinstance(message, cbor2.CBORTag) and message.tag == _CWT:
        message = message.value
    if not isinstance(message, cbor2.CBORTag):
        message = cbor2.CBORTag(_SIGN1, message)
    cose = cbor2.dumps(message)
    return any(key.alg == found.algorithm and holds(cose, key) for key in keys)


def holds(cose: bytes, key: COSEKeyInterface) -> bool:
    """Whether the signature of a tagged COSE_Sign1 message is by this key."""
    try:
        _COSE.decode(cose, key)
    except Exception:
        return False
    return True


def may_state(certificate: x509.Certificate, statement: Mapping[str, Any]) -> bool:
    """Whether a signing certificate is for statements of this kind (hcert-spec, section 5.2).

    One without any of the purposes is for all of them.
    """
    try:
        usage = certificate.extensions.get_extension_for_class(ExtendedKeyUsage).value
    except (ExtensionNotFound, ValueError):
        # None, or an empty one, which is not well formed.
        return True
    allowed = {one.dotted_string.rpartition(".")[2] for one in usage if _PURPOSE(one.dotted_string)}
    kind = next((kind for kind in _PURPOSES if statement.get(kind)), "")
    return not allowed or _PURPOSES.get(kind) in allowed


def verifying_key(certificate: x509.Certificate, kid: bytes) -> COSEKeyInterface | None:
    """Return the public key of a certificate for `is_signed_by`; None for a kind that none uses."""
    public = certificate.public_key()
    if isinstance(public, EllipticCurvePublicKey) and isinstance(public.curve, SECP256R1):
        algorithm = "ES256"
    elif isinstance(public, RSAPublicKey):
        algorithm = "PS256"
    else:
        return None
    pem = public.public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return COSEKey.from_pem(pem, kid=kid, alg=algorithm)


def _unpacked(text: str) -> bytes:
    if len(text) > MOST_PACKED:
        raise Damaged("base45")
    try:
        packed = base45.b45decode(text)
    except ValueError as error:
        raise Damaged("base45") from error
    unzip = zlib.decompressobj()
    try:
        data = unzip.decompress(packed, MOST_UNPACKED)
    except zlib.error as error:
        raise Damaged("zlib") from error
    if not unzip.eof or unzip.unused_data:
        raise Damaged("zlib")
    return data


def _decoded(data: bytes, step: str) -> Any:
    """Return one CBOR item that fills the bytes. Raises Damaged."""
    stream = BytesIO(data)
    try:
        value = cbor2.load(stream)
    except (cbor2.CBORError, ValueError, TypeError, RecursionError, OverflowError) as error:
        raise Damaged(step) from error
    if stream.read(1):
        raise Damaged(step)
    return value


def _claimed(cose: bytes, kid: bytes, algorithm: int, claimed: Any) -> Read:
    if not isinstance(claimed, dict):
        raise Damaged("claims")
    hcert = claimed.get(_HCERT)
    found = hcert.get(1) if isinstance(hcert, dict) else None
    issuer = claimed.get(_ISSUER, "")
    if not (isinstance(found, dict) and isinstance(issuer, str)):
        raise Damaged("claims")
    return Read(
        cose=cose,
        kid=kid,
        algorithm=algorithm,
        issuer=issuer,
        issued_at=_moment(claimed.get(_ISSUED)),
        expires_at=_moment(claimed.get(_EXPIRES)),
        statement=found,
    )


def _moment(seconds: Any) -> datetime:
    # Some issuers write the seconds as a float; True would pass as 1.
    if not isinstance(seconds, int | float) or isinstance(seconds, bool):
        raise Damaged("claims")
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise Damaged("claims") from error


_COSE = COSE.new()
