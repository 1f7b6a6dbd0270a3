"""People of a file of reports whom nobody but a clerk can tell apart, or whom nobody knows."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction

from citizens.masking import mask_id, mask_phone
from citizens.models import Citizen
from citizens.visits import log_listed
from corrections.models import Kind
from counter.reports import judging, running
from counter.reports.models import ReportFile, ReportRow
from matching.features import PersonFacts
from recording.access import require_verified
from recording.imports.deciding import (
    LATER,
    LEAVE_OUT,
    PAGE_SIZE,
    SOMEBODY_NEW,
    Candidate,
    NoSuchChoice,
    candidates_of,
)
from vaxreg.typed.birth_dates import BirthDate

if TYPE_CHECKING:
    from accounts.models import User

Verdict = ReportRow.Verdict
Joined = ReportRow.Joined
OPEN = ("full_name|near|", "full_name|nobody|")


@dataclass(frozen=True)
class Doubt:
    """A person of the file, their rows, and the records that may be theirs."""

    rows: list[ReportRow]
    born: str
    number: str
    phone: str
    candidates: list[Candidate]

    @property
    def person(self) -> ReportRow:
        return self.rows[0]

    @property
    def may_be_new(self) -> bool:
        """A record may be started where a dose is missing: a wrong fact stands on one already."""
        return all(row.kind == Kind.MISSING_DOSE for row in self.rows)


def doubts(sent: ReportFile, *, by: "User") -> list[Doubt]:
    """Return the next people to be decided, and log that the user has seen the records."""
    waiting = sent.rows.filter(verdict=Verdict.DECIDE)
    first = waiting.order_by("person_key", "line").distinct("person_key")
    keys = [row.person_key for row in sorted(first[: PAGE_SIZE * 5], key=lambda row: row.line)]
    found = [
        _doubt(list(waiting.filter(person_key=key).order_by("line"))) for key in keys[:PAGE_SIZE]
    ]
    log_listed(by, (one.citizen.pk for doubt in found for one in doubt.candidates))
    return found


def _doubt(rows: list[ReportRow]) -> Doubt:
    person = rows[0]
    born = BirthDate(person.date_of_birth, person.birth_precision) if person.date_of_birth else None
    facts = PersonFacts(
        full_name=person.full_name,
        born=born,
        sex=person.sex,
        numbers=[person.number] if person.number else [],
        phones=[person.phone] if person.phone else [],
    )
    return Doubt(
        rows=rows,
        born=str(born or ""),
        number=mask_id(person.number),
        phone=mask_phone(person.phone),
        candidates=candidates_of(facts, person.candidates),
    )


@transaction.atomic
def decide(sent: ReportFile, choices: Mapping[int, str], *, by: "User") -> int:
    """Decide people of a file by their key; return how many were decided.

    choices: the id of a candidate, SOMEBODY_NEW, LEAVE_OUT, or LATER, which decides nothing. Raises
    NoSuchChoice, and WrongState while a worker is at the file; then nothing is decided.
    """
    require_verified(by)
    found = running.lock(sent, ReportFile.State.CHECKED, ReportFile.State.APPLIED)
    decided = {key: choice for key, choice in choices.items() if choice != LATER}
    for key, choice in decided.items():
        _decide_person(found, key, choice, by)
    running.recount(found)
    found.save(update_fields=["counts"])
    return len(decided)


def _decide_person(found: ReportFile, key: int, choice: str, by: "User") -> None:
    rows = list(found.rows.filter(verdict=Verdict.DECIDE, person_key=key).order_by("line"))
    if not rows:
        raise NoSuchChoice
    citizen = _chosen(rows, choice)
    for row in rows:
        row.findings = [one for one in row.findings if one not in OPEN]
        if choice == LEAVE_OUT:
            row.verdict = Verdict.SKIPPED
        elif citizen is None:
            row.verdict, row.joined = Verdict.NEW, Joined.NEW
        else:
            row.joined, row.citizen = Joined.DECIDED, citizen
            judging.judge(row, by=by)
        row.save()


def _chosen(rows: list[ReportRow], choice: str) -> Citizen | None:
    """Return the record that was chosen; None for a new one, and for rows that are left out."""
    if choice == LEAVE_OUT:
        return None
    if choice == SOMEBODY_NEW:
        if any(row.kind != Kind.MISSING_DOSE for row in rows):
            raise NoSuchChoice
        return None
    if not choice.isdecimal() or int(choice) not in rows[0].candidates:
        raise NoSuchChoice
    return Citizen.objects.get(pk=int(choice)).kept
