"""A citizen as Patient: name, sex, date of birth as far as it is known; no number (docs/adr/0008)."""

from typing import Any

from citizens.models import Citizen, Sex

GENDERS = {Sex.MALE: "male", Sex.FEMALE: "female"}


def patient(citizen: Citizen) -> dict[str, Any]:
    """Return the Patient. In Vietnamese names the family name stands first."""
    family, *given = citizen.full_name.split()
    return {
        "resourceType": "Patient",
        "id": str(citizen.public_id),
        "active": True,
        "name": [
            {
                "use": "official",
                "text": citizen.full_name,
                "family": family,
                **({"given": given} if given else {}),
            }
        ],
        "gender": GENDERS.get(Sex(citizen.sex), "unknown"),
        "birthDate": citizen.born.isoformat(),
    }


def reference(citizen: Citizen) -> dict[str, str]:
    """Return a reference to the Patient."""
    return {"reference": f"Patient/{citizen.public_id}"}
