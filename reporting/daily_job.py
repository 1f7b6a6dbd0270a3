"""The job that counts figures: today's and the present state each minute, a past day's once for good.

measures.py says what is counted. A day is closed some minutes after midnight, when the sweep has
written its last breaches; until then it is counted each minute. The rows of a closed day are never
written again, and rebuild() computes the same ones from events. Only one job at a time does this.
"""

import logging
import time
from collections import defaultdict
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Count, F, Min, Q, QuerySet

from background import counting
from corrections.clocks import lateness
from corrections.models import Clock, Correction, Heartbeat
from organizations.models import Organization, Place
from reporting import measures, store
from reporting.measures import FACTS, Span
from reporting.models import ReportDay
from reporting.rollup import OpenState, Part, Tally, Tree
from vaxreg import db_time

log = logging.getLogger(__name__)

HEARTBEAT = "figures"
# After this time, decisions from the last second before midnight are committed.
GRACE = timedelta(minutes=3)
# A day is closed after this time even when the sweep is late.
CLOSE_AT_LATEST_AFTER = timedelta(hours=6)
# Seconds for one pass over days that are not closed yet.
PASS = 40
# Key of a PostgreSQL advisory lock: any number that nobody else uses.
LOCK = 945801
# Key of the lock that the trigger `counts_at` shares when it writes a breach of an earlier day.
BREACH_LOCK = 945802
DAY = counting.register(
    counting.Work("reporting.day", "figures of a day that is over, and of those after it")
)


def tree_at(moment: datetime) -> Tree:
    """Return the tree as it was just before the moment."""
    paths = dict(Organization.objects.order_by().values_list("pk", "path"))
    if Place.objects.filter(since__gte=moment).exists():
        # Ordered by age: the last place before the moment wins; without one, the first place.
        then: dict[int, str] = {}
        for pk, path, since in Place.objects.order_by("since", "pk").values_list(
            "organization", "path", "since"
        ):
            if pk not in then or since < moment:
                then[pk] = path
        paths |= then
    return Tree.of(paths.items())


class TreeCache:
    """A cache of the tree at midnights in a row; it is read again only when it has changed."""

    def __init__(self) -> None:
        self._places: tuple[int, int] | None = None
        self._tree = Tree.of([])

    def at(self, moment: datetime) -> Tree:
        """Return the tree as it was just before the moment."""
        # Places are added, never changed: if their number is the same, and the number of those
        # before the moment too, the tree is the same.
        earlier = Count("pk", filter=Q(since__lt=moment))
        counts = Place.objects.aggregate(all=Count("pk"), earlier=earlier)
        places = (counts["all"], counts["earlier"])
        if places != self._places:
            self._places, self._tree = places, tree_at(moment)
        return self._tree


def refresh() -> bool:
    """Count today's figures and the state now again; False when another job is doing it."""
    now = db_time.now()
    with transaction.atomic():
        if not _alone():
            return False
        today = measures.day_of(now)
        tree = tree_at(now)
        _refresh_yesterday(measures.beginning(today))
        store.store_day(today, _tallies(measures.days(today, today, now)), tree)
        store.store_states(_states(now), tree)
        _leave_heartbeat(now)
    return True


def _refresh_yesterday(end: datetime) -> None:
    """Count a day that is over and not closed yet: otherwise its last minute would be missing."""
    day = measures.day_of(end - measures.INSTANT)
    if not ReportDay.objects.filter(day=day).exists():
        span = Span(measures.beginning(day), end)
        store.store_day(day, _tallies(span), tree_at(end))


def close_days(seconds: float = PASS) -> int:
    """Close every day that is over, the oldest first; return how many were closed now."""
    until = time.monotonic() + seconds
    trees = TreeCache()
    closed = 0
    while time.monotonic() < until:
        day = _next_day()
        if day is None or not _is_over(day):
            break
        with counting.counted(DAY, [day.isoformat()]) as begun:
            if not begun or not _close(day, trees):
                break
        closed += 1
    return closed


def _is_over(day: date) -> bool:
    now, end = db_time.now(), measures.beginning(day + timedelta(days=1))
    return now >= end + GRACE and (now >= end + CLOSE_AT_LATEST_AFTER or _is_swept(end))


@transaction.atomic
def _close(day: date, trees: TreeCache) -> bool:
    if not _alone() or _next_day() != day:
        return False
    now = db_time.now()
    end = measures.beginning(day + timedelta(days=1))
    with connection.cursor() as cursor:
        # Waits for transactions that are writing breaches of earlier days.
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [BREACH_LOCK])
    store.store_day(day, _day(day), trees.at(end), is_over=True)
    ReportDay.objects.create(day=day, closed_at=now)
    return True


def rebuild(first: date, last: date) -> list[date]:
    """Compute closed days again from events; return those whose stored figures differ.

    Missing rows are written. Stored rows are never changed: the database refuses it.
    """
    trees = TreeCache()
    different = []
    for closed in ReportDay.objects.filter(day__range=(first, last)):
        with transaction.atomic():
            end = measures.beginning(closed.day + timedelta(days=1))
            if not store.restore_day(closed.day, _day(closed.day), trees.at(end)):
                different.append(closed.day)
    return different


def as_of() -> datetime | None:
    """Return the moment up to which the figures are complete."""
    return Heartbeat.objects.filter(name=HEARTBEAT).values_list("at", flat=True).first()


def _alone() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        return bool(cursor.fetchone()[0])


def _next_day() -> date | None:
    last = ReportDay.objects.order_by("-day").first()
    if last is not None:
        return last.day + timedelta(days=1)
    first = Clock.objects.aggregate(first=Min("started_at"))["first"]
    return measures.day_of(first) if first else None


def _is_swept(end: datetime) -> bool:
    return not Clock.objects.filter(stopped_at=None, next_milestone_at__lt=end).exists()


def _leave_heartbeat(now: datetime) -> None:
    took = db_time.now() - now
    Heartbeat.objects.update_or_create(name=HEARTBEAT, defaults={"at": now, "took": took})


def _day(day: date) -> dict[Part, Tally]:
    """Count the events of a day that is over, and the state at its end."""
    end = measures.beginning(day + timedelta(days=1))
    tallies = _tallies(Span(measures.beginning(day), end))
    for rows in measures.open_at(end):
        counted = _of_parts(rows, "desk").annotate(
            open=Count("pk"),
            overdue=Count("pk", filter=measures.overdue_then(end)),
            soon=Count("pk", filter=measures.soon_then(end)),
        )
        for row in counted:
            tally = tallies[row["part"], row["of_kind"]]
            tally.add(Tally(open=row["open"], overdue=row["overdue"], soon=row["soon"]))
    return tallies


def _tallies(span: Span) -> defaultdict[Part, Tally]:
    tallies: defaultdict[Part, Tally] = defaultdict(Tally)
    for name, fact in FACTS.items():
        for row in _of_parts(fact.rows(span), fact.desk).annotate(number=Count("pk")):
            # A deadline missed or decision undone while nobody held the case counts for nobody.
            if row["part"] is not None:
                setattr(tallies[row["part"], row["of_kind"]], name, row["number"])
    took = measures.decided(span).values_list(
        "holder_id", "correction__kind", F("stopped_at") - F("started_at")
    )
    for holder, kind, length in took.iterator(chunk_size=10_000):
        tallies[holder, kind].minutes.append(round(length.total_seconds() / 60))
    return tallies


def _of_parts(rows: "QuerySet[Any]", desk: str) -> "QuerySet[Any, dict[str, Any]]":
    return rows.order_by().values(part=F(desk), of_kind=F("correction__kind"))


def _states(now: datetime) -> dict[Part, OpenState]:
    rows = Correction.objects.open().exclude(holder=None).order_by().values("holder", "kind")
    counts = rows.annotate(**lateness.counts(now)).values_list(
        "holder", "kind", *OpenState.__dataclass_fields__
    )
    return {(holder, kind): OpenState(*state) for holder, kind, *state in counts}
