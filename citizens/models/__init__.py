"""Citizens, the revisions of their identity, who may open their record, who did.

A foreign key has an index only if a query needs it and no wider index serves it.
"""

from citizens.models.checks import IdentityCheck
from citizens.models.consents import Consent, ConsentRequest
from citizens.models.documents import IdentityDocument, kind_of
from citizens.models.links import RecordLink, RecordLinkQuerySet
from citizens.models.looking import (
    BreakGlass,
    LookingReason,
    LookingReview,
    LookingRule,
    LookingStop,
)
from citizens.models.person import (
    Citizen,
    CitizenQuerySet,
    CitizenRevision,
    Identity,
    Sex,
)
from citizens.models.photo_proofs import PhotoProof
from citizens.models.restrictions import Restriction
from citizens.models.visits import RecordVisit

__all__ = [
    "BreakGlass",
    "Citizen",
    "CitizenQuerySet",
    "CitizenRevision",
    "Consent",
    "ConsentRequest",
    "Identity",
    "IdentityCheck",
    "IdentityDocument",
    "LookingReason",
    "LookingReview",
    "LookingRule",
    "LookingStop",
    "PhotoProof",
    "RecordLink",
    "RecordLinkQuerySet",
    "RecordVisit",
    "Restriction",
    "Sex",
    "kind_of",
]
