"""The tables of corrections. Only the verbs (corrections/actions) write to them.

History is append-only: database triggers refuse UPDATE and DELETE on events, breaches, changes of a
clock and what citizens say of an answer, and DELETE on corrections and filings (migrations 0002,
0004, 0007 and 0008).
"""

from corrections.models.answered import AnsweredCase
from corrections.models.case import (
    CLOSED_STATUSES,
    DECIDED_STATUSES,
    OPEN_STATUSES,
    Correction,
    CorrectionQuerySet,
    Kind,
)
from corrections.models.clocks import CASE_CLOCKS, KEPT_DEADLINES, Clock, ClockChange, Pause
from corrections.models.delayed import DelayedDecision
from corrections.models.evidence import Evidence, UploadLink
from corrections.models.filing import Draft, Filing, FilingChannel
from corrections.models.reactions import Dismissal, HelpAnswer
from corrections.models.rules import DayOff, Policy, RecomputeRun
from corrections.models.trail import Breach, CorrectionEvent, Heartbeat, Holding, OutboxRow

__all__ = [
    "CASE_CLOCKS",
    "CLOSED_STATUSES",
    "DECIDED_STATUSES",
    "KEPT_DEADLINES",
    "OPEN_STATUSES",
    "AnsweredCase",
    "Breach",
    "Clock",
    "ClockChange",
    "Correction",
    "CorrectionEvent",
    "CorrectionQuerySet",
    "DayOff",
    "DelayedDecision",
    "Dismissal",
    "Draft",
    "Evidence",
    "Filing",
    "FilingChannel",
    "Heartbeat",
    "HelpAnswer",
    "Holding",
    "Kind",
    "OutboxRow",
    "Pause",
    "Policy",
    "RecomputeRun",
    "UploadLink",
]
