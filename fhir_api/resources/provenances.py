"""A revision of a dose as Provenance: who changed it, for whom, when, why, by which proposal."""

from typing import Any
from uuid import UUID

from doses.history import DoseEntry
from fhir_api.bundles import instant
from fhir_api.resources import codes, organizations


def provenance(dose: UUID, entry: DoseEntry) -> dict[str, Any]:
    """Return the Provenance of one revision, as its reader may know it (doses.history)."""
    number = entry.number
    resource: dict[str, Any] = {
        "resourceType": "Provenance",
        "id": f"{dose}-{number}",
        "target": [{"reference": f"Immunization/{dose}/_history/{number}"}],
        "recorded": instant(entry.at),
        "activity": {"coding": [codes.coding(f"{codes.HL7}v3-DataOperation", _activity(entry))]},
    }
    words = [text for text in (entry.moved, entry.why) if text]
    if words:
        resource["reason"] = [{"text": " · ".join(words)}]
    by = entry.organization
    who = organizations.reference(by) if by is not None else {"display": "VaxReg"}
    resource["agent"] = [
        {"type": codes.concept(f"{codes.HL7}provenance-participant-type", "author"), "who": who}
    ]
    entities = []
    if number > 1:
        before = {"reference": f"Immunization/{dose}/_history/{number - 1}"}
        entities.append({"role": "revision", "what": before})
    if entry.correction_reference:
        case = {"reference": f"Task/{entry.correction_reference}"}
        entities.append({"role": "source", "what": case})
    if entities:
        resource["entity"] = entities
    return resource


def _activity(entry: DoseEntry) -> str:
    if entry.is_first:
        return "CREATE"
    return "NULLIFY" if entry.is_taken_out else "UPDATE"
