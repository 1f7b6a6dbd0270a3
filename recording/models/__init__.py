"""The tables of recording."""

from recording.due.models import DueChange, DueSweep, NextDose, Reminder, ReminderSetting
from recording.imports.models import DoseImport, HeaderMapping, ImportedRow, ImportPart
from recording.site_days.models import Deadline, GivenCount, SiteChange, SiteDay, SiteProgress

__all__ = [
    "Deadline",
    "DoseImport",
    "DueChange",
    "DueSweep",
    "GivenCount",
    "HeaderMapping",
    "ImportPart",
    "ImportedRow",
    "NextDose",
    "Reminder",
    "ReminderSetting",
    "SiteChange",
    "SiteDay",
    "SiteProgress",
]
