"""People whom a file may mean and whom nobody but a clerk can tell apart: shown, and decided."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import connection, transaction
from django.db.models.expressions import RawSQL

from citizens.masking import mask_id, mask_phone
from citizens.models import Citizen
from citizens.visits import log_listed
from doses.models import Dose
from matching.features import PersonFacts
from matching.online import likely_records
from matching.words import Evidence
from matching.words import evidence as evidence_of
from recording.imports import judging, running
from recording.imports.models import DoseImport, ImportedRow
from vaxreg.typed.birth_dates import BirthDate

if TYPE_CHECKING:
    from accounts.models import User

# People on one page of decisions.
PAGE_SIZE = 10
SOMEBODY_NEW, LEAVE_OUT, LATER = "new", "skip", ""
Verdict = ImportedRow.Verdict


@dataclass(frozen=True)
class Candidate:
    """A record that may be the person's, as far as the clerk may see it."""

    citizen: Citizen
    number: str
    doses: list[Dose]
    reasons: Evidence | None


@dataclass(frozen=True)
class Doubt:
    """A person of the file, their rows, and the records that may be theirs."""

    rows: list[ImportedRow]
    number: str
    phone: str
    candidates: list[Candidate]

    @property
    def person(self) -> ImportedRow:
        return self.rows[0]


class NoSuchChoice(Exception):
    """The record is none of those that were offered, or the row was decided already."""


def doubts(dose_import: DoseImport, *, by: "User") -> list[Doubt]:
    """Return the next people to be decided, and log that the user has seen the records."""
    waiting = dose_import.rows.filter(verdict=Verdict.DECIDE)
    first = waiting.order_by("person_key", "line").distinct("person_key")
    keys = [row.person_key for row in sorted(first[: PAGE_SIZE * 5], key=lambda row: row.line)]
    found = []
    for key in keys[:PAGE_SIZE]:
        rows = list(waiting.filter(person_key=key).select_related("vaccine").order_by("line"))
        found.append(_doubt(rows))
    log_listed(by, (one.citizen.pk for doubt in found for one in doubt.candidates))
    return found


def _doubt(rows: list[ImportedRow]) -> Doubt:
    person = rows[0]
    return Doubt(
        rows=rows,
        number=mask_id(person.number),
        phone=mask_phone(person.phone),
        candidates=candidates_of(_facts(person), person.candidates),
    )


def candidates_of(person: PersonFacts, found: Sequence[int]) -> list[Candidate]:
    """Return these records (ids) with what speaks for each; the caller logs who sees them."""
    likely = {one.citizen: evidence_of(one.evidence) for one in likely_records(person)}
    records = Citizen.objects.select_related("area").in_bulk(found)
    return [
        Candidate(
            citizen=records[pk],
            number=mask_id(records[pk].id_number),
            doses=list(Dose.objects.of(records[pk]).shown_to_citizen()),
            reasons=likely.get(pk),
        )
        for pk in found
        if pk in records
    ]


def _facts(row: ImportedRow) -> PersonFacts:
    born = BirthDate(row.date_of_birth, row.birth_precision) if row.date_of_birth else None
    return PersonFacts(
        full_name=row.full_name,
        born=born,
        sex=row.sex,
        numbers=[row.number] if row.number else [],
        phones=[row.phone] if row.phone else [],
    )


def decide(dose_import: DoseImport, choices: dict[int, str], *, by: "User") -> int:
    """Decide people of a file by their key; return how many were decided.

    choices: the id of a candidate, SOMEBODY_NEW, LEAVE_OUT, or LATER, which decides nothing. Raises
    NoSuchChoice, and WrongState while a worker is at the file; then nothing is decided.
    """
    with transaction.atomic():
        found = DoseImport.objects.select_for_update(of=("self",)).get(pk=dose_import.pk)
        if found.state not in (DoseImport.State.CHECKED, DoseImport.State.APPLIED):
            raise running.WrongState
        decided = {key: choice for key, choice in choices.items() if choice != LATER}
        for key, choice in decided.items():
            _decide_person(found, key, choice, by)
        running.judge_again(
            found,
            people=[int(choice) if choice.isdecimal() else key for key, choice in decided.items()],
        )
    return len(decided)


def _decide_person(found: DoseImport, key: int, choice: str, by: "User") -> None:
    rows = found.rows.filter(verdict=Verdict.DECIDE, person_key=key)
    person = rows.order_by("line").first()
    if person is None:
        raise NoSuchChoice
    if choice == LEAVE_OUT:
        rows.update(verdict=Verdict.SKIPPED)
        return
    joined, citizen = ImportedRow.Joined.NEW, None
    if choice != SOMEBODY_NEW:
        if not choice.isdecimal() or int(choice) not in person.candidates:
            raise NoSuchChoice
        joined, citizen = ImportedRow.Joined.DECIDED, int(choice)
    settled = RawSQL("array_remove(findings, %s)", ["full_name|near|"])
    rows.update(verdict=Verdict.NEW, joined=joined, citizen=citizen, findings=settled)
    with connection.cursor() as cursor:
        judging.judge_person(cursor, found.pk, key, found.organization_id, by.pk)
