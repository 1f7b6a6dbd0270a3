"""The facts of each kind of correction: their names, checks, and comparison.

Facts are texts keyed by field name: vaccine code, ISO date, public id of an organization, lot,
position in the series ("primary-1"). Drafts, corrections, the API and decisions use this form.
Facts about the person are in citizens/facts.py.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from citizens import facts as identity_facts
from citizens.facts import IdentityField, OtherField
from citizens.masking import cut_numbers
from citizens.models import Citizen
from corrections.models import Correction, Kind
from corrections.models.case import IDENTITY_KINDS, REMOVING_KINDS
from doses.facts import (
    NEEDED_TO_ADD,
    Facts,
    Field,
    Position,
    _given_on,
    _lot,
    _organization,
    _position,
    _vaccine,
    dose_name,
    facts_of,
    lacks_a_day,
)
from doses.models import Dose, Vaccine
from organizations.models import Organization
from vaxreg import ui
from vaxreg.typed.dates import PartialDate
from vaxreg.uuids import with_public_id


class Removal(StrEnum):
    """Fields of corrections that remove a recorded dose."""

    STATUS = "status"
    DUPLICATE_OF = "duplicate_of"


FIELD_LABELS: dict[str, Promise] = {
    Field.VACCINE: gettext_lazy("Vaccine"),
    Field.GIVEN_ON: gettext_lazy("Date given"),
    Field.ORGANIZATION: gettext_lazy("Vaccination site"),
    Field.LOT: gettext_lazy("Lot number"),
    Field.POSITION: gettext_lazy("Dose number"),
    Removal.STATUS: gettext_lazy("This dose"),
    Removal.DUPLICATE_OF: gettext_lazy("Stands there already as"),
    **identity_facts.LABELS,
}
STATUS_LABELS: dict[str, Promise] = {
    Dose.Status.COMPLETED: gettext_lazy("On the record"),
    Dose.Status.ENTERED_IN_ERROR: gettext_lazy("Taken out of the record"),
}
# What may be proposed and decided, by kind, in display order.
FIELDS: dict[str, tuple[str, ...]] = {
    Kind.WRONG_FIELDS: tuple(Field),
    Kind.MISSING_DOSE: tuple(Field),
    Kind.NOT_MINE: (Removal.STATUS,),
    Kind.NEVER_GIVEN: (Removal.STATUS,),
    Kind.DUPLICATE: tuple(Removal),
    Kind.IDENTITY: tuple(IdentityField),
    Kind.SPLIT_RECORD: tuple(OtherField),
}
DATES = frozenset({Field.GIVEN_ON, IdentityField.DATE_OF_BIRTH, OtherField.DATE_OF_BIRTH})
REMOVED: Facts = {Removal.STATUS.value: Dose.Status.ENTERED_IN_ERROR.value}


@dataclass(frozen=True)
class ComparisonRow:
    """One row of the comparison: recorded, proposed and decided value, as text."""

    field: str
    label: str
    recorded: str
    proposed: str
    decided: str
    is_proposed: bool
    proposed_value: str

    @property
    def is_changed(self) -> bool:
        """The proposed value differs from the recorded one."""
        return self.is_proposed and self.proposed != self.recorded

    @property
    def in_words(self) -> str:
        """The proposed date in words, so that whoever typed it sees how it was read; else ""."""
        if self.field not in DATES or not self.proposed_value:
            return ""
        return ui.date_in_words(PartialDate.fromisoformat(self.proposed_value))


def compare(correction: Correction, *, masked: bool = False) -> list[ComparisonRow]:
    """Return one row per field; names of vaccines and sites are read in two queries.

    masked: show facts about the person in masked form, for hotline agents.
    """
    sources = [correction.recorded, correction.proposed, correction.decided or {}]
    names = names_in(sources)
    rows = []
    # To remove a dose changes none of its facts; they are shown to say which dose it is.
    beside = tuple(Field) if correction.kind in REMOVING_KINDS else ()
    for field in (*FIELDS[correction.kind], *beside):
        recorded, proposed, decided = (
            (_masked if masked else show)(field, str(facts.get(field, "")), names)
            for facts in sources
        )
        if field == Field.ORGANIZATION and not proposed and correction.site_text:
            proposed = cut_numbers(correction.site_text) if masked else correction.site_text
        rows.append(
            ComparisonRow(
                field=field,
                label=str(FIELD_LABELS[field]),
                recorded=recorded,
                proposed=proposed,
                decided=decided,
                is_proposed=field in correction.proposed or bool(proposed),
                proposed_value=str(correction.proposed.get(field, "")),
            )
        )
    return rows


def show(field: str, value: str, names: dict[str, str]) -> str:
    """Return a fact as text; names: from vaccine codes and public ids to names."""
    if not value:
        return ""
    if field == Field.GIVEN_ON:
        return str(PartialDate.fromisoformat(value))
    if field == Field.POSITION:
        return str(Position(value).label)
    if field == Removal.STATUS:
        return str(STATUS_LABELS[value])
    if field in (Removal.DUPLICATE_OF, OtherField.RECORD):
        return names.get(value, "")
    return identity_facts.show(field, value) or names.get(value, value)


def _masked(field: str, value: str, names: dict[str, str]) -> str:
    if value and field in identity_facts.LABELS and field != OtherField.RECORD:
        return identity_facts.masked(field, value)
    return show(field, value, names)


def names_in(sources: Sequence[dict[str, Any]]) -> dict[str, str]:
    """Return the names of everything in these facts, by code or public id.

    Vaccines, sites, the other dose of a duplicate, and the other record of a person (masked).
    """
    vaccines, sites = _mentioned(sources, Field.VACCINE), _mentioned(sources, Field.ORGANIZATION)
    names: dict[str, str] = {}
    if vaccines:
        names.update(Vaccine.objects.filter(code__in=vaccines).values_list("code", "name"))
    if sites:
        for public_id, name in Organization.objects.filter(public_id__in=sites).values_list(
            "public_id", "name"
        ):
            names[str(public_id)] = name
    if doses := _mentioned(sources, Removal.DUPLICATE_OF):
        for dose in Dose.objects.filter(public_id__in=doses).select_related(
            "vaccine", "organization"
        ):
            names[str(dose.public_id)] = dose_name(dose)
    if records := _mentioned(sources, OtherField.RECORD):
        for citizen in Citizen.objects.filter(public_id__in=records):
            names[str(citizen.public_id)] = identity_facts.masked_record(citizen)
    return names


def _mentioned(sources: Sequence[dict[str, Any]], field: str) -> set[str]:
    return {str(facts[field]) for facts in sources if facts.get(field)}


def headline(correction: Correction) -> str:
    """Return what is asked as one line, as the queue shows it."""
    if correction.kind == Kind.MISSING_DOSE:
        position = correction.proposed.get(Field.POSITION)
        if position:
            return _("Missing: %(dose)s") % {"dose": Position(position).label}
        return _("Missing dose")
    if correction.kind in REMOVING_KINDS:
        position = correction.recorded.get(Field.POSITION)
        dose = {"dose": Position(position).label if position else _("a dose")}
        return {
            Kind.NOT_MINE: _("Not this person’s: %(dose)s"),
            Kind.NEVER_GIVEN: _("Never given: %(dose)s"),
            Kind.DUPLICATE: _("Stands twice: %(dose)s"),
        }[Kind(correction.kind)] % dose
    if correction.kind == Kind.SPLIT_RECORD:
        return _("Two records of one person")
    wrong = set(correction.proposed)
    if correction.site_text:
        wrong.add(Field.ORGANIZATION)
    labels = [str(FIELD_LABELS[field]) for field in FIELDS[correction.kind] if field in wrong]
    return _("Wrong: %(fields)s") % {"fields": ", ".join(labels).lower()}


def check(
    facts: Facts,
    *,
    today: date,
    complete: bool = False,
    to_record: bool = False,
    kind: str = Kind.WRONG_FIELDS,
) -> Facts:
    """Return cleaned facts without empty ones. Raises ValidationError keyed by field name.

    Hard rules only: unknown vaccine or site, a date in the future or before the first COVID-19 dose
    in Viet Nam (08/03/2021). complete: every fact that a new dose needs must be there.
    to_record: the facts will stand on the record, so that a month without a day is not enough.
    Corrections that remove a dose have no facts.
    """
    clean: Facts = {}
    errors: dict[str, str] = {}
    for name, raw in facts.items():
        if name not in FIELDS[kind]:
            errors[name] = _unknown(kind)
            continue
        value = " ".join(str(raw or "").split())
        if not value:
            continue
        try:
            clean[name] = _checked(name, value, today)
        except ValueError as problem:
            errors[name] = str(problem)
    for field in NEEDED_TO_ADD if complete else ():
        if field not in clean and field not in errors:
            errors[field] = _("%(detail)s is needed to add a dose.") % {
                "detail": FIELD_LABELS[field]
            }
    if to_record and Field.GIVEN_ON not in errors and lacks_a_day(clean):
        errors[Field.GIVEN_ON] = _("The day is not known yet: enter the whole date.")
    if errors:
        raise ValidationError(errors)
    return {**clean, **REMOVED} if kind in REMOVING_KINDS else clean


def _unknown(kind: str) -> str:
    if kind in IDENTITY_KINDS:
        return _("This detail of a person is not known.")
    return _("This detail of a dose is not known.")


def _checked(name: str, value: str, today: date) -> str:
    if name in identity_facts.LABELS:
        return identity_facts.checked(name, value, today)
    return _CHECKS[name](value, today)


def _status(value: str, today: date) -> str:
    if value != Dose.Status.ENTERED_IN_ERROR:
        raise ValueError(_("A dose can be taken out of the record, nothing else."))
    return value


def _duplicate_of(value: str, today: date) -> str:
    if not with_public_id(Dose.objects.completed(), value).exists():
        raise ValueError(_("Choose the dose that it repeats."))
    return value


_CHECKS: dict[str, Callable[[str, date], str]] = {
    Field.VACCINE: _vaccine,
    Field.GIVEN_ON: _given_on,
    Field.ORGANIZATION: _organization,
    Field.LOT: _lot,
    Field.POSITION: _position,
    Removal.STATUS: _status,
    Removal.DUPLICATE_OF: _duplicate_of,
}


def recorded_of(kind: str, *, dose: Dose | None, citizen: Citizen) -> Facts:
    """Return the recorded facts that a claim of this kind is about."""
    if kind == Kind.IDENTITY:
        return identity_facts.facts_of(citizen.kept)
    if dose is None or kind == Kind.MISSING_DOSE:
        return {}
    recorded: Facts = facts_of(dose)
    return {**recorded, Removal.STATUS: dose.status} if kind in REMOVING_KINDS else recorded
