"""Celery tasks of matching, in a queue of their own: they take minutes, not seconds."""

from celery import shared_task

from matching import runs
from matching.models import MatchRun

# Seconds. Acknowledged at once: a run that dies is not delivered again, the next night does its work.
LONGEST = 10 * 3600


def _run(kind: str) -> None:
    try:
        runs.start(kind)
    except runs.AlreadyRunning:
        return


@shared_task(name="matching.find_changed", acks_late=False, time_limit=LONGEST)
def find_changed() -> None:
    """Compare what is new or changed since the last run with all."""
    _run(MatchRun.Kind.CHANGED)


@shared_task(name="matching.find_whole", acks_late=False, time_limit=LONGEST)
def find_whole() -> None:
    """Compare everything with everything."""
    _run(MatchRun.Kind.WHOLE)
