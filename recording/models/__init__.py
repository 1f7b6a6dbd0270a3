"""The tables of recording."""

from recording.imports.models import DoseImport, HeaderMapping, ImportedRow, ImportPart
from recording.site_days.models import Deadline, GivenCount, SiteChange, SiteDay, SiteProgress

__all__ = [
    "Deadline",
    "DoseImport",
    "GivenCount",
    "HeaderMapping",
    "ImportPart",
    "ImportedRow",
    "SiteChange",
    "SiteDay",
    "SiteProgress",
]
