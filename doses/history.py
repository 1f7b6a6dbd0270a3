"""The history of one dose, as its person and its site read it: what changed, when, by whom, why."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from citizens.facts import masked_record
from citizens.history import Change
from citizens.models import Citizen
from doses.facts import Position
from doses.models import Dose, DoseFacts, DoseMove, DoseRevision
from organizations.models import Organization
from vaxreg import ui


@dataclass(frozen=True)
class DoseEntry:
    """One revision. changes: empty for the first one. why: in the words of whoever wrote it.

    moved: that it came from another record, or went to one; "" for every other revision.
    """

    revision: DoseRevision
    at: datetime
    by: str
    why: str
    correction_reference: str
    changes: list[Change]
    is_first: bool
    moved: str = ""

    @property
    def number(self) -> int:
        """Which revision it is, counted from 1."""
        return self.revision.number

    @property
    def organization(self) -> Organization | None:
        """For whom it was written; None for the system, or a person for themselves."""
        return self.revision.by_organization

    @property
    def is_taken_out(self) -> bool:
        """Since this revision the dose counts nowhere."""
        return self.revision.status == Dose.Status.ENTERED_IN_ERROR


def history_of(dose: Dose) -> list[DoseEntry]:
    """Return every revision of a dose for its site, the newest first; records are masked."""
    moves = DoseMove.objects.filter(dose=dose).select_related("from_record", "to_record")
    words = {
        move.number: _("Moved from the record of %(from)s to that of %(to)s")
        % {"from": masked_record(move.from_record), "to": masked_record(move.to_record)}
        for move in moves
    }
    return [_entry(new, old, words.get(new.number, "")) for old, new in _pairs(dose)][::-1]


def history_for(dose: Dose, person: Citizen) -> list[DoseEntry]:
    """Return the revisions that one person may read, the newest first.

    What was written while the dose stood on another record is about somebody else: of that, only the
    facts are shown, up to the day on which it came. Nothing is told of what came after it left.
    """
    whole = set(Citizen.objects.whole(person).values_list("pk", flat=True))
    came = {}
    left = {}
    for move in DoseMove.objects.filter(dose=dose):
        if move.from_record_id in whole and move.to_record_id not in whole:
            left[move.number] = _("Moved to the record of the person who was given it")
        elif move.to_record_id in whole and move.from_record_id not in whole:
            came[move.number] = _("Moved to this record: it stood under another name")
    is_here = dose.citizen_id in whole
    entries = []
    for old, new in _pairs(dose):
        if not is_here and new.number > max(left, default=0):
            break
        entry = _entry(new, old, came.get(new.number) or left.get(new.number, ""))
        if new.number in left or any(new.number < number for number in came):
            # The case, and the reasons of before, are another person's.
            entry = replace(entry, correction_reference="")
        if any(new.number < number for number in came):
            entry = replace(entry, why="")
        entries.append(entry)
    return entries[::-1]


def left_by(person: Citizen, public_id: UUID) -> tuple[Dose, DoseRevision] | None:
    """Return a dose that was moved away from a person's record, and its facts on that day."""
    moves = DoseMove.objects.filter(
        dose__public_id=public_id, from_record__in=Citizen.objects.whole(person)
    )
    move = moves.select_related("dose").order_by("-number").first()
    if move is None:
        return None
    stood = DoseRevision.objects.select_related("vaccine", "organization")
    return move.dose, stood.get(dose=move.dose, number=move.number)


def _pairs(dose: Dose) -> Iterator[tuple[DoseRevision | None, DoseRevision]]:
    revisions = list(
        DoseRevision.objects.filter(dose=dose)
        .select_related("vaccine", "organization", "by_organization")
        .order_by("number")
    )
    return zip([None, *revisions], revisions, strict=False)


def _entry(revision: DoseRevision, before: DoseRevision | None, moved: str) -> DoseEntry:
    return DoseEntry(
        revision=revision,
        at=revision.at,
        by=revision.by_organization.name if revision.by_organization else "",
        why=revision.why,
        correction_reference=revision.correction_reference,
        changes=list(_changes(before, revision)) if before else [],
        is_first=revision.number == 1,
        moved=moved,
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
