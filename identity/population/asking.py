"""Asks the population database what is due: one pass at a time over all workers (ADR 39).

A pass takes questions, asks several at once at the allowed pace, and stores each answer with what
follows from it in one transaction. Whatever dies in between, the question is still there. A question
without an answer waits, longer each time; after a few failures in a row the pass ends.
"""

import logging
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import timedelta
from urllib.parse import urlsplit

import httpx
from django.conf import settings
from django.db import transaction
from django.db.models import F, Max

from background import leases
from citizens.models import CitizenRevision
from identity.population import runs
from identity.population.client import NoAnswer, Outcome, Trouble, Verdict, ask, is_on, new_client
from identity.population.facts import FourFacts
from identity.population.models import PopulationAnswer, PopulationQuestion
from identity.population.pace import Pace
from identity.population.questions import LISTENERS
from vaxreg import db_time

log = logging.getLogger(__name__)

# The lease of the one process that asks.
LEASE = "identity.ask_population"
# Seconds in which a pass begins new calls; with the last ones it stays below Celery's limit of 60.
PASS = 42.0
LONGEST_TASK = 57.0
LEASE_SECONDS = 70
BATCH = 200
# Calls that wait for an answer at the same time: 50 a second, each of 300 ms at most.
THREADS = 16
# After so many failures in a row the pass ends.
MOST_FAILURES = 5
# A pause that it asks for is waited for within the pass, if it is no longer than this.
LONGEST_HOLD = 10.0
FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=1), timedelta(hours=1)
# It may ask for a longer pause than that, but not for ever.
LONGEST_PAUSE = timedelta(days=1)


@dataclass
class Passed:
    """What a pass did. taken: False when another worker was asking."""

    taken: bool = True
    answered: int = 0
    failed: int = 0
    stopped: bool = False


@dataclass
class _Asker:
    """Asks from many threads, and knows when to stop. It never touches the database."""

    client: httpx.Client
    pace: Pace
    until: float
    failures: int = 0
    stopped: bool = False
    lock: threading.Lock = field(default_factory=threading.Lock)

    def is_over(self) -> bool:
        """Whether no new call may begin."""
        return self.stopped or time.monotonic() >= self.until

    def ask(self, facts: FourFacts) -> Verdict | NoAnswer | None:
        """Return the answer, or why there is none; None when it was not asked."""
        if facts.unfit:
            return Verdict(Outcome.BAD_FORMAT, tuple(facts.unfit))
        if self.is_over():
            return None
        self.pace.wait()
        if self.is_over():
            return None
        try:
            verdict = ask(self.client, facts)
        except NoAnswer as none:
            self._count(none)
            return none
        with self.lock:
            self.failures = 0
        return verdict

    def _count(self, none: NoAnswer) -> None:
        with self.lock:
            self.failures += 1
            too_long = none.seconds > LONGEST_HOLD
            self.stopped |= self.failures >= MOST_FAILURES or too_long
        if none.trouble == Trouble.TOO_MANY and not self.stopped:
            self.pace.hold(max(none.seconds, 1.0))


def ask_due(seconds: float = PASS, *, pace: Pace | None = None) -> Passed:
    """Ask what is due, for so many seconds at most; return what was done."""
    if not is_on():
        return Passed(taken=False)
    with leases.alone(LEASE, LEASE_SECONDS) as is_ours:
        return _pass(seconds, pace) if is_ours else Passed(taken=False)


def _pass(seconds: float, pace: Pace | None) -> Passed:
    begun, passed = time.monotonic(), Passed()
    asker = _Asker(
        new_client(), pace or Pace(settings.POPULATION_PER_SECOND), until=begun + seconds
    )
    pool = ThreadPoolExecutor(THREADS, thread_name_prefix="population")
    try:
        while not asker.is_over():
            runs.feed()
            batch = _due()
            if not batch:
                break
            left = begun + max(seconds, LONGEST_TASK) - time.monotonic()
            _ask_batch(batch, asker, pool, passed, left)
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
        # A call that never ends is ended by this.
        asker.client.close()
    passed.stopped = asker.stopped
    return passed


def _due() -> list[PopulationQuestion]:
    """Return the next questions: those of people who wait, then those of a sweep."""
    due = PopulationQuestion.objects.filter(due_at__lte=db_time.sql_now()).order_by("due_at", "id")
    due = due.select_related("citizen__merged_into")
    batch = list(due.filter(run=None)[:BATCH])
    return batch + list(due.filter(run__isnull=False)[: BATCH - len(batch)])


def _ask_batch(
    batch: list[PopulationQuestion],
    asker: _Asker,
    pool: ThreadPoolExecutor,
    passed: Passed,
    left: float,
) -> None:
    begun = time.monotonic()
    revisions = _revisions(batch)
    asked: dict[Future[Verdict | NoAnswer | None], tuple[PopulationQuestion, FourFacts]] = {}
    for question in batch:
        citizen = question.citizen
        if question.run_id and (citizen.merged_into_id or not citizen.id_number):
            runs.leave_out(question)
            passed.answered += 1
            continue
        facts = FourFacts.of(citizen.kept, question.proposed)
        asked[pool.submit(asker.ask, facts)] = question, facts
    waiting = set(asked)
    until = begun + max(left, 0.0)
    while waiting:
        done, waiting = wait(
            waiting, timeout=max(until - time.monotonic(), 0.0), return_when="FIRST_COMPLETED"
        )
        if not done:
            # Neither an answer nor an end: the connection trickles.
            asker.stopped = True
        for one in done or waiting:
            result = one.result() if done else NoAnswer(Trouble.DOWN)
            question, facts = asked[one]
            if isinstance(result, Verdict):
                stored = _store(question, facts, result, revisions.get(question.citizen_id, 0))
                passed.answered += stored
                passed.failed += not stored
            elif result is not None:
                _delay(question, result)
                passed.failed += 1
        if not done:
            break
    runs.add_time(batch, timedelta(seconds=time.monotonic() - begun))


def _revisions(batch: list[PopulationQuestion]) -> dict[int, int]:
    """Return the number of the newest revision of each record, by its id."""
    rows = CitizenRevision.objects.filter(citizen__in=[one.citizen_id for one in batch])
    newest = rows.order_by().values("citizen").annotate(newest=Max("number"))
    return {row["citizen"]: row["newest"] for row in newest}


def _store(question: PopulationQuestion, facts: FourFacts, verdict: Verdict, revision: int) -> bool:
    """Store an answer with all that follows; False when that failed, and is tried again later."""
    was_asked = not facts.unfit
    try:
        with transaction.atomic():
            gone, _rows = PopulationQuestion.objects.filter(pk=question.pk).delete()
            if not gone:
                # It was dropped in the meantime.
                return True
            answer = PopulationAnswer.objects.create(
                citizen=question.citizen,
                correction_reference=question.correction_reference,
                run_id=question.run_id,
                outcome=verdict.outcome,
                fields=list(verdict.fields),
                revision=revision,
                fingerprint=facts.fingerprint,
                source=(urlsplit(settings.POPULATION_URL).hostname or "") if was_asked else "",
                at=db_time.now(),
            )
            runs.count(answer)
            for listener in LISTENERS:
                listener(answer)
    except Exception:
        log.exception("an answer was not followed, asked again later: question %s", question.pk)
        _delay(question, None)
        return False
    return True


def _delay(question: PopulationQuestion, none: NoAnswer | None) -> None:
    """Let a question wait. None: the database answered, and the fault is ours."""
    now = db_time.now()
    longer = min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(question.tries, 10))
    changes = {"tries": F("tries") + 1, "due_at": now + longer}
    if none is not None:
        asked_for = min(timedelta(seconds=min(none.seconds, 1e6)), LONGEST_PAUSE)
        is_pause = none.trouble == Trouble.TOO_MANY and none.seconds > 0
        changes |= {
            "due_at": now + (asked_for if is_pause else max(longer, asked_for)),
            "failing_since": question.failing_since or now,
            "trouble": none.trouble,
        }
    PopulationQuestion.objects.filter(pk=question.pk).update(**changes)
