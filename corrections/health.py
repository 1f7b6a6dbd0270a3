"""Checks for the health page: does the sweep run, is the outbox empty, can photos be kept?"""

from datetime import timedelta

from background import counting
from corrections import outbox
from corrections.models import Heartbeat, OutboxRow
from corrections.sweep import HEARTBEAT
from vaxreg import db_time
from vaxreg.private_files import places

# The sweep runs once a minute: three missed passes are a fault, not a delay.
SILENCE = timedelta(minutes=3)
# The greatest age of an errand that is not done.
OLDEST_ERRAND = timedelta(seconds=120)


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
