"""Signing keys, certificates, signatures, prints, shared links, and the work around them."""

from certificates.models.certificates import Certificate, CertificateQuerySet, Countersignature
from certificates.models.keys import Role, SigningKey, SigningKeyQuerySet
from certificates.models.prints import CertificatePrint
from certificates.models.sharing import Share, ShareOpening, ShareQuerySet
from certificates.models.work import ResigningRun, SignedList, Wanted

__all__ = [
    "Certificate",
    "CertificatePrint",
    "CertificateQuerySet",
    "Countersignature",
    "ResigningRun",
    "Role",
    "Share",
    "ShareOpening",
    "ShareQuerySet",
    "SignedList",
    "SigningKey",
    "SigningKeyQuerySet",
    "Wanted",
]
