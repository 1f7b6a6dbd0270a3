"""What a site does to a dose that it gave: change it with a reason, confirm a colleague's change.

Most changes are applied at once. A second person is asked by the same switches of the rules as for
decisions on corrections (corrections/decisions/four_eyes.py). The person is told of every change.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from citizens.access import is_same_person
from corrections.clocks import policies
from corrections.decisions.four_eyes import REASON_LABELS, Reason, switched_on
from doses import facts
from doses.actions import revise
from doses.facts import Facts
from doses.models import Dose
from doses.plausibility.checks import DoseLine, about_dose
from doses.plausibility.warnings import DoseWarning
from organizations.models import Organization
from recording.access import refuse_own_or_unverified
from review.models import DoseChange
from review.own_doses.messages import tell_of_change
from vaxreg import db_time
from vaxreg.typed.invisible import clean_line

if TYPE_CHECKING:
    from accounts.models import User

STATUS = "status"
IN_ERROR: Facts = {STATUS: Dose.Status.ENTERED_IN_ERROR.value}
State = DoseChange.State


class NothingChanges(Exception):
    """The facts are those on record."""


class Stale(Exception):
    """The dose, or the waiting change, is no longer what the page showed."""


@transaction.atomic
def change(
    dose: Dose,
    wanted: Mapping[str, str],
    *,
    why: str,
    revision: int,
    by: "User",
    by_organization: Organization,
    double_of: Dose | None = None,
    asks: Sequence[Reason] = (),
) -> DoseChange:
    """Change facts of a dose, or have the change wait for a second person; return it.

    wanted: facts by field as corrections store them, or IN_ERROR. revision: of the dose that the
    page showed. by_organization: whose change it is; where it waits, the one that confirms it.
    double_of: the dose that stays, where this one says the same. asks: why a second person is
    asked, beside the reasons of the rules. Raises NothingChanges, Stale, PermissionDenied (recording.access), and
    ValidationError for impossible facts.
    """
    refuse_own_or_unverified(by, dose.citizen)
    dose = Dose.objects.select_for_update(of=("self",)).get(pk=dose.pk)
    if dose.revision != revision or dose.status != Dose.Status.COMPLETED:
        raise Stale
    if DoseChange.objects.filter(dose=dose, state=State.WAITING).exists():
        raise Stale
    changes = dict(wanted) if STATUS in wanted else facts.differing(dose, dict(wanted))
    if not changes:
        raise NothingChanges
    why = clean_line(why)
    if not why:
        raise ValidationError({"why": _("Say why: the person reads it.")})
    row = DoseChange(
        dose=dose,
        revision=dose.revision,
        changes=changes,
        why=why,
        reasons=[reason.value for reason in (*asks, *reasons_for_two(dose, changes))],
        double_of=double_of,
        organization=by_organization,
        by=by,
        at=db_time.now(),
    )
    if not row.reasons:
        _apply(row, dose, by=by)
        row.state, row.decided_at = State.APPLIED, row.at
    row.save(force_insert=True)
    return row


@transaction.atomic
def confirm(waiting: DoseChange, *, by: "User") -> DoseChange:
    """Apply a colleague's change as the second person.

    Raises Stale, ValidationError, and PermissionDenied for whoever wrote it, whichever account they
    use, for one's own record or the family's.
    """
    row, dose = _locked(waiting)
    refuse_own_or_unverified(by, dose.citizen)
    if is_same_person(by, row.by_id):
        raise PermissionDenied(_("You wrote this change. A colleague must confirm it."))
    if dose.revision != row.revision:
        raise Stale
    _apply(row, dose, by=by if Reason.OTHER_SITE in row.reasons else row.by)
    return _decided(row, State.APPLIED, by)


@transaction.atomic
def take_back(waiting: DoseChange, *, by: "User") -> DoseChange:
    """Take back one's own change, or do not confirm a colleague's. Raises Stale."""
    row, _dose = _locked(waiting)
    return _decided(row, State.TAKEN_BACK, by)


def doubts(dose: Dose, wanted: Mapping[str, str]) -> list[DoseWarning]:
    """Return what would be doubtful about a dose with these facts; nothing if it is taken out."""
    if STATUS in wanted:
        return []
    values = facts.as_values({**facts.facts_of(dose), **wanted})
    line = DoseLine(
        f"{values['kind']}-{values['ordinal']}",
        values["given_on"],
        values["vaccine"],
        is_recorded=False,
    )
    site = values["organization"]
    return about_dose(dose.citizen, line, lot=values["lot"], organization=site, without=dose)


def reasons_for_two(dose: Dose, changes: Mapping[str, str]) -> list[Reason]:
    """Return why these changes need a second person, by the rules in force; empty if they do not."""
    policy = policies.current()
    found = []
    if STATUS in changes:
        found.append(Reason.DOSE_ENTERED_IN_ERROR)
    day = facts.known_day(changes)
    if day is not None and abs((day - dose.given_on).days) > policy.far_date_days:
        found.append(Reason.FAR_DATE)
    return [reason for reason in found if reason in switched_on(policy.four_eyes)]


def reasons_in_words(row: DoseChange) -> list[str]:
    """Return as text why a change waits for a second person."""
    return [str(REASON_LABELS[Reason(name)]) for name in row.reasons]


def _apply(row: DoseChange, dose: Dose, *, by: "User") -> None:
    """Change the dose. by: who wrote the change; whoever confirms what another site asked for."""
    values = (
        {STATUS: row.changes[STATUS]} if STATUS in row.changes else facts.as_values(row.changes)
    )
    before = facts.facts_of(dose)
    changed = revise(
        dose,
        changes=values,
        by=by,
        by_organization=row.organization,
        why=row.why,
        left=doubts(dose, row.changes),
    )
    tell_of_change(
        changed,
        before,
        row.changes,
        organization=row.organization,
        by=by,
        double_of=row.double_of,
    )


def _locked(waiting: DoseChange) -> tuple[DoseChange, Dose]:
    dose = Dose.objects.select_for_update(of=("self",)).get(pk=waiting.dose_id)
    row = DoseChange.objects.select_for_update(of=("self",)).get(pk=waiting.pk)
    if row.state != State.WAITING:
        raise Stale
    return row, dose


def _decided(row: DoseChange, state: str, by: "User") -> DoseChange:
    row.state, row.decided_by, row.decided_at = state, by, db_time.now()
    row.save(update_fields=["state", "decided_by", "decided_at"])
    return row
