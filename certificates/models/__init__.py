"""Signing keys, certificates with their countersignatures and prints, and the work around them."""

from certificates.models.certificates import Certificate, CertificateQuerySet, Countersignature
from certificates.models.keys import Role, SigningKey, SigningKeyQuerySet
from certificates.models.prints import CertificatePrint
from certificates.models.work import ResigningRun, SignedList, Wanted

__all__ = [
    "Certificate",
    "CertificatePrint",
    "CertificateQuerySet",
    "Countersignature",
    "ResigningRun",
    "Role",
    "SignedList",
    "SigningKey",
    "SigningKeyQuerySet",
    "Wanted",
]
