"""Listens to the apps below: what they change becomes an event, in the same transaction."""

from collections.abc import Iterable
from typing import Any

from certificates.announcements import certificates_ended
from certificates.models import Certificate
from citizens.announcements import records_joined
from citizens.models import Citizen
from corrections.announcements import correction_changed, corrections_changed
from corrections.models import Correction
from doses.announcements import dose_written, doses_settled
from doses.models import Dose
from partners.models import Event, EventType
from partners.webhooks.events import Change, note

Kind = Event.Kind


def listen() -> None:
    """Connect to the announcements of the apps below."""
    correction_changed.connect(_on_correction, dispatch_uid="partners.webhooks")
    corrections_changed.connect(_on_corrections, dispatch_uid="partners.webhooks")
    dose_written.connect(_on_dose, dispatch_uid="partners.webhooks")
    doses_settled.connect(_on_records, dispatch_uid="partners.webhooks")
    records_joined.connect(_on_records, dispatch_uid="partners.webhooks")
    certificates_ended.connect(_on_certificates, dispatch_uid="partners.webhooks")


def _on_correction(correction: Correction, **_kwargs: Any) -> None:
    note(
        EventType.CORRECTION,
        lambda: [Change(Kind.CORRECTION, correction.reference, correction.citizen_id)],
    )


def _on_corrections(corrections: list[int], **_kwargs: Any) -> None:
    note(
        EventType.CORRECTION,
        lambda: [
            Change(Kind.CORRECTION, reference, citizen)
            for reference, citizen in Correction.objects.filter(pk__in=corrections)
            .order_by("pk")
            .values_list("reference", "citizen")
        ],
    )


def _on_dose(dose: Dose, **_kwargs: Any) -> None:
    note(EventType.DOSE, lambda: [Change(Kind.DOSE, str(dose.public_id), dose.citizen_id)])


def _on_records(citizens: Iterable[int], **_kwargs: Any) -> None:
    note(
        EventType.DOSE,
        lambda: [
            Change(Kind.RECORD, str(public_id), pk)
            for pk, public_id in Citizen.objects.filter(pk__in=set(citizens))
            .order_by("pk")
            .values_list("pk", "public_id")
        ],
    )


def _on_certificates(certificates: list[Certificate], **_kwargs: Any) -> None:
    note(
        EventType.CERTIFICATE,
        lambda: [
            Change(Kind.CERTIFICATE, str(one.public_id), one.citizen_id) for one in certificates
        ],
    )
