"""The steps of a file of reports: sent, columns confirmed, checked, recorded; cancelled or undone.

A worker does the long steps in small pieces, each in one transaction with the place in the file: a
worker that is killed loses nothing and doubles nothing. A row becomes one case at most.
"""

import time
from collections.abc import Iterable, Mapping
from datetime import timedelta
from itertools import islice
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from background import counting
from background.long_jobs import LongJob
from counter.reports import applying, judging
from counter.reports.columns import COLUMNS, DATES
from counter.reports.models import ReportFile, ReportPart, ReportRow
from counter.reports.reading import ReportReader
from organizations.models import Organization
from recording.access import require_verified
from recording.imports import checking, receiving
from recording.imports.questions import with_answers
from recording.imports.reading import words
from recording.imports.reading.dates import DateReading
from recording.imports.reading.headings import missing_of
from recording.imports.reading.rows import RowReading
from vaxreg import db_time
from vaxreg.celery import hint

if TYPE_CHECKING:
    from accounts.models import User

State = ReportFile.State
Verdict = ReportRow.Verdict
# What a page takes: each row is a case that somebody has to decide.
MOST_ROWS = 10_000
# So many lines are read in one transaction.
CHUNK = 200
# So long a file that was never recorded, and what rows of one that was say of people, are kept.
KEPT = timedelta(days=30)
WORK = counting.register(
    counting.Work("counter.reports", "files of reports", lambda key: f"file {key}")
)


class WrongState(Exception):
    """The file is not where this step begins: somebody else was faster."""


@transaction.atomic
def begin(
    chunks: Iterable[bytes], name: str, *, organization: Organization, by: "User"
) -> ReportFile:
    """Store a file, find its header, and look at its lines. Raises archive.Unreadable."""
    require_verified(by)
    made = ReportFile(organization=organization, made_by=by)
    receiving.receive(made, chunks, name, COLUMNS, MOST_ROWS, DATES)
    return made


@transaction.atomic
def confirm(sent: ReportFile, *, mapping: Mapping[str, int], answers: Mapping[str, str]) -> bool:
    """Take the columns and answers; begin the trial if nothing is open, else return False.

    Raises WrongState. The office's next file with this header gets the same columns.
    """
    found = lock(sent, State.ASKED, State.CHECKED)
    if found.mapping != mapping:
        found.mapping = dict(mapping)
        receiving.look(found, checking.lines_below(found), DATES)
    found.answers = dict(answers)
    if receiving.open_questions(found) or missing_of(found.mapping, COLUMNS):
        found.state = State.ASKED
        found.save()
        return False
    found.reading = with_answers(found.reading, found.answers)
    found.rows.all().delete()
    receiving.remember(found)
    _start(found, State.CHECKING, found.total)
    return True


@transaction.atomic
def apply(sent: ReportFile, *, by: "User") -> None:
    """Begin to record the rows that are not recorded yet. Raises WrongState.

    Again after it was stopped, and for rows that were decided afterwards.
    """
    require_verified(by)
    found = lock(sent, State.CHECKED, State.APPLIED)
    waiting = to_record(found)
    if not waiting:
        raise WrongState
    found.applied_by = by
    found.applied_at = found.applied_at or db_time.now()
    _start(found, State.APPLYING, waiting)


def to_record(sent: ReportFile) -> int:
    """Return how many rows would become cases, and are none."""
    return sent.rows.filter(verdict=Verdict.NEW).count()


@transaction.atomic
def stop(sent: ReportFile) -> None:
    """Stop the recording where it is; what is recorded stays, and can be undone. Raises WrongState."""
    _finish(lock(sent, State.APPLYING), State.APPLIED)


@transaction.atomic
def cancel(sent: ReportFile, *, by: "User") -> None:
    """Give up a file of which nothing is recorded yet. Raises WrongState."""
    found = lock(sent, State.ASKED, State.CHECKING, State.CHECKED)
    found.state = State.CANCELLED
    found.ended_by, found.ended_at = by, db_time.now()
    found.save()
    found.rows.all().delete()
    found.parts.all().delete()


@transaction.atomic
def undo(sent: ReportFile, *, by: "User") -> None:
    """Begin to withdraw the cases on which nobody works. Raises WrongState."""
    require_verified(by)
    found = lock(sent, State.APPLIED)
    filed = found.rows.filter(verdict=Verdict.FILED).count()
    if not filed:
        raise WrongState
    found.ended_by, found.ended_at = by, db_time.now()
    _start(found, State.UNDOING, filed)


def go_on() -> None:
    """Work at every file that waits, for less than a minute in all."""
    JOB.do_all(ReportFile.objects.at_work().order_by("step_began_at").values_list("pk", flat=True))


def work(pk: int) -> None:
    """Do the next pieces of a file until it is done or the time is over."""
    JOB.do(pk)


def _work(pk: int, until: float) -> bool:
    """Return whether nothing is left to do."""
    while time.monotonic() < until:
        if not next_piece(pk):
            return True
    return False


@transaction.atomic
def next_piece(pk: int) -> bool:
    """Do the next rows of the present step, or end it; return whether it goes on."""
    found = lock(ReportFile(pk=pk))
    try:
        if found.state == State.CHECKING:
            number, ending = _check_chunk(found), State.CHECKED
        elif found.state == State.APPLYING:
            number, ending = applying.record_next(found), State.APPLIED
        elif found.state == State.UNDOING:
            number, ending = applying.take_next_back(found), State.UNDONE
        else:
            return False
    except applying.NoLongerThere:
        # What is left waits for a colleague.
        number, ending = 0, State.APPLIED
    if not number:
        _finish(found, ending)
        return False
    found.done += number
    found.save(update_fields=["done", "last_line"])
    return True


def _check_chunk(sent: ReportFile) -> int:
    below = (line for line in checking.lines_below(sent) if line[0] > sent.last_line)
    reader = ReportReader(reading_of(sent))
    read = [reader.read(*line) for line in islice(below, CHUNK)]
    if read:
        ReportRow.objects.bulk_create(judging.rows_of(sent, read, by=sent.made_by))
        sent.last_line = read[-1].line
    return len(read)


def reading_of(sent: ReportFile) -> RowReading:
    """Return how the lines are read, as the survey and the clerk have said."""
    said = sent.reading
    return RowReading(
        mapping=sent.mapping,
        today=timezone.localdate(sent.made_at),
        vaccines=words.vaccines(),
        born=DateReading(**said["born"]),
        given_on=DateReading(**said["given_on"]),
        told_on=DateReading(**said["told_on"]),
        converts=said["converts"],
    )


def _finish(found: ReportFile, ending: str) -> None:
    found.state = ending
    recount(found)
    found.save()


def recount(found: ReportFile) -> None:
    """Compare the rows of the file with each other again, and count them. Stores the rows alone."""
    judging.judge_file(found)
    found.counts = judging.counts(found)


def _start(found: ReportFile, state: str, total: int) -> None:
    found.state, found.total = state, total
    found.done = found.last_line = 0
    if state == State.CHECKING:
        found.last_line = found.header_line
    found.step_began_at = db_time.now()
    found.save()
    hint("counter.go_on_with_reports", found.pk)


def lock(sent: ReportFile, *states: str) -> ReportFile:
    """Return the file, locked until the end of the transaction. Raises WrongState."""
    found = (
        ReportFile.objects.select_for_update(of=("self",), no_key=True)
        .select_related("organization", "made_by", "applied_by", "ended_by")
        .get(pk=sent.pk)
    )
    if states and found.state not in states:
        raise WrongState
    return found


def forget() -> int:
    """Delete old files and what rows say about people; which case a row became is kept."""
    before = db_time.now() - KEPT
    old = ReportFile.objects.filter(made_at__lt=before)
    unwritten = old.filter(state__in=(State.ASKED, State.CHECKED))
    number = unwritten.update(state=State.CANCELLED, ended_at=db_time.now())
    ReportRow.objects.filter(report_file__in=old.filter(state=State.CANCELLED)).delete()
    over = old.filter(state__in=ReportFile.OVER)
    ReportPart.objects.filter(report_file__in=over).delete()
    known = ReportRow.objects.filter(report_file__in=over).exclude(full_name="", words="")
    known.update(
        full_name="",
        date_of_birth=None,
        phone="",
        number=None,
        words="",
        site_text="",
        proposed={},
    )
    return number


JOB = LongJob(WORK, "counter.go_on_with_reports", _work)
