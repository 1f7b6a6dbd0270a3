"""An organization as Organization, with the one above it."""

from typing import Any

from fhir_api.resources import codes
from organizations.models import Organization

KINDS = Organization.Kind
# HL7's kinds of organization; ours stands beside it in words.
TYPES = {
    KINDS.MINISTRY: "govt",
    KINDS.PROVINCIAL_DEPARTMENT: "govt",
}


def organization(site: Organization) -> dict[str, Any]:
    """Return the Organization; one that was closed is no longer active."""
    kind = KINDS(site.kind)
    resource: dict[str, Any] = {
        "resourceType": "Organization",
        "id": str(site.public_id),
        "identifier": [{"system": codes.SITE_CODE, "value": site.code}],
        "active": site.is_open,
        "type": [
            codes.concept(f"{codes.HL7}organization-type", TYPES.get(kind, "prov"), str(kind.label))
        ],
        "name": site.name,
    }
    if site.phone:
        resource["telecom"] = [{"system": "phone", "value": site.phone}]
    if site.part_of is not None:
        resource["partOf"] = reference(site.part_of)
    return resource


def reference(site: Organization) -> dict[str, str]:
    """Return a reference with the name, so that nobody has to look it up."""
    return {"reference": f"Organization/{site.public_id}", "display": site.name}
