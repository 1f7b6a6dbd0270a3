"""Which records, doses and cases a request reaches, and that somebody read them.

A citizen reaches what `/api/v1/` shows: the records of their own and in their care. A partner reaches
the doses that its organization made here. Staff reach cases alone.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import cast
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from rest_framework.request import Request

from accounts.access import is_staff_session
from accounts.models import User
from accounts.programs import program_of
from citizens import access
from citizens.models import Citizen, CitizenQuerySet, RecordVisit
from citizens.visits import log_listed, log_own, log_visit
from corrections import disagreements
from corrections.disagreements import Disagreement
from corrections.models import Correction, CorrectionQuerySet
from corrections.visits import log_reading
from doses.history import DoseEntry, history_for, history_of
from doses.models import Dose
from fhir_api import partners
from fhir_api.models import Partner
from fhir_api.outcomes import Refused
from fhir_api.resources.immunizations import Version, immunization
from fhir_api.scopes import allows
from vaxreg.uuids import uuid_or_none


def user_of(request: Request) -> User:
    """Return who asks; views are reached by somebody only."""
    return cast(User, request.user)


def records(request: Request) -> CitizenQuerySet:
    """Return the records of a citizen; none for staff."""
    if is_staff_session(request):
        return Citizen.objects.none()
    return access.readable_records(user_of(request), program_of(request))


def record(request: Request, public_id: UUID | None) -> Citizen:
    """Return one of these records, and log that it was read; 404 for any other."""
    if public_id is None:
        raise Http404
    citizen = get_object_or_404(records(request), public_id=public_id)
    log_own(user_of(request), citizen, program_of(request))
    return citizen


def record_asked_for(request: Request, asked: dict[str, str]) -> Citizen:
    """Return the record that a search names with `patient`. Raises Refused without one."""
    return record(request, named(asked, "patient", "Patient"))


def named(asked: dict[str, str], parameter: str, resource: str) -> UUID | None:
    """Return the id in a parameter: an id, `Patient/id`, or a whole address. Raises Refused."""
    text = asked.get(parameter, "")
    if not text:
        words = _("Say which with the parameter “%(name)s”.") % {"name": parameter}
        raise Refused(400, words, code="required")
    *kind, last = text.split("/")
    return uuid_or_none(last) if not kind or kind[-1] == resource else None


@dataclass(frozen=True)
class Doses:
    """The doses that a request reaches, and how each is shown to its caller."""

    rows: QuerySet[Dose]
    user: User
    # The record that was asked for; None for a partner.
    citizen: Citizen | None = None
    partner: Partner | None = None

    def shown(self, doses: Iterable[Dose]) -> list[dict[str, object]]:
        """Return doses as Immunizations; of a partner's, with its own identifiers."""
        found = list(doses)
        kept: dict[int, list[Disagreement]] = {}
        if self.citizen is not None:
            kept = disagreements.by_dose(disagreements.of_record(self.citizen))
        own = partners.identifiers_of(found) if self.partner else {}
        return [
            immunization(
                Version.current(dose),
                self.citizen or dose.citizen.kept,
                identifier=own.get(dose.pk),
                disagreements=kept.get(dose.pk, ()),
            )
            for dose in found
        ]

    def history(self, dose: Dose) -> list[DoseEntry]:
        """Return the revisions that the caller may read, the newest first."""
        return history_for(dose, self.citizen) if self.citizen else history_of(dose)

    def version(self, dose: Dose, entry: DoseEntry) -> dict[str, object]:
        """Return one revision as a version of its Immunization."""
        return immunization(Version.of(dose, entry.revision), self.citizen or dose.citizen.kept)

    def log(self, doses: Iterable[Dose]) -> None:
        """Store that a partner read these; reading one's own record is logged when it is found."""
        if self.partner is not None:
            for citizen in {dose.citizen.kept for dose in doses}:
                log_partner(self.partner, citizen)


def counted(citizen: Citizen) -> QuerySet[Dose]:
    """Return the doses of a person that count: verified, and not entered in error."""
    doses = Dose.objects.of(citizen).shown_to_citizen().select_related("vaccine__group")
    return doses.exclude(provenance=Dose.Provenance.SELF_DECLARED)


def log_partner(partner: Partner, citizen: Citizen) -> None:
    """Store that the system of an organization read or wrote a dose that this organization made."""
    log_visit(
        partner.user,
        citizen,
        RecordVisit.Why.PARTNER,
        organization=partner.organization,
        ground=RecordVisit.Ground.DESK,
    )


def partner_of(request: Request, letter: str) -> Partner | None:
    """Return the partner that asks with the scope for this of a system; None for anybody else."""
    if not allows(request, "Immunization", letter, "system"):
        return None
    return partners.partner_of(user_of(request))


def doses_of_search(request: Request, asked: dict[str, str]) -> Doses:
    """Return the doses among which a search looks. Raises Refused without a person."""
    user = user_of(request)
    if is_staff_session(request):
        partner = required_partner(request, "s")
        rows = partners.doses_of(partner)
        if "identifier" in asked:
            rows = partners.identified(rows, asked["identifier"])
        else:
            rows = rows.filter(citizen__in=_parts(named(asked, "patient", "Patient")))
        return Doses(rows, user, partner=partner)
    citizen = record_asked_for(request, asked)
    rows = Dose.objects.of(citizen).select_related("vaccine__group", "organization")
    return Doses(rows, user, citizen=citizen)


def required_partner(request: Request, letter: str) -> Partner:
    """Return the partner that asks. Raises Refused for anybody else."""
    partner = partner_of(request, letter)
    if partner is None:
        words = _("Only the system of a vaccination site may do this, for the doses it gave.")
        raise Refused(403, words)
    return partner


def one_dose(request: Request, public_id: UUID, *, letter: str = "r") -> tuple[Doses, Dose]:
    """Return a dose that the request reaches, also one entered in error; log that it was read.

    404 for any other: whether there is such a dose is nobody else's business.
    """
    user = user_of(request)
    if is_staff_session(request):
        partner = required_partner(request, letter)
        dose = get_object_or_404(partners.doses_of(partner), public_id=public_id)
        log_partner(partner, dose.citizen.kept)
        return Doses(partners.doses_of(partner), user, partner=partner), dose
    rows = Dose.objects.select_related("vaccine__group", "organization", "citizen__merged_into")
    dose = get_object_or_404(rows, public_id=public_id)
    citizen = record(request, dose.citizen.kept.public_id)
    return Doses(rows, user, citizen=citizen), dose


def cases(request: Request) -> CorrectionQuerySet:
    """Return the cases that the request reaches: of one's own records, or as staff see them."""
    user = user_of(request)
    if is_staff_session(request):
        found: CorrectionQuerySet = Correction.objects.visible_to(user)
    else:
        found = Correction.objects.readable_by(user, program_of(request))
    return found.select_related("holder", "dose", "citizen__merged_into", "filing")


def one_case(request: Request, reference: str) -> Correction:
    """Return a case within reach, and log that it was read; 404 for any other."""
    case = get_object_or_404(cases(request), reference=reference)
    log_reading(user_of(request), case, program_of(request))
    return case


def cases_about(request: Request, asked: dict[str, str]) -> CorrectionQuerySet:
    """Return the cases about the person that a search names, within reach."""
    if not is_staff_session(request):
        found: CorrectionQuerySet = cases(request).of(record_asked_for(request, asked))
        return found
    return cases(request).filter(citizen__in=_parts(named(asked, "patient", "Patient")))


def log_cases(request: Request, found: Iterable[Correction]) -> None:
    """Store that a list showed these cases to staff."""
    if is_staff_session(request):
        log_listed(user_of(request), (case.citizen_id for case in found))


def _parts(public_id: UUID | None) -> CitizenQuerySet:
    citizen = Citizen.objects.filter(public_id=public_id).first() if public_id else None
    return Citizen.objects.whole(citizen) if citizen else Citizen.objects.none()
