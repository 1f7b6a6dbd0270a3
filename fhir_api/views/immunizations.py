"""Views of Immunization: read, search, versions; for partners also create, update and delete."""

import re
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from doses.models import Dose
from fhir_api import incoming, partners, reach
from fhir_api.bundles import address_of, base_of, history, page, params, searchset
from fhir_api.incoming import OUR_STATUS
from fhir_api.outcomes import Refused
from fhir_api.resources.provenances import provenance
from fhir_api.views.base import FhirView, known_version, versioned
from vaxreg.paging import Key
from vaxreg.uuids import with_public_id

_DAY = re.compile(r"(eq|ge|le|gt|lt)?(\d{4}-\d{2}-\d{2})")
LOOKUPS = {"": "", "eq": "", "ge": "__gte", "le": "__lte", "gt": "__gt", "lt": "__lt"}
ORDER = ("given_on", "pk")
WITH_PROVENANCE = "Provenance:target"


class Immunizations(FhirView):
    """The doses of a person, oldest first; those that count, unless `status` asks for others."""

    resource = "Immunization"
    letters = {"GET": "s", "POST": "c"}
    interactions = ("search-type", "create")
    parameters = {
        "patient": "reference",
        "identifier": "token",
        "status": "token",
        "date": "date",
        "_revinclude": "special",
    }

    def get(self, request: Request) -> Response:
        asked = params(request, *self.parameters)
        doses = reach.doses_of_search(request, asked)
        rows = _on(_with_status(doses.rows, asked.get("status", "")), asked.get("date", ""))

        def key_of(mark: str) -> Key | None:
            return with_public_id(rows, mark).values_list("given_on", "pk").first()

        shown, after = page(
            asked, rows, ORDER, key_of=key_of, mark_of=lambda dose: str(dose.public_id)
        )
        doses.log(shown)
        included = []
        if asked.get("_revinclude") == WITH_PROVENANCE:
            included = [
                provenance(dose.public_id, entry)
                for dose in shown
                for entry in doses.history(dose)[:1]
            ]
        found = doses.shown(shown)
        answer = searchset(
            request, asked, found, included=included, total=rows.count(), after=after
        )
        return Response(answer)

    def post(self, request: Request) -> Response:
        """Record a dose; with If-None-Exist only if none has this identifier."""
        partner = reach.required_partner(request, "c")
        condition = request.headers.get("If-None-Exist", "")
        if condition:
            known = partners.identified(partners.doses_of(partner), _identifier(condition))
            found = list(known[:2])
            if len(found) > 1:
                raise Refused(412, _("Several doses have this identifier."))
            if found:
                reach.log_partner(partner, found[0].citizen.kept)
                return versioned(_own(request, partner, found[0]), request)
        dose = partners.record(partner, incoming.read(request.data))
        return _written(request, partner, dose, status=201)


class OneImmunization(FhirView):
    """A dose as it stands, also one that was entered in error."""

    resource = "Immunization"
    letters = {"GET": "r", "PUT": "u", "DELETE": "d"}
    interactions = ("read", "update", "delete")

    def get(self, request: Request, dose: UUID) -> Response:
        doses, found = reach.one_dose(request, dose)
        return versioned(doses.shown([found])[0], request)

    def put(self, request: Request, dose: UUID) -> Response:
        """Change it; `completed` brings one back that was entered in error."""
        partner, found = _to_change(request, dose, "u")
        version = known_version(request)
        sent = incoming.read(request.data)
        if sent.public_id != dose:
            words = _("The id in the resource is not the one in the address.")
            raise Refused(400, words, element="Immunization.id")
        return _written(request, partner, partners.revise(partner, found, sent, version=version))

    def delete(self, request: Request, dose: UUID) -> Response:
        """Take it back: it stays in the history as entered in error."""
        partner, found = _to_change(request, dose, "d")
        taken = partners.take_back(partner, found, version=known_version(request))
        answer = _written(request, partner, taken)
        return Response(status=204, headers={"ETag": answer.headers["ETag"]})


class Versions(FhirView):
    """Every version of a dose that the caller may read, the newest first."""

    resource = "Immunization"
    interactions = ("history-instance",)

    def get(self, request: Request, dose: UUID) -> Response:
        doses, found = reach.one_dose(request, dose)
        versions = [doses.version(found, entry) for entry in doses.history(found)]
        return Response(history(request, versions))


class OneVersion(FhirView):
    """A dose as it stood."""

    resource = "Immunization"
    interactions = ("vread",)

    def get(self, request: Request, dose: UUID, version: int) -> Response:
        doses, found = reach.one_dose(request, dose)
        for entry in doses.history(found):
            if entry.number == version:
                return versioned(doses.version(found, entry), request)
        raise Http404


def _to_change(request: Request, public_id: UUID, letter: str) -> tuple[Any, Dose]:
    partner = reach.required_partner(request, letter)
    found = with_public_id(partners.doses_of(partner), public_id).first()
    if found is None:
        raise Http404
    return partner, found


def _own(request: Request, partner: Any, dose: Dose) -> dict[str, Any]:
    doses = reach.Doses(Dose.objects.none(), reach.user_of(request), partner=partner)
    return doses.shown([dose])[0]


def _written(request: Request, partner: Any, dose: Dose, *, status: int = 200) -> Response:
    """Return what stands on the record now, and log that the partner wrote it."""
    reach.log_partner(partner, dose.citizen.kept)
    resource = _own(request, partner, dose)
    answer = versioned(resource, request, status)
    if status == 201:
        where = address_of(base_of(request), resource)
        answer.headers["Location"] = f"{where}/_history/{dose.revision}"
    return answer


def _with_status(rows: QuerySet[Dose], text: str) -> QuerySet[Dose]:
    wanted = text.split(",") if text else ["completed"]
    return rows.filter(status__in=[OUR_STATUS[one] for one in wanted if one in OUR_STATUS])


def _on(rows: QuerySet[Dose], text: str) -> QuerySet[Dose]:
    if not text:
        return rows
    found = _DAY.fullmatch(text)
    try:
        day = date.fromisoformat(found[2]) if found else None
    except ValueError:
        day = None
    if found is None or day is None:
        raise Refused(400, _("Write the day as 2021-08-29, or as ge2021-08-29."), code="invalid")
    return rows.filter(**{f"given_on{LOOKUPS[found[1] or '']}": day})


def _identifier(condition: str) -> str:
    name, _equals, value = condition.partition("=")
    if name.strip() != "identifier" or not value:
        raise Refused(400, _("If-None-Exist holds identifier=system|value."), code="invalid")
    return value.strip()
