"""Signing keys, certificates with their countersignatures, and the work around them."""

from certificates.models.certificates import Certificate, CertificateQuerySet, Countersignature
from certificates.models.keys import Role, SigningKey, SigningKeyQuerySet
from certificates.models.work import ResigningRun, SignedList, Wanted

__all__ = [
    "Certificate",
    "CertificateQuerySet",
    "Countersignature",
    "ResigningRun",
    "Role",
    "SignedList",
    "SigningKey",
    "SigningKeyQuerySet",
    "Wanted",
]
