"""A correction as Task, with the business statuses of HL7's guide Patient Request for Corrections."""

from typing import Any

from citizens.masking import cut_numbers
from corrections import facts, lifecycle
from corrections.lifecycle import Status
from corrections.models import Correction
from fhir_api.bundles import instant
from fhir_api.resources import codes, organizations, patients

# Status of ours: Task.status and Task.businessStatus. What waits for a second person is in review
# still: until then nothing is decided. Of two of ours HL7 has no business status; statusReason says
# them in words.
STATUSES = {
    Status.RECEIVED: ("ready", "queued"),
    Status.QUEUED: ("ready", "queued"),
    Status.IN_REVIEW: ("in-progress", "in-review"),
    Status.WAITING: ("in-progress", "waiting-for-information"),
    Status.KEPT: ("in-progress", "in-review"),
    Status.TO_COUNTERSIGN: ("in-progress", "in-review"),
    Status.ACCEPTED: ("completed", "amendment-completed"),
    Status.PARTLY_ACCEPTED: ("completed", "partial-amendment-completed"),
    Status.REFUSED: ("completed", "denied"),
    Status.CANNOT_CONFIRM: ("completed", "denied"),
    Status.UPHELD: ("completed", "denied"),
    Status.DISAGREED: ("completed", "disagreement-logged"),
    Status.WITHDRAWN: ("cancelled", "requester-cancelled"),
    Status.EXPIRED: ("failed", "waiting-for-information"),
}


def task(case: Correction, *, masked: bool = False) -> dict[str, Any]:
    """Return the Task. masked: numbers are cut out of the desk's words, for officers far above."""
    status = Status(case.status)
    state, business = STATUSES[status]
    resource: dict[str, Any] = {
        "resourceType": "Task",
        "id": case.reference,
        "meta": {"versionId": str(case.version)},
        "identifier": [{"system": codes.REFERENCE, "value": case.reference}],
        "status": state,
        "businessStatus": codes.concept(
            f"{codes.CORRECTIONS}PatientCorrectionBusinessStatus", business
        ),
        "statusReason": {"text": str(lifecycle.STATUS_LABELS[status])},
        "intent": "order",
        "code": codes.concept(f"{codes.CORRECTIONS}PatientCorrectionTaskTypes", "medRecCxReq"),
        "description": facts.headline(case),
        "for": patients.reference(case.citizen.kept),
        "authoredOn": instant(case.received_at),
        "requester": patients.reference(case.citizen.kept),
        "restriction": {"period": {"end": instant(case.due_at)}},
    }
    if case.dose is not None:
        resource["focus"] = {"reference": f"Immunization/{case.dose.public_id}"}
    if case.holder is not None:
        resource["owner"] = organizations.reference(case.holder)
    period = {"start": instant(case.received_at)}
    if case.decided_at is not None:
        period["end"] = instant(case.decided_at)
        resource["lastModified"] = instant(case.decided_at)
    resource["executionPeriod"] = period
    words = case.remark_shown
    if words:
        resource["note"] = [{"text": cut_numbers(words) if masked else words}]
    return resource
