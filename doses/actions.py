"""Record, revise and move doses. Only this module writes Dose; each change creates a revision."""

from collections.abc import Iterable, Mapping
from copy import copy
from dataclasses import dataclass
from datetime import date, time
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from citizens.models import Citizen
from doses import later
from doses.announcements import dose_written
from doses.models import (
    Dose,
    DoseFacts,
    DoseMove,
    DoseRevision,
    VaccinationSession,
    Vaccine,
    WarningLeft,
)
from doses.plausibility.warnings import DoseWarning
from organizations.models import Organization
from vaxreg import db_time, ui
from vaxreg.typed.countries import VIET_NAM
from vaxreg.typed.invisible import clean_line

if TYPE_CHECKING:
    from accounts.models import User

# Fields that a revision stores and that a change may set.
FACTS = tuple(field.name for field in DoseFacts._meta.get_fields())


@dataclass(frozen=True)
class Abroad:
    """Where a dose was given that no organization of ours gave.

    country: two letters (ISO 3166-1), not Viet Nam. product, issuer: as the paper says.
    """

    country: str
    product: str = ""
    issuer: str = ""


@transaction.atomic
def record(
    *,
    citizen: Citizen,
    vaccine: Vaccine,
    given_on: date,
    organization: Organization | None,
    provenance: str,
    by: "User | None",
    by_organization: Organization | None = None,
    lot: str = "",
    kind: str = Dose.Kind.PRIMARY,
    ordinal: int = 1,
    session: VaccinationSession | None = None,
    venue: str = "",
    given_time: time | None = None,
    given_by: str = "",
    abroad: Abroad | None = None,
    left: Iterable[DoseWarning] = (),
    why: str = "",
    correction_reference: str = "",
) -> Dose:
    """Record an administered dose, with its first revision.

    `by` is None for the system. organization: None for a dose given abroad, and only then. left:
    the warnings that were read and left standing; they are kept. Raises ValidationError with a message for the user when the facts
    are impossible: in the future, before birth or the first dose in the country, no such ordinal, or recorded already (code
    "on_record").
    """
    now = db_time.now()
    dose = Dose(
        citizen=citizen,
        vaccine=vaccine,
        given_on=given_on,
        organization=organization,
        lot=clean_lot(lot),
        kind=kind,
        ordinal=ordinal,
        session=session,
        venue=clean_line(venue),
        given_time=given_time,
        given_by=clean_line(given_by),
        provenance=provenance,
        recorded_at=now,
        revised_at=now,
    )
    if abroad is not None:
        dose.country = abroad.country
        dose.product_abroad = clean_line(abroad.product)
        dose.issuer = clean_line(abroad.issuer)
    _check(dose)
    dose.save(force_insert=True)
    _write_revision(dose, by, by_organization, why, correction_reference)
    _keep_warnings(dose, left, by)
    return dose


@transaction.atomic
def revise(
    dose: Dose,
    *,
    changes: Mapping[str, Any],
    by: "User | None",
    why: str,
    by_organization: Organization | None = None,
    correction_reference: str = "",
    left: Iterable[DoseWarning] = (),
) -> Dose:
    """Change facts of a dose, as a new revision; return the current dose.

    Values that are the same create no revision. left: as for `record`. If the change comes from a
    correction, the dose's provenance says so. Raises ValidationError as `record` does; ValueError for an unknown field.
    """
    if unknown := set(changes) - set(FACTS):
        raise ValueError(f"no facts of a dose: {sorted(unknown)}")
    dose = Dose.objects.select_for_update(of=("self",)).get(pk=dose.pk)
    wanted = dict(changes)
    if "lot" in wanted:
        wanted["lot"] = clean_lot(wanted["lot"])
    if all(getattr(dose, name) == value for name, value in wanted.items()):
        return dose
    if correction_reference and "status" not in wanted:
        wanted.setdefault("provenance", Dose.Provenance.CORRECTION)
    for name, value in wanted.items():
        setattr(dose, name, value)
    dose.revision += 1
    dose.revised_at = max(db_time.now(), dose.revised_at)
    _check(dose)
    dose.save(force_update=True)
    _write_revision(dose, by, by_organization, why, correction_reference)
    _keep_warnings(dose, left, by)
    return dose


@transaction.atomic
def move(
    dose: Dose,
    *,
    to: Citizen,
    revision: int,
    by: "User | None",
    why: str,
    by_organization: Organization | None = None,
    correction_reference: str = "",
) -> Dose:
    """Move a dose that stands under another name to the record of its person, as a new revision.

    revision: the one that was looked at. why: both people read it, so it names neither. Raises
    ValidationError with a message for the user: the dose has changed or counts no more (code
    "changed"), or that record has it already (code "on_record").
    """
    dose = Dose.objects.select_for_update(of=("self",)).get(pk=dose.pk)
    if dose.revision != revision or dose.status != Dose.Status.COMPLETED:
        raise ValidationError(
            _("The dose has changed in the meantime. Nothing was stored."), code="changed"
        )
    same = Dose.objects.of(to).completed().filter(given_on=dose.given_on, vaccine=dose.vaccine)
    if same.filter(organization=dose.organization).exists():
        raise ValidationError(_("This dose is on record already."), code="on_record")
    left = dose.citizen
    dose.citizen = to
    dose.revision += 1
    dose.revised_at = max(db_time.now(), dose.revised_at)
    _check(dose)
    dose.save(force_update=True)
    DoseMove.objects.create(dose=dose, number=dose.revision, from_record=left, to_record=to)
    _write_revision(dose, by, by_organization, why, correction_reference)
    later.announce({left.pk})
    return dose


def mark_entered_in_error(
    dose: Dose,
    *,
    by: "User | None",
    why: str,
    by_organization: Organization | None = None,
    correction_reference: str = "",
) -> Dose:
    """Mark a dose that was never given; it stays in the history."""
    return revise(
        dose,
        changes={"status": Dose.Status.ENTERED_IN_ERROR},
        by=by,
        why=why,
        by_organization=by_organization,
        correction_reference=correction_reference,
    )


def check(dose: Dose, changes: Mapping[str, Any]) -> None:
    """Raise ValidationError as `revise` would for these changes; store nothing."""
    trial = copy(dose)
    for name, value in changes.items():
        setattr(trial, name, value)
    trial.revised_at = max(db_time.now(), dose.revised_at)
    _check(trial)


def clean_lot(lot: str) -> str:
    """Return a lot number as it is stored: capitals, single spaces."""
    return " ".join(lot.upper().split())


def _check(dose: Dose) -> None:
    dose.full_clean()
    if dose.given_on < dose.citizen.date_of_birth:
        raise ValidationError(
            {"given_on": _("A dose cannot be given before the person was born.")},
            code="before_birth",
        )
    group = dose.vaccine.group
    first = group.first_given_on if group and dose.country == VIET_NAM else None
    if first and dose.given_on < first:
        raise ValidationError(
            {
                "given_on": _(
                    "The first dose of this vaccine in Viet Nam was given on %(day_first)s."
                )
                % {"day_first": ui.day(first)}
            },
            code="before_first_day",
        )


def _keep_warnings(dose: Dose, left: Iterable[DoseWarning], by: "User | None") -> None:
    WarningLeft.objects.bulk_create(
        WarningLeft(
            dose=dose,
            revision=dose.revision,
            code=warning.code,
            values=dict(warning.values),
            by=by,
            at=dose.revised_at,
        )
        for warning in left
    )


def _write_revision(
    dose: Dose,
    by: "User | None",
    by_organization: Organization | None,
    why: str,
    correction_reference: str,
) -> None:
    DoseRevision.objects.create(
        dose=dose,
        number=dose.revision,
        by=by,
        by_organization=by_organization,
        why=why,
        correction_reference=correction_reference,
        at=dose.revised_at,
        **{name: getattr(dose, name) for name in FACTS},
    )
    dose_written.send(sender=Dose, dose=dose)
