"""Views that only read: patients, organizations, what is due, cases, provenance, the summary."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils import timezone
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access import is_staff_session
from accounts.programs import program_of
from citizens.models import Citizen
from citizens.visits import log_own
from corrections.models import Correction
from corrections.parties import reads_masked
from doses.models import Dose
from doses.schedule import due_next
from fhir_api import reach
from fhir_api.bundles import base_of, page, params, searchset
from fhir_api.resources.organizations import organization
from fhir_api.resources.patients import patient
from fhir_api.resources.provenances import provenance
from fhir_api.resources.recommendations import recommendation
from fhir_api.resources.summaries import summary
from fhir_api.resources.tasks import task
from fhir_api.views.base import FhirView, versioned
from organizations.models import Organization
from vaxreg import db_time
from vaxreg.paging import Key
from vaxreg.uuids import uuid_or_none, with_public_id


class Patients(FhirView):
    """The people whose records the caller may open: with this an app finds out who they are."""

    resource = "Patient"
    letters = {"GET": "s"}
    interactions = ("search-type",)
    parameters = {"_id": "token"}

    def get(self, request: Request) -> Response:
        asked = params(request, *self.parameters)
        found: QuerySet[Citizen] = reach.records(request).order_by("pk")
        if "_id" in asked:
            found = with_public_id(found, asked["_id"])
        people = list(found)
        for citizen in people:
            log_own(reach.user_of(request), citizen, program_of(request))
        return Response(searchset(request, asked, map(patient, people), total=len(people)))


class OnePatient(FhirView):
    """A person."""

    resource = "Patient"
    interactions = ("read",)

    def get(self, request: Request, record: UUID) -> Response:
        return Response(patient(reach.record(request, record)))


class Summary(FhirView):
    """The International Patient Summary of a person: a document with the doses that count."""

    resource = "Patient"

    def get(self, request: Request, record: UUID) -> Response:
        citizen = reach.record(request, record)
        rows = Dose.objects.none()
        shown = reach.Doses(rows, reach.user_of(request), citizen=citizen)
        doses = list(reach.counted(citizen))
        places = {dose.organization.pk: dose.organization for dose in doses if dose.organization}
        document = summary(
            citizen,
            shown.shown(doses),
            [organization(place) for place in places.values()],
            base=base_of(request),
            now=db_time.now(),
        )
        return Response(document)


class OneOrganization(FhirView):
    """An organization, also one that was closed: doses refer to it. Open to everybody."""

    resource = "Organization"
    interactions = ("read",)
    permission_classes = [AllowAny]

    def get(self, request: Request, public_id: UUID) -> Response:
        places = Organization.objects.select_related("part_of")
        return Response(organization(get_object_or_404(places, public_id=public_id)))


class Recommendations(FhirView):
    """What is due next for a person."""

    resource = "ImmunizationRecommendation"
    letters = {"GET": "s"}
    interactions = ("search-type",)
    parameters = {"patient": "reference"}

    def get(self, request: Request) -> Response:
        asked = params(request, *self.parameters)
        found = of_person(reach.record_asked_for(request, asked))
        return Response(searchset(request, asked, found, total=len(found)))


class OneRecommendation(FhirView):
    """The same, by the id of the person."""

    resource = "ImmunizationRecommendation"
    interactions = ("read",)

    def get(self, request: Request, record: UUID) -> Response:
        found = of_person(reach.record(request, record))
        if not found:
            raise Http404
        return Response(found[0])


def of_person(citizen: Citizen) -> list[dict[str, Any]]:
    """Return the one recommendation for a person, or none."""
    now = db_time.now()
    due = due_next(reach.counted(citizen), citizen.date_of_birth, timezone.localdate(now))
    return [recommendation(citizen, due, now=now)] if due else []


class Tasks(FhirView):
    """The cases about a person that the caller may see, the newest first."""

    resource = "Task"
    letters = {"GET": "s"}
    interactions = ("search-type",)
    parameters = {"patient": "reference"}

    def get(self, request: Request) -> Response:
        asked = params(request, *self.parameters)
        rows = reach.cases_about(request, asked)

        def key_of(mark: str) -> Key | None:
            return rows.filter(reference=mark).values_list("received_at", "pk").first()

        shown, after = page(
            asked, rows, ("-received_at", "-pk"), key_of=key_of, mark_of=lambda one: one.reference
        )
        reach.log_cases(request, shown)
        found = [_task(request, case) for case in shown]
        return Response(searchset(request, asked, found, total=rows.count(), after=after))


class OneTask(FhirView):
    """A case, by its reference."""

    resource = "Task"
    interactions = ("read",)

    def get(self, request: Request, reference: str) -> Response:
        return versioned(_task(request, reach.one_case(request, reference)), request)


def _task(request: Request, case: Correction) -> dict[str, Any]:
    masked = is_staff_session(request) and reads_masked(reach.user_of(request), case)
    return task(case, masked=masked)


class Provenances(FhirView):
    """Who changed a dose, when, why: one for each version."""

    resource = "Provenance"
    letters = {"GET": "s"}
    interactions = ("search-type",)
    parameters = {"target": "reference"}

    def get(self, request: Request) -> Response:
        asked = params(request, *self.parameters)
        public_id = reach.named(asked, "target", "Immunization")
        if public_id is None:
            raise Http404
        doses, dose = reach.one_dose(request, public_id)
        found = [provenance(public_id, entry) for entry in doses.history(dose)]
        return Response(searchset(request, asked, found, total=len(found)))


class OneProvenance(FhirView):
    """Who made one version of a dose: the id of the dose, a hyphen, and the number."""

    resource = "Provenance"
    interactions = ("read",)

    def get(self, request: Request, key: str) -> Response:
        dose_id, _hyphen, number = key.rpartition("-")
        public_id = uuid_or_none(dose_id)
        if public_id is None:
            raise Http404
        doses, dose = reach.one_dose(request, public_id)
        for entry in doses.history(dose):
            if str(entry.number) == number:
                return Response(provenance(public_id, entry))
        raise Http404
