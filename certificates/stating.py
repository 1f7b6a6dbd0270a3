"""What a certificate of a dose says by the record as it stands now, or why there is none."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from certificates.dcc.names import names_of
from certificates.dcc.statement import Codes, statement
from citizens.models import Citizen, IdentityDocument
from doses.models import Dose
from vaxreg.typed import countries

COVID_19 = "covid19"
# Whoever gave the dose has entered it, or has accepted what was proposed.
VERIFIED = frozenset(
    {
        Dose.Provenance.SITE_ENTRY,
        Dose.Provenance.BACK_ENTRY,
        Dose.Provenance.CORRECTION,
        Dose.Provenance.PARTNER,
    }
)


class WhyNot(models.TextChoices):
    """Why a dose has no certificate."""

    OTHER_DISEASE = "other_disease", _("Certificates of this form exist for COVID-19 only.")
    ENTERED_IN_ERROR = "entered_in_error", _("The dose was entered in error.")
    UNVERIFIED = "unverified", _("The vaccination site has not confirmed this dose yet.")
    ABROAD = "abroad", _("The country where the dose was given certifies it.")
    NO_CODE = "no_code", _("This vaccine has no international code.")
    IDENTITY = "identity", _("The identity of the person is not verified yet.")
    NAME = "name", _("The name has no letter that a passport could show.")


@dataclass(frozen=True)
class Stated:
    """A statement without its identifier, ready to be compared and signed."""

    content: dict[str, Any]

    def with_uvci(self, uvci: str) -> dict[str, Any]:
        """Return the statement as it is signed."""
        return {**self.content, "v": [{**self.content["v"][0], "ci": uvci}]}


def stated(dose: Dose, course: Sequence[Dose], person: Citizen) -> Stated | WhyNot:
    """Return what a certificate of this dose says, whether or not the identity is verified.

    course: all doses of the person that count, with their vaccines and groups. person: the kept
    record.
    """
    vaccine = dose.vaccine
    if not is_covid(dose):
        return WhyNot.OTHER_DISEASE
    if dose.status != Dose.Status.COMPLETED:
        return WhyNot.ENTERED_IN_ERROR
    if dose.country != countries.VIET_NAM:
        return WhyNot.ABROAD
    if dose.provenance not in VERIFIED:
        return WhyNot.UNVERIFIED
    codes = Codes(mp=vaccine.mp, ma=vaccine.ma, vp=vaccine.vp)
    if not codes.may_be_issued:
        return WhyNot.NO_CODE
    names = names_of(person.full_name, family_first=person.nationality == countries.VIET_NAM)
    if names is None:
        return WhyNot.NAME
    content = statement(
        names=names,
        born=person.born.isoformat(),
        codes=codes,
        dose=number_of(dose, course),
        given_on=dose.given_on,
        uvci="",
    )
    return Stated(content)


def is_covid(dose: Dose) -> bool:
    group = dose.vaccine.group
    return group is not None and group.code == COVID_19


def number_of(dose: Dose, course: Iterable[Dose]) -> tuple[int, int]:
    """Return the number of a dose and how many make its course, as verifiers abroad count them.

    Doses of the first course are 1/2, 2/2; what comes after a whole course counts on and is its own
    total (3/3, 4/4), except after a single dose (2/1): value set encoding of the EU, 2022.
    """
    vaccine = dose.vaccine
    if dose.kind == Dose.Kind.PRIMARY:
        return dose.ordinal, max(dose.ordinal, vaccine.primary_doses)
    before = [
        one
        for one in course
        if one.kind == Dose.Kind.PRIMARY
        and one.vaccine.group_id == vaccine.group_id
        and one.given_on <= dose.given_on
    ]
    last = max(before, key=lambda one: (one.given_on, one.ordinal), default=None)
    first_course = max(last.ordinal, last.vaccine.primary_doses) if last else vaccine.primary_doses
    additional = any(
        one.kind == Dose.Kind.ADDITIONAL and one.vaccine.group_id == vaccine.group_id
        for one in course
    )
    if dose.kind == Dose.Kind.ADDITIONAL:
        number = first_course + 1
    else:
        number = first_course + additional + dose.ordinal
    return number, 1 if first_course == 1 else number


def courses(citizens: Iterable[int]) -> Mapping[int, list[Dose]]:
    """Return, by kept record, the doses that count of these people (ids of any part). One query."""
    doses = (
        Dose.objects.filter(citizen__in=list(citizens))
        .completed()
        .select_related("vaccine__group", "citizen")
        .order_by("given_on", "id")
    )
    found: dict[int, list[Dose]] = {}
    for dose in doses:
        found.setdefault(dose.citizen.merged_into_id or dose.citizen_id, []).append(dose)
    return found


def with_proven_identity(citizens: Iterable[int]) -> set[int]:
    """Return which of these records (ids, of any part) have a document that was proven."""
    proven = IdentityDocument.objects.proven().filter(citizen__in=list(citizens))
    return set(proven.order_by().values_list("citizen_id", flat=True))
