"""The steps of an import: sent, columns confirmed, checked, written; cancelled or undone.

A worker does the long steps in chunks for less than a minute, then asks to be called again. The
place in the file is stored with each chunk, so a worker that is killed costs nothing but time.
"""

import time
from collections.abc import Iterable, Mapping
from contextlib import ExitStack, closing
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import DataError, IntegrityError, connection, transaction
from django.db.models import Q

from background import counting
from background.long_jobs import LongJob
from organizations.models import Organization
from recording.imports import applying, checking, doubting, judging, receiving
from recording.imports.doubting import Doubter
from recording.imports.models import DoseImport, ImportedRow, ImportPart
from recording.imports.questions import with_answers
from recording.imports.reading.files import MOST_ROWS
from recording.imports.reading.headings import FIELDS, missing_of
from vaxreg import db_time
from vaxreg.celery import hint

if TYPE_CHECKING:
    from accounts.models import User

State = DoseImport.State
# So long a file that was never written, and the contents of one that was, are kept.
KEPT = timedelta(days=30)
WORK = counting.register(
    counting.Work("recording.import", "imports of doses", lambda key: f"import {key}")
)


class WrongState(Exception):
    """The import is not where this step begins: somebody else was faster."""


@transaction.atomic
def begin(
    chunks: Iterable[bytes],
    name: str,
    *,
    organization: Organization,
    by: "User",
    most_rows: int = 0,
) -> DoseImport:
    """Store a file, find its header, and look at its lines. Raises archive.Unreadable.

    most_rows: in place of MOST_ROWS, which is what pages take.
    """
    made = DoseImport(organization=organization, made_by=by)
    receiving.receive(made, chunks, name, FIELDS, most_rows or MOST_ROWS)
    return made


def confirm(
    dose_import: DoseImport,
    *,
    mapping: Mapping[str, int],
    answers: Mapping[str, str],
    number_proof: str,
) -> bool:
    """Take the columns and answers; begin the trial if nothing is open, else return False.

    Raises WrongState. The site's next file with this header gets the same columns.
    """
    with transaction.atomic():
        found = _locked(dose_import, State.ASKED, State.CHECKED)
        if found.mapping != mapping:
            found.mapping = dict(mapping)
            receiving.look(found, checking.lines_below(found))
        found.answers = dict(answers)
        found.number_proof = number_proof
        is_open = bool(receiving.open_questions(found) or missing_of(found.mapping))
        if is_open:
            found.state = State.ASKED
            found.save()
            return False
        found.reading = with_answers(found.reading, found.answers)
        found.rows.all().delete()
        receiving.remember(found)
        _start(found, State.CHECKING)
    return True


def apply(dose_import: DoseImport, *, by: "User") -> None:
    """Begin to write the rows that are not written yet. Raises WrongState.

    Again after it was stopped, and for rows that were decided afterwards.
    """
    with transaction.atomic():
        found = _locked(dose_import, State.CHECKED, State.APPLIED)
        if not unwritten(found):
            raise WrongState
        found.applied_by = by
        found.applied_at = found.applied_at or db_time.now()
        _start(found, State.APPLYING)


def unwritten(dose_import: DoseImport) -> int:
    """Return how many rows would be written, and are not."""
    verdicts = (ImportedRow.Verdict.NEW, ImportedRow.Verdict.UPDATE)
    return dose_import.rows.filter(verdict__in=verdicts, revision=0).count()


def cancel(dose_import: DoseImport, *, by: "User") -> None:
    """Give up an import of which nothing is written yet. Raises WrongState."""
    with transaction.atomic():
        found = _locked(dose_import, State.ASKED, State.CHECKING, State.CHECKED)
        found.state = State.CANCELLED
        found.ended_by, found.ended_at = by, db_time.now()
        found.save()
        found.rows.all().delete()
        found.parts.all().delete()


def stop(dose_import: DoseImport) -> None:
    """Stop the writing where it is; what is written stays, and can be undone. Raises WrongState."""
    with transaction.atomic():
        found = _locked(dose_import, State.APPLYING)
        _finish(found, State.APPLIED)


def go_on() -> None:
    """Work at every import that waits, for less than a minute in all."""
    JOB.do_all(DoseImport.objects.at_work().order_by("step_began_at").values_list("pk", flat=True))


def work(pk: int) -> None:
    """Do the next pieces of an import until it is done or the time is over."""
    JOB.do(pk)


def _work(pk: int, until: float) -> bool:
    """Return whether nothing is left to do."""
    with ExitStack() as open_files:
        return _work_with(open_files, pk, until)


def _work_with(open_files: ExitStack, pk: int, until: float) -> bool:
    found = DoseImport.objects.get(pk=pk)
    checker: checking.Checker | None = None
    size = applying.CHUNK
    doubter = Doubter(found.organization)
    while time.monotonic() < until:
        try:
            with transaction.atomic():
                found = _locked(found)
                if not found.is_at_work:
                    return True
                if found.judged_to is not None:
                    number, ending = doubter.next_chunk(found), State.CHECKED
                elif found.state == State.CHECKING:
                    if checker is None:
                        checker = open_files.enter_context(closing(checking.Checker(found)))
                    number, ending = checker.next_chunk(found), State.CHECKED
                    if not number:
                        _begin_to_doubt(found)
                        continue
                else:
                    number, ending = applying.next_chunk(found, size), State.APPLIED
                if not number:
                    _finish(found, ending)
                    return True
                found.save(update_fields=["done", "last_line", "judged_to"])
            size = min(size * 10, applying.CHUNK)
        except (IntegrityError, DataError):
            if found.state != State.APPLYING:
                raise
            size = _narrow(found, size)
    return False


def _narrow(found: DoseImport, size: int) -> int:
    """Return a smaller size, to find the row that the database refuses; alone it is left out."""
    if size > 1:
        return max(size // 10, 1)
    with transaction.atomic():
        found = _locked(found, State.APPLYING)
        applying.leave_next_out(found)
        found.save(update_fields=["done", "last_line"])
    return size


def _begin_to_doubt(found: DoseImport) -> None:
    """Compare all rows with each other; from here on they are judged person by person."""
    with connection.cursor() as cursor:
        judging.judge_file(cursor, found.pk)
    found.judged_to, found.done = doubting.START, 0
    found.step_began_at = db_time.now()
    found.save()


def _finish(found: DoseImport, ending: str) -> None:
    with connection.cursor() as cursor:
        found.counts = judging.counts(cursor, found.pk)
    found.state, found.judged_to = ending, None
    if ending == State.CHECKED:
        # Rows that are not to be written were not held against anything.
        found.done = found.total
    found.save()


@transaction.atomic
def judge_again(dose_import: DoseImport, *, people: Iterable[int]) -> None:
    """Compare the rows of the file again, those of these people with their doses, and count them.

    people: as for `Doubter.judge_people`.
    """
    found = _locked(dose_import)
    with connection.cursor() as cursor:
        judging.judge_file(cursor, found.pk)
        Doubter(found.organization).judge_people(found, people)
        found.counts = judging.counts(cursor, found.pk)
    found.save(update_fields=["counts"])


def _start(found: DoseImport, state: str) -> None:
    found.state = state
    found.done, found.last_line, found.judged_to = 0, 0, None
    if state == State.CHECKING:
        found.last_line = found.header_line
    found.step_began_at = db_time.now()
    found.save()
    hint("recording.go_on_with_import", found.pk)


def _locked(dose_import: DoseImport, *states: str) -> DoseImport:
    found = (
        DoseImport.objects.select_for_update(of=("self",), no_key=True)
        .select_related("organization", "made_by", "applied_by")
        .get(pk=dose_import.pk)
    )
    if states and found.state not in states:
        raise WrongState
    return found


def forget() -> int:
    """Delete old files and what rows say about people; which dose a row wrote is kept."""
    before = db_time.now() - KEPT
    old = DoseImport.objects.filter(made_at__lt=before)
    unwritten = old.filter(state__in=(State.ASKED, State.CHECKED))
    number = unwritten.update(state=State.CANCELLED, ended_at=db_time.now())
    ImportedRow.objects.filter(dose_import__in=old.filter(state=State.CANCELLED)).delete()
    ImportPart.objects.filter(dose_import__in=old.filter(state__in=DoseImport.OVER)).delete()
    written = ImportedRow.objects.filter(dose_import__in=old.filter(state__in=DoseImport.OVER))
    written.filter(Q(number__isnull=False) | ~Q(full_name="", phone="")).update(
        full_name="", phone="", number=None, number_hash=None, date_of_birth=None
    )
    return number


JOB = LongJob(WORK, "recording.go_on_with_import", _work)
