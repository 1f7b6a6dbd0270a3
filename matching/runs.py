"""Runs of the finder: started, counted stage by stage, ended. Works where DuckDB is missing, too."""

import logging
from datetime import datetime, timedelta

from django.db import connection

from matching.models import MatchRun
from vaxreg import db_time

log = logging.getLogger(__name__)

# The key of the advisory lock; an arbitrary number that nothing else uses.
LOCK = 20_211_129
# A change may be committed so long after it was written.
OPEN_AT_MOST = timedelta(hours=1)
MISSING = (
    "DuckDB and Splink are not installed here. Install requirements-matching.txt where the queue"
    " 'matching' is worked on; searching while one types works without them."
)


class AlreadyRunning(Exception):
    """Another run has not ended yet."""


def start(kind: str) -> MatchRun:
    """Run the finder, and return the row of the run, which says how it ended.

    kind: a value of MatchRun.Kind. Raises AlreadyRunning, and what made the run fail after writing
    it into the row. A run that died is done again by the next one: all it writes, it can write twice.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
        if not cursor.fetchone()[0]:
            raise AlreadyRunning
    try:
        return _run(kind)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])


def _run(kind: str) -> MatchRun:
    # No other run is alive: whoever has this state died.
    MatchRun.objects.filter(state=MatchRun.State.RUNNING).update(
        state=MatchRun.State.FAILED, message="The process ended in the middle."
    )
    run = MatchRun.objects.create(kind=kind, started_at=db_time.now())
    try:
        from matching.splink import finder
    except ImportError as error:
        log.warning("matching: %s", error)
        _end(run, MatchRun.State.FAILED, MISSING)
        return run
    try:
        finder.find(run, since=_since(kind))
    except Exception as error:
        _end(run, MatchRun.State.FAILED, f"{type(error).__name__}: {error}"[:500])
        raise
    _end(run, MatchRun.State.DONE, "")
    return run


def _since(kind: str) -> datetime | None:
    """Return from when on records are new or changed; None for all, as before the first run."""
    last = MatchRun.objects.done().first() if kind == MatchRun.Kind.CHANGED else None
    return last.started_at - OPEN_AT_MOST if last else None


def _end(run: MatchRun, state: str, message: str) -> None:
    run.state, run.message, run.finished_at = state, message, db_time.now()
    run.save(update_fields=["state", "message", "finished_at"])
