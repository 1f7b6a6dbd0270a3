"""Signing keys, certificates with their countersignatures, shared links, and the work around them."""

from certificates.models.certificates import Certificate, CertificateQuerySet, Countersignature
from certificates.models.keys import Role, SigningKey, SigningKeyQuerySet
from certificates.models.sharing import Share, ShareOpening, ShareQuerySet
from certificates.models.work import ResigningRun, SignedList, Wanted

__all__ = [
    "Certificate",
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
