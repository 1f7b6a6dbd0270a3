"""What partners do: record doses of their own, change them, take them back, and say they were right.

Every change is a revision; what somebody else has decided since is not theirs to undo.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from citizens.access import is_own_or_family, is_restricted
from citizens.models import Citizen
from doses import actions
from doses.models import Dose, DoseMove, DoseRevision
from fhir_api.incoming import Sent, Who
from fhir_api.models import Partner, PartnerDose
from fhir_api.outcomes import Refused
from vaxreg.search import search_key

if TYPE_CHECKING:
    from accounts.models import User


def partner_of(user: "User") -> Partner | None:
    """Return the partner whose account this is now."""
    live = Partner.objects.live().select_related("organization", "user")
    return live.filter(user=user).first()


def doses_of(partner: Partner) -> QuerySet[Dose]:
    """Return the doses that the partner's organization made, but of restricted records."""
    made = PartnerDose.objects.filter(organization=partner.organization).order_by()
    return (
        Dose.objects.filter(pk__in=made.values("dose"))
        .exclude(citizen__in=Citizen.objects.restricted().values("pk"))
        .select_related("vaccine__group", "organization", "citizen__merged_into")
    )


def identified(rows: QuerySet[Dose], text: str) -> QuerySet[Dose]:
    """Return those with the partner's identifier, written `system|value` or `value`."""
    system, bar, value = text.partition("|")
    known = PartnerDose.objects.filter(value=value if bar else system).exclude(value="")
    if bar:
        known = known.filter(system=system)
    return rows.filter(pk__in=known.order_by().values("dose"))


def identifiers_of(doses: Iterable[Dose]) -> dict[int, tuple[str, str]]:
    """Return system and value by dose, of those that have an identifier."""
    made = PartnerDose.objects.filter(dose__in=[one.pk for one in doses]).exclude(value="")
    return {one.dose_id: (one.system, one.value) for one in made}


@transaction.atomic
def record(partner: Partner, sent: Sent) -> Dose:
    """Record a dose that the partner's organization gave.

    Raises Refused (whose it is, by whom, twice), PermissionDenied (one's own or the family's), and
    ValidationError as `doses.actions.record` does.
    """
    citizen = _person(sent.who)
    _refuse_another_giver(partner, sent)
    if is_own_or_family(partner.user, citizen):
        raise PermissionDenied(
            _("This is your own record or one of your family. A colleague must do this.")
        )
    facts = dict(sent.facts)
    if facts.pop("status") != Dose.Status.COMPLETED:
        words = _("A new dose is completed.")
        raise Refused(422, words, element="Immunization.status")
    if sent.identifier is not None:
        _refuse_known_identifier(partner, sent.identifier)
    given = Dose.objects.of(citizen).completed()
    same = given.filter(given_on=facts["given_on"], vaccine=facts["vaccine"])
    if same.exists():
        raise ValidationError(_("This dose is on record already."), code="on_record")
    dose = actions.record(
        citizen=citizen,
        organization=partner.organization,
        provenance=Dose.Provenance.PARTNER,
        by=partner.user,
        by_organization=partner.organization,
        **facts,
    )
    system, value = sent.identifier or ("", "")
    PartnerDose.objects.create(
        dose=dose, organization=partner.organization, system=system, value=value
    )
    return dose


@transaction.atomic
def revise(partner: Partner, dose: Dose, sent: Sent, *, version: int) -> Dose:
    """Change a dose of the partner's; version: the one that it knows.

    Raises Refused: 412 when the dose has changed since, 409 when it is no longer the partner's.
    """
    dose = _locked(dose, version)
    if _person(sent.who).pk != dose.citizen.kept.pk:
        words = _("The dose stands on another record. Its site moves it, not this interface.")
        raise Refused(422, words, element="Immunization.patient")
    _refuse_another_giver(partner, sent)
    back = dose.status != sent.facts["status"]
    why = _("Changed in the system of the vaccination site")
    if back and sent.facts["status"] == Dose.Status.COMPLETED:
        why = _("Recorded again by the system of the vaccination site")
    elif back:
        why = _("Taken back by the system of the vaccination site")
    return actions.revise(
        dose,
        changes=sent.facts,
        by=partner.user,
        by_organization=partner.organization,
        why=why,
    )


@transaction.atomic
def take_back(partner: Partner, dose: Dose, *, version: int) -> Dose:
    """Mark a dose of the partner's as entered in error. Raises Refused as `revise` does."""
    return actions.mark_entered_in_error(
        _locked(dose, version),
        by=partner.user,
        by_organization=partner.organization,
        why=_("Taken back by the system of the vaccination site"),
    )


def _locked(dose: Dose, version: int) -> Dose:
    dose = Dose.objects.select_for_update(of=("self",)).get(pk=dose.pk)
    if dose.revision != version:
        words = _("The dose has changed since: version %(now)s now. Read it again.")
        raise Refused(412, words % {"now": dose.revision})
    decided = DoseRevision.objects.filter(dose=dose).exclude(correction_reference="").exists()
    moved = DoseMove.objects.filter(dose=dose).exists()
    if decided or moved or dose.provenance != Dose.Provenance.PARTNER:
        words = _(
            "A decision about this dose has been made since: it is no longer yours to change."
        )
        raise Refused(409, words)
    return dose


def _person(who: Who) -> Citizen:
    """Return the kept record that is meant. One answer for all that fails: nobody tries numbers."""
    found = None
    if who.public_id is not None:
        found = Citizen.objects.filter(public_id=who.public_id).first()
    elif who.number and who.name:
        numbered = Citizen.objects.proven_by_number(who.number)
        named = [one for one in numbered if search_key(one.full_name) == search_key(who.name)]
        found = named[0] if len({one.kept.pk for one in named}) == 1 else None
    citizen = found.kept if found else None
    if citizen is None or is_restricted(citizen):
        words = _("No record that you may write to: name it by its id, or by ID number and name.")
        raise Refused(422, words, code="not-found", element="Immunization.patient")
    return citizen


def _refuse_another_giver(partner: Partner, sent: Sent) -> None:
    if sent.performer is not None and sent.performer != partner.organization.public_id:
        words = _("Your organization records the doses that it gave itself: %(site)s.")
        raise Refused(
            422, words % {"site": partner.organization.name}, element="Immunization.performer"
        )


def _refuse_known_identifier(partner: Partner, identifier: tuple[str, str]) -> None:
    system, value = identifier
    known = PartnerDose.objects.filter(
        organization=partner.organization, system=system, value=value
    ).select_related("dose")
    one = known.first()
    if one is not None:
        words = _("This identifier is used already, by Immunization/%(id)s.")
        raise Refused(
            409,
            words % {"id": one.dose.public_id},
            code="duplicate",
            element="Immunization.identifier",
        )
