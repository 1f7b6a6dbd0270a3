"""Sweeps over everybody with an ID number: begun once, and gone on with after every interruption.

A sweep is a row with the last citizen taken. Each pass of asking tops up its questions, so that few
are in the table at a time however many people there are.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import F, Max, Min, QuerySet

from citizens.models import Citizen
from identity.population.client import Outcome, Trouble
from identity.population.models import PopulationAnswer, PopulationQuestion, PopulationRun
from vaxreg import db_time

# Questions of a sweep in the table: more than are answered in a pass of a minute.
STOCK = 3000
COLUMNS = {
    Outcome.MATCH: "matched",
    Outcome.MISMATCH: "mismatched",
    Outcome.NOT_FOUND: "not_found",
    Outcome.BAD_FORMAT: "bad_format",
}


def current() -> PopulationRun | None:
    """Return the sweep that has not ended."""
    return PopulationRun.objects.filter(ended_at=None).first()


def begin() -> PopulationRun:
    """Return the sweep that runs; begin one when none does."""
    if (running := current()) is not None:
        return running
    newest = Citizen.objects.aggregate(newest=Max("pk"))["newest"] or 0
    try:
        with transaction.atomic():
            return PopulationRun.objects.create(
                until_id=newest, total=_numbered().count(), begun_at=db_time.now()
            )
    except IntegrityError:
        # Somebody else has begun one at the same moment.
        return PopulationRun.objects.get(ended_at=None)


def _numbered() -> QuerySet[Citizen]:
    return Citizen.objects.filter(merged_into=None, id_number__isnull=False)


@transaction.atomic
def feed() -> None:
    """Top up the questions of the sweep that runs; end it when the last one is answered."""
    run = PopulationRun.objects.select_for_update().filter(ended_at=None).first()
    if run is None:
        return
    waiting = run.questions.count()
    if waiting < STOCK // 2 and run.last_id < run.until_id:
        coming = _numbered().filter(pk__gt=run.last_id, pk__lte=run.until_id).order_by("pk")
        ids = list(coming.values_list("pk", flat=True)[: STOCK - waiting])
        now = db_time.now()
        PopulationQuestion.objects.bulk_create(
            (PopulationQuestion(citizen_id=pk, run=run, put_at=now, due_at=now) for pk in ids),
            ignore_conflicts=True,
        )
        run.last_id = ids[-1] if ids else run.until_id
        run.save(update_fields=["last_id"])
    elif not waiting:
        run.left_out += max(run.total - run.done, 0)
        run.ended_at = db_time.now()
        run.save(update_fields=["left_out", "ended_at"])


def count(answer: PopulationAnswer) -> None:
    """Count an answer in its sweep, if it is of one."""
    if answer.run_id is None:
        return
    column = COLUMNS[Outcome(answer.outcome)]
    PopulationRun.objects.filter(pk=answer.run_id).update(**{column: F(column) + 1})


@transaction.atomic
def leave_out(question: PopulationQuestion) -> None:
    """Do not ask about a record that was merged, or has no number any more."""
    PopulationRun.objects.filter(questions=question).update(left_out=F("left_out") + 1)
    question.delete()


def add_time(batch: Iterable[PopulationQuestion], took: timedelta) -> None:
    """Count the time of a batch in the sweep whose questions were in it."""
    run_ids = {one.run_id for one in batch if one.run_id}
    PopulationRun.objects.filter(pk__in=run_ids).update(worked=F("worked") + took)


@dataclass(frozen=True)
class Progress:
    """How far a sweep has come. remaining: None before the first answer, and at the end."""

    run: PopulationRun
    percent: float
    remaining: timedelta | None
    # Set while questions of it have no answer: since when, why, and when the next is asked again.
    failing_since: datetime | None
    trouble: Trouble | None
    next_try: datetime | None


def progress(run: PopulationRun) -> Progress:
    """Return the progress of a sweep, read afresh."""
    run = PopulationRun.objects.get(pk=run.pk)
    left = max(run.total - run.done, 0)
    rate = run.per_second
    failing = run.questions.exclude(failing_since=None)
    oldest = failing.order_by("failing_since").first()
    return Progress(
        run=run,
        percent=100 * min(run.done / run.total, 1.0) if run.total else 100.0,
        remaining=timedelta(seconds=left / rate) if rate and run.ended_at is None else None,
        failing_since=oldest.failing_since if oldest else None,
        trouble=Trouble(oldest.trouble) if oldest else None,
        next_try=failing.aggregate(first=Min("due_at"))["first"],
    )
