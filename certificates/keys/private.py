"""Private keys: read from a folder or the environment, made for a demo.

A PEM holds the private key and its certificate. Files are named `<role>-<anything>.pem`; the variables
are CERTIFICATE_SITE_KEY, CERTIFICATE_CENTRE_KEY and CERTIFICATE_LISTS_KEY.
"""

import os
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID, ObjectIdentifier
from django.conf import settings

from certificates.dcc import coding
from certificates.models import Role, SigningKey
from vaxreg import db_time

# hcert-spec, section 5.2: a key that signs statements of vaccinations.
VACCINATIONS = ObjectIdentifier("1.3.6.1.4.1.1847.2021.1.2")
ORGANIZATION = "Ministry of Health of Viet Nam"


class NoKey(Exception):
    """No key of this role may sign now; the message says what to do."""


@dataclass(frozen=True)
class PrivateKey:
    """A private key with its certificate, as a PEM holds them."""

    role: Role
    certificate: x509.Certificate
    private: ec.EllipticCurvePrivateKey

    @property
    def kid(self) -> bytes:
        return kid_of(self.certificate)

    def sign(self, payload: bytes) -> bytes:
        """Return a signed message (COSE_Sign1)."""
        return coding.signed(payload, self.private, self.kid)

    @property
    def pem(self) -> bytes:
        """The PEM as it is stored: private key, then certificate."""
        return self.private.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        ) + self.certificate.public_bytes(serialization.Encoding.PEM)


@dataclass(frozen=True)
class Signer:
    """A private key that may sign now, with its row."""

    row: SigningKey
    key: PrivateKey


def signer(role: Role) -> Signer:
    """Return the newest key of this role that may sign now. Raises NoKey."""
    held = {key.kid: key for key in all_keys() if key.role == role}
    for row in SigningKey.objects.signing(role, db_time.now()):
        key = held.get(bytes(row.kid))
        if key is not None and der_of(key.certificate) == bytes(row.certificate):
            return Signer(row, key)
    raise NoKey(
        f"No {role} key may sign: see `manage.py certificate_keys list`, and the settings"
        " CERTIFICATE_KEYS and CERTIFICATE_" + role.upper() + "_KEY."
    )


def all_keys() -> list[PrivateKey]:
    """Return every private key of the folder and the environment. ValueError for a wrong PEM."""
    keys = []
    for role in Role:
        text: str = settings.CERTIFICATE_KEY_TEXTS.get(role.value, "")
        if text:
            keys.append(_parsed(role, text.replace("\\n", "\n").encode()))
    folder = settings.CERTIFICATE_KEYS
    if folder and Path(folder).is_dir():
        for path in sorted(Path(folder).glob("*.pem")):
            role_name = path.name.partition("-")[0]
            if role_name in Role.values:
                stat = path.stat()
                keys.append(_read(Role(role_name), path, stat.st_mtime_ns, stat.st_size))
    return keys


def make(role: Role, lifetime: timedelta) -> PrivateKey:
    """Return a new key with a certificate that it has signed itself. Stores nothing.

    A country's own signing authority issues the certificate of its centre; this one is for a demo,
    a test, and the keys that only our own pages check.
    """
    private = ec.generate_private_key(ec.SECP256R1())
    now = db_time.now().replace(microsecond=0)
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "VN"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, ORGANIZATION),
            x509.NameAttribute(NameOID.COMMON_NAME, f"VaxReg {role} {now:%Y-%m-%d %H:%M}"),
        ]
    )
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now)
        .not_valid_after(now + lifetime)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    )
    if role == Role.CENTRE:
        built = built.add_extension(x509.ExtendedKeyUsage([VACCINATIONS]), critical=False)
    certificate = built.sign(private, hashes.SHA256())
    return PrivateKey(role, certificate, private)


def write(key: PrivateKey, folder: Path) -> Path:
    """Store a key in a folder, readable by its owner alone; return the file."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    begins = key.certificate.not_valid_before_utc
    path = folder / f"{key.role}-{begins:%Y%m%d}-{key.kid.hex()}.pem"
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(key.pem)
    return path


def register(key: PrivateKey, registered_at: datetime | None = None) -> SigningKey:
    """Make the public half of a key known, so that it is published and may sign; return its row."""
    der = der_of(key.certificate)
    row, _made = SigningKey.objects.get_or_create(
        certificate=der,
        defaults={
            "role": key.role,
            "kid": key.kid,
            "not_before": key.certificate.not_valid_before_utc,
            "not_after": key.certificate.not_valid_after_utc,
            "registered_at": registered_at or db_time.now(),
        },
    )
    return row


def kid_of(certificate: x509.Certificate) -> bytes:
    """Return the key id of a signing certificate: 8 bytes."""
    return sha256(der_of(certificate)).digest()[:8]


def der_of(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.DER)


@lru_cache(maxsize=64)
def _read(role: Role, path: Path, changed: int, size: int) -> PrivateKey:
    """Read a file once for each of its versions."""
    return _parsed(role, path.read_bytes())


@lru_cache(maxsize=64)
def _parsed(role: Role, pem: bytes) -> PrivateKey:
    private = serialization.load_pem_private_key(pem, password=None)
    certificate = x509.load_pem_x509_certificate(pem)
    if not isinstance(private, ec.EllipticCurvePrivateKey) or private.curve.name != "secp256r1":
        raise ValueError(f"The {role} key is none on the curve P-256.")
    if private.public_key() != certificate.public_key():
        raise ValueError(f"The {role} key and its certificate do not belong together.")
    return PrivateKey(role, certificate, private)
