"""The document of the International Patient Summary, of which this registry knows the immunizations.

The guide wants sections on medicines, allergies and problems too: they say that nothing about them
is kept here, which is not the same as that there is none.
"""

from collections.abc import Sequence
from datetime import datetime
from html import escape
from typing import Any
from uuid import uuid4

from django.utils.translation import gettext as _

from citizens.models import Citizen
from fhir_api.bundles import Resource, address_of, instant
from fhir_api.resources import codes, patients
from vaxreg import ui

# LOINC: Patient summary document, History of Immunization, and the sections that IPS requires.
SUMMARY = "60591-5"
IMMUNIZATIONS = "11369-6"
NOT_KEPT_HERE = ("10160-0", "48765-2", "11450-4")


def summary(
    citizen: Citizen,
    given: Sequence[Resource],
    places: Sequence[Resource],
    *,
    base: str,
    now: datetime,
) -> Resource:
    """Return the document. given: Immunizations that count; places: their Organizations."""
    composition = {
        "resourceType": "Composition",
        "id": str(uuid4()),
        "status": "final",
        "type": codes.concept(codes.LOINC, SUMMARY),
        "subject": patients.reference(citizen),
        "date": instant(now),
        "author": [{"display": "VaxReg"}],
        "title": _("Patient summary of %(day)s") % {"day": ui.day(now)},
        "section": [_immunizations(given), *(_empty(code) for code in NOT_KEPT_HERE)],
    }
    resources = [composition, patients.patient(citizen), *given, *places]
    return {
        "resourceType": "Bundle",
        "type": "document",
        "identifier": {"system": "urn:ietf:rfc:3986", "value": f"urn:uuid:{uuid4()}"},
        "timestamp": instant(now),
        "entry": [
            {
                "fullUrl": (
                    f"urn:uuid:{one['id']}"
                    if one["resourceType"] == "Composition"
                    else address_of(base, one)
                ),
                "resource": one,
            }
            for one in resources
        ],
    }


def _immunizations(given: Sequence[Resource]) -> dict[str, Any]:
    section: dict[str, Any] = {
        "title": _("Vaccinations"),
        "code": codes.concept(codes.LOINC, IMMUNIZATIONS),
    }
    if not given:
        section["text"] = _narrative([_("No dose is on record.")])
        section["emptyReason"] = codes.concept(f"{codes.HL7}list-empty-reason", "nilknown")
        return section
    lines = [
        f"{one['occurrenceDateTime'][:10]} · {one['vaccineCode']['text']} · {one.get('lotNumber', '')}"
        for one in given
    ]
    section["text"] = _narrative(lines)
    section["entry"] = [{"reference": f"Immunization/{one['id']}"} for one in given]
    return section


def _empty(code: str) -> dict[str, Any]:
    titles = dict(
        zip(
            NOT_KEPT_HERE,
            (_("Medicines"), _("Allergies"), _("Health problems")),
            strict=True,
        )
    )
    return {
        "title": titles[code],
        "code": codes.concept(codes.LOINC, code),
        "text": _narrative([_("This registry keeps vaccinations alone.")]),
        "emptyReason": codes.concept(f"{codes.HL7}list-empty-reason", "unavailable"),
    }


def _narrative(lines: Sequence[str]) -> dict[str, str]:
    words = "".join(f"<p>{escape(line)}</p>" for line in lines)
    return {
        "status": "generated",
        "div": f'<div xmlns="http://www.w3.org/1999/xhtml">{words}</div>',
    }
