"""Vaccines with their dated rules, vaccination sessions, doses and every revision of a dose."""

from doses.models.doses import Dose, DoseFacts, DoseQuerySet, DoseRevision
from doses.models.moves import DoseMove
from doses.models.sessions import ReceivedLot, VaccinationSession
from doses.models.vaccines import ScheduleStep, Span, Vaccine, VaccineGroup, VaccineRule
from doses.models.warnings import WarningLeft
from doses.models.written import WrittenPerson

__all__ = [
    "Dose",
    "DoseFacts",
    "DoseMove",
    "DoseQuerySet",
    "DoseRevision",
    "ReceivedLot",
    "ScheduleStep",
    "Span",
    "VaccinationSession",
    "Vaccine",
    "VaccineGroup",
    "VaccineRule",
    "WarningLeft",
    "WrittenPerson",
]
