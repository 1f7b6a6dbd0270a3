"""The clocks of a case as staff read them: where each stands, and why it is due when it is."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from corrections import clocks
from corrections.models import Clock, Correction
from vaxreg import ui


@dataclass(frozen=True)
class ClockLine:
    """One line of how a due time came about; `adds` in words."""

    text: str
    at: datetime
    until: datetime | None
    adds: str
    is_result: bool


@dataclass(frozen=True)
class ClockFile:
    """One clock of the case with its lines; paused_at: since when it stands still."""

    title: str
    clock: Clock
    paused_at: datetime | None
    lines: list[ClockLine]


def of(case: Correction, now: datetime) -> list[ClockFile]:
    """Return every clock of a case, oldest first."""
    return [
        ClockFile(
            title=account.title,
            clock=account.clock,
            paused_at=_paused_at(case, account.clock),
            lines=list(_clock_lines(account.lines)),
        )
        for account in clocks.explain(case, now)
    ]


def _paused_at(case: Correction, one: Clock) -> datetime | None:
    runs = one.stopped_at is None and one.kind != Clock.Kind.STATUTORY
    return case.paused_at if runs else None


def _clock_lines(lines: list[clocks.Line]) -> Iterator[ClockLine]:
    is_due = False
    for line in lines:
        adds = "" if line.adds is None else _added(line.adds, counts_from_due=is_due)
        yield ClockLine(line.text, line.at, line.until, adds, line.is_result)
        is_due = is_due or line.is_result


def _added(time: timedelta, *, counts_from_due: bool) -> str:
    words = {"duration": ui.duration(time)}
    if counts_from_due:
        if time > timedelta(0):
            return _("%(duration)s late") % words
        return _("%(duration)s before the deadline") % words
    return ("+ " if time >= timedelta(0) else "– ") + words["duration"]
