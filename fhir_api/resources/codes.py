"""Code systems, and the codes of vaccines in them."""

from typing import Any

from doses.models import Vaccine
from doses.models.vaccines import COVID_19

CVX = "http://hl7.org/fhir/sid/cvx"
ICD_11 = "http://id.who.int/icd11/mms"
SNOMED = "http://snomed.info/sct"
LOINC = "http://loinc.org"
# The value set "vaccine medicinal product" of the EU certificate has two systems.
EU_REGISTER = "https://ec.europa.eu/health/documents/community-register/html/"
EU_OTHERS = "http://ec.europa.eu/temp/vaccineproductname"
HL7 = "http://terminology.hl7.org/CodeSystem/"
CORRECTIONS = "http://hl7.org/fhir/uv/patient-corrections/CodeSystem/"
# Ours: codes that the tables of this registry have and no published system does.
VACCINE = "urn:vaxreg:vaccine"
VACCINE_GROUP = "urn:vaxreg:vaccine-group"
SITE_CODE = "urn:vaxreg:organization"
REFERENCE = "urn:vaxreg:correction"
PERSONAL_NUMBER = "urn:vaxreg:id-number"
# Diseases by vaccine group.
DISEASES = {COVID_19: ("840539006", "COVID-19")}


def coding(system: str, code: str, display: str = "") -> dict[str, str]:
    """Return a Coding."""
    return {"system": system, "code": code, **({"display": display} if display else {})}


def concept(system: str, code: str, text: str = "") -> dict[str, Any]:
    """Return a CodeableConcept with one coding."""
    return {"coding": [coding(system, code)], **({"text": text} if text else {})}


def codings_of(vaccine: Vaccine) -> list[dict[str, str]]:
    """Return the codes of a vaccine, ours first: the others may stand for several products."""
    eu = EU_REGISTER if vaccine.mp.startswith("EU/") else EU_OTHERS
    found = (
        (VACCINE, vaccine.code),
        (eu, vaccine.mp),
        (ICD_11, vaccine.icd11),
        (CVX, vaccine.cvx),
        (SNOMED, vaccine.vp),
    )
    return [coding(system, code) for system, code in found if code]


def disease_of(vaccine: Vaccine) -> dict[str, Any] | None:
    """Return the disease that a vaccine is given against, where its code is known here."""
    known = DISEASES.get(vaccine.group_code)
    if known is None:
        return None
    return {"coding": [coding(SNOMED, *known)]}
