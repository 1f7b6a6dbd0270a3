"""A dose as Immunization. A revision is a version: both have the same facts (DoseFacts)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from citizens.models import Citizen
from corrections.disagreements import Disagreement
from doses.models import Dose, DoseFacts, DoseRevision
from fhir_api.bundles import instant
from fhir_api.resources import codes, organizations, patients
from vaxreg.typed import countries
from vaxreg.typed.countries import VIET_NAM

VIET_NAM_TIME = ZoneInfo("Asia/Ho_Chi_Minh")
STATUSES = {
    Dose.Status.COMPLETED: "completed",
    Dose.Status.ENTERED_IN_ERROR: "entered-in-error",
}
# What says who gave the dose is the primary source. Of anything else, where it was known from: a
# written record, or what the person remembers (HL7's code system immunization-origin).
ORIGINS = {
    Dose.Provenance.SITE_ENTRY: "",
    Dose.Provenance.BACK_ENTRY: "",
    Dose.Provenance.PARTNER: "",
    Dose.Provenance.CORRECTION: "record",
    Dose.Provenance.SELF_DECLARED: "recall",
    Dose.Provenance.ABROAD: "record",
}


@dataclass(frozen=True)
class Version:
    """Facts of a dose since one moment."""

    public_id: UUID
    number: int
    since: datetime
    recorded_at: datetime
    facts: DoseFacts

    @classmethod
    def current(cls, dose: Dose) -> "Version":
        """The facts as they stand."""
        return cls(dose.public_id, dose.revision, dose.revised_at, dose.recorded_at, dose)

    @classmethod
    def of(cls, dose: Dose, revision: DoseRevision) -> "Version":
        """The facts as they stood."""
        return cls(dose.public_id, revision.number, revision.at, dose.recorded_at, revision)


def immunization(
    version: Version,
    person: Citizen,
    *,
    identifier: tuple[str, str] | None = None,
    disagreements: Iterable[Disagreement] = (),
) -> dict[str, Any]:
    """Return the Immunization. person: on whose record the reader reads it."""
    facts = version.facts
    resource: dict[str, Any] = {
        "resourceType": "Immunization",
        "id": str(version.public_id),
        "meta": {"versionId": str(version.number), "lastUpdated": instant(version.since)},
    }
    if identifier is not None:
        resource["identifier"] = [{"system": identifier[0], "value": identifier[1]}]
    resource |= {
        "status": STATUSES[Dose.Status(facts.status)],
        "vaccineCode": {
            "coding": codes.codings_of(facts.vaccine),
            "text": facts.product_abroad or facts.vaccine.name,
        },
        "patient": patients.reference(person),
        "occurrenceDateTime": occurrence(facts),
        "recorded": instant(version.recorded_at),
        **_source(facts),
        **_place(facts),
    }
    if facts.vaccine.manufacturer:
        resource["manufacturer"] = {"display": facts.vaccine.manufacturer}
    if facts.lot:
        resource["lotNumber"] = facts.lot
    kept = [{"time": instant(one.at), "text": one.words} for one in disagreements if one.words]
    if kept:
        resource["note"] = kept
    resource["protocolApplied"] = [_protocol(facts)]
    return resource


def occurrence(facts: DoseFacts) -> str:
    """Return the day, with the hour where that is known in the time of Viet Nam."""
    if facts.given_time is None or facts.country != VIET_NAM:
        return facts.given_on.isoformat()
    moment = datetime.combine(facts.given_on, facts.given_time, VIET_NAM_TIME)
    return moment.isoformat(timespec="seconds")


def _source(facts: DoseFacts) -> dict[str, Any]:
    provenance = Dose.Provenance(facts.provenance)
    origin = ORIGINS[provenance]
    if not origin:
        return {"primarySource": True}
    system = f"{codes.HL7}immunization-origin"
    return {
        "primarySource": False,
        "reportOrigin": codes.concept(system, origin, str(provenance.label)),
    }


def _place(facts: DoseFacts) -> dict[str, Any]:
    if facts.organization is None:
        parts = [countries.name_of(facts.country), facts.issuer]
        return {"location": {"display": " · ".join(part for part in parts if part)}}
    place: dict[str, Any] = {}
    if facts.venue:
        place["location"] = {"display": facts.venue}
    place["performer"] = [
        {
            "function": codes.concept("http://terminology.hl7.org/CodeSystem/v2-0443", "AP"),
            "actor": organizations.reference(facts.organization),
        }
    ]
    return place


def _protocol(facts: DoseFacts) -> dict[str, Any]:
    """Return which dose it was: Decision 43/QĐ-BYT counts primary doses and boosters apart."""
    protocol: dict[str, Any] = {"series": facts.kind}
    disease = codes.disease_of(facts.vaccine)
    if disease is not None:
        protocol["targetDisease"] = [disease]
    protocol["doseNumberPositiveInt"] = facts.ordinal
    if facts.kind == Dose.Kind.PRIMARY:
        protocol["seriesDosesPositiveInt"] = facts.vaccine.primary_doses
    return protocol
