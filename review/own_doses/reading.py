"""What the pages of a site's own doses show."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import QuerySet

from citizens.models import RecordVisit
from citizens.visits import log_listed, log_visit
from corrections import facts as case_facts
from corrections.models import Correction
from doses import facts
from doses.facts import dose_name, dose_title
from doses.models import Dose
from recording.access import doses_of, sites_of
from review.models import DoseChange
from review.own_doses.mending import STATUS, reasons_in_words

if TYPE_CHECKING:
    from uuid import UUID

    from accounts.models import User
    from organizations.models import Organization

MOST = 50


@dataclass(frozen=True)
class WaitingChange:
    """A change that waits for a second person: each fact as (label, before, after) in words.

    double_of: the dose that stays, in words, where the other one goes because it says the same.
    """

    row: DoseChange
    title: str
    facts: list[tuple[str, str, str]]
    reasons: list[str]
    is_own: bool
    double_of: str


def opened(user: "User", public_id: "UUID") -> Dose | None:
    """Return a dose that a site of the user gave, and log who saw it; None for any other."""
    dose = doses_of(user).filter(public_id=public_id).first()
    if dose is not None:
        log_visit(
            user,
            dose.citizen,
            RecordVisit.Why.RECORDING,
            organization=dose.organization,
            ground=RecordVisit.Ground.DESK,
        )
    return dose


def site_for(user: "User") -> "Organization":
    """Return the site for which the user acts: the first of theirs."""
    return sites_of(user)[0]


def waiting_of(user: "User") -> QuerySet[DoseChange]:
    """Return the changes at the user's sites that wait for a second person, the oldest first."""
    rows = DoseChange.objects.filter(state=DoseChange.State.WAITING)
    return (
        rows.filter(organization__in=sites_of(user))
        .select_related(
            "dose__vaccine",
            "dose__organization",
            "dose__citizen",
            "by",
            "double_of__vaccine",
            "double_of__organization",
        )
        .order_by("at", "pk")
    )


def waiting_shown(user: "User") -> list[WaitingChange]:
    """Return the same for the list, and log whom it shows."""
    rows = list(waiting_of(user)[:MOST])
    log_listed(user, (row.dose.citizen_id for row in rows))
    return [shown(row, user) for row in rows]


def shown(row: DoseChange, user: "User") -> WaitingChange:
    """Return one waiting change in words."""
    before = facts.facts_of(row.dose)
    if STATUS in row.changes:
        before = {STATUS: Dose.Status.COMPLETED.value}
    names = case_facts.names_in([before, row.changes])
    lines = [
        (
            str(case_facts.FIELD_LABELS[name]),
            case_facts.show(name, str(before.get(name, "")), names) or "–",
            case_facts.show(name, str(value), names) or "–",
        )
        for name, value in row.changes.items()
    ]
    return WaitingChange(
        row,
        dose_title(row.dose),
        lines,
        reasons_in_words(row),
        row.by_id == user.pk,
        dose_name(row.double_of) if row.double_of else "",
    )


def open_case_about(dose: Dose) -> Correction | None:
    """Return the open correction about this dose, which is decided on its own page."""
    return Correction.objects.open().filter(dose=dose).order_by("received_at").first()
