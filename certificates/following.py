"""Certificates follow the record: each change of a citizen or a dose comes through here at once."""

from typing import Any

from certificates.issuing import follow
from citizens.announcements import citizen_written, citizens_written, records_joined
from citizens.models import Citizen
from doses.announcements import dose_written, doses_written
from doses.models import Dose


def listen() -> None:
    """Connect to the announcements of the apps below, inside the transactions that write."""
    citizen_written.connect(_on_citizen, dispatch_uid="certificates")
    citizens_written.connect(_on_citizens, dispatch_uid="certificates")
    records_joined.connect(_on_people, dispatch_uid="certificates")
    dose_written.connect(_on_dose, dispatch_uid="certificates")
    doses_written.connect(_on_people, dispatch_uid="certificates")


def _on_citizen(citizen: Citizen, **_kwargs: Any) -> None:
    follow({citizen.pk})


def _on_citizens(citizens: list[Citizen], **_kwargs: Any) -> None:
    follow({one.pk for one in citizens})


def _on_dose(dose: Dose, **_kwargs: Any) -> None:
    follow({dose.citizen_id})


def _on_people(citizens: set[int], **_kwargs: Any) -> None:
    follow(citizens)
