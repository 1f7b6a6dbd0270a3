"""Moments as people type and read them: Vietnam's time unless they name another zone."""

import re
from datetime import UTC, datetime, timedelta, timezone

from launcher.places import Trouble

# Vietnam has had no summer time since 1975, so no zone data are needed.
VIETNAM = timezone(timedelta(hours=7))
STAMP = "%Y%m%dT%H%M%SZ"
HOW = (
    'Write it as 2026-11-29T14:30 or "2026-11-29 14:30:15" (Vietnam\'s time), '
    "or with a zone: 2026-11-29T07:30Z, 2026-11-29T09:30+02:00."
)


def parse(text: str, now: datetime) -> datetime:
    """Return the moment that was typed. Raises Trouble if it is none, or not in the past."""
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        raise Trouble(f"{text!r} is no moment. {HOW}") from None
    if not re.search(r"\d[T ]\d", text.strip()):
        raise Trouble(f"{text!r} names a day without a time of day. {HOW}")
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=VIETNAM)
    if moment > now:
        raise Trouble(
            f"{shown(moment)} is in the future; now it is {shown(now)}. Nothing was changed."
        )
    return moment


def shown(moment: datetime) -> str:
    """Return the moment in Vietnam's time, as messages show it."""
    return f"{moment.astimezone(VIETNAM):%Y-%m-%d %H:%M:%S} (+07:00)"


def stamp(moment: datetime) -> str:
    """Return the moment as part of a file name, in UTC; a part of a second counts as a whole one."""
    whole = moment.astimezone(UTC)
    if whole.microsecond:
        whole = whole.replace(microsecond=0) + timedelta(seconds=1)
    return whole.strftime(STAMP)


def from_stamp(text: str) -> datetime:
    return datetime.strptime(text, STAMP).replace(tzinfo=UTC)
