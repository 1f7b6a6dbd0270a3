"""Programs as this interface meets them: apps of citizens, and the system of a vaccination site."""

from datetime import timedelta
from importlib import import_module
from typing import Any

from django.http import HttpResponse
from rest_framework.test import APIClient

from accounts.api_auth import make_token
from accounts.models import Scope, SessionKind, User
from fhir_api.models import Partner
from organizations.models import Organization
from tests.world import World

FHIR = "application/fhir+json"
OWN_DOSES = "system/Immunization.cruds"


def app(user: User, *smart: str, scopes: tuple[Scope, ...] = (Scope.READ,)) -> APIClient:
    """The app of a citizen."""
    return _client(user, SessionKind.CITIZEN, scopes, smart)


def staff(user: User, *smart: str, scopes: tuple[Scope, ...] = (Scope.READ,)) -> APIClient:
    """The program of a member of staff."""
    return _client(user, SessionKind.STAFF, scopes, smart)


def partner(world: World, site: Organization | None = None, *smart: str) -> APIClient:
    """The system of a site, by default of Bạch Mai hospital; it may do all with its own doses."""
    place = site or world.hospital
    user = User.objects.create_user(email=f"his@{place.code.lower()}.vn", full_name=place.name)
    Partner.objects.create(user=user, organization=place)
    return _client(user, SessionKind.STAFF, (), smart or (OWN_DOSES,))


def _client(
    user: User, kind: SessionKind, scopes: tuple[Scope, ...], smart: tuple[str, ...]
) -> APIClient:
    key = make_token(
        user,
        name="test",
        kind=kind,
        lifetime=timedelta(days=1),
        scopes=scopes,
        smart_scopes=smart,
    )
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {key}")
    return client


def given(world: World, whose: str = "lan", **changed: Any) -> dict[str, Any]:
    """Lan's first dose, Comirnaty, as the hospital sends it."""
    return {
        "resourceType": "Immunization",
        "status": "completed",
        "vaccineCode": {"coding": [{"system": "http://hl7.org/fhir/sid/cvx", "code": "208"}]},
        "patient": {"reference": f"Patient/{world.citizens[whose].public_id}"},
        "occurrenceDateTime": "2021-09-20",
        "lotNumber": "fg3526",
        "protocolApplied": [{"doseNumberPositiveInt": 1}],
    } | changed


def words(answer: HttpResponse) -> tuple[int, str, str]:
    """Return status, code and words of an OperationOutcome."""
    issue = answer.json()["issue"][0]
    return answer.status_code, issue["code"], issue["details"]["text"]


def valid(resource: dict[str, Any]) -> dict[str, Any]:
    """Return a resource that its model of R4B takes, with all that stands in a Bundle."""
    name = resource["resourceType"]
    model = getattr(import_module(f"fhir.resources.R4B.{name.lower()}"), name)
    model.model_validate(resource)
    for entry in resource.get("entry", ()):
        valid(entry["resource"])
    return resource
