"""Checks for the health page and figures: do sweep, outbox and photos work, what is late?"""

from collections.abc import Iterator
from datetime import timedelta

from background import counting
from corrections import outbox
from corrections.models import Breach, Clock, Correction, Heartbeat, OutboxRow
from corrections.sweep import HEARTBEAT
from vaxreg import db_time
from vaxreg.private_files import places
from watching.figures import MOST, Figure, measure

# The sweep runs once a minute: three missed passes are a fault, not a delay.
SILENCE = timedelta(minutes=3)
# The greatest age of an errand that is not done.
OLDEST_ERRAND = timedelta(seconds=120)
# The newest cases among which those of the last minutes are looked for, and the undone errands.
NEWEST, FIRST = 2_000, 1_000

LAG = measure("sweep_lag_seconds", "Time since the sweep last ended a pass")
TOOK = measure("sweep_took_seconds", "How long its last pass took")
ERRANDS = measure("errands_undone", "Errands that are not done, set aside ones apart")
OLDEST = measure("errand_oldest_seconds", "Age of the oldest of them")
UNMARKED = measure("overdue_unmarked", "Deadlines and reminders that passed and are not written")
BREACHES = measure("breaches_last_hour", "Deadlines missed in the last hour")
FILED = measure("corrections_filed", "Corrections filed in the last minutes", "minutes")


def sweep_trouble() -> str:
    """Return since when the sweep has not run; empty when it runs."""
    beat = Heartbeat.objects.filter(name=HEARTBEAT).first()
    if beat is None:
        return "the sweep has never run"
    if db_time.now() - beat.at > SILENCE:
        return f"the sweep is silent since {beat.at.isoformat()}"
    return ""


def outbox_trouble() -> str:
    """Return the age of the oldest errand when it is too old; empty otherwise."""
    # What is set aside is told apart, by background/set_aside.py.
    aside = [int(key) for key in counting.set_aside_of(outbox.ERRAND)]
    waiting = OutboxRow.objects.filter(done_at=None).exclude(pk__in=aside)
    oldest = waiting.order_by("created_at").first()
    if oldest is not None and db_time.now() - oldest.created_at > OLDEST_ERRAND:
        return f"outbox row {oldest.pk} is not done since {oldest.created_at.isoformat()}"
    return ""


def notice() -> str:
    """Return why photos can be neither added nor seen; empty when they can.

    No trouble that takes the process away from the balancer: everything else works, and a restart
    brings no store back.
    """
    why = places.trouble()
    return f"photos can be neither added nor seen, all else works: {why}" if why else ""


def figures() -> Iterator[Figure]:
    """Yield how the sweep, the errands and the deadlines are, from indexes or the newest rows."""
    now = db_time.now()
    beat = Heartbeat.objects.filter(name=HEARTBEAT).first()
    if beat is not None:
        yield LAG.of((now - beat.at).total_seconds())
        yield TOOK.of(beat.took.total_seconds())
    aside = [int(key) for key in counting.set_aside_of(outbox.ERRAND)]
    undone = OutboxRow.objects.filter(done_at=None).exclude(pk__in=aside)
    first = undone.order_by("not_before", "id").values_list("created_at", flat=True)[:FIRST]
    ages = [(now - created).total_seconds() for created in first]
    yield ERRANDS.of(len(ages) if len(ages) < FIRST else undone.order_by()[:MOST].count())
    yield OLDEST.of(max(ages, default=0.0))
    late = Clock.objects.filter(stopped_at=None, next_milestone_at__lt=now).order_by()
    yield UNMARKED.of(late[:MOST].count())
    hour = now - timedelta(hours=1)
    yield BREACHES.of(Breach.objects.filter(rung="due", counts_at__gt=hour).order_by().count())
    for minutes, filed in filed_lately().items():
        yield FILED.of(filed, str(minutes))


def filed_lately() -> dict[int, int]:
    """Return how many of the newest corrections came in the last minutes, by minutes."""
    now = db_time.now()
    newest = Correction.objects.order_by("-pk").values_list("received_at", flat=True)[:NEWEST]
    ages = [(now - received).total_seconds() for received in newest]
    return {minutes: sum(age < minutes * 60 for age in ages) for minutes in (5, 60)}
