"""How the service is, in words for everybody: made of the checks of `/readyz`, for `/status/`."""

import re
import threading
import time
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.conf import settings
from django.db import DatabaseError
from django.utils import timezone
from django.utils.module_loading import import_string

from vaxreg import health
from vaxreg.middleware import counted
from watching.models import Alarm

# Seconds for which one look is shown to all.
KEPT = 10.0
# Slow: PostgreSQL took so long for the shortest question (seconds), or so many of the last answers,
# of at least so many, took too long (vaxreg/middleware/counted.py).
SLOW_ANSWER, SLOW_SHARE, SLOW_FROM = 0.5, 0.1, 20
# Which checks say how which part of the service is. Without the database nothing works.
PARTS = {
    "pages": ("database",),
    "messages": ("database", "redis"),
    "deadlines": ("database", "sweep", "outbox"),
    "reports": ("database", "figures"),
}
SINCE = re.compile(r"since (\d{4}-\S+)$")


class Mood(StrEnum):
    """How a part of the service is."""

    WORKS = "works"
    SLOW = "slow"
    DOWN = "down"


@dataclass(frozen=True)
class Part:
    """One part, and since when it has been down; `name` is a key of PARTS."""

    name: str
    mood: Mood
    since: datetime | None = None


@dataclass(frozen=True)
class State:
    """One look at all of it. filed, codes: how many lately, by minutes; None when nobody knows."""

    at: datetime
    parts: list[Part]
    filed: dict[int, int] | None
    codes: dict[int, int] | None

    @property
    def mood(self) -> Mood:
        """The worst of all parts."""
        moods = {part.mood for part in self.parts}
        return next(mood for mood in reversed(Mood) if mood in moods)


_lock = threading.Lock()
_kept: tuple[float, State] | None = None
# When this process first saw each trouble that it still sees.
_first_seen: dict[str, datetime] = {}


def current() -> State:
    """Return how the service is, at most KEPT seconds old."""
    global _kept
    with _lock:
        if _kept is None or time.monotonic() - _kept[0] >= KEPT:
            _kept = (time.monotonic(), look())
        return _kept[1]


def forget() -> None:
    """Forget what was seen: for tests."""
    global _kept
    _kept = None
    _first_seen.clear()


def look() -> State:
    """Ask all checks now."""
    now = timezone.now()
    began = time.perf_counter()
    troubles = {"database": health.database_trouble()}
    answer = time.perf_counter() - began
    for path in settings.READINESS_CHECKS:
        name = path.rsplit(".", 1)[-1].removesuffix("_trouble")
        if name == "redis" or (name != "database" and not troubles["database"]):
            try:
                troubles[name] = import_string(path)()
            except DatabaseError:
                troubles["database"] = "PostgreSQL does not answer"
    is_down = bool(troubles["database"])
    since = _since({name: said for name, said in troubles.items() if said}, now)
    total, slow = counted.recent.total()
    is_slow = answer >= SLOW_ANSWER or (total >= SLOW_FROM and slow >= SLOW_SHARE * total)
    parts = []
    for part, names in PARTS.items():
        begins = [since[name] for name in names if name in since]
        is_slow_here = is_slow and part == "pages"
        mood = Mood.DOWN if begins else Mood.SLOW if is_slow_here else Mood.WORKS
        parts.append(Part(part, mood, min(begins, default=None)))
    filed = None if is_down else _lately(settings.FILED_LATELY)
    codes = None if is_down else _lately(settings.CODES_SENT_LATELY)
    return State(now, parts, filed, codes)


def _since(troubles: dict[str, str], now: datetime) -> dict[str, datetime]:
    """Return since when each of these has been so: as the check or an alarm says, else as seen here."""
    for name in set(_first_seen) - set(troubles):
        del _first_seen[name]
    alarms: dict[str, datetime] = {}
    if troubles and "database" not in troubles:
        try:
            open_alarms = Alarm.objects.filter(over_at=None, name__in=troubles)
            alarms = dict(open_alarms.values_list("name", "since"))
        except DatabaseError:
            alarms = {}
    found = {}
    for name, said in troubles.items():
        seen = _first_seen.setdefault(name, now)
        told = SINCE.search(said)
        exact = [datetime.fromisoformat(told[1])] if told else []
        found[name] = min([seen, *exact, *([alarms[name]] if name in alarms else [])])
    return found


def _lately(path: str) -> dict[int, int] | None:
    try:
        counts: dict[int, int] = import_string(path)()
    except DatabaseError:
        return None
    return counts
