"""CapabilityStatement: what this interface really does, read off the views."""

from collections.abc import Iterable
from typing import Any, ClassVar

from django.urls import reverse
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from fhir_api.bundles import base_of
from fhir_api.views.base import FhirView
from fhir_api.wire import FHIR_JSON, PlainRenderer
from partners.scopes import EVERY

# When what it says changed last.
SINCE = "2026-11-30"
SUMMARY = "http://hl7.org/fhir/uv/ips/OperationDefinition/summary"

SECURITY_SERVICE = "http://terminology.hl7.org/CodeSystem/restful-security-service"
OAUTH_URIS = "http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris"


class Metadata(FhirView):
    """What can be asked for here. Open to everybody. described: every other view."""

    permission_classes = [AllowAny]
    described: ClassVar[tuple[type[FhirView], ...]] = ()

    def get(self, request: Request) -> Response:
        return Response(capability(self.described, request))


class SmartConfiguration(FhirView):
    """Where a SMART app gets its tokens (SMART App Launch 2.2, 2.1.5). Open to everybody."""

    permission_classes = [AllowAny]
    renderer_classes = [PlainRenderer]

    def get(self, request: Request) -> Response:
        places = addresses()
        return Response(
            {
                "authorization_endpoint": request.build_absolute_uri(places["authorize"]),
                "token_endpoint": request.build_absolute_uri(places["token"]),
                "revocation_endpoint": request.build_absolute_uri(places["revoke"]),
                "management_endpoint": request.build_absolute_uri(reverse("own-apps")),
                "grant_types_supported": ["authorization_code", "client_credentials"],
                "token_endpoint_auth_methods_supported": [
                    "client_secret_basic",
                    "client_secret_post",
                ],
                "response_types_supported": ["code"],
                "scopes_supported": list(EVERY),
                "code_challenge_methods_supported": ["S256"],
                "capabilities": [
                    "client-public",
                    "client-confidential-symmetric",
                    "permission-patient",
                    "permission-v1",
                    "permission-v2",
                    "launch-standalone",
                ],
            }
        )


def addresses() -> dict[str, str]:
    """Return the paths at which apps ask for tokens, by the names of SMART's extension."""
    return {
        "authorize": reverse("oauth2_provider:authorize"),
        "token": reverse("oauth2_provider:token"),
        "revoke": reverse("oauth2_provider:revoke-token"),
    }


def capability(views: Iterable[type[FhirView]], request: Request) -> dict[str, Any]:
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
        "implementation": {"description": "VaxReg", "url": base_of(request).rstrip("/")},
        "fhirVersion": "4.0.1",
        "format": [FHIR_JSON, "json"],
        "rest": [
            {
                "mode": "server",
                "security": {
                    "cors": False,
                    "service": [
                        {"coding": [{"system": SECURITY_SERVICE, "code": "SMART-on-FHIR"}]}
                    ],
                    "description": (
                        "Authorization: Bearer, with a token by OAuth 2.0 (.well-known/smart-"
                        "configuration) or a key that the registry's operators make. Both have SMART"
                        " scopes (patient/, user/, system/) in the form of version 1 or 2."
                    ),
                    "extension": [
                        {
                            "url": OAUTH_URIS,
                            "extension": [
                                {"url": name, "valueUri": request.build_absolute_uri(address)}
                                for name, address in addresses().items()
                            ],
                        }
                    ],
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
