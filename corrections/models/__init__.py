"""What is stored of a correction. Only the verbs (corrections/actions) write to these tables.

History is append-only: the database refuses UPDATE and DELETE on events, breaches and changes of
a clock, and DELETE on corrections and filings (migrations 0002 and 0004).
"""

from corrections.models.case import (
    CLOSED_STATUSES,
    DECIDED_STATUSES,
    OPEN_STATUSES,
    Correction,
    CorrectionQuerySet,
    Kind,
)
from corrections.models.clocks import KEPT, TIMELY, Clock, ClockChange, DayOff, Pause, Policy
from corrections.models.figures import DayFigures, ReportDay, Standing
from corrections.models.filing import Channel, Draft, Evidence, Filing
from corrections.models.hotline import CallerCheck, UploadLink
from corrections.models.oversight import OfficerNote, Silence
from corrections.models.recompute import RecomputeRun
from corrections.models.statistics import PublishedFigures
from corrections.models.trail import Breach, CorrectionEvent, Heartbeat, Holding, OutboxRow

__all__ = [
    "CLOSED_STATUSES",
    "DECIDED_STATUSES",
    "KEPT",
    "OPEN_STATUSES",
    "TIMELY",
    "Breach",
    "CallerCheck",
    "Channel",
    "Clock",
    "ClockChange",
    "Correction",
    "CorrectionEvent",
    "CorrectionQuerySet",
    "DayFigures",
    "DayOff",
    "Draft",
    "Evidence",
    "Filing",
    "Heartbeat",
    "Holding",
    "Kind",
    "OfficerNote",
    "OutboxRow",
    "Pause",
    "Policy",
    "PublishedFigures",
    "RecomputeRun",
    "ReportDay",
    "Silence",
    "Standing",
    "UploadLink",
]
