"""Whether a list is signed by the police: Ed25519, or RSA-PSS with SHA-256, detached from the file."""

import base64
import binascii
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_public_key,
)
from django.conf import settings
from django.utils.translation import gettext as _

# Bits; shorter RSA keys are not believed.
SHORTEST_RSA = 2048


class NotSigned(Exception):
    """The list is not to be believed; the message says why."""


@dataclass(frozen=True)
class PoliceKey:
    """The public key of the police."""

    key: Ed25519PublicKey | RSAPublicKey

    @property
    def fingerprint(self) -> str:
        """SHA-256 (64 hexadecimal digits) of the key as DER."""
        der = self.key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return sha256(der).hexdigest()

    def require(self, content: bytes, signature: bytes) -> None:
        """Raise NotSigned unless this is the signature (raw, or in base64) of the content."""
        signed = _plain(signature)
        try:
            if isinstance(self.key, Ed25519PublicKey):
                self.key.verify(signed, content)
            else:
                pss = padding.PSS(padding.MGF1(hashes.SHA256()), padding.PSS.AUTO)
                self.key.verify(signed, content, pss, hashes.SHA256())
        except InvalidSignature:
            raise NotSigned(
                _(
                    "The signature is not that of this file by the police’s key: the file was changed, "
                    "or somebody else signed it. Nothing was read."
                )
            ) from None


def police_key() -> PoliceKey:
    """Return the key that POLICE_LIST_KEY names. Raises NotSigned when there is none."""
    if not settings.POLICE_LIST_KEY:
        raise NotSigned(_("POLICE_LIST_KEY is not set: no list of the police can be believed."))
    try:
        key = load_pem_public_key(Path(settings.POLICE_LIST_KEY).read_bytes())
    except (OSError, ValueError, UnsupportedAlgorithm):
        raise NotSigned(
            _("POLICE_LIST_KEY names no file with a public key in PEM: %(path)s")
            % {"path": settings.POLICE_LIST_KEY}
        ) from None
    is_long = isinstance(key, RSAPublicKey) and key.key_size >= SHORTEST_RSA
    if not isinstance(key, Ed25519PublicKey | RSAPublicKey) or not (
        is_long or isinstance(key, Ed25519PublicKey)
    ):
        raise NotSigned(
            _("The police’s key must be Ed25519, or RSA of %(bits)s bits or more.")
            % {"bits": SHORTEST_RSA}
        )
    return PoliceKey(key)


def _plain(signature: bytes) -> bytes:
    """Return a signature that may be written in base64."""
    try:
        return base64.b64decode(b"".join(signature.split()), validate=True)
    except binascii.Error:
        return signature
