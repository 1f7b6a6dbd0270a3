"""Somebody else's program reads and believes our certificates: plain CBOR and cryptography."""

import base64
import json
import zlib

import base45
import cbor2
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from certificates.models import Certificate
from tests.certificates.scene import issued, qr_of
from tests.world import dose

pytestmark = pytest.mark.django_db


def test_a_certificate_verifies_without_our_code(client, world, certificate_keys):
    given = dose(world)
    (certificate,) = issued(world.citizens["lan"])

    text = qr_of(certificate)
    assert text.startswith("HC1:")
    message = cbor2.loads(zlib.decompress(base45.b45decode(text[4:])))
    assert message.tag == 18
    protected, unprotected, payload, signature = message.value
    header = cbor2.loads(protected)
    keys = client.get("/check/keys.json").json()["keys"]
    (entry,) = (one for one in keys if base64_of(one["kid"]) == header[4])
    signer = x509.load_der_x509_certificate(base64_of(entry["x5c"]))
    verify(signer, protected, payload, signature)

    claims = cbor2.loads(payload)
    assert (header[1], unprotected, claims[1]) == (-7, {}, "VN")
    assert claims[4] - claims[6] == 365 * 24 * 60 * 60
    assert claims[-260][1] == {
        "ver": "1.3.3",
        "nam": {"fn": "Nguyễn", "fnt": "NGUYEN", "gn": "Thị Lan", "gnt": "THI<LAN"},
        "dob": world.citizens["lan"].date_of_birth.isoformat(),
        "v": [
            {
                "tg": "840539006",
                "vp": "29061000087103",
                "mp": "EU/1/21/1529",
                "ma": "ORG-100001699",
                "dn": 1,
                "sd": 2,
                "dt": given.given_on.isoformat(),
                "co": "VN",
                "is": "Bộ Y tế Việt Nam",
                "ci": certificate.uvci,
            }
        ],
    }
    assert given.lot not in json.dumps(claims[-260][1])


def test_the_site_has_signed_what_the_centre_signs(world, certificate_keys):
    dose(world)
    (certificate,) = issued(world.citizens["lan"])

    message = cbor2.loads(bytes(certificate.site_message))
    protected, _unprotected, payload, signature = message.value
    site = x509.load_der_x509_certificate(bytes(certificate.site_key.certificate))
    verify(site, protected, payload, signature)
    assert cbor2.loads(payload)["v"][0]["ci"] == Certificate.objects.get().uvci


def verify(signer: x509.Certificate, protected: bytes, payload: bytes, signature: bytes) -> None:
    """Raise InvalidSignature unless this certificate's key has signed (RFC 9052, section 4.4)."""
    public = signer.public_key()
    assert isinstance(public, ec.EllipticCurvePublicKey)
    r, s = (int.from_bytes(part, "big") for part in (signature[:32], signature[32:]))
    public.verify(
        encode_dss_signature(r, s),
        cbor2.dumps(["Signature1", protected, b"", payload]),
        ec.ECDSA(hashes.SHA256()),
    )


def base64_of(text: str) -> bytes:
    return base64.b64decode(text)
