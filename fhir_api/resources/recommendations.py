"""What is due next for a person as ImmunizationRecommendation."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from citizens.models import Citizen
from doses.facts import Position
from doses.schedule import DueDose
from doses.vaccines import group_name
from fhir_api.bundles import instant
from fhir_api.resources import codes, patients

# LOINC: Date vaccine due.
DUE = "30980-7"


def recommendation(citizen: Citizen, due: Sequence[DueDose], *, now: datetime) -> dict[str, Any]:
    """Return the ImmunizationRecommendation of one person; `due` has one dose at least."""
    return {
        "resourceType": "ImmunizationRecommendation",
        "id": str(citizen.public_id),
        "patient": patients.reference(citizen),
        "date": instant(now),
        "recommendation": [_line(one) for one in due],
    }


def _line(due: DueDose) -> dict[str, Any]:
    kind, ordinal = due.position.rsplit("-", 1)
    line: dict[str, Any] = {
        "vaccineCode": [codes.concept(codes.VACCINE_GROUP, due.group.code, group_name(due.group))],
    }
    disease = codes.DISEASES.get(due.group.code)
    if disease is not None:
        line["targetDisease"] = {"coding": [codes.coding(codes.SNOMED, *disease)]}
    line |= {
        "forecastStatus": codes.concept(f"{codes.HL7}immunization-recommendation-status", "due"),
        "dateCriterion": [
            {"code": codes.concept(codes.LOINC, DUE), "value": due.due_on.isoformat()}
        ],
        "description": f"{Position(due.position).label} · {due.source}",
        "series": kind,
        "doseNumberPositiveInt": int(ordinal),
    }
    if due.last is not None:
        line["supportingImmunization"] = [{"reference": f"Immunization/{due.last.public_id}"}]
    return line
