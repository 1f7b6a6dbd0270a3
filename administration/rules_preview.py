"""Previews the effect of a change of the rules or the calendar on open corrections.

Stores nothing. It runs the same query as the recompute (recompute.CONCERNED), so the figures are
what then happens, except for cases that change in between.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import connection
from django.utils.translation import gettext as _

from corrections.clocks import deadlines, recompute
from corrections.models import Clock
from organizations.models import Organization
from vaxreg import db_time, ui

# The greatest number of cases that are listed.
MOST_LISTED = 50


@dataclass(frozen=True)
class DueTimeMoves:
    """How many due times move, by how much, and how many cases become or stop being late.

    least, most: the range of the moves. soon: due within the next 12 hours. A paused clock is
    neither overdue nor due soon.
    """

    moved: int = 0
    least: timedelta | None = None
    most: timedelta | None = None
    get_overdue: int = 0
    no_longer_overdue: int = 0
    get_soon: int = 0
    no_longer_soon: int = 0

    def __add__(self, other: "DueTimeMoves") -> "DueTimeMoves":
        shifts = [
            shift for shift in (self.least, self.most, other.least, other.most) if shift is not None
        ]
        return DueTimeMoves(
            self.moved + other.moved,
            min(shifts, default=None),
            max(shifts, default=None),
            self.get_overdue + other.get_overdue,
            self.no_longer_overdue + other.no_longer_overdue,
            self.get_soon + other.get_soon,
            self.no_longer_soon + other.no_longer_soon,
        )

    @property
    def shift(self) -> str:
        """The least and the greatest move as text."""
        if self.least is None or self.most is None:
            return "–"
        if self.least == self.most:
            return in_words(self.least)
        return _("from %(least)s to %(most)s") % {
            "least": in_words(self.least),
            "most": in_words(self.most),
        }


@dataclass
class ProvinceImpact:
    """The effect in a province; None: the ministry, the hotline, and cases without a holder."""

    province: Organization | None
    corrections: int = 0
    answers: DueTimeMoves = field(default_factory=DueTimeMoves)


@dataclass(frozen=True)
class MovedClock:
    """A clock that would move, and its new due time."""

    clock: Clock
    new_due_at: datetime
    gets_overdue: bool

    @property
    def shift(self) -> str:
        """The move as text."""
        return in_words(self.new_due_at - self.clock.due_at)


@dataclass(frozen=True)
class Preview:
    """All figures of a change that is not confirmed yet."""

    at: datetime
    # Open corrections of which at least one due time moves, of any kind of clock.
    corrections: int
    # Number of clocks that get the new rules; the due time of some does not move.
    concerned: int
    # Review and appeal clocks: the deadlines that citizens are told.
    answers: DueTimeMoves
    by_kind: dict[Clock.Kind, DueTimeMoves]
    places: list[ProvinceImpact]
    first: list[MovedClock]


MOVING = f"""
WITH moving AS MATERIALIZED (
    SELECT found.*, held_case.holder_id, found.new_due_at <> found.due_at AS moves,
        found.new_due_at - found.due_at AS shift,
        found.due_at < %(now)s AS was_late, found.new_due_at < %(now)s AS is_late,
        found.due_at >= %(now)s AND found.due_at < %(soon)s AS was_soon,
        found.new_due_at >= %(now)s AND found.new_due_at < %(soon)s AS is_soon,
        NOT EXISTS (SELECT FROM corrections_pause pause
            WHERE pause.clock_id = found.id AND pause.until IS NULL) AS runs
    FROM ({recompute.AFFECTED_CLOCKS}) found
    JOIN corrections_correction held_case ON held_case.id = found.correction_id
)
"""  # noqa: S608 (our own text)
FIGURES = f"""{MOVING}
SELECT holder_id, kind, count(*), count(DISTINCT correction_id) FILTER (WHERE moves),
    count(*) FILTER (WHERE moves), min(shift) FILTER (WHERE moves), max(shift) FILTER (WHERE moves),
    count(*) FILTER (WHERE runs AND is_late AND NOT was_late),
    count(*) FILTER (WHERE runs AND was_late AND NOT is_late),
    count(*) FILTER (WHERE runs AND is_soon AND NOT was_soon),
    count(*) FILTER (WHERE runs AND was_soon AND NOT is_soon)
FROM moving GROUP BY GROUPING SETS ((holder_id, kind), (holder_id))
"""  # noqa: S608 (our own text)
FIRST = f"""{MOVING}
SELECT id, new_due_at, runs AND is_late AND NOT was_late AS gets_late FROM moving WHERE moves
ORDER BY gets_late DESC, kind = 'statutory', new_due_at, id LIMIT %(limit)s
"""  # noqa: S608 (our own text)


def preview(change: recompute.RuleChange) -> Preview:
    """Compute the figures as if the change were in force."""
    now = db_time.now()
    parameters = {
        **recompute.affected_parameters(change),
        "now": now,
        "soon": now + deadlines.SOON,
        "limit": MOST_LISTED,
    }
    with connection.cursor() as cursor:
        cursor.execute(FIGURES, parameters)
        figures = cursor.fetchall()
        cursor.execute(FIRST, parameters)
        first = cursor.fetchall()
    corrections = concerned = 0
    by_kind: dict[Clock.Kind, DueTimeMoves] = {}
    places: dict[int | None, ProvinceImpact] = {}
    province_of = _provinces({row[0] for row in figures if row[0] is not None})
    for holder, kind, clocks, cases, *numbers in figures:
        province = province_of.get(holder)
        place = places.setdefault(province.pk if province else None, ProvinceImpact(province))
        if kind is None:
            corrections += cases
            place.corrections += cases
            continue
        concerned += clocks
        moves = DueTimeMoves(*numbers)
        by_kind[Clock.Kind(kind)] = by_kind.get(Clock.Kind(kind), DueTimeMoves()) + moves
        if kind != Clock.Kind.STATUTORY:
            place.answers += moves
    return Preview(
        at=now,
        corrections=corrections,
        concerned=concerned,
        answers=sum(
            (moves for kind, moves in by_kind.items() if kind != Clock.Kind.STATUTORY),
            DueTimeMoves(),
        ),
        by_kind={kind: by_kind[kind] for kind in Clock.Kind if kind in by_kind},
        places=sorted(
            (place for place in places.values() if place.corrections),
            key=lambda place: (-place.corrections, place.province is None),
        ),
        first=_listed(first),
    )


def in_words(shift: timedelta) -> str:
    """Return a move as text: later or earlier, and by how much."""
    later = _("%(duration)s later") if shift > timedelta(0) else _("%(duration)s earlier")
    return later % {"duration": ui.duration(shift)}


def _provinces(holders: set[int]) -> dict[int, Organization]:
    """Return the provincial department above each holder, by id of the holder."""
    provinces = {
        one.pk: one
        for one in Organization.objects.filter(kind=Organization.Kind.PROVINCIAL_DEPARTMENT)
    }
    found = {}
    for holder in Organization.objects.filter(pk__in=holders):
        for above in (*holder.ancestor_ids, holder.pk):
            if above in provinces:
                found[holder.pk] = provinces[above]
    return found


def _listed(rows: list[tuple[int, datetime, bool]]) -> list[MovedClock]:
    clocks = Clock.objects.select_related("correction__holder").in_bulk([row[0] for row in rows])
    return [
        MovedClock(clocks[pk], new_due_at, gets_overdue)
        for pk, new_due_at, gets_overdue in rows
        if pk in clocks
    ]
