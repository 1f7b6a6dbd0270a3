"""Reads an Immunization that a partner sends: what it says, in our words, or why it cannot be taken.

Its form is checked with the models of fhir.resources, which are imported when the first one comes:
they cost half a second and 18 MB, and nobody who only reads needs them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from doses.models import Dose, Vaccine
from fhir_api.outcomes import Refused
from fhir_api.resources import codes
from fhir_api.resources.immunizations import STATUSES, VIET_NAM_TIME
from vaxreg.typed.invisible import clean_line
from vaxreg.uuids import uuid_or_none

LONGEST = {"system": 200, "value": 100, "venue": 120, "lot": 64}
MOST_ISSUES = 10
# Which column of a vaccine a code system is.
COLUMNS = {
    codes.VACCINE: "code",
    codes.EU_REGISTER: "mp",
    codes.EU_OTHERS: "mp",
    codes.ICD_11: "icd11",
    codes.CVX: "cvx",
    codes.SNOMED: "vp",
}
OUR_STATUS = {theirs: ours for ours, theirs in STATUSES.items()}


@dataclass(frozen=True)
class Who:
    """Whose dose it is: the id of the Patient, or an ID number with the name."""

    public_id: UUID | None = None
    number: str = ""
    name: str = ""


@dataclass(frozen=True)
class Sent:
    """An Immunization as it was sent. facts: columns of Dose."""

    who: Who
    facts: Mapping[str, Any]
    public_id: UUID | None
    # The Organization that gave it, when it is named.
    performer: UUID | None
    identifier: tuple[str, str] | None


def read(body: Any) -> Sent:
    """Return what was sent. Raises Refused: 400 for its form, 422 for what cannot be taken."""
    _check_form(body)
    given = dict(body)
    _refuse_what_changes_its_meaning(given)
    kind, ordinal = _position(given)
    day, hour = _occurrence(given)
    location = given.get("location") or {}
    facts = {
        "vaccine": _vaccine(given["vaccineCode"]),
        "given_on": day,
        "given_time": hour,
        "lot": _short(given.get("lotNumber", ""), "lot", "Immunization.lotNumber"),
        "kind": kind,
        "ordinal": ordinal,
        "venue": _short(location.get("display", ""), "venue", "Immunization.location"),
        "status": OUR_STATUS[given["status"]],
    }
    return Sent(
        who=_who(given["patient"]),
        facts=facts,
        public_id=uuid_or_none(given["id"]) if "id" in given else None,
        performer=_performer(given),
        identifier=_identifier(given),
    )


def _check_form(body: Any) -> None:
    from fhir.resources.R4B.immunization import Immunization
    from pydantic import ValidationError

    if not isinstance(body, dict) or body.get("resourceType") != "Immunization":
        raise Refused(400, _("Send an Immunization."), code="structure")
    try:
        Immunization.model_validate(body)
    except ValidationError as wrong:
        issues = [
            ("structure", str(one["msg"]), _element(one["loc"]))
            for one in wrong.errors(include_url=False, include_context=False, include_input=False)
        ]
        (code, words, element), *more = issues[:MOST_ISSUES]
        raise Refused(400, words, code=code, element=element, more=more) from None


def _element(path: tuple[int | str, ...]) -> str:
    parts = [f"[{one}]" if isinstance(one, int) else f".{one}" for one in path]
    return "Immunization" + "".join(parts)


def _refuse_what_changes_its_meaning(given: Mapping[str, Any]) -> None:
    """Whoever does not understand one of these may not take the rest as it stands."""
    for element in ("modifierExtension", "implicitRules", "contained"):
        if element in given:
            words = _("“%(name)s” is not understood here.") % {"name": element}
            raise Refused(422, words, code="not-supported", element=f"Immunization.{element}")
    if given.get("status") not in OUR_STATUS:
        words = _("A dose that was not given is not recorded here.")
        raise Refused(422, words, element="Immunization.status")
    if given.get("isSubpotent"):
        words = _("A dose that does not count is not recorded here.")
        raise Refused(422, words, element="Immunization.isSubpotent")
    if not given.get("primarySource", True):
        words = _("Record doses that your organization gave; about others, the person proposes.")
        raise Refused(422, words, element="Immunization.primarySource")


def _vaccine(code: Mapping[str, Any]) -> Vaccine:
    """Return the vaccine that all known codes together mean."""
    found = Vaccine.objects.select_related("group").order_by("code")
    known = [
        (COLUMNS[one["system"]], one["code"])
        for one in code.get("coding", ())
        if one.get("system") in COLUMNS and one.get("code")
    ]
    for column, value in known:
        found = found.filter(**{column: value})
    vaccines = list(found) if known else []
    if len(vaccines) == 1:
        return vaccines[0]
    words = (
        _("This code means several vaccines: %(names)s. Send the product’s own code.")
        % {"names": ", ".join(one.name for one in vaccines)}
        if vaccines
        else _("No vaccine of this registry has these codes.")
    )
    raise Refused(422, words, code="code-invalid", element="Immunization.vaccineCode")


def _occurrence(given: Mapping[str, Any]) -> tuple[date, time | None]:
    """Return the day in Viet Nam, and the hour where it was sent."""
    element = "Immunization.occurrenceDateTime"
    text = str(given.get("occurrenceDateTime", ""))
    try:
        if len(text) <= len("2021-08-29"):
            return date.fromisoformat(text), None
        there = datetime.fromisoformat(text).astimezone(VIET_NAM_TIME)
    except (ValueError, OverflowError):
        words = _("Send the day on which the dose was given, as 2021-08-29.")
        raise Refused(422, words, element=element) from None
    return there.date(), there.time().replace(second=0, microsecond=0)


def _position(given: Mapping[str, Any]) -> tuple[str, int]:
    """Return which dose it was; a series that is not named is the primary one."""
    protocols = given.get("protocolApplied") or [{}]
    number = protocols[0].get("doseNumberPositiveInt")
    kind = protocols[0].get("series", Dose.Kind.PRIMARY.value)
    if len(protocols) > 1 or number is None or kind not in Dose.Kind.values:
        words = _(
            "Say which dose it was: doseNumberPositiveInt, and in series “primary”, “additional”"
            " or “booster”."
        )
        raise Refused(422, words, element="Immunization.protocolApplied")
    return kind, int(number)


def _who(patient: Mapping[str, Any]) -> Who:
    text = str(patient.get("reference", ""))
    if text:
        *kind, last = text.split("/")
        public_id = uuid_or_none(last) if kind and kind[-1] == "Patient" else None
        return Who(public_id=public_id)
    identifier = patient.get("identifier") or {}
    if identifier.get("system") != codes.PERSONAL_NUMBER:
        return Who()
    return Who(number=str(identifier.get("value", "")), name=str(patient.get("display", "")))


def _performer(given: Mapping[str, Any]) -> UUID | None:
    named = [
        one["actor"]["reference"]
        for one in given.get("performer", ())
        if "/".join(["", *str(one.get("actor", {}).get("reference", "")).split("/")[:-1]]).endswith(
            "/Organization"
        )
    ]
    if not named:
        return None
    public_id = uuid_or_none(named[0].split("/")[-1])
    if public_id is None or len(named) > 1:
        words = _("Name one organization of this registry.")
        raise Refused(422, words, element="Immunization.performer")
    return public_id


def _identifier(given: Mapping[str, Any]) -> tuple[str, str] | None:
    for one in given.get("identifier", ()):
        if one.get("value"):
            element = "Immunization.identifier"
            system = _short(one.get("system", ""), "system", element)
            return system, _short(one["value"], "value", element)
    return None


def _short(text: str, name: str, element: str) -> str:
    cleaned = clean_line(str(text))
    if len(cleaned) > LONGEST[name]:
        words = _("This has %(most)s characters at most.") % {"most": LONGEST[name]}
        raise Refused(422, words, code="too-long", element=element)
    return cleaned
