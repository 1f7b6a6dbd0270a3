"""The history of one dose, as its person and its site read it: what changed, when, by whom, why."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from django.utils.translation import gettext as _

from citizens.history import Change
from doses.facts import Position
from doses.models import Dose, DoseFacts, DoseRevision
from vaxreg import ui


@dataclass(frozen=True)
class DoseEntry:
    """One revision. changes: empty for the first one. why: in the words of whoever wrote it."""

    at: datetime
    by: str
    why: str
    correction_reference: str
    changes: list[Change]
    is_first: bool


def history_of(dose: Dose) -> list[DoseEntry]:
    """Return every revision of a dose, the newest first."""
    revisions = list(
        DoseRevision.objects.filter(dose=dose)
        .select_related("vaccine", "organization", "by_organization")
        .order_by("number")
    )
    entries = [_entry(revision, []) for revision in revisions[:1]]
    entries += [_entry(new, list(_changes(old, new))) for old, new in pairwise(revisions)]
    return entries[::-1]


def _entry(revision: DoseRevision, changes: list[Change]) -> DoseEntry:
    return DoseEntry(
        at=revision.at,
        by=revision.by_organization.name if revision.by_organization else "",
        why=revision.why,
        correction_reference=revision.correction_reference,
        changes=changes,
        is_first=revision.number == 1,
    )


def _changes(old: DoseRevision, new: DoseRevision) -> Iterator[Change]:
    before, now = facts_in_words(old), facts_in_words(new)
    for label, value in now.items():
        if value != before[label]:
            yield Change(label, before[label], value)


def facts_in_words(facts: DoseFacts) -> dict[str, str]:
    """Return the facts of a dose by label, in the reader's language."""
    return {
        _("Vaccine"): facts.vaccine.name,
        _("Date given"): ui.day(facts.given_on),
        _("Time"): f"{facts.given_time:%H:%M}" if facts.given_time else "",
        _("Vaccination site"): facts.organization.name if facts.organization else "",
        _("Venue"): facts.venue,
        _("Lot number"): facts.lot,
        _("Dose number"): str(Position(f"{facts.kind}-{facts.ordinal}").label),
        _("Given by"): facts.given_by,
        _("On the record"): str(facts.get_status_display()),
    }
