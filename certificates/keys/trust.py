"""Which keys count, for our own checks and for everybody else's."""

import base64
from datetime import datetime
from functools import lru_cache
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cwt.cose_key_interface import COSEKeyInterface

from certificates.dcc import coding
from certificates.dcc.coding import Read
from certificates.models import Certificate, Role, SigningKey


def signer_of(found: Read) -> SigningKey | None:
    """Return the key of the centre that has signed this; None if none of ours has.

    Also one that was withdrawn: whoever asks must look.
    """
    rows = SigningKey.objects.filter(role=Role.CENTRE, kid=found.kid)
    return next((row for row in rows if _has_signed(row, found)), None)


def published(now: datetime) -> list[dict[str, Any]]:
    """Return the trust list: every key by which somebody may have to check something.

    Each with its key id and X.509 certificate (base64), its public key as JWK (RFC 7517), and from when
    until when it counts. Keys of sites are not in it: nobody outside checks their signatures.
    """
    rows = SigningKey.objects.trusted().filter(role__in=[Role.CENTRE, Role.LISTS])
    return [_entry(row) for row in rows.filter(not_after__gt=now).order_by("pk")]


def is_from_site(certificate: Certificate) -> bool:
    """Whether the signature of the sites below a statement holds, by a key that still counts."""
    row = certificate.site_key
    key = _verifier(bytes(row.certificate), bytes(row.kid))
    if key is None or row.role != Role.SITE or row.withdrawn_at is not None:
        return False
    return coding.holds(bytes(certificate.site_message), key)


def _entry(row: SigningKey) -> dict[str, Any]:
    certificate = x509.load_der_x509_certificate(bytes(row.certificate))
    public = certificate.public_key()
    if not isinstance(public, ec.EllipticCurvePublicKey):
        raise TypeError(f"signing key {row.pk} is none on a curve")
    numbers = public.public_numbers()
    return {
        "kid": base64.b64encode(bytes(row.kid)).decode(),
        "role": row.role,
        "use": "lists" if row.role == Role.LISTS else "certificates",
        "alg": "ES256",
        "jwk": {
            "kty": "EC",
            "crv": "P-256",
            "x": _url_safe(numbers.x.to_bytes(32, "big")),
            "y": _url_safe(numbers.y.to_bytes(32, "big")),
        },
        "x5c": base64.b64encode(bytes(row.certificate)).decode(),
        "not_before": row.not_before.isoformat(),
        "not_after": row.not_after.isoformat(),
        "signs": row.retired_at is None,
    }


def _has_signed(row: SigningKey, found: Read) -> bool:
    key = _verifier(bytes(row.certificate), bytes(row.kid))
    certificate = x509.load_der_x509_certificate(bytes(row.certificate))
    return (
        key is not None
        and coding.may_state(certificate, found.statement)
        and coding.is_signed_by(found, [key])
    )


@lru_cache(maxsize=64)
def _verifier(certificate: bytes, kid: bytes) -> COSEKeyInterface | None:
    return coding.verifying_key(x509.load_der_x509_certificate(certificate), kid)


def _url_safe(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
