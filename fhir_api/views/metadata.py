"""CapabilityStatement: what this interface really does, read off the views."""

from collections.abc import Iterable
from typing import Any, ClassVar

from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from fhir_api.bundles import base_of
from fhir_api.views.base import FhirView
from fhir_api.wire import FHIR_JSON

# When what it says changed last.
SINCE = "2026-11-30"
SUMMARY = "http://hl7.org/fhir/uv/ips/OperationDefinition/summary"


class Metadata(FhirView):
    """What can be asked for here. Open to everybody. described: every other view."""

    permission_classes = [AllowAny]
    described: ClassVar[tuple[type[FhirView], ...]] = ()

    def get(self, request: Request) -> Response:
        return Response(capability(self.described, base=base_of(request)))


def capability(views: Iterable[type[FhirView]], *, base: str) -> dict[str, Any]:
    """Return the statement about these views."""
    found: dict[str, list[type[FhirView]]] = {}
    for view in views:
        if view.resource:
            found.setdefault(view.resource, []).append(view)
    return {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": SINCE,
        "kind": "instance",
        "software": {"name": "VaxReg"},
        "implementation": {"description": "VaxReg", "url": base.rstrip("/")},
        "fhirVersion": "4.0.1",
        "format": [FHIR_JSON, "json"],
        "rest": [
            {
                "mode": "server",
                "security": {
                    "cors": False,
                    "description": (
                        "Authorization: Bearer, with a key that the registry's operators make. It has"
                        " SMART scopes (patient/, user/, system/) in the form of version 1 or 2."
                    ),
                },
                "resource": [_resource(name, of) for name, of in sorted(found.items())],
            }
        ],
    }


def _resource(name: str, views: Iterable[type[FhirView]]) -> dict[str, Any]:
    interactions = [code for view in views for code in view.interactions]
    parameters = {parameter: kind for view in views for parameter, kind in view.parameters.items()}
    resource: dict[str, Any] = {
        "type": name,
        "interaction": [{"code": code} for code in interactions],
    }
    if name == "Immunization":
        resource |= {
            "versioning": "versioned-update",
            "readHistory": True,
            "updateCreate": False,
            "conditionalCreate": True,
            "conditionalRead": "not-match",
            "conditionalUpdate": False,
            "conditionalDelete": "not-supported",
            "searchRevInclude": ["Provenance:target"],
        }
    if name == "Task":
        resource |= {"versioning": "versioned", "conditionalRead": "not-match"}
    shown = {one: kind for one, kind in parameters.items() if one != "_revinclude"}
    if shown:
        resource["searchParam"] = [{"name": one, "type": kind} for one, kind in shown.items()]
    if name == "Patient":
        resource["operation"] = [{"name": "summary", "definition": SUMMARY}]
    return resource
